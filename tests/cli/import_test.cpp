// SPDX-License-Identifier: Apache-2.0
//
// `import` against the samples' written truth: every field that the contract shows, in a store and in a dry
// run, once and again. Then what a person may do wrong.
#include <algorithm>
#include <catch2/catch.hpp>

#include "meisai/kit.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

/// The rows of one issuer in the order of its document.
json in_file_order(const json& rows, const std::string& issuer) {
  json found = json::array();
  for (const json& row : rows)
    if (row.at("issuer") == issuer) found.push_back(row);
  std::sort(found.begin(), found.end(),
            [](const json& a, const json& b) { return a.at("source").at("row") < b.at("source").at("row"); });
  return found;
}

void check_transactions(const json& rows, const json& truth) {
  const json& expected = truth.at("transactions");
  REQUIRE(rows.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (const auto& [field, value] : expected[i].items()) {
      if (field == "card_key_text") continue;  // never shown
      INFO(truth.at("file") << " transaction " << i << " field " << field);
      CHECK(rows[i].at(field) == value);
    }
    CHECK_FALSE(rows[i].contains("card_key_text"));
    CHECK(rows[i].at("id").get<std::string>().size() <= 20);
    CHECK(rows[i].at("posting_date").is_null());
    CHECK(rows[i].at("source").at("channel") == "file");
    CHECK(rows[i].at("flags").is_array());
  }
}

void check_statement(const json& statement, const json& truth) {
  for (const auto& [field, value] : truth.at("statement").items()) {
    if (field == "note") continue;
    INFO(truth.at("file") << " statement field " << field);
    CHECK(statement.at(field) == value);
  }
  CHECK(statement.at("issuer") == truth.at("issuer"));
  CHECK(statement.at("transaction_count") == truth.at("transaction_count"));
  CHECK(statement.at("held_count") == 0);
  CHECK(statement.at("status") == "closed");
  CHECK(statement.at("currency") == "JPY");
  CHECK(statement.at("closing_date").is_null());
  if (truth.at("statement").at("balanced").is_null()) {
    CHECK(statement.at("difference_minor").is_null());
  } else {
    CHECK(statement.at("difference_minor") == 0);
  }
}

