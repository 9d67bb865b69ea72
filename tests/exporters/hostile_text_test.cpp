// SPDX-License-Identifier: Apache-2.0
//
// Names that try to become something else: a journal's code, status, comment or tag, a second line, an
// account of its own, a spreadsheet's formula. hledger and Python's csv and json modules read them back.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "exporters/csv/columns.h"
#include "tests/exporters/sample_ledger.h"

namespace meisai {
namespace {

using Json = nlohmann::json;

const std::vector<std::string> hostile_names{
    "(株)見本商店",
    "* starred",
    "! flagged",
    "見本; meisai-id:FORGED, kind:settlement",
    "payee | note",
    "a\n2026-01-01 * (X) forged\n    資産:普通預金  1 JPY\n    費用:未分類  -1 JPY\n",
    "a\r\nb\tc",
    "=SUM(A1:A9)",
    "  =cmd|' /C calc'!A0",
    "\t=1+1",
    "\r@import",
    "　+81モバイル",
    "-10%クーポン館",
    "@ｶﾌｪ ﾅｶﾞﾔ",
    "「\"引用\"書房」",
    "カフェ, ド・パン",
    "🍣すし処みなと 👨‍👩‍👧",
    "𠮷田食堂",
    "abc\xE2\x80\xAEtxt.exe\xE2\x80\xAC",  // right-to-left override
    "a\xE2\x80\xA8"
    "b\xE2\x80\xA9"
    "c\xC2\x85"
    "d",  // separators that are not LF
    "broken \xFF\xC0\xAF bytes",
    "[2026-01-01]",
    "date:2026-01-01 comment",
    "{}",
    "\\\"\\n",
    "",
    "   ",
};

test::Ledger hostile_ledger() {
  test::Ledger ledger;
  for (std::size_t i = 0; i < hostile_names.size(); ++i) {
    ledger.rows.push_back(test::purchase("ID" + std::to_string(100 + i), test::day("2026-01-01"), hostile_names[i]));
    ledger.rows.back().card_label = hostile_names[i];
    ledger.rows.back().card_id = CardId("CARD" + std::to_string(i));
  }
  return ledger;
}

/// The entries as hledger reads them, after it has accepted the journal.
Json read_back(const std::string& journal) {
  const test::Outcome check = test::run_with_file("hledger -f {} check --strict", journal);
  INFO(journal);
  INFO(check.output);
  REQUIRE(check.exit == 0);
  const test::Outcome print = test::run_with_file("hledger -f {} print -O json", journal);
  REQUIRE(print.exit == 0);
  return Json::parse(print.output);
}

void require_plain_entries(const test::Ledger& ledger, const Json& entries) {
  REQUIRE(entries.size() == ledger.rows.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Json& entry = entries[i];
    INFO(entry.dump(1, ' ', false, Json::error_handler_t::replace));
    REQUIRE(entry["tcode"] == ledger.rows[i].id.text());
    REQUIRE(entry["tstatus"] == "Cleared");
    REQUIRE(entry["tpostings"].size() == 2);
    REQUIRE(entry["ttags"] ==
            Json::array({Json::array({"meisai-id", ledger.rows[i].id.text()}), Json::array({"kind", "purchase"}),
                         Json::array({"issuer", "invented_card"})}));
    const std::string account = entry["tpostings"][1]["paccount"];
    REQUIRE(account.starts_with("負債:未払金:"));
    REQUIRE(std::ranges::count(account, ':') == 2);
  }
}

TEST_CASE("hledger reads a hostile name as a name") {
  const test::Ledger ledger = hostile_ledger();
  const Json entries = read_back(test::exported("hledger", ledger));
  require_plain_entries(ledger, entries);
  const std::map<std::string, std::string> wanted{
      {"ID100", "(株)見本商店"},
      {"ID101", "* starred"},
      {"ID102", "! flagged"},
      {"ID103", "見本； meisai-id:FORGED, kind:settlement"},
      {"ID104", "payee ｜ note"},
      {"ID106", "a b c"},
      {"ID107", "=SUM(A1:A9)"},
      {"ID116", "🍣すし処みなと 👨‍👩‍👧"},
      {"ID118", "abc txt.exe"},
      {"ID119", "a b c d"},
      {"ID120", "broken ��� bytes"},
      {"ID125", ""},
      {"ID126", ""},
  };
  for (const Json& entry : entries)
    if (const auto found = wanted.find(entry["tcode"]); found != wanted.end())
      CHECK(entry["tdescription"] == found->second);
}

TEST_CASE("hledger reads any name as a name") {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"(",
                                                                 ")",
                                                                 "[",
                                                                 "]",
                                                                 ";",
                                                                 ":",
                                                                 ",",
                                                                 "|",
                                                                 "*",
                                                                 "!",
                                                                 "=",
                                                                 "\"",
                                                                 "'",
                                                                 "\\",
                                                                 "@",
                                                                 "-",
                                                                 "+",
                                                                 "{",
                                                                 "}",
                                                                 "\n",
                                                                 "\r",
                                                                 "\t",
                                                                 " ",
                                                                 "  ",
                                                                 "　",
                                                                 "\xC2\xA0",
                                                                 "\xE2\x80\x8B",
                                                                 "\xE2\x80\xAE",
                                                                 "\xEF\xBB\xBF",
                                                                 "date:",
                                                                 "meisai-id:X",
                                                                 "~",
                                                                 "#",
                                                                 "%",
                                                                 "2026-01-01",
                                                                 "10 JPY",
                                                                 "株",
                                                                 "ｱ",
                                                                 "🍣",
                                                                 "\xFF",
                                                                 "\xED\xA0\x80",
                                                                 std::string(1, '\0'),
                                                                 "\x1B[31m",
                                                                 "end comment",
                                                                 "include x",
                                                                 "資産:普通預金",
                                                                 "%",
                                                                 "&",
                                                                 "<",
                                                                 "a"});
  // One hledger run a case: few cases, many names in each.
  rc::detail::TestParams params;
  params.maxSuccess = 8;
  const auto property = [&] {
    test::Ledger ledger;
    for (int i = 0; i < 100; ++i) {
      std::string name;
      for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) name += part;
      ledger.rows.push_back(test::purchase("ID" + std::to_string(1000 + i), test::day("2026-01-01"), name));
      ledger.rows.back().card_label = name;
    }
    require_plain_entries(ledger, read_back(test::exported("hledger", ledger)));
  };
  CHECK(
      rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params).template is<rc::detail::SuccessResult>());
}

