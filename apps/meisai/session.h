// SPDX-License-Identifier: Apache-2.0
//
// One run of the command line: where it writes, what it was asked, and how it reaches an engine. Everything
// from outside comes in through Environment, so that tests run commands in their own process with captured
// streams, a typed passphrase and an adapter of their own.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/meisai/arguments.h"
#include "apps/meisai/exit.h"
#include "apps/meisai/output.h"
#include "meisai/engine.h"
#include "meisai/kit.h"

namespace meisai::cli {

/// How engines are put together; by default as apps/kit does it.
struct Wiring {
  using StorePorts =
      std::function<Result<EnginePorts>(const std::filesystem::path&, KeyProvider&, const kit::OpenOptions&)>;
  StorePorts store_ports = [](const std::filesystem::path& folder, KeyProvider& key, const kit::OpenOptions& options) {
    return kit::store_ports(folder, key, options);
  };
  StorePorts gate_ports = [](const std::filesystem::path& folder, KeyProvider& key, const kit::OpenOptions& options) {
    return kit::gate_ports(folder, key, options.simulated_now);
  };
  std::function<EnginePorts(std::optional<Instant>)> memory_ports = kit::memory_ports;
};

struct Environment {
  std::function<std::optional<std::string>(const char* name)> variable;
  /// Asks on the terminal without echo. Fails where there is no terminal.
  std::function<Result<Secret>(std::string_view prompt)> ask_secret;
  /// Asks for a line on the terminal, with echo. Fails where there is no terminal. Empty: there is none.
  std::function<Result<std::string>(std::string_view prompt)> ask_line = {};
  /// Starts a program of the person (a browser), which goes on by itself. False: it cannot be started.
  std::function<bool(const std::vector<std::string>& words)> launch = {};
  std::function<bool()> interrupted;
  std::function<std::chrono::milliseconds()> monotonic;
  std::filesystem::path program;  ///< the executable, to find what is installed beside it
  Wiring wiring = {};
};

class Session {
 public:
  Session(Streams streams, const Environment& environment, GlobalOptions options)
      : streams_(streams), environment_(environment), options_(std::move(options)) {}

  [[nodiscard]] const GlobalOptions& options() const noexcept { return options_; }
  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  [[nodiscard]] const Streams& streams() const noexcept { return streams_; }
  [[nodiscard]] Output& out() const noexcept { return streams_.out; }
  [[nodiscard]] Language language() const noexcept { return options_.language; }
  /// The instant that counts as now.
  [[nodiscard]] Instant now() const;
  [[nodiscard]] bool json() const noexcept { return options_.json; }
  /// Whether stdout may carry colours.
  [[nodiscard]] bool colors() const;

  [[nodiscard]] std::string_view say(Text text) const { return cli::say(text, language()); }
  [[nodiscard]] std::string say(Text text, std::initializer_list<std::string_view> arguments) const {
    return cli::say(text, language(), arguments);
  }
  /// A line on stdout.
  void print(std::string_view line) const;
  /// A line on stderr that also --quiet does not take away: the person has to see it.
  void tell(std::string_view line) const;
  /// A line on stderr, unless --quiet.
  void note(std::string_view line) const;
  /// `meisai: error: ...`, `meisai: where: ...`, `meisai: hint: ...` on stderr. `store`: the place of an error
  /// that has none of its own.
  void report(const Error& error, const std::string& store = {}) const { report(error, store, {}); }
  /// The same with `meisai: when: ...` in it (empty: only what the error itself says of time).
  void report(const Error& error, const std::string& store, const std::string& when) const;

  [[nodiscard]] std::filesystem::path store_folder() const;
  /// The key file that option or environment names.
  [[nodiscard]] std::optional<std::filesystem::path> key_file_named() const;
  /// The key as named by option, environment or terminal, for opening or (`create`) choosing one.
  [[nodiscard]] Result<std::unique_ptr<KeyProvider>> key(bool create) const;
  [[nodiscard]] Result<std::unique_ptr<Engine>> open_store() const { return open_store(kit::OpenOptions{}); }
  /// For commands that show addresses to the person. The clock is that of this session.
  [[nodiscard]] Result<std::unique_ptr<Engine>> open_store(kit::OpenOptions options) const;
  /// Control and gate only: what incidents need, also where the ledger cannot be opened.
  [[nodiscard]] Result<std::unique_ptr<Engine>> open_gate() const;
  [[nodiscard]] std::unique_ptr<Engine> open_memory() const;

 private:
  [[nodiscard]] Result<std::unique_ptr<Engine>> open(const Wiring::StorePorts& wire, kit::OpenOptions options) const;

  Streams streams_;
  const Environment& environment_;
  GlobalOptions options_;
};

}  // namespace meisai::cli