Words import_of(const Words& samples, const Words& options = {}) {
  Words words = {"--json", "import"};
  for (const std::string& name : samples) words.push_back(sample(name).string());
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

TEST_CASE("each sample becomes exactly what its truth says, once and again") {
  Household home;
  home.init();
  for (const std::string& name : sample_names()) {
    const json truth = truth_of(name);
    const Ran first = home.run(import_of({name}));
    INFO(first.err);
    REQUIRE(first.exit == 0);
    const json file = first.json().at("files").at(0);
    CHECK(file.at("path") == sample(name).string());
    CHECK(file.at("issuer") == truth.at("issuer"));
    CHECK(file.at("encoding") == truth.at("encoding"));
    CHECK(file.at("added") == truth.at("transaction_count"));
    for (const char* none : {"modified", "removed", "unchanged", "held", "rejected_count"}) CHECK(file.at(none) == 0);
    CHECK(file.at("rejected") == json::array());
    CHECK(file.at("unknown_columns") == json::array());
    CHECK(file.at("hold").is_null());
    REQUIRE(file.at("statements").size() == 1);
    check_statement(file.at("statements").at(0), truth);
  }
  const json all = home.run({"--json", "transactions"}).json();
  CHECK(all.at("truncated") == false);
  for (const std::string& name : sample_names()) {
    const json truth = truth_of(name);
    check_transactions(in_file_order(all.at("transactions"), truth.at("issuer")), truth);
  }
  const json statements = home.run({"--json", "statements"}).json().at("statements");
  REQUIRE(statements.size() == 3);
  for (const json& statement : statements)
    for (const std::string& name : sample_names())
      if (const json truth = truth_of(name); truth.at("issuer") == statement.at("issuer"))
        check_statement(statement, truth);

  const json changes = home.run({"--json", "changes"}).json();
  const Ran again = home.run(import_of(sample_names()));
  CHECK(again.exit == 0);
  const json files = again.json().at("files");
  for (const json& file : files) {
    for (const char* none : {"added", "modified", "removed", "held"}) CHECK(file.at(none) == 0);
    CHECK(file.at("statements").size() == 1);
  }
  CHECK(again.json().at("cursor") == changes.at("cursor"));
  CHECK(home.run({"--json", "changes"}).json() == changes);
  CHECK(home.run({"--json", "transactions"}).json() == all);
}

TEST_CASE("a dry run shows the same, needs no store and no key, and writes nothing") {
  Household home;
  const std::vector<std::string> before = files_below(home.folder());
  for (const std::string& name : sample_names()) {
    const json truth = truth_of(name);
    const Ran ran = home.bare(import_of({name}, {"--dry-run"}));
    REQUIRE(ran.exit == 0);
    const json document = ran.json();
    CHECK(document.at("dry_run") == true);
    CHECK(document.at("cursor").is_null());
    const json file = document.at("files").at(0);
    CHECK(file.at("added") == truth.at("transaction_count"));
    check_transactions(file.at("transactions"), truth);
    check_statement(file.at("statements").at(0), truth);
  }
  const Ran several = home.bare(import_of(sample_names(), {"--dry-run"}));
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(several.json().at("files").at(i).at("transactions").size() ==
          truth_of(sample_names()[i]).at("transaction_count"));
  CHECK(files_below(home.folder()) == before);
}

TEST_CASE("an open month becomes what its truth says, makes no statement, and comes again without a change") {
  const Words open_months = {"rakuten-current", "smbc-pending"};
  Household home;
  home.init();
  for (const std::string& name : open_months) {
    const json truth = truth_of(name);
    REQUIRE(truth.at("statement").is_null());
    const Ran first = home.run(import_of({name}));
    INFO(first.err);
    REQUIRE(first.exit == 0);
    const json file = first.json().at("files").at(0);
    CHECK(file.at("issuer") == truth.at("issuer"));
    CHECK(file.at("encoding") == truth.at("encoding"));
    CHECK(file.at("added") == truth.at("transaction_count"));
    for (const char* none : {"modified", "removed", "unchanged", "held", "rejected_count"}) CHECK(file.at(none) == 0);
    CHECK(file.at("unknown_columns") == json::array());
    CHECK(file.at("statements") == json::array());
    CHECK(file.at("hold").is_null());
  }
  const json all = home.run({"--json", "transactions"}).json();
  for (const std::string& name : open_months) {
    const json truth = truth_of(name);
    const json rows = in_file_order(all.at("transactions"), truth.at("issuer"));
    check_transactions(rows, truth);
    for (const json& row : rows) CHECK(row.at("statement_id").is_null());
  }
  CHECK(home.run({"--json", "statements"}).json().at("statements") == json::array());

  const json changes = home.run({"--json", "changes"}).json();
  CHECK(home.run(import_of(open_months)).exit == 0);
  CHECK(home.run({"--json", "changes"}).json() == changes);
  CHECK(home.run({"--json", "transactions"}).json() == all);

  for (const std::string& name : open_months) {
    Words dry = import_of({name}, {"--dry-run"});
    dry.insert(dry.begin(), {"--now", "2026-09-28T03:00:00Z"});
    const json file = home.bare(dry).json().at("files").at(0);
    check_transactions(file.at("transactions"), truth_of(name));
    CHECK(file.at("statements") == json::array());
  }
}

TEST_CASE("the same list taken in again after its month is over revises its rows, and adds none") {
  Household home;
  home.init();
  REQUIRE(home.run(import_of({"smbc-pending"})).exit == 0);  // in September, to be paid in November
  const auto at = [&home](const char* now, const Words& words) {
    Words all = {"--store", home.store().string(), "--key-file", (home.folder() / "key").string(), "--now", now};
    all.insert(all.end(), words.begin(), words.end());
    return home.bare(all).json();
  };
  CHECK(at("2026-11-30T14:59:59Z", import_of({"smbc-pending"})).at("files").at(0).at("modified") == 0);
  const json file = at("2026-11-30T15:00:00Z", import_of({"smbc-pending"})).at("files").at(0);  // December in Japan
  CHECK(file.at("added") == 0);
  CHECK(file.at("modified") == 8);
  CHECK(file.at("unchanged") == 6);
  const json rows = at("2026-11-30T15:00:00Z", {"--json", "transactions"}).at("transactions");
  REQUIRE(rows.size() == 14);
  for (const json& row : rows) {
    INFO(row.at("merchant_raw"));
    CHECK((row.at("status") == "posted") == !row.at("billed_minor").is_null());
  }
  CHECK(at("2026-12-02T00:00:00Z", import_of({"smbc-pending"})).at("files").at(0).at("unchanged") == 14);
}

TEST_CASE("a dry run's table is for people, in their language") {
  Household home;
  const std::string file = sample("jcb").string();
  const Ran english = home.bare({"import", "--dry-run", file});
  CHECK(english.exit == 0);
  CHECK(english.out.find("14 transactions, 106,995 used, 54,995 billed") != std::string::npos);
  CHECK(english.out.find("Statement 2026-10: computed 54,995, stated 54,995: ✓ balanced") != std::string::npos);
  CHECK(english.out.find("instalments 2/3") != std::string::npos);
  CHECK(english.out.find("2026-08-??") != std::string::npos);
  CHECK(english.err == "Dry run: nothing was stored.\n");
  const Ran japanese = home.bare({"--lang", "ja", "import", "--dry-run", file});
  CHECK(japanese.out.find("14 件、利用 106,995、請求 54,995") != std::string::npos);
  CHECK(japanese.out.find("✓ 一致") != std::string::npos);
  CHECK(japanese.out.find("分割 2/3") != std::string::npos);
  CHECK(home.bare({"--quiet", "import", "--dry-run", file}).err.empty());
}

TEST_CASE("one file that cannot be read is an error with its code and place") {
  Household home;
  const auto failure = [&](const std::string& path) {
    const Ran ran = home.bare({"--json", "import", "--dry-run", path});
    CHECK(ran.exit == 4);
    return ran.json().at("error");
  };
  const json missing = failure((home.folder() / "none.csv").string());
  CHECK(missing.at("code") == "document_unreadable");
  CHECK(missing.at("where").at("document").get<std::string>().find("none.csv") != std::string::npos);
  CHECK(missing.at("retry") == "after_user");
  CHECK(missing.at("next_allowed_at").is_null());
  CHECK_FALSE(missing.at("remedy").get<std::string>().empty());
  CHECK(failure(home.folder().string()).at("code") == "document_unreadable");
  CHECK(failure(home.write("letter.txt", "Dear Sir or Madam,\nno numbers here\n").string()).at("code") ==
        "document_not_recognized");
  const std::string nul("a,b\0c\n", 6);
  CHECK(failure(home.write("nul.csv", nul).string()).at("code") == "not_text");
  CHECK(failure(home.write("empty.csv", "").string()).contains("code"));

  const Ran plain = home.bare({"import", "--dry-run", (home.folder() / "none.csv").string()});
  CHECK(plain.out.empty());
  CHECK(plain.err.find("meisai: error: document_unreadable: ") == 0);
  CHECK(plain.err.find("\nmeisai: where: ") != std::string::npos);
  CHECK(plain.err.find("\nmeisai: hint: ") != std::string::npos);
  const Ran japanese = home.bare({"--lang", "ja", "import", "--dry-run", (home.folder() / "none.csv").string()});
  CHECK(japanese.err.find("meisai: error: document_unreadable: ファイルを読めません") == 0);
}

TEST_CASE("several files: each is answered for, and a mixture is 3") {
  Household home;
  const std::string bad = home.write("letter.txt", "nothing\n").string();
  const std::string good = sample("jcb").string();
  const Ran mixed = home.bare({"--json", "import", "--dry-run", bad, good});
  CHECK(mixed.exit == 3);
  CHECK(mixed.json().at("files").at(0).at("error").at("code") == "document_not_recognized");
  CHECK(mixed.json().at("files").at(1).at("added") == 14);
  CHECK_FALSE(mixed.json().contains("error"));
  const Ran all_bad = home.bare({"--json", "import", "--dry-run", bad, bad});
  CHECK(all_bad.exit == 4);
  CHECK(all_bad.json().at("files").size() == 2);
  CHECK(all_bad.json().at("error").at("code") == "document_not_recognized");
  const Ran plain = home.bare({"import", "--dry-run", bad, good});
  CHECK(plain.err.find("document_not_recognized") != std::string::npos);
  CHECK(plain.out.find("14 transactions") != std::string::npos);
}

TEST_CASE("rejected rows are shown with their place and leave with 3") {
  Household home;
  std::string bytes = bytes_of(sample("rakuten"));
  const std::size_t at = bytes.find("2026/08/30");
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 10, "2026/02/30");
  const std::string file = home.write("enavi202609(0000).csv", bytes).string();
  const Ran ran = home.bare({"--json", "import", "--dry-run", file});
  CHECK(ran.exit == 3);
  const json report = ran.json().at("files").at(0);
  REQUIRE(report.at("rejected_count") == 1);
  CHECK(report.at("rejected").at(0).at("code") == "date_not_valid");
  CHECK(report.at("rejected").at(0).at("row").get<int>() >= 2);
  CHECK(report.at("rejected").at(0).contains("column"));
  CHECK(report.at("rejected").at(0).at("message").get<std::string>().find("2026/02/30") == std::string::npos);
  CHECK(home.bare({"import", "--dry-run", file}).err.find("date_not_valid") != std::string::npos);
}

