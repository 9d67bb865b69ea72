// SPDX-License-Identifier: Apache-2.0
//
// What other programs do to people's ledgers, one test a failure. Each asserts the exact ledger. A test that is
// tagged as failing says what it waits for.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/import/statement_files.h"
#include "tests/oracle/told.h"

namespace meisai::oracle {
namespace {

using namespace meisai::test;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};
const ApiLine waiting{"P1", "2026-11-12", "見本ガス", "5000", true};

/// The same row at an issuer whose ids say nothing.
ApiLine without_id(ApiLine line) {
  line.id.clear();
  return line;
}

ApiLine with(ApiLine line, const std::string& id, const std::string& amount) {
  line.id = id;
  line.amount = amount;
  return line;
}

}  // namespace

// hledger's import remembers the newest date of a file and passes over what is older, and counts equal lines.
TEST_CASE("hledger's five-row loss: a twin, a late posting and a revised amount come with the second file", "[peers]") {
  const std::vector<Line> first = {once("2026-09-01", "見本書店", 900), once("2026-09-05", "見本駅", 210),
                                   once("2026-09-05", "見本カフェ", 650)};
  const std::vector<Line> second = {once("2026-08-30", "見本花店", 1800),                                      // late
                                    once("2026-09-01", "見本書店", 900),   once("2026-09-01", "見本湯", 450),  // late
                                    once("2026-09-05", "見本駅", 210),     once("2026-09-05", "見本駅", 210),  // a twin
                                    once("2026-09-05", "見本カフェ", 700),  // revised
                                    once("2026-09-04", "見本薬局", 610)};   // late
  Household home;
  CHECK(import_file(home, "a.csv", jcb_file("2026-10-13", "0000", first)).added == 3);
  const ImportReport report = import_file(home, "b.csv", jcb_file("2026-10-13", "0000", second));
  CHECK(report.added == 4);
  CHECK(report.modified == 1);
  CHECK(told(home) ==
        Lines{"2026-08-30 見本花店 1800 posted in 2026-10-13", "2026-09-01 見本書店 900 posted in 2026-10-13",
              "2026-09-01 見本湯 450 posted in 2026-10-13", "2026-09-04 見本薬局 610 posted in 2026-10-13",
              "2026-09-05 見本カフェ 700 posted in 2026-10-13", "2026-09-05 見本駅 210 posted in 2026-10-13",
              "2026-09-05 見本駅 210 posted in 2026-10-13"});
  CHECK(bills(home) == Lines{"2026-10-13 revised 4880 of 7 balanced"});
  CHECK(counted(home) == 4880);
}

TEST_CASE("hledger's five-row loss, where an API lists the days again", "[peers]") {
  const bool has_ids = GENERATE(true, false);
  CAPTURE(has_ids);
  const ApiLine twin = with(station, "T3", "210");
  const ApiLine late{"T4", "2026-11-01", "見本花店", "1800"};
  std::vector<ApiLine> first = {book, station};
  std::vector<ApiLine> second = {late, book, station, twin};
  if (!has_ids)
    for (auto* lines : {&first, &second}) std::ranges::transform(*lines, lines->begin(), without_id);
  Household home;
  CHECK(home.look({listing(first)}).added == 2);
  CHECK(home.look({listing(second)}).added == 2);
  CHECK(told(home) == Lines{"2026-11-01 見本花店 1800 posted", "2026-11-10 見本書店 900 posted",
                            "2026-11-11 見本駅 210 posted", "2026-11-11 見本駅 210 posted"});
  CHECK(counted(home) == 3120);
}

TEST_CASE("an amount that the issuer revises under its id is one row", "[peers]") {
  Household home;
  home.look({listing({book, station})});
  CHECK(home.look({listing({with(book, "T1", "950"), station})}).modified == 1);
  CHECK(told(home) == Lines{"2026-11-10 見本書店 950 posted", "2026-11-11 見本駅 210 posted"});
}

// In a list without ids, the only row of a day and shop that shows another amount.
TEST_CASE("an amount that an issuer without ids revises in its list is one row", "[peers]") {
  Household home;
  home.look({listing({without_id(book), without_id(station)})});
  home.look({listing({without_id(with(book, "", "950")), without_id(station)})});
  CHECK(told(home) == Lines{"2026-11-10 見本書店 950 posted", "2026-11-11 見本駅 210 posted"});
}

TEST_CASE("pending under one id, posted under another that the issuer links: one row, one amount", "[peers]") {
  Household home;
  home.look({listing({waiting})});
  home.look({listing({{"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"}})});
  CHECK(told(home) == Lines{"2026-11-14 見本ガス　本店 4870 posted"});
  CHECK(counted(home) == 4870);
}

