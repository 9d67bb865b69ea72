// SPDX-License-Identifier: Apache-2.0
//
// Every command with its options, its help and what it becomes. One table for the whole program: a command is
// added here and in arguments.h, and then does not compile until somebody executes it.
#include <CLI/CLI.hpp>

#include "apps/meisai/argument_reader.h"

namespace meisai::cli {

Reader::Reader(Language language) : language_(language), app_(std::make_unique<CLI::App>()) { declare(); }
Reader::~Reader() = default;

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
  app_->name("meisai");
  app_->description(word(Text::about));
  app_->footer(word(Text::about_footer));
  app_->require_subcommand(0, 1);
  app_->get_formatter()->label("Usage", word(Text::label_usage));
  app_->get_formatter()->label("Positionals", word(Text::label_arguments));
  app_->get_formatter()->label("SUBCOMMAND", "COMMAND");
  app_->set_help_flag("-h,--help", word(Text::opt_help))->group(word(Text::label_global));
  declare_global();

  CLI::App* demo = command(*app_, "demo", Text::cmd_demo, "meisai demo", [this] {
    return DemoArguments{
        value(raw_.samples, "--samples", [](const std::string& t) { return Result<std::filesystem::path>(t); })};
  });
  option(demo, "--samples", raw_.samples, Text::opt_samples, "DIR");

  CLI::App* init = command(*app_, "init", Text::cmd_init, "meisai init --new-key-file ~/meisai.key", [this] {
    InitArguments made{.simulated = raw_.simulated};
    if (!raw_.new_key_file.empty()) made.new_key_file = raw_.new_key_file;
    if (!raw_.key_ring.empty()) made.key_ring = raw_.key_ring;
    if (raw_.mode == "operator") {
      made.mode = Mode::operator_;
    } else if (!raw_.mode.empty() && raw_.mode != "personal") {
      wrong("--mode is personal or operator");
    }
    return made;
  });
  option(init, "--new-key-file", raw_.new_key_file, Text::opt_new_key_file, "FILE");
  option(init, "--mode", raw_.mode, Text::opt_mode, "MODE");
  flag(init, "--simulated", raw_.simulated, Text::opt_simulated);
  option(init, "--keyring", raw_.key_ring, Text::opt_keyring, "FILE");

  command(*app_, "status", Text::cmd_status, "meisai status", [] { return StatusArguments{}; });

  declare_issuers();
  declare_linked();

  CLI::App* import = command(*app_, "import", Text::cmd_import, "meisai import --dry-run 202610.csv", [this] {
    ImportArguments made{
        .issuer = id<IssuerId>(raw_.issuer, "--issuer"), .new_card = raw_.new_card, .dry_run = raw_.dry_run};
    if (raw_.new_card && !raw_.card.empty()) wrong(word(Text::card_or_new_card));
    made.files.assign(raw_.files.begin(), raw_.files.end());
    if (!raw_.card.empty()) made.card = free_text(raw_.card, "--card");
    return made;
  });
  import->add_option("files", raw_.files, word(Text::opt_files))->type_name("FILE")->required();
  option(import, "--issuer", raw_.issuer, Text::opt_import_issuer, "ID");
  option(import, "--card", raw_.card, Text::opt_import_card, "LABEL");
  flag(import, "--new-card", raw_.new_card, Text::opt_new_card);
  flag(import, "--dry-run", raw_.dry_run, Text::opt_dry_run);

  declare_reading();
  declare_incidents();
  declare_holds();
  CLI::App* doctor =
      command(*app_, "doctor", Text::cmd_doctor, "meisai doctor", [this] { return DoctorArguments{raw_.prune}; });
  flag(doctor, "--prune", raw_.prune, Text::opt_prune);
  command(*app_, "version", Text::cmd_version, "meisai version --json", [] { return VersionArguments{}; });
}