TEST_CASE("a statement that does not balance is said, and leaves with 3") {
  Household home;
  std::string bytes = bytes_of(sample("smbc"));
  const std::size_t at = bytes.find("50890");
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 5, "50891");
  const std::string file = home.write("202610.csv", bytes).string();
  const Ran ran = home.bare({"--json", "import", "--dry-run", file});
  CHECK(ran.exit == 3);
  CHECK(ran.json().at("files").at(0).at("statements").at(0).at("balanced") == false);
  CHECK(home.bare({"import", "--dry-run", file}).err.find("does not balance") != std::string::npos);
}

/// A second reader that claims every document: what the person must then decide.
class Claimant final : public Adapter {
 public:
  Claimant() {
    layout_.issuer = IssuerId("other_card");
    layout_.name_ja = "他カード";
    layout_.name_en = "Other Card";
    layout_.layout = "other_2026";
  }
  std::span<const LayoutInfo> layouts() const override { return {&layout_, 1}; }
  Recognition recognize(std::string_view, bool) const override { return {{{&layout_}}, {}}; }
  std::unique_ptr<DocumentReader> open(const LayoutInfo&) const override { return nullptr; }

 private:
  LayoutInfo layout_;
};

TEST_CASE("a file that two issuers' layouts fit is refused until --issuer says which") {
  Household home;
  home.wiring.memory_ports = [](std::optional<Instant> now) {
    EnginePorts ports = kit::memory_ports(now);
    ports.adapters.push_back(std::make_unique<Claimant>());
    return ports;
  };
  const std::string file = sample("jcb").string();
  const Ran ambiguous = home.bare({"--json", "import", "--dry-run", file});
  CHECK(ambiguous.exit == 4);
  CHECK(ambiguous.json().at("error").at("code") == "document_ambiguous");
  CHECK(home.bare({"import", "--dry-run", "--issuer", "jcb_card", file}).exit == 0);
  const Ran other = home.bare({"--json", "issuers", "show", "other_card"});
  CHECK(other.json().at("issuers").at(0).at("layouts").at(0).at("layout") == "other_2026");
}