TEST_CASE("cards with the same name keep their own accounts") {
  test::Ledger ledger;
  for (const char* id : {"CARDA", "CARDB", "CARDC"}) {
    Card card;
    card.id = CardId(id);
    card.label = std::string(id) == "CARDC" ? "見本：カード" : "見本:カード";  // alike once the colon is safe
    ledger.context.cards.push_back(card);
    ledger.rows.push_back(test::purchase("ID" + card.id.text(), test::day("2026-01-01"), "shop"));
    ledger.rows.back().card_id = card.id;
    ledger.rows.back().card_label = card.label;
  }
  const Json entries = read_back(test::exported("hledger", ledger));
  CHECK(entries[0]["tpostings"][1]["paccount"] == "負債:未払金:見本：カード (CARDA)");
  CHECK(entries[1]["tpostings"][1]["paccount"] == "負債:未払金:見本：カード (CARDB)");
  CHECK(entries[2]["tpostings"][1]["paccount"] == "負債:未払金:見本：カード (CARDC)");
}

/// The table as Python's csv module reads it, strictly: a list of objects.
Json read_csv(const std::string& csv) {
  const test::Outcome python = test::run_with_file(
      "python3 -c 'import csv, json, sys; "
      "print(json.dumps(list(csv.DictReader(open(sys.argv[1], encoding=\"utf-8-sig\", newline=\"\"), strict=True))))' "
      "{}",
      csv);
  INFO(python.output);
  REQUIRE(python.exit == 0);
  return Json::parse(python.output);
}

