// SPDX-License-Identifier: Apache-2.0
//
// Commands that read: the JSON shapes of the contract, field by field, and the tables beside them.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>

#include "apps/meisai/table.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

void has_fields(const json& object, const std::set<std::string>& fields) {
  for (const std::string& field : fields) {
    INFO(object.dump(1) << "\nfield " << field);
    CHECK(object.contains(field));
  }
}

/// A household that imported the three samples.
struct Settled : Household {
  Settled() {
    init();
    Words words = {"import"};
    for (const std::string& name : sample_names()) words.push_back(sample(name).string());
    REQUIRE(run(words).exit == 0);
  }
  json read(Words words) {
    words.insert(words.begin(), "--json");
    const Ran ran = run(words);
    INFO(ran.err);
    REQUIRE(ran.exit == 0);
    CHECK(ran.err.empty());
    return ran.json();
  }
};

TEST_CASE("shapes of everything that reads") {
  Settled home;
  const json transaction = home.read({"transactions"}).at("transactions").at(0);
  has_fields(transaction, {"id",
                           "issuer",
                           "card_id",
                           "card_label",
                           "statement_id",
                           "date",
                           "date_precision",
                           "posting_date",
                           "merchant_raw",
                           "merchant_normalized",
                           "kind",
                           "amount_minor",
                           "billed_minor",
                           "currency",
                           "payment_type",
                           "installment_index",
                           "installment_count",
                           "status",
                           "foreign",
                           "flags",
                           "source"});
  has_fields(transaction.at("source"), {"channel", "document", "layout", "row"});

  const json statement = home.read({"statements"}).at("statements").at(0);
  has_fields(statement,
             {"id", "issuer", "card_id", "billing_month", "billing_month_source", "closing_date", "payment_due_date",
              "status", "stated_total_minor", "subtotals", "components", "computed_total_minor", "currency", "balanced",
              "difference_minor", "transaction_count", "held_count"});

  const json cards = home.read({"cards"}).at("cards");
  CHECK(cards.size() == 6);
  has_fields(cards.at(0), {"id", "issuer", "label", "last4", "kind", "connections"});
  CHECK(cards.at(0).at("connections").is_array());

  const json upcoming = home.read({"upcoming"});
  REQUIRE(upcoming.at("debits").size() == 3);
  has_fields(upcoming.at("debits").at(0),
             {"issuer", "statement_id", "billing_month", "payment_due_date", "amount_minor", "currency", "balanced",
              "card_labels", "certainty", "due_is_expected", "pending_minor", "card_ids", "used_from", "used_to"});
  REQUIRE_FALSE(upcoming.at("remainders").empty());
  has_fields(upcoming.at("remainders").at(0), {"transaction_id", "card_label", "merchant_normalized", "payment_type",
                                               "remaining_parts", "remaining_minor", "currency", "certainty", "parts"});
  REQUIRE_FALSE(upcoming.at("months").empty());
  has_fields(upcoming.at("months").at(0), {"month", "currency", "amount_minor", "certainty", "more_unknown", "cards"});

  const json changes = home.read({"changes"});
  has_fields(changes, {"changes", "cursor", "has_more"});
  has_fields(changes.at("changes").at(0), {"position", "change", "entity", "id", "reason"});

  const json coverage = home.read({"coverage"}).at("cards");
  has_fields(coverage.at(0), {"card_id", "ranges", "gaps", "not_looked", "issuer_gives_no_more", "grows_from",
                              "statements", "known_to", "looked_at", "newest_use", "quiet_since", "missing_statement"});
  has_fields(coverage.at(0).at("ranges").at(0), {"from", "to", "channel", "certainty"});

  const json status = home.read({"status"});
  has_fields(status, {"store", "mode", "simulated", "connections", "freshness", "cards", "next_debits", "months",
                      "problems", "quarantined"});
  CHECK(status.at("simulated") == true);
  CHECK(status.at("mode") == "personal");

  const json issuers = home.read({"issuers"}).at("issuers");
  CHECK(issuers.size() == 3);
  has_fields(issuers.at(0), {"id", "name_ja", "name_en", "layouts"});
  has_fields(issuers.at(0).at("layouts").at(0), {"layout", "certainty", "since"});
  CHECK(home.read({"issuers", "show", "smbc_card"}).at("issuers").size() == 1);
}