void Reader::declare_global() {
  const std::string group = word(Text::label_global);
  option(app_.get(), "--store", raw_.store, Text::opt_store, "DIR")->group(group);
  option(app_.get(), "--key-file", raw_.key_file, Text::opt_key_file, "FILE")->group(group);
  app_->add_flag("--json", global_.json, word(Text::opt_json))->group(group);
  option(app_.get(), "--lang", raw_.lang, Text::opt_lang, "ja|en")->group(group);
  app_->add_flag("--quiet,-q", global_.quiet, word(Text::opt_quiet))->group(group);
  app_->add_flag("--no-color", global_.no_color, word(Text::opt_no_color))->group(group);
  app_->add_flag("--no-input", global_.no_input, word(Text::opt_no_input))->group(group);
  option(app_.get(), "--now", raw_.now, Text::opt_now, "INSTANT")->group(group);
  app_->add_flag("--version", raw_.version, word(Text::opt_version))->group(group);
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
  declare_cards();
  CLI::App* statements =
      command(*app_, "statements", Text::cmd_statements, "meisai statements", [] { return StatementsArguments{}; });
  CLI::App* explain = command(*statements, "show", Text::cmd_statements_show, "meisai statements show ID", [this] {
    return StatementArguments{id<StatementId>(raw_.id, "ID").value_or(StatementId{})};
  });
  option(explain, "id", raw_.id, Text::opt_id, "ID")->required();

  declare_transactions();

  command(*app_, "upcoming", Text::cmd_upcoming, "meisai upcoming", [] { return UpcomingArguments{}; });
  CLI::App* changes = command(*app_, "changes", Text::cmd_changes, "meisai changes --json --since CURSOR", [this] {
    ChangesArguments made{.since = raw_.since};
    if (const TransactionFilter f = filter(); f.limit) made.limit = *f.limit;
    return made;
  });
  option(changes, "--since", raw_.since, Text::opt_since, "CURSOR");
  option(changes, "--limit", raw_.limit, Text::opt_limit, "N");
  command(*app_, "coverage", Text::cmd_coverage, "meisai coverage", [] { return CoverageArguments{}; });

  CLI::App* write =
      command(*app_, "export", Text::cmd_export, "meisai export hledger --month 2026-08 --out august.journal", [this] {
        ExportArguments made{.target = raw_.target, .filter = filter()};
        if (!raw_.out.empty()) made.out = raw_.out;
        return made;
      });
  write->add_option("target", raw_.target, say(Text::opt_target, language_, {"hledger, csv, jsonl"}))
      ->type_name("TARGET")
      ->required();
  filter_options(write);
  option(write, "--out", raw_.out, Text::opt_out, "FILE");

  CLI::App* audit = command(*app_, "audit", Text::cmd_audit, "meisai audit verify");
  command(*audit, "list", Text::cmd_audit_list, "meisai audit list --json", [] { return AuditListArguments{}; });
  command(*audit, "verify", Text::cmd_audit_verify, "meisai audit verify", [] { return AuditVerifyArguments{}; });
}