TEST_CASE("Ctrl-C ends with 130 and stores nothing") {
  Household home;
  home.init();
  home.interrupted = true;
  const Ran ran = home.run(import_of(sample_names()));
  CHECK(ran.exit == 130);
  CHECK(ran.json().at("error").at("code") == "interrupted");
  home.interrupted = false;
  CHECK(home.run({"--json", "cards"}).json().at("cards").empty());
}

TEST_CASE("progress: a bar on a terminal, plain lines elsewhere, nothing in the results") {
  Household home;
  std::string bytes = bytes_of(sample("jcb"));
  const std::size_t row = bytes.rfind("\r\n", bytes.size() - 3) + 2;
  const std::string last = bytes.substr(row);
  while (bytes.size() < 3 * 1024 * 1024) bytes += last;
  const std::string file = home.write("202610meisai.csv", bytes).string();
  const Ran plain = home.bare({"--json", "import", "--dry-run", file});
  CHECK(plain.err.find("202610meisai.csv: ") != std::string::npos);
  CHECK(plain.err.find('\r') == std::string::npos);
  CHECK(plain.json().is_object());
  CHECK(home.bare({"--quiet", "--json", "import", "--dry-run", file}).err.empty());
  home.terminal = true;
  const Ran bar = home.bare({"import", "--dry-run", file});
  CHECK(bar.err.find("\r\x1b[K") != std::string::npos);
  CHECK(bar.err.find("█") != std::string::npos);
}

}  // namespace
}  // namespace meisai::cli::test
