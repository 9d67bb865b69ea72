// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <numeric>

#include "meisai/pan_guard.h"

namespace meisai::cli {
namespace {

/// Option texts as typed; empty: not given (an option that is given with nothing is refused).
struct Raw {
  std::string store, key_file, lang, now;
  std::string samples, new_key_file, key_ring, mode;
  std::vector<std::string> files;
  std::string issuer, card, from, to, month, status, limit, after, since, id, target, out, reason, suspected_since,
      degree;
  bool simulated = false, dry_run = false, why = false, all = false, prune = false, version = false;
};

Error usage(std::string what, std::string remedy = {}) {
  return Error{.code = Code::invalid_argument, .what = std::move(what), .remedy = std::move(remedy)};
}

/// Nothing but white space, also the wide one of Japanese keyboards.
bool is_blank(std::string_view text) {
  constexpr std::string_view wide = "\xe3\x80\x80";
  while (!text.empty()) {
    if (text.starts_with(wide)) {
      text.remove_prefix(wide.size());
    } else if (text.front() == ' ' || text.front() == '\t') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

/// Builds the parser, and turns what it read into values. The first thing that is wrong is kept.
class Reader {
 public:
  explicit Reader(Language language) : language_(language) { declare(); }

  Invocation read(std::span<const std::string> arguments);

 private:
  using Make = std::function<Command()>;

  [[nodiscard]] std::string word(Text text) const { return std::string(say(text, language_)); }

  void declare();
  void declare_global();
  void declare_reading();
  void declare_incidents();
  CLI::App* command(CLI::App& parent, const std::string& name, Text about, const std::string& example, Make make = {});
  CLI::Option* option(CLI::App* to, const std::string& name, std::string& target, Text about, const char* type);
  void flag(CLI::App* to, const std::string& name, bool& target, Text about);
  void filter_options(CLI::App* to);

  [[nodiscard]] Error explain(const CLI::ParseError& error) const;
  [[nodiscard]] const CLI::App* deepest() const;
  void read_global();
  void refuse_blank_values();
  [[nodiscard]] TransactionFilter filter();

  /// The value of a non-empty text, or nothing; a text that cannot be read becomes the invocation's error.
  template <class Parse>
  auto value(const std::string& text, const char* name, Parse parse)
      -> std::optional<std::decay_t<decltype(*parse(text))>> {
    if (text.empty()) return {};
    auto read = parse(text);
    if (read) return std::move(*read);
    if (!error_) error_ = usage(std::string(name) + ": " + read.error().what, read.error().remedy);
    return {};
  }
  template <class AnyId>
  std::optional<AnyId> id(const std::string& text, const char* name) {
    return value(text, name, [](const std::string& t) { return AnyId::parse(t); });
  }
  std::string free_text(const std::string& text, const char* name);

  Language language_;
  CLI::App app_;
  Raw raw_;
  GlobalOptions global_;
  std::vector<std::pair<CLI::App*, Make>> makers_;
  std::optional<Error> error_;
};

CLI::App* Reader::command(CLI::App& parent, const std::string& name, Text about, const std::string& example,
                          Make make) {
  CLI::App* app = parent.add_subcommand(name, word(about));
  app->fallthrough();
  app->group(word(Text::label_commands));
  app->require_subcommand(0, 1);
  app->footer(say(Text::example, language_, {example}));
  if (make) makers_.emplace_back(app, std::move(make));
  return app;
}

CLI::Option* Reader::option(CLI::App* to, const std::string& name, std::string& target, Text about, const char* type) {
  CLI::Option* added = to->add_option(name, target, word(about))->type_name(type);
  if (name.starts_with('-')) added->group(word(Text::label_options));
  return added;
}

void Reader::flag(CLI::App* to, const std::string& name, bool& target, Text about) {
  to->add_flag(name, target, word(about))->group(word(Text::label_options));
}

void Reader::declare() {
  app_.name("meisai");
  app_.description(word(Text::about));
  app_.footer(word(Text::about_footer));
  app_.require_subcommand(0, 1);
  app_.get_formatter()->label("Usage", word(Text::label_usage));
  app_.get_formatter()->label("Positionals", word(Text::label_arguments));
  app_.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app_.set_help_flag("-h,--help", word(Text::opt_help))->group(word(Text::label_global));
  declare_global();

  CLI::App* demo = command(app_, "demo", Text::cmd_demo, "meisai demo", [this] {
    return DemoArguments{
        value(raw_.samples, "--samples", [](const std::string& t) { return Result<std::filesystem::path>(t); })};
  });
  option(demo, "--samples", raw_.samples, Text::opt_samples, "DIR");

  CLI::App* init = command(app_, "init", Text::cmd_init, "meisai init --new-key-file ~/meisai.key", [this] {
    InitArguments made{.simulated = raw_.simulated};
    if (!raw_.new_key_file.empty()) made.new_key_file = raw_.new_key_file;
    if (!raw_.key_ring.empty()) made.key_ring = raw_.key_ring;
    if (raw_.mode == "operator") {
      made.mode = Mode::operator_;
    } else if (!raw_.mode.empty() && raw_.mode != "personal" && !error_) {
      error_ = usage("--mode is personal or operator");
    }
    return made;
  });
  option(init, "--new-key-file", raw_.new_key_file, Text::opt_new_key_file, "FILE");
  option(init, "--mode", raw_.mode, Text::opt_mode, "MODE");
  flag(init, "--simulated", raw_.simulated, Text::opt_simulated);
  option(init, "--keyring", raw_.key_ring, Text::opt_keyring, "FILE");

  command(app_, "status", Text::cmd_status, "meisai status", [] { return StatusArguments{}; });

  CLI::App* issuers =
      command(app_, "issuers", Text::cmd_issuers, "meisai issuers show jcb_card", [] { return IssuersArguments{}; });
  CLI::App* show = command(*issuers, "show", Text::cmd_issuers_show, "meisai issuers show jcb_card",
                           [this] { return IssuersArguments{id<IssuerId>(raw_.id, "ID")}; });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();

  CLI::App* import = command(app_, "import", Text::cmd_import, "meisai import --dry-run 202610.csv", [this] {
    ImportArguments made{.issuer = id<IssuerId>(raw_.issuer, "--issuer"), .dry_run = raw_.dry_run};
    made.files.assign(raw_.files.begin(), raw_.files.end());
    if (!raw_.card.empty()) made.card = free_text(raw_.card, "--card");
    return made;
  });
  import->add_option("files", raw_.files, word(Text::opt_files))->type_name("FILE")->required();
  option(import, "--issuer", raw_.issuer, Text::opt_import_issuer, "ID");
  option(import, "--card", raw_.card, Text::opt_import_card, "LABEL");
  flag(import, "--dry-run", raw_.dry_run, Text::opt_dry_run);

  declare_reading();
  declare_incidents();
  CLI::App* doctor =
      command(app_, "doctor", Text::cmd_doctor, "meisai doctor", [this] { return DoctorArguments{raw_.prune}; });
  flag(doctor, "--prune", raw_.prune, Text::opt_prune);
  command(app_, "version", Text::cmd_version, "meisai version --json", [] { return VersionArguments{}; });
}

void Reader::declare_global() {
  const std::string group = word(Text::label_global);
  option(&app_, "--store", raw_.store, Text::opt_store, "DIR")->group(group);
  option(&app_, "--key-file", raw_.key_file, Text::opt_key_file, "FILE")->group(group);
  app_.add_flag("--json", global_.json, word(Text::opt_json))->group(group);
  option(&app_, "--lang", raw_.lang, Text::opt_lang, "ja|en")->group(group);
  app_.add_flag("--quiet,-q", global_.quiet, word(Text::opt_quiet))->group(group);
  app_.add_flag("--no-color", global_.no_color, word(Text::opt_no_color))->group(group);
  app_.add_flag("--no-input", global_.no_input, word(Text::opt_no_input))->group(group);
  option(&app_, "--now", raw_.now, Text::opt_now, "INSTANT")->group(group);
  app_.add_flag("--version", raw_.version, word(Text::opt_version))->group(group);
}

void Reader::filter_options(CLI::App* to) {
  option(to, "--from", raw_.from, Text::opt_from, "DATE");
  option(to, "--to", raw_.to, Text::opt_to, "DATE");
  option(to, "--month", raw_.month, Text::opt_month, "MONTH");
  option(to, "--card", raw_.card, Text::opt_card, "ID");
  option(to, "--issuer", raw_.issuer, Text::opt_issuer, "ID");
  option(to, "--status", raw_.status, Text::opt_status, "STATUS");
}

void Reader::declare_reading() {
  command(app_, "cards", Text::cmd_cards, "meisai cards", [] { return CardsArguments{}; });
  command(app_, "statements", Text::cmd_statements, "meisai statements", [] { return StatementsArguments{}; });

  CLI::App* list = command(app_, "transactions", Text::cmd_transactions, "meisai transactions --month 2026-08",
                           [this] { return TransactionsArguments{filter()}; });
  filter_options(list);
  option(list, "--limit", raw_.limit, Text::opt_limit, "N");
  option(list, "--after", raw_.after, Text::opt_after, "ID");
  flag(list, "--json-lines", global_.json_lines, Text::opt_json_lines);
  CLI::App* show = command(*list, "show", Text::cmd_transactions_show, "meisai transactions show ID --why", [this] {
    return TransactionArguments{id<TransactionId>(raw_.id, "ID").value_or(TransactionId{}), raw_.why};
  });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();
  flag(show, "--why", raw_.why, Text::opt_why);

  command(app_, "upcoming", Text::cmd_upcoming, "meisai upcoming", [] { return UpcomingArguments{}; });
  CLI::App* changes = command(app_, "changes", Text::cmd_changes, "meisai changes --json --since CURSOR", [this] {
    ChangesArguments made{.since = raw_.since};
    if (const TransactionFilter f = filter(); f.limit) made.limit = *f.limit;
    return made;
  });
  option(changes, "--since", raw_.since, Text::opt_since, "CURSOR");
  option(changes, "--limit", raw_.limit, Text::opt_limit, "N");
  command(app_, "coverage", Text::cmd_coverage, "meisai coverage", [] { return CoverageArguments{}; });

  CLI::App* write =
      command(app_, "export", Text::cmd_export, "meisai export hledger --month 2026-08 --out august.journal", [this] {
        ExportArguments made{.target = raw_.target, .filter = filter()};
        if (!raw_.out.empty()) made.out = raw_.out;
        return made;
      });
  write->add_option("target", raw_.target, say(Text::opt_target, language_, {"hledger, csv, jsonl"}))
      ->type_name("TARGET")
      ->required();
  filter_options(write);
  option(write, "--out", raw_.out, Text::opt_out, "FILE");

  CLI::App* audit = command(app_, "audit", Text::cmd_audit, "meisai audit verify");
  command(*audit, "list", Text::cmd_audit_list, "meisai audit list --json", [] { return AuditListArguments{}; });
  command(*audit, "verify", Text::cmd_audit_verify, "meisai audit verify", [] { return AuditVerifyArguments{}; });
}

void Reader::declare_incidents() {
  CLI::App* incident = command(app_, "incident", Text::cmd_incident, "meisai incident list");
  CLI::App* open = command(*incident, "open", Text::cmd_incident_open,
                           "meisai incident open --issuer jcb_card --reason \"strange mail\"", [this] {
                             IncidentOpenArguments made;
                             IncidentRequest& request = made.request;
                             if (raw_.all == !raw_.issuer.empty() && !error_)
                               error_ = usage(word(Text::incident_scope_needed));
                             request.scope = raw_.all ? CutoffScope::all : CutoffScope::issuer;
                             request.issuer = id<IssuerId>(raw_.issuer, "--issuer").value_or(IssuerId{});
                             request.reason = free_text(raw_.reason, "--reason");
                             request.suspected_since = value(raw_.suspected_since, "--suspected-since", parse_rfc3339);
                             if (const auto degree = cutoff_degree_named(raw_.degree)) {
                               request.degree = *degree;
                             } else if (!raw_.degree.empty() && !error_) {
                               error_ = usage("--degree is restrict, suspend or cancel");
                             }
                             return made;
                           });
  flag(open, "--all", raw_.all, Text::opt_all);
  option(open, "--issuer", raw_.issuer, Text::opt_incident_issuer, "ID");
  option(open, "--reason", raw_.reason, Text::opt_reason, "TEXT")->required();
  option(open, "--suspected-since", raw_.suspected_since, Text::opt_suspected_since, "INSTANT");
  option(open, "--degree", raw_.degree, Text::opt_degree, "DEGREE");

  CLI::App* lift = command(*incident, "lift", Text::cmd_incident_lift,
                           "meisai incident lift ID --reason \"it was our own test\"", [this] {
                             return IncidentLiftArguments{id<IncidentId>(raw_.id, "ID").value_or(IncidentId{}),
                                                          free_text(raw_.reason, "--reason")};
                           });
  option(lift, "id", raw_.id, Text::opt_id, "ID")->required();
  option(lift, "--reason", raw_.reason, Text::opt_reason, "TEXT")->required();
  command(*incident, "list", Text::cmd_incident_list, "meisai incident list", [] { return IncidentListArguments{}; });
}

/// A text of the person's own that is stored: one line, no control characters, no card number (I5).
std::string Reader::free_text(const std::string& text, const char* name) {
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  if (error_) return text;
  if (text.empty() || text.size() > 400 || !printable) {
    error_ = usage(std::string(name) + " takes one line of 1 to 400 bytes");
  } else if (pan::found_in(text)) {
    error_ = Error{.code = Code::pan_detected, .what = std::string(name) + " holds a card number; nothing was stored"};
  }
  return text;
}

TransactionFilter Reader::filter() {
  TransactionFilter made;
  made.from = value(raw_.from, "--from", parse_iso_date);
  made.to = value(raw_.to, "--to", parse_iso_date);
  made.month = value(raw_.month, "--month", parse_iso_month);
  made.card = id<CardId>(raw_.card, "--card");
  made.issuer = id<IssuerId>(raw_.issuer, "--issuer");
  made.after = id<TransactionId>(raw_.after, "--after");
  made.limit = value(raw_.limit, "--limit", [](const std::string& text) -> Result<std::size_t> {
    std::size_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size() || number == 0)
      return fail(Code::invalid_argument, "a whole number from 1 is needed");
    return number;
  });
  if (raw_.status == name_of(TransactionStatus::pending)) {
    made.status = TransactionStatus::pending;
  } else if (raw_.status == name_of(TransactionStatus::posted)) {
    made.status = TransactionStatus::posted;
  } else if (!raw_.status.empty() && !error_) {
    error_ = usage("--status is pending or posted");
  }
  if (made.from && made.to && *made.from > *made.to && !error_) error_ = usage("--from is later than --to");
  return made;
}

const CLI::App* Reader::deepest() const {
  const CLI::App* at = &app_;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

Error Reader::explain(const CLI::ParseError& error) const {
  const CLI::App* at = deepest();
  std::string path;
  for (const CLI::App* up = at; up != &app_; up = up->get_parent()) path.insert(0, up->get_name() + ' ');
  std::string remedy = say(Text::see_help, language_, {path});

  const std::vector<std::string> rest = app_.remaining(true);
  if (rest.empty()) return usage(error.what(), remedy);
  // Where a command is expected, the first word that is no option is it, mistyped.
  const auto word_like =
      std::find_if(rest.begin(), rest.end(), [](const std::string& t) { return !t.starts_with('-'); });
  const std::string& culprit = at == &app_ && word_like != rest.end() ? *word_like : rest.front();
  std::vector<std::string> candidates;
  const bool is_option = culprit.starts_with('-');
  for (const CLI::App* up = at; up != nullptr; up = up->get_parent()) {
    if (is_option) {
      for (const CLI::Option* known : up->get_options())
        for (const std::string& name : known->get_lnames()) candidates.push_back("--" + name);
    } else if (up == at) {
      for (const CLI::App* known : up->get_subcommands([](const CLI::App*) { return true; }))
        candidates.push_back(known->get_name());
    }
  }
  if (const auto near = nearest(culprit, candidates)) remedy = say(Text::did_you_mean, language_, {*near});
  const bool command_expected = !is_option && at == &app_;
  return usage(say(command_expected ? Text::unknown_command : Text::unknown_option, language_, {culprit}), remedy);
}

void Reader::read_global() {
  if (!raw_.store.empty()) global_.store = raw_.store;
  if (!raw_.key_file.empty()) global_.key_file = raw_.key_file;
  global_.now = value(raw_.now, "--now", parse_rfc3339);
  global_.json = global_.json || global_.json_lines;
  if (!raw_.lang.empty() && raw_.lang != "ja" && raw_.lang != "en" && !error_) error_ = usage("--lang is ja or en");
  global_.language = language_;
}

/// `--card ''` is most often a variable that was never set: to go on as if the option were not there would do
/// something else than what was asked for. An empty --since is the one that means something: the beginning.
void Reader::refuse_blank_values() {
  for (const CLI::App* up = deepest(); up != nullptr; up = up->get_parent())
    for (const CLI::Option* given : up->get_options([](const CLI::Option* o) { return o->count() > 0; }))
      for (const std::string& text : given->results())
        if (given->nonpositional() && given->get_lnames().front() != "since" && is_blank(text) && !error_)
          error_ = usage(given->get_name() + " needs a value that is not blank");
}

Invocation Reader::read(std::span<const std::string> arguments) {
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
    app_.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    read_global();
    return {global_, HelpText{app_.help()}};
  } catch (const CLI::ParseError& error) {
    read_global();
    return {global_, explain(error)};
  }
  read_global();
  refuse_blank_values();
  if (raw_.version) return {global_, Command(VersionArguments{})};
  if (arguments.empty()) return {global_, HelpText{app_.help()}};
  const CLI::App* at = deepest();
  for (const auto& [app, make] : makers_) {
    if (app != at) continue;
    Command made = make();
    if (error_) return {global_, *error_};
    return {global_, std::move(made)};
  }
  const std::string path = at == &app_ ? "" : at->get_name() + ' ';
  return {global_, usage("a command is missing", say(Text::see_help, language_, {path}))};
}

}  // namespace

Invocation parse(std::span<const std::string> arguments, Language fallback) {
  // The language decides in which words the parser speaks, so it is looked for before parsing.
  Language language = fallback;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const bool apart = arguments[i] == "--lang" && i + 1 < arguments.size();
    const std::string given = apart ? arguments[i + 1] : arguments[i];
    if (given == "--lang=ja" || (apart && given == "ja")) language = Language::ja;
    if (given == "--lang=en" || (apart && given == "en")) language = Language::en;
  }
  const bool json = std::find(arguments.begin(), std::find(arguments.begin(), arguments.end(), "--"), "--json") !=
                    std::find(arguments.begin(), arguments.end(), "--");
  Invocation read = Reader(language).read(arguments);
  read.global.json = read.global.json || json;  // also where parsing stopped before it was met
  return read;
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::vector<std::size_t> row;
  for (const std::string& candidate : candidates) {
    row.resize(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t changed = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace meisai::cli