void Reader::declare_transactions() {
  CLI::App* list = command(*app_, "transactions", Text::cmd_transactions, "meisai transactions --month 2026-08",
                           [this] { return TransactionsArguments{filter()}; });
  filter_options(list);
  option(list, "--limit", raw_.limit, Text::opt_limit, "N");
  option(list, "--after", raw_.after, Text::opt_after, "ID");
  flag(list, "--ignored", raw_.ignored, Text::opt_ignored);
  flag(list, "--json-lines", global_.json_lines, Text::opt_json_lines);
  CLI::App* show = command(*list, "show", Text::cmd_transactions_show, "meisai transactions show ID --why", [this] {
    return TransactionArguments{id<TransactionId>(raw_.id, "ID").value_or(TransactionId{}), raw_.why};
  });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();
  flag(show, "--why", raw_.why, Text::opt_why);

  const auto named = [this] { return id<TransactionId>(raw_.id, "ID").value_or(TransactionId{}); };
  CLI::App* edit = command(*list, "edit", Text::cmd_transactions_edit,
                           "meisai transactions edit ID --category 食費 --tag 立替 --note \"with Hana\"");
  makers_.emplace_back(edit, [this, edit, named] { return EditArguments{named(), user_edit(*edit)}; });
  option(edit, "id", raw_.id, Text::opt_id, "ID")->required();
  option(edit, "--note", raw_.note, Text::opt_note, "TEXT");
  option(edit, "--category", raw_.category, Text::opt_category, "TEXT");
  edit->add_option("--tag", raw_.tags, word(Text::opt_tag))
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->group(word(Text::label_options));
  flag(edit, "--no-tags", raw_.no_tags, Text::opt_no_tags);
  option(edit, "--merchant", raw_.merchant, Text::opt_merchant, "TEXT");
  flag(edit, "--ignore", raw_.ignore, Text::opt_ignore);
  flag(edit, "--no-ignore", raw_.no_ignore, Text::opt_no_ignore);
  CLI::App* undo = command(*list, "undo", Text::cmd_transactions_undo, "meisai transactions undo ID",
                           [named] { return UndoEditArguments{named()}; });
  option(undo, "id", raw_.id, Text::opt_id, "ID")->required();
}

void Reader::declare_cards() {
  CLI::App* cards = command(*app_, "cards", Text::cmd_cards, "meisai cards", [] { return CardsArguments{}; });
  CLI::App* join = command(*cards, "join", Text::cmd_cards_join, "meisai cards join CARD OTHER", [this] {
    return CardsJoinArguments{id<CardId>(raw_.card, "CARD").value_or(CardId{}),
                              id<CardId>(raw_.other, "OTHER").value_or(CardId{})};
  });
  option(join, "card", raw_.card, Text::opt_join_card, "CARD")->required();
  option(join, "other", raw_.other, Text::opt_join_other, "OTHER")->required();

  CLI::App* suggestions = command(*app_, "suggestions", Text::cmd_suggestions, "meisai suggestions",
                                  [this] { return SuggestionsArguments{raw_.all}; });
  flag(suggestions, "--all", raw_.all, Text::opt_suggestions_all);
  const auto decision = [&](const char* name, Text about, const char* example, bool accept) {
    CLI::App* decide = command(*suggestions, name, about, example, [this, accept] {
      return DecideArguments{id<SuggestionId>(raw_.id, "ID").value_or(SuggestionId{}), accept};
    });
    option(decide, "id", raw_.id, Text::opt_id, "ID")->required();
  };
  decision("accept", Text::cmd_suggestions_accept, "meisai suggestions accept ID", true);
  decision("refuse", Text::cmd_suggestions_refuse, "meisai suggestions refuse ID", false);
}

void Reader::declare_issuers() {
  CLI::App* issuers =
      command(*app_, "issuers", Text::cmd_issuers, "meisai issuers show jcb_card", [] { return IssuersArguments{}; });
  CLI::App* show = command(*issuers, "show", Text::cmd_issuers_show, "meisai issuers show jcb_card",
                           [this] { return IssuersArguments{id<IssuerId>(raw_.id, "ID")}; });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();

  CLI::App* enter =
      command(*issuers, "register", Text::cmd_issuers_register,
              "meisai --key-file ~/meisai.key issuers register sakura_card --profile sakura_card.toml \\\n"
              "    --client-id abc123 --key-file ~/sakura-client.pem",
              [this] {
                IssuersRegisterArguments made{.issuer = id<IssuerId>(raw_.id, "ID").value_or(IssuerId{}),
                                              .profile = raw_.profile,
                                              .client_id = free_text(raw_.client_id, "--client-id"),
                                              .client_key = {},
                                              .key_id = raw_.key_id.empty() ? "" : free_text(raw_.key_id, "--key-id")};
                if (!raw_.client_key_file.empty()) made.client_key = raw_.client_key_file;
                return made;
              });
  option(enter, "id", raw_.id, Text::opt_id, "ID")->required();
  option(enter, "--profile", raw_.profile, Text::opt_profile, "FILE")->required();
  option(enter, "--client-id", raw_.client_id, Text::opt_client_id, "ID")->required();
  option(enter, "--key-file", raw_.client_key_file, Text::opt_client_key_file, "PEM");
  option(enter, "--key-id", raw_.key_id, Text::opt_key_id, "KID");
}

