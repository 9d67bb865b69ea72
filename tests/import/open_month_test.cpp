// SPDX-License-Identifier: Apache-2.0
//
// Lists of an open month: rows without a statement, pending until a statement lists them or their month is over.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai;
using namespace meisai::test;

namespace {

std::string sample(const std::string& path) {
  std::ifstream in(std::string(MEISAI_SOURCE_DIR "/samples/statements/") + path, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A row of 楽天's open month that is to be paid in October, or later where `billed` is false.
std::string rakuten_row(const std::string& date, const std::string& shop, int amount, bool billed = true,
                        const std::string& user = "本人") {
  const std::string yen = std::to_string(amount);
  const std::string tail = billed ? "10月," + yen + "," + yen + ",0," : "11月以降,,,," + yen;
  return date + "," + shop + "," + user + ",1回払い," + yen + ",0," + yen + "," + tail + "\n";
}
std::string rakuten_list(const std::string& rows) {
  return "利用日,利用店名・商品名,利用者,支払方法,利用金額,手数料/利息,支払総額,支払月,10月支払金額,当月請求額,"
         "11月繰越残高,11月以降請求額\n" +
         rows;
}
/// A row of the list of Vpass.
std::string vpass_row(const std::string& date, const std::string& shop, int amount, const std::string& month,
                      bool billed = true) {
  const std::string yen = std::to_string(amount);
  return date + "," + shop + ",ご本人,1回払い,," + month + "," + yen + "," + (billed ? yen : "") + ",,,,,\n";
}

std::vector<Transaction> with_status(Person& person, TransactionStatus status) {
  auto rows = person.transactions();
  std::erase_if(rows, [&](const Transaction& row) { return row.facts.status != status; });
  return rows;
}
auto pending(Person& person) { return with_status(person, TransactionStatus::pending); }
auto posted(Person& person) { return with_status(person, TransactionStatus::posted); }

}  // namespace

TEST_CASE("an open month is pending rows without a statement, and a second import adds nothing") {
  Person person;
  for (const auto& [file, rows] :
       {std::pair("rakuten-current/enavi202610(0000).csv", 13U), std::pair("smbc-pending/202611.csv", 14U)}) {
    INFO(file);
    const ImportReport first = person.must_import("a.csv", sample(file));
    CHECK(first.added == rows);
    CHECK_FALSE(first.needs_attention());
    CHECK(first.statements.empty());
    const std::string before = person.ledger_text();
    const ImportReport again = person.must_import("b.csv", sample(file));
    CHECK(again.unchanged == rows);
    CHECK(again.added + again.modified + again.held == 0);
    CHECK(person.ledger_text() == before);
  }
  CHECK(person.statements().empty());
  CHECK(pending(person).size() == 27);
  CHECK(std::ranges::none_of(pending(person), [](const Transaction& row) { return row.statement_id.has_value(); }));
}

TEST_CASE("twins of an open month are kept, also with another card's row between them") {
  Person person;
  const std::string gate = rakuten_row("2026/09/21", "マスター国内利用　MZZ 見本東", 320);
  const std::string family = rakuten_row("2026/09/21", "マスター国内利用　MZZ 見本東", 320, true, "家族");
  CHECK(person.must_import("a.csv", rakuten_list(gate + family + gate)).added == 3);
  CHECK(person.must_import("a.csv", rakuten_list(gate + family + gate)).unchanged == 3);
  const ImportReport third = person.must_import("b.csv", rakuten_list(gate + gate + gate + family));
  CHECK(third.added == 1);
  CHECK(third.unchanged == 3);
  CHECK(person.transactions().size() == 4);
}

TEST_CASE("a later open month adds its new rows, moves rows to their month and takes none away") {
  Person person;
  const auto fuel = rakuten_row("2026/09/24", "マスター国内利用　MZZ 見本ガス", 10000);
  const auto shop = [](bool billed) {
    return rakuten_row("2026/09/30", "ＶＩＳＡ国内利用　VS 見本書林", 1650, billed);
  };
  const auto cafe = rakuten_row("2026/10/02", "ＪＣＢ国内利用　QP 見本カフェ", 480, false);
  CHECK(person.must_import("a.csv", rakuten_list(shop(false) + fuel)).added == 2);
  CHECK_FALSE(pending(person).front().facts.billed_minor == pending(person).back().facts.billed_minor);

  const ImportReport later = person.must_import("b.csv", rakuten_list(cafe + shop(true)));
  CHECK(later.added == 1);
  CHECK(later.modified == 1);
  CHECK(later.unchanged + later.held + later.removed == 0);
  const auto rows = pending(person);
  REQUIRE(rows.size() == 3);
  const auto moved = std::ranges::find(rows, 1650, [](const Transaction& row) { return row.facts.amount_minor; });
  REQUIRE(moved != rows.end());
  CHECK(moved->facts.billed_minor == 1650);
  // The older list says the older thing of a row: it is a revision back, never another row.
  CHECK(person.must_import("a.csv", rakuten_list(shop(false) + fuel)).added == 0);
  CHECK(person.transactions().size() == 3);
}

TEST_CASE("an open month is known days, as sure as an open month is") {
  Person person;
  person.must_import("a.csv", sample("smbc-pending/202611.csv"));
  const auto coverage = person.engine().coverage();
  REQUIRE(coverage.has_value());
  REQUIRE(coverage->size() == 2);
  for (const CoverageOfCard& card : *coverage) {
    REQUIRE(card.ranges.size() == 1);
    CHECK(card.ranges.front().certainty == "open");
  }
}

TEST_CASE("a list of a month that is over is posted where it states what it bills") {
  Person person;  // on 1 November 2026
  const ImportReport report =
      person.must_import("202610.csv", vpass_row("2026/9/9", "見本ホテル", 24633, "'26/10", false) +
                                           vpass_row("2026/9/8", "ミホンマート", 1312, "'26/10") +
                                           vpass_row("2026/9/7", "見本書林", 870, "18/8") +
                                           vpass_row("2026/9/6", "見本カフェ", 480, "'26/11"));
  CHECK(report.added == 4);
  CHECK(report.statements.empty());
  const auto is = [](int amount) {
    return [amount](const Transaction& row) { return row.facts.amount_minor == amount; };
  };
  CHECK(posted(person).size() == 2);
  CHECK(std::ranges::count_if(posted(person), is(1312)) == 1);
  CHECK(std::ranges::count_if(posted(person), is(870)) == 1);
  CHECK(std::ranges::count_if(pending(person), is(24633)) == 1);  // no 当月支払額: the file never says what is billed
  CHECK(std::ranges::count_if(pending(person), is(480)) == 1);    // the month is not over
}

TEST_CASE("a month without its year is never over") {
  Person person;
  person.must_import("a.csv", rakuten_list(rakuten_row("2020/09/24", "マスター国内利用　MZZ 見本ガス", 10000)));
  CHECK(pending(person).size() == 1);
}

TEST_CASE("a statement that lists a pending row makes it posted, and the open month does not undo that") {
  const std::string open = rakuten_list(rakuten_row("2026/09/24", "見本ガス", 10000));
  const std::string closed = rakuten_file(10, {once("2026-09-24", "見本ガス", 10000)});
  Person person;
  person.must_import("open.csv", open);
  REQUIRE(pending(person).size() == 1);
  const TransactionId id = pending(person).front().id;
  CHECK(person.must_import("closed.csv", closed).modified == 1);
  REQUIRE(posted(person).size() == 1);
  CHECK(posted(person).front().id == id);
  CHECK(posted(person).front().statement_id.has_value());
  const std::string before = person.ledger_text();
  CHECK(person.must_import("open.csv", open).unchanged == 1);
  CHECK(person.ledger_text() == before);
  CHECK(pending(person).empty());

  Person other;
  other.must_import("closed.csv", closed);
  CHECK(other.must_import("open.csv", open).unchanged == 1);
  CHECK(other.ledger_text() == before);
}

TEST_CASE("an open month that ends inside a record is refused and nothing is stored") {
  Person person;
  const std::string whole = sample("rakuten-current/enavi202610(0000).csv");
  const auto cut = person.import("a.csv", whole.substr(0, whole.size() - 10));
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().code == Code::document_truncated);
  CHECK(person.transactions().empty());
}