TEST_CASE("pending under one id, posted under another without a word: one row", "[peers]") {
  Household home;
  home.look({listing({waiting})});
  home.look({listing({{"T9", "2026-11-14", "見本ガス", "5000"}})});
  CHECK(told(home) == Lines{"2026-11-14 見本ガス 5000 posted"});
}

// A person decides, or the issuer's term does: until then both count, and nothing is merged on a guess.
TEST_CASE("pending under one id, posted under another with another amount: one row when the term is over", "[peers]") {
  Household home;
  home.look({listing({waiting})});
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "4870"};
  home.look({listing({posted})});
  home.clock.set_wall(noon + std::chrono::days(7));
  CHECK(home.look({listing({posted}, "2026-11-01", "2026-11-27")}).removed == 1);
  CHECK(told(home) == Lines{"2026-11-14 見本ガス 4870 posted"});
  CHECK(counted(home) == 4870);
}

TEST_CASE("a finalised amount under the same id is one row with the final amount", "[peers]") {
  Household home;
  home.look({listing({waiting})});
  CHECK(home.look({listing({{"P1", "2026-11-12", "見本ガス", "4870"}})}).modified == 1);
  CHECK(told(home) == Lines{"2026-11-12 見本ガス 4870 posted"});
  CHECK(home.view()->revisions_of(home.rows().front().key).value().size() == 1);
}

TEST_CASE("a row of the same shop and amount in a second file three days later is another purchase", "[peers]") {
  const std::vector<Line> september = {once("2026-08-14", "見本駅", 210), once("2026-08-10", "見本書店", 900)};
  const std::vector<Line> october = {once("2026-08-17", "見本駅", 210), once("2026-09-03", "見本薬局", 610)};
  const bool in_order = GENERATE(true, false);
  Household home;
  const auto first = jcb_file("2026-09-10", "0000", september), second = jcb_file("2026-10-13", "0000", october);
  import_file(home, "1.csv", in_order ? first : second);
  import_file(home, "2.csv", in_order ? second : first);
  CHECK(told(home) == Lines{"2026-08-10 見本書店 900 posted in 2026-09-10",
                            "2026-08-14 見本駅 210 posted in 2026-09-10", "2026-08-17 見本駅 210 posted in 2026-10-13",
                            "2026-09-03 見本薬局 610 posted in 2026-10-13"});
  CHECK(bills(home) == Lines{"2026-09-10 closed 1110 of 2 balanced", "2026-10-13 closed 820 of 2 balanced"});
}

TEST_CASE("rows with a blank id are rows of their own, among rows that have one", "[peers]") {
  Household home;
  const std::vector<ApiLine> lines = {book, without_id(station), without_id(with(book, "", "400"))};
  CHECK(home.look({listing(lines)}).added == 3);
  CHECK(home.look({listing({lines[2], lines[0], lines[1]})}).outcome == SyncOutcome::unchanged);
  CHECK(told(home) ==
        Lines{"2026-11-10 見本書店 400 posted", "2026-11-10 見本書店 900 posted", "2026-11-11 見本駅 210 posted"});
}

TEST_CASE("Hibiscus's off-by-one: one stored, two received, two there", "[peers]") {
  Household home;
  const ApiLine one = without_id(station);
  CHECK(home.look({listing({one})}).added == 1);
  CHECK(home.look({listing({one, one})}).added == 1);
  CHECK(home.look({listing({one, one})}).outcome == SyncOutcome::unchanged);
  CHECK(told(home) == Lines{"2026-11-11 見本駅 210 posted", "2026-11-11 見本駅 210 posted"});
  CHECK(counted(home) == 420);
}

TEST_CASE("ETC gates twice a day, and a third row that is inserted above", "[peers]") {
  const Line gate = once("2026-09-05", "ＥＴＣ　見本東", 320);
  const std::vector<Line> above = {once("2026-09-05", "ＥＴＣ　見本東", 320), once("2026-09-05", "ＥＴＣ　見本西", 320),
                                   once("2026-09-04", "ＥＴＣ　見本東", 320)};
  for (const Line& third : above) {
    CAPTURE(third.date, third.shop);
    Household home;
    import_file(home, "1.csv", jcb_file("2026-10-13", "0000", {gate, gate}));
    const auto before = home.rows();
    REQUIRE(before.size() == 2);
    CHECK(import_file(home, "2.csv", jcb_file("2026-10-13", "0000", {third, gate, gate})).added == 1);
    const auto after = home.rows();
    CHECK(after.size() == 3);
    for (const StoredRow& row : before) CHECK(std::ranges::count(after, row.key, &StoredRow::key) == 1);
    CHECK(counted(home) == 960);
    CHECK(bills(home) == Lines{"2026-10-13 revised 960 of 3 balanced"});
    CHECK(import_file(home, "3.csv", jcb_file("2026-10-13", "0000", {gate, third, gate})).added == 0);
  }
}