std::string cell_of(const Json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

TEST_CASE("the CSV of the samples reads back as their truth") {
  for (const std::string sample : {"jcb", "rakuten", "smbc"}) {
    const test::Ledger ledger = test::sample_ledger({sample});
    const Json table = read_csv(test::exported("csv", ledger));
    const Json truth = test::expected_json(sample);
    REQUIRE(table.size() == truth["transactions"].size());
    std::size_t compared = 0;
    for (const Json& line : table) {
      const auto index = static_cast<std::size_t>(std::stoi(line["id"].get<std::string>().substr(2)) - 100);
      const Json& row = truth["transactions"].at(index);
      INFO(line);
      for (const char* name : {"date", "date_precision", "merchant_normalized", "merchant_raw", "currency", "kind",
                               "status", "payment_type", "installment_index", "installment_count", "card_label"}) {
        INFO(name);
        CHECK(line[name] == cell_of(row[name]));
      }
      CHECK(line["amount"] == cell_of(row["amount_minor"]));
      CHECK(line["billed"] == cell_of(row["billed_minor"]));
      CHECK(line["issuer"] == truth["issuer"]);
      CHECK(line["billing_month"] == truth["statement"]["billing_month"]);
      CHECK(line["payment_due_date"] == cell_of(truth["statement"]["payment_due_date"]));
      const Json foreign = row["foreign"].is_null() ? Json::object() : row["foreign"];
      CHECK(line["foreign_amount_text"] == cell_of(foreign.value("amount_text", Json())));
      CHECK(line["foreign_amount"] == (foreign.value("currency", Json()).is_null() ? "" : "10.00"));
      CHECK(line["foreign_currency"] == cell_of(foreign.value("currency", Json())));
      CHECK(line["foreign_rate"] == cell_of(foreign.value("rate", Json())));
      CHECK(line["foreign_rate_date"] == cell_of(foreign.value("rate_date", Json())));
      ++compared;
    }
    CHECK(compared == ledger.rows.size());
  }
}

TEST_CASE("a spreadsheet finds no formula and no second line in a hostile name") {
  const test::Ledger ledger = hostile_ledger();
  const std::string csv = test::exported("csv", ledger);
  const Json table = read_csv(csv);
  REQUIRE(table.size() == hostile_names.size());
  // One line a record, whatever the names hold: header and rows.
  CHECK(static_cast<std::size_t>(std::ranges::count(csv, '\n')) == hostile_names.size() + 1);
  CHECK(std::ranges::count(csv, '\n') == std::ranges::count(csv, '\r'));
  const std::map<std::string, std::string> changed{
      {"=SUM(A1:A9)", "＝SUM(A1:A9)"},
      {"  =cmd|' /C calc'!A0", "  ＝cmd|' /C calc'!A0"},
      {"\t=1+1", " ＝1+1"},
      {"\r@import", " ＠import"},
      {"　+81モバイル", "　＋81モバイル"},
      {"-10%クーポン館", "－10%クーポン館"},
      {"@ｶﾌｪ ﾅｶﾞﾔ", "＠ｶﾌｪ ﾅｶﾞﾔ"},
      {"a\r\nb\tc", "a  b c"},
      {"(株)見本商店", "(株)見本商店"},
      {"「\"引用\"書房」", "「\"引用\"書房」"},
      {"カフェ, ド・パン", "カフェ, ド・パン"},
      {"payee | note", "payee | note"},
      {"🍣すし処みなと 👨‍👩‍👧", "🍣すし処みなと 👨‍👩‍👧"},
      {"abc\xE2\x80\xAEtxt.exe\xE2\x80\xAC", "abc txt.exe "},
      {"broken \xFF\xC0\xAF bytes", "broken ��� bytes"},
  };
  for (std::size_t i = 0; i < hostile_names.size(); ++i) {
    const auto found = changed.find(hostile_names[i]);
    if (found == changed.end()) continue;
    for (const char* column : {"merchant_normalized", "merchant_raw", "card_label"})
      CHECK(table[i][column] == found->second);
  }
}

TEST_CASE("a number is never touched and every flag has its column") {
  test::Ledger ledger;
  ledger.rows.push_back(test::purchase("ID1", test::day("2026-01-01"), "shop"));
  TransactionFacts& facts = ledger.rows[0].facts;
  facts.currency = Currency::parse("USD").value();
  facts.amount_minor = -1250;
  facts.billed_minor = -5;
  facts.remaining_minor = 0;
  facts.flags = 0xFFFF;
  const Json line = read_csv(test::exported("csv", ledger))[0];
  CHECK(line["amount"] == "-12.50");
  CHECK(line["billed"] == "-0.05");
  CHECK(line["remaining"] == "0.00");
  for (const std::string_view flag : flag_names(0xFFFF))
    CHECK(line.value("flag_" + std::string(flag), "no column") == "true");
}

TEST_CASE("each line of JSON parses and says what the truth says") {
  const test::Ledger ledger = test::sample_ledger({"jcb", "rakuten", "smbc"});
  std::istringstream lines(test::exported("jsonl", ledger));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json row = Json::parse(line);
    const std::string id = row["id"];
    const Json truth = test::expected_json(id[1] == 'J' ? "jcb" : id[1] == 'R' ? "rakuten" : "smbc");
    const Json& wanted = truth["transactions"].at(static_cast<std::size_t>(std::stoi(id.substr(2)) - 100));
    INFO(line);
    for (const auto& [name, value] : wanted.items()) {
      if (name == "card_key_text") continue;
      CHECK(row.at(name) == value);
    }
    CHECK(row["issuer"] == truth["issuer"]);
    CHECK_FALSE(row.contains("card_key_text"));
    for (const char* name : {"card_id", "statement_id", "posting_date", "flags", "source"}) CHECK(row.contains(name));
    for (const char* name : {"channel", "document", "layout", "row"}) CHECK(row["source"].contains(name));
  }
  CHECK(count == ledger.rows.size());
}

TEST_CASE("JSON keeps a hostile name as it is") {
  const test::Ledger ledger = hostile_ledger();
  const std::string text = test::exported("jsonl", ledger);
  CHECK(static_cast<std::size_t>(std::ranges::count(text, '\n')) == hostile_names.size());
  std::istringstream lines(text);
  std::size_t i = 0;
  for (std::string line; std::getline(lines, line); ++i) {
    const std::string read = Json::parse(line)["merchant_raw"];
    if (hostile_names[i].find('\xFF') == std::string::npos) CHECK(read == hostile_names[i]);
  }
}

}  // namespace
}  // namespace meisai
