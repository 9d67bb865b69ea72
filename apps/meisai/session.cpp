// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/session.h"

#include <algorithm>

#include "apps/meisai/table.h"
#include "meisai/ports/system.h"

namespace meisai::cli {
namespace {

constexpr std::size_t shortest_passphrase = 12;
constexpr const char* name_the_key = "name the key with --key-file FILE or MEISAI_KEY_FILE, or type the passphrase";

std::string variable(const Environment& environment, const char* name) {
  return environment.variable(name).value_or(std::string());
}

/// A passphrase from the terminal; a new one is typed twice.
Result<Secret> ask_passphrase(const Environment& environment, Language language, bool confirm) {
  if (!confirm) return environment.ask_secret(say(Text::ask_passphrase, language));
  MEISAI_ASSIGN(Secret first, environment.ask_secret(say(Text::ask_new_passphrase, language)));
  if (first.size() < shortest_passphrase)
    return fail(Code::invalid_argument, std::string(say(Text::passphrase_short, language)));
  MEISAI_ASSIGN(const Secret second, environment.ask_secret(say(Text::ask_again, language)));
  if (first.reveal_text() != second.reveal_text())
    return fail(Code::invalid_argument, std::string(say(Text::passphrases_differ, language)));
  return first;
}

/// What an error says; of several lines (every mistake of a profile) each is one of ours.
std::string lines_of(const std::string& what) {
  std::string out;
  for (std::size_t begin = 0; begin <= what.size();) {
    const std::size_t end = std::min(what.find('\n', begin), what.size());
    if (begin > 0) out += "\nmeisai:   ";
    out += printable(std::string_view(what).substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

bool Session::colors() const {
  return streams_.out_is_terminal && !options_.no_color && variable(environment_, "NO_COLOR").empty() &&
         variable(environment_, "TERM") != "dumb";
}

void Session::print(std::string_view line) const {
  streams_.out.write(line);
  streams_.out.write("\n");
}

Instant Session::now() const { return options_.now.value_or(SystemClock().wall()); }

void Session::tell(std::string_view line) const {
  streams_.out.flush();
  streams_.err.write(std::string(line) + "\n");
}

void Session::note(std::string_view line) const {
  if (!options_.quiet) tell(line);
}

void Session::report(const Error& error, const std::string& store, const std::string& when) const {
  streams_.out.flush();
  const std::string_view head = headline(error.code, language());
  std::string text = "meisai: error: " + std::string(name_of(error.code)) + ": ";
  if (error.what.empty()) {
    text += head;
  } else if (language() == Language::en) {
    text += lines_of(error.what);
  } else {  // what went wrong in detail is said in English only
    text += std::string(head) + " (" + lines_of(error.what) + ")";
  }
  text += '\n';
  if (!error.where.empty()) text += "meisai: where: " + printable(error.where.text()) + '\n';
  if (!store.empty()) text += "meisai: where: " + printable(store) + '\n';
  if (!when.empty()) text += say(Text::when_line, {printable(when)}) + '\n';
  if (error.next_allowed_at)
    text += say(Text::when_line, {say(Text::when_allowed, {rfc3339(*error.next_allowed_at)})}) + '\n';
  const std::string_view usual = way_out(error.code, language());
  if (language() == Language::ja && !usual.empty()) text += "meisai: hint: " + std::string(usual) + '\n';
  if (!error.remedy.empty()) {
    text += "meisai: hint: " + printable(error.remedy) + '\n';
  } else if (language() == Language::en && !usual.empty()) {
    text += "meisai: hint: " + std::string(usual) + '\n';
  }
  streams_.err.write(text);
}

std::filesystem::path Session::store_folder() const {
  if (options_.store) return *options_.store;
  const std::string named = variable(environment_, "MEISAI_STORE");
  return named.empty() ? kit::default_store() : std::filesystem::path(named);
}

std::optional<std::filesystem::path> Session::key_file_named() const {
  if (options_.key_file) return options_.key_file;
  if (std::string named = variable(environment_, "MEISAI_KEY_FILE"); !named.empty()) return named;
  return {};
}

Result<std::unique_ptr<KeyProvider>> Session::key(bool create) const {
  if (const auto named = key_file_named()) return kit::key_file(*named);
  if (options_.no_input)
    return fail(Code::wrong_key, "no key was named, and --no-input forbids to ask for a passphrase", name_the_key,
                Retry::after_user);
  return kit::passphrase(
      [this, create](bool confirm) { return ask_passphrase(environment_, language(), create && confirm); });
}

Result<std::unique_ptr<Engine>> Session::open(const Wiring::StorePorts& wire, kit::OpenOptions options) const {
  options.simulated_now = options_.now;
  MEISAI_ASSIGN(const std::unique_ptr<KeyProvider> provider, key(false));
  Result<EnginePorts> ports = wire(store_folder(), *provider, options);
  if (ports) return std::make_unique<Engine>(std::move(*ports));
  Error error = std::move(ports).error();
  if (error.code == Code::wrong_key && !key_file_named()) error.remedy = name_the_key;
  return fail(std::move(error));
}

Result<std::unique_ptr<Engine>> Session::open_store(kit::OpenOptions options) const {
  return open(environment_.wiring.store_ports, std::move(options));
}

Result<std::unique_ptr<Engine>> Session::open_gate() const { return open(environment_.wiring.gate_ports, {}); }

std::unique_ptr<Engine> Session::open_memory() const {
  return std::make_unique<Engine>(environment_.wiring.memory_ports(options_.now));
}

}  // namespace meisai::cli