TEST_CASE("filters choose rows; an unknown id is 5") {
  Settled home;
  const auto count = [&](const Words& words) {
    Words all = {"transactions"};
    all.insert(all.end(), words.begin(), words.end());
    return home.read(all).at("transactions").size();
  };
  CHECK(count({}) == 45);
  CHECK(count({"--issuer", "jcb_card"}) == 14);
  CHECK(count({"--from", "2026-08-21", "--to", "2026-08-21", "--issuer", "smbc_card"}) == 2);
  CHECK(count({"--status", "pending"}) == 0);
  const std::string card = home.read({"cards"}).at("cards").at(0).at("id");
  const json rows = home.read({"transactions", "--card", card}).at("transactions");
  for (const json& row : rows) CHECK(row.at("card_id") == card);
  const json july = home.read({"transactions", "--month", "2026-07"}).at("transactions");
  for (const json& row : july)
    CHECK((row.at("date").is_null() || row.at("date").get<std::string>().starts_with("2026-07")));
  CHECK(home.run({"transactions", "--card", "nosuchcard"}).exit == 5);
  CHECK(home.run({"transactions", "show", "nosuchrow"}).exit == 5);
  CHECK(home.run({"issuers", "show", "nosuchissuer"}).exit == 5);
  const Ran none = home.run({"transactions", "--month", "2020-01"});
  CHECK(none.exit == 0);
  CHECK(none.out.empty());
}

TEST_CASE("a long list can be read in pieces") {
  Settled home;
  std::vector<json> rows;
  std::string after;
  for (int pages = 0; pages < 10; ++pages) {
    Words words = {"transactions", "--limit", "10"};
    if (!after.empty()) words.insert(words.end(), {"--after", after});
    const json page = home.read(words);
    for (const json& row : page.at("transactions")) rows.push_back(row);
    after = rows.back().at("id");
    if (page.at("truncated") == false) break;
  }
  CHECK(json(rows) == home.read({"transactions"}).at("transactions"));
}

TEST_CASE("--json-lines: one object a line, a summary last") {
  Settled home;
  const Ran ran = home.run({"transactions", "--json-lines"});
  REQUIRE(ran.exit == 0);
  std::istringstream stream(ran.out);
  std::vector<json> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  REQUIRE(lines.size() == 46);
  CHECK(lines.front().at("message_type") == "transaction");
  CHECK(lines.back().at("message_type") == "summary");
  CHECK(lines.back().at("transactions") == 45);
  CHECK(lines.back().at("truncated") == false);
}

TEST_CASE("changes can be followed from a cursor") {
  Settled home;
  const json first = home.read({"changes", "--limit", "5"});
  CHECK(first.at("changes").size() == 5);
  CHECK(first.at("has_more") == true);
  const json rest = home.read({"changes", "--since", first.at("cursor")});
  CHECK(rest.at("changes").at(0).at("position") == 6);
  CHECK(rest.at("has_more") == false);
  const json end = home.read({"changes", "--since", rest.at("cursor")});
  CHECK(end.at("changes").empty());
  CHECK(end.at("cursor") == rest.at("cursor"));
  CHECK(home.run({"changes", "--since", "foreign"}).exit == 2);
}

TEST_CASE("a cursor that the feed has forgotten: exit 5, and a cursor to go on from after reading anew") {
  Settled home;
  const std::string old = home.read({"changes", "--limit", "5"}).at("cursor");
  const auto later = [&](Words words) {
    words.insert(words.begin(), {"--json", "--store", home.store().string(), "--key-file",
                                 (home.folder() / "key").string(), "--now", "2028-01-01T03:00:00Z"});
    return home.bare(words);
  };
  const Ran pruned = later({"doctor", "--prune"});
  CHECK(pruned.exit == 0);
  CHECK(pruned.json().at("changes_pruned") > 40);
  const Ran too_old = later({"changes", "--since", old});
  CHECK(too_old.exit == 5);
  const json error = too_old.json().at("error");
  CHECK(error.at("code") == "cursor_too_old");
  const Ran again = later({"changes", "--since", error.at("restart_cursor").get<std::string>()});
  CHECK(again.exit == 0);
  CHECK(again.json().at("changes").empty());
  CHECK_FALSE(home.run({"--json", "transactions", "show", "nosuchrow"}).json().at("error").contains("restart_cursor"));
}