void Reader::link_options(CLI::App* to) {
  flag(to, "--no-browser", raw_.no_browser, Text::opt_no_browser);
  option(to, "--end-terms", raw_.end_terms, Text::opt_end_terms, "TERMS");
  option(to, "--accept", raw_.accept, Text::opt_accept, "HASH");
}

void Reader::declare_linked() {
  CLI::App* link = command(*app_, "link", Text::cmd_link, "meisai link sakura_card", [this] {
    return LinkArguments{id<IssuerId>(raw_.issuer, "ISSUER").value_or(IssuerId{}), raw_.another, link_choices()};
  });
  option(link, "issuer", raw_.issuer, Text::opt_link_issuer, "ISSUER")->required();
  flag(link, "--another", raw_.another, Text::opt_another);
  link_options(link);

  CLI::App* connections =
      command(*app_, "connections", Text::cmd_connections, "meisai connections", [] { return ConnectionsArguments{}; });
  CLI::App* show = command(*connections, "show", Text::cmd_connections_show, "meisai connections show ID",
                           [this] { return ConnectionsArguments{id<ConnectionId>(raw_.id, "ID")}; });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();

  CLI::App* sync = command(*app_, "sync", Text::cmd_sync, "meisai sync", [this] {
    SyncArguments made;
    for (const std::string& text : raw_.connections)
      if (auto one = id<ConnectionId>(text, "CONNECTION")) made.connections.push_back(std::move(*one));
    return made;
  });
  sync->add_option("connections", raw_.connections, word(Text::opt_sync_connections))->type_name("CONNECTION");
  declare_consents();
}

void Reader::declare_consents() {
  CLI::App* consent = command(*app_, "consent", Text::cmd_consent, "meisai consent list");
  command(*consent, "list", Text::cmd_consent_list, "meisai consent list", [] { return ConsentListArguments{}; });
  const auto named = [this] { return id<ConsentId>(raw_.id, "ID").value_or(ConsentId{}); };
  CLI::App* show = command(*consent, "show", Text::cmd_consent_show, "meisai consent show ID",
                           [named] { return ConsentShowArguments{named()}; });
  option(show, "id", raw_.id, Text::opt_id, "ID")->required();

  CLI::App* renew = command(*consent, "renew", Text::cmd_consent_renew, "meisai consent renew ID",
                            [this, named] { return ConsentRenewArguments{named(), link_choices()}; });
  option(renew, "id", raw_.id, Text::opt_id, "ID")->required();
  link_options(renew);

  CLI::App* revoke =
      command(*consent, "revoke", Text::cmd_consent_revoke, "meisai consent revoke ID --held keep", [this, named] {
        return ConsentRevokeArguments{named(), end_terms(raw_.held, "--held").value_or(EndTerms::keep)};
      });
  option(revoke, "id", raw_.id, Text::opt_id, "ID")->required();
  option(revoke, "--held", raw_.held, Text::opt_held, "TERMS")->required();
}

void Reader::declare_incidents() {
  CLI::App* incident = command(*app_, "incident", Text::cmd_incident, "meisai incident list");
  CLI::App* open = command(*incident, "open", Text::cmd_incident_open,
                           "meisai incident open --issuer jcb_card --reason \"strange mail\"",
                           [this] { return IncidentOpenArguments{incident_request()}; });
  flag(open, "--all", raw_.all, Text::opt_all);
  option(open, "--issuer", raw_.issuer, Text::opt_incident_issuer, "ID");
  option(open, "--connection", raw_.connection, Text::opt_incident_connection, "ID");
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

}  // namespace meisai::cli