TEST_CASE("two Open-Finance bills that state one purchase under one id bill their share each", "[peers]") {
  Household home;
  const Exchange first = statement("B1", {book, station}, "1110");
  const Exchange second = statement("B2", {with(book, "T1", "450")}, "450");
  home.look({first, second});
  CHECK(bills(home) == Lines{"B1 closed 1110 of 2 balanced", "B2 closed 450 of 1 balanced"});
  CHECK(home.look({second, first}).outcome == SyncOutcome::unchanged);
  CHECK(bills(home) == Lines{"B1 closed 1110 of 2 balanced", "B2 closed 450 of 1 balanced"});
}

// An id that one bill states for different rows does not tell them apart; the stated total does.
TEST_CASE("an Open-Finance bill whose rows share one transaction id loses no money", "[peers]") {
  Household home;
  home.look({statement("B1", {book, with(station, "T1", "210")}, "1110"),
             statement("B2", {with(book, "T7", "5000"), with(station, "T7", "330")}, "5330")});
  CHECK(bills(home) == Lines{"B1 closed 1110 of 2 balanced", "B2 closed 5330 of 2 balanced"});
  CHECK(home.rows().size() == 4);
}

TEST_CASE("the same row on two pages is one row", "[peers]") {
  Household home;
  const Exchange page{.url = "https://localhost/1", .lines = {book, station}};
  CHECK(home.look({page, listing({station, waiting})}).added == 3);
  CHECK(told(home) ==
        Lines{"2026-11-10 見本書店 900 posted", "2026-11-11 見本駅 210 posted", "2026-11-12 見本ガス 5000 pending"});
}

TEST_CASE("the same card linked twice is one card with one set of rows", "[peers]") {
  Household home;
  home.second = ScriptedIssuer("sample_card");
  home.link(other);
  home.issuer.script = {listing({book, station})};
  home.second.script = {listing({station, book})};
  REQUIRE(home.sync());
  CHECK(home.view()->cards().value().size() == 1);
  CHECK(told(home) == Lines{"2026-11-10 見本書店 900 posted", "2026-11-11 見本駅 210 posted"});
}

// The digits and every row say that it is the card.
TEST_CASE("a new consent that renames all account ids is about the same card", "[peers]") {
  Household home;
  home.look({listing({book, station})});
  home.issuer.card_key = "another name of the same account";
  CHECK(home.look({listing({book, station})}).outcome == SyncOutcome::unchanged);
  CHECK(home.view()->cards().value().size() == 1);
  CHECK(told(home) == Lines{"2026-11-10 見本書店 900 posted", "2026-11-11 見本駅 210 posted"});
}

// By the last four digits and their rows.
TEST_CASE("the same card by API and by file is one card with one set of rows", "[peers]") {
  const bool file_first = GENERATE(true, false);
  CAPTURE(file_first);
  Household home;
  ScriptedIssuer jcb("jcb_card");
  home.second = jcb;
  home.link(other);
  home.second.script = {listing({book, station})};
  const std::string file =
      jcb_file("2026-12-10", "0001", {once("2026-11-10", "見本書店", 900), once("2026-11-11", "見本駅", 210)});
  if (file_first) import_file(home, "1.csv", file);
  REQUIRE(home.sync());
  if (!file_first) import_file(home, "1.csv", file);
  CHECK(home.view()->cards().value().size() == 1);
  CHECK(told(home) ==
        Lines{"2026-11-10 見本書店 900 posted in 2026-12-10", "2026-11-11 見本駅 210 posted in 2026-12-10"});
}

TEST_CASE("a statement whose dates the issuer moved is the same statement", "[peers]") {
  SECTION("with an id of its own") {
    Household home;
    Exchange bill = statement("S1", {book, station}, "1110");
    home.look({bill});
    bill.documents.front().closing_date = "2026-11-17";
    home.look({bill});
    CHECK(bills(home) == Lines{"S1 revised 1110 of 2 balanced"});
    CHECK(home.rows().size() == 2);
  }
  SECTION("known by its dates alone: nothing is doubled, and a person is asked") {
    Household home;
    const std::vector<Line> lines = {once("2026-08-10", "見本書店", 900), once("2026-08-14", "見本駅", 210),
                                     once("2026-08-15", "見本酒店", 830)};
    import_file(home, "1.csv", jcb_file("2026-10-13", "0000", lines));
    const ImportReport moved = import_file(home, "2.csv", jcb_file("2026-10-14", "0000", lines));
    CHECK(moved.held == 3);
    CHECK(moved.hold);
    CHECK(home.rows().size() == 3);
    CHECK(bills(home) == Lines{"2026-10-13 closed 1940 of 3 balanced"});
  }
}

}  // namespace meisai::oracle