TEST_CASE("one transaction, and why it is that one") {
  Settled home;
  const json twins = home.read({"transactions", "--from", "2026-08-21", "--to", "2026-08-21", "--issuer", "smbc_card"});
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string id = twins.at("transactions").at(i).at("id");
    const json shown = home.read({"transactions", "show", id, "--why"});
    CHECK(shown.at("transactions").at(0) == twins.at("transactions").at(i));
    CHECK(shown.at("why").at("equal_rows") == 2);
    CHECK(shown.at("why").at("occurrence") == i + 1);
    CHECK_FALSE(home.read({"transactions", "show", id}).contains("why"));
    const Ran plain = home.run({"transactions", "show", id, "--why"});
    CHECK(plain.out.find("number " + std::to_string(i + 1) + " of 2") != std::string::npos);
    CHECK(plain.out.find("document ") != std::string::npos);
    CHECK(plain.out.find("payment plan") == std::string::npos);  // it may change: a purchase becomes revolving
    CHECK(home.run({"--lang", "ja", "transactions", "show", id, "--why"}).out.find("原文・金額・通貨") !=
          std::string::npos);
  }
}

TEST_CASE("a statement explained: sums, shares, components, in JSON and in both languages") {
  Settled home;
  for (const json& statement : home.read({"statements"}).at("statements")) {
    const std::string id = statement.at("id");
    const json shown = home.read({"statements", "show", id});
    has_fields(shown, {"statements", "sums", "transactions", "no_longer_listed", "rejected", "holds"});
    CHECK(shown.at("statements").at(0) == statement);
    CHECK(shown.at("transactions").size() == statement.at("transaction_count"));
    std::int64_t billed = 0;
    for (const json& row : shown.at("transactions"))
      if (!row.at("billed_minor").is_null()) billed += row.at("billed_minor").get<std::int64_t>();
    for (const json& component : statement.at("components")) billed += component.at("amount_minor").get<std::int64_t>();
    CHECK(billed == statement.at("computed_total_minor"));
    REQUIRE_FALSE(shown.at("sums").empty());
    for (const json& sum : shown.at("sums")) CHECK(sum.at("difference_minor") == 0);
    const Ran english = home.run({"statements", "show", id});
    const Ran japanese = home.run({"--lang", "ja", "statements", "show", id});
    CHECK(english.out.find("Stated") != std::string::npos);
    CHECK(japanese.out.find("合計の照合") != std::string::npos);
  }
  CHECK(home.run({"statements", "show", "nosuchstatement"}).exit == 5);
}

TEST_CASE("what will be debited adds up by month") {
  Settled home;
  const json upcoming = home.read({"upcoming"});
  std::map<std::string, std::int64_t> debited, by_month;
  for (const json& debit : upcoming.at("debits"))
    debited[debit.at("billing_month").get<std::string>()] += debit.at("amount_minor").get<std::int64_t>();
  for (const json& month : upcoming.at("months")) {
    std::int64_t cards = 0;
    for (const json& card : month.at("cards")) cards += card.at("amount_minor").get<std::int64_t>();
    CHECK(cards == month.at("amount_minor"));
    if (!month.at("month").is_null()) by_month[month.at("month").get<std::string>()] = month.at("amount_minor");
  }
  for (const auto& [month, amount] : debited) CHECK(by_month.at(month) >= amount);
  const Ran plain = home.run({"upcoming"});
  CHECK(plain.out.find("stated by the card company") != std::string::npos);
  CHECK(plain.out.find("By month") != std::string::npos);
  CHECK(home.run({"--lang", "ja", "upcoming"}).out.find("月別の合計") != std::string::npos);
}

TEST_CASE("tables in both languages, without colours where nobody sees them") {
  Settled home;
  const std::vector<Words> reading = {{"status"},  {"cards"},    {"statements"}, {"transactions"}, {"upcoming"},
                                      {"changes"}, {"coverage"}, {"issuers"},    {"audit", "list"}};
  for (const Words& words : reading) {
    CAPTURE(words);
    const Ran english = home.run(words);
    Words in_japanese = {"--lang", "ja"};
    in_japanese.insert(in_japanese.end(), words.begin(), words.end());
    const Ran japanese = home.run(in_japanese);
    CHECK(english.exit == 0);
    CHECK(japanese.exit == 0);
    CHECK(english.out != japanese.out);
    CHECK(english.out.find('\x1b') == std::string::npos);
  }
  CHECK(home.run({"upcoming"}).out.find("2026-10-13") != std::string::npos);
  CHECK(home.run({"upcoming"}).out.find("Total 174,028") != std::string::npos);
  CHECK(home.run({"--lang", "ja", "statements"}).out.find("三井住友カード") != std::string::npos);
}

