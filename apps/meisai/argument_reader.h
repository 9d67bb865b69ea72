// SPDX-License-Identifier: Apache-2.0
//
// The parser behind arguments.h, in two files: command_table.cpp declares every command with its options,
// arguments.cpp reads a line by it and explains what is wrong. Nobody else includes this.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "apps/meisai/arguments.h"

namespace CLI {
class App;
class Option;
class ParseError;
}  // namespace CLI

namespace meisai::cli {

/// Option texts as typed; empty: not given (an option that is given with nothing is refused).
struct Raw {
  std::string store, key_file, lang, now;
  std::string samples, new_key_file, key_ring, mode;
  std::vector<std::string> files;
  std::string issuer, card, from, to, month, status, limit, after, since, id, target, out, reason, suspected_since,
      degree;
  std::string profile, client_id, client_key_file, key_id, connection, end_terms, held, accept;
  std::string note, category, merchant;
  std::vector<std::string> connections, tags;
  bool simulated = false, dry_run = false, why = false, all = false, prune = false, version = false, no_browser = false;
  bool another = false, new_card = false, apply = false;
  std::string other;
  bool ignored = false, no_tags = false, ignore = false, no_ignore = false;
};

/// Builds the parser, and turns what it read into values. The first thing that is wrong is kept.
class Reader {
 public:
  explicit Reader(Language language);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader();

  Invocation read(std::span<const std::string> arguments);

 private:
  using Make = std::function<Command()>;

  // command_table.cpp
  [[nodiscard]] std::string word(Text text) const { return std::string(say(text, language_)); }

  void declare();
  void declare_global();
  void declare_reading();
  void declare_transactions();
  void declare_cards();
  void declare_issuers();
  void declare_linked();
  void declare_consents();
  void declare_incidents();
  void declare_holds();  // command_table_holds.cpp
  CLI::App* command(CLI::App& parent, const std::string& name, Text about, const std::string& example, Make make = {});
  CLI::Option* option(CLI::App* to, const std::string& name, std::string& target, Text about, const char* type);
  void flag(CLI::App* to, const std::string& name, bool& target, Text about);
  void filter_options(CLI::App* to);
  void link_options(CLI::App* to);

  // arguments.cpp
  [[nodiscard]] Error explain(const CLI::ParseError& error) const;
  [[nodiscard]] const CLI::App* deepest() const;
  void read_global();
  void refuse_blank_values();
  [[nodiscard]] TransactionFilter filter();
  [[nodiscard]] LinkOptions link_choices();
  [[nodiscard]] UserEdit user_edit(const CLI::App& given);
  [[nodiscard]] IncidentRequest incident_request();

  /// The value of a non-empty text, or nothing; a text that cannot be read becomes the invocation's error.
  template <class Parse>
  auto value(const std::string& text, const char* name, Parse parse)
      -> std::optional<std::decay_t<decltype(*parse(text))>> {
    if (text.empty()) return {};
    auto read = parse(text);
    if (read) return std::move(*read);
    wrong(std::string(name) + ": " + read.error().what, read.error().remedy);
    return {};
  }
  template <class AnyId>
  std::optional<AnyId> id(const std::string& text, const char* name) {
    return value(text, name, [](const std::string& t) { return AnyId::parse(t); });
  }
  /// Keeps what is wrong, if nothing was before.
  void wrong(std::string what, std::string remedy = {});
  std::string free_text(const std::string& text, const char* name);
  /// The value of an option that takes keep, seal or erase.
  std::optional<EndTerms> end_terms(const std::string& text, const char* name);

  Language language_;
  std::unique_ptr<CLI::App> app_;
  Raw raw_;
  GlobalOptions global_;
  std::vector<std::pair<CLI::App*, Make>> makers_;
  std::optional<Error> error_;
};

}  // namespace meisai::cli