TEST_CASE("colours on a terminal, unless they are not wanted; and lines that fit it") {
  Settled home;
  home.terminal = true;
  const auto colored = [&](const Words& words) { return home.run(words).out.find('\x1b') != std::string::npos; };
  CHECK(colored({"statements"}));
  CHECK_FALSE(colored({"--no-color", "statements"}));
  CHECK_FALSE(colored({"--json", "statements"}));
  home.variables["NO_COLOR"] = "1";
  CHECK_FALSE(colored({"statements"}));
  home.variables.erase("NO_COLOR");
  home.variables["TERM"] = "dumb";
  CHECK_FALSE(colored({"statements"}));

  home.columns = 80;
  std::istringstream lines(home.run({"transactions"}).out);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(display_width(line) <= 80);
  }
}

TEST_CASE("export: to stdout, to a file, never two documents at once") {
  Settled home;
  const Ran csv = home.run({"export", "csv"});
  CHECK(csv.exit == 0);
  CHECK(csv.err.find("Wrote 45 transactions") != std::string::npos);
  const Ran lines = home.run({"export", "jsonl", "--issuer", "jcb_card"});
  CHECK(lines.exit == 0);
  CHECK_FALSE(lines.out.empty());

  const std::string file = (home.folder() / "cards.journal").string();
  CHECK(home.run({"export", "hledger", "--out", file}).exit == 0);
  CHECK(bytes_of(file) == home.run({"export", "hledger"}).out);
  CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::others_all) ==
        std::filesystem::perms::none);
  const json report = home.read({"export", "hledger", "--out", file});
  CHECK(report.at("export").at("target") == "hledger");
  CHECK(report.at("export").at("transactions") == 45);
  CHECK(home.run({"--json", "export", "hledger"}).exit == 2);
  CHECK(home.run({"export", "punchcards"}).exit == 2);
  CHECK(home.run({"export", "csv", "--out", (home.folder() / "no" / "such" / "folder.csv").string()}).exit == 16);
}

TEST_CASE("an export never replaces what the store needs") {
  Settled home;
  namespace fs = std::filesystem;
  const std::string key = bytes_of(home.folder() / "key"), ring = bytes_of(home.folder() / "keyring");
  const std::vector<std::string> before = files_below(home.store());
  fs::create_symlink(home.folder() / "key", home.folder() / "link-to-key");
  fs::create_directory_symlink(home.store(), home.folder() / "link-to-store");
  for (const fs::path& file :
       {home.folder() / "key", home.folder() / "keyring", home.folder() / "link-to-key", home.store() / "out.csv",
        home.store() / "control.db", home.store() / "vaults" / ".." / "out.csv", home.folder() / "link-to-store" / "x",
        home.store() / "no" / "such" / "folder.csv"}) {
    INFO(file);
    const Ran ran = home.run({"--json", "export", "csv", "--out", file.string()});
    CHECK(ran.exit == 2);
    CHECK(ran.json().at("error").at("code") == "invalid_argument");
  }
  CHECK(bytes_of(home.folder() / "key") == key);
  CHECK(bytes_of(home.folder() / "keyring") == ring);
  CHECK(files_below(home.store()) == before);
  CHECK(home.run({"status"}).exit == 0);
  CHECK(home.run({"export", "csv", "--out", (home.folder() / "store.csv").string()}).exit == 0);
}

TEST_CASE("an empty store says what to do next") {
  Household home;
  home.init();
  for (const char* command : {"cards", "statements"}) {
    const Ran ran = home.run({command});
    CHECK(ran.exit == 0);
    CHECK(ran.out.empty());
    CHECK(ran.err.find("meisai import") != std::string::npos);
  }
  CHECK(home.run({"upcoming"}).out.find("Nothing is due.") != std::string::npos);
  CHECK(home.run({"status"}).exit == 0);
  CHECK(
      home.run({"--json", "transactions"}).json() ==
      json{{"transactions", json::array()}, {"truncated", false}, {"cutoff_open", false}, {"withheld", json::array()}});
}

}  // namespace
}  // namespace meisai::cli::test
