// SPDX-License-Identifier: Apache-2.0
//
// Files that look like something else: the next month like a copy of this one, a copy like a new month, a
// known month like another card's. Nothing may be doubled or swallowed without a hold.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai;
using namespace meisai::test;

namespace {

const std::string section = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";

const std::vector<Line> august = {once("2026-08-16", "ミホンストア", 1980), once("2026-08-18", "見本書店", 900),
                                  once("2026-08-21", "ＥＴＣ　見本東", 320), once("2026-08-25", "見本湯", 450),
                                  part("2026-07-05", "髙見本家電", 60000, 20400, 2, 3)};

}  // namespace

TEST_CASE("a statement of sums and undated rows only is known when it comes again") {
  const std::string only_component = section + "\r\n,※マイ・ペイすリボ最低支払額（弁済金）※,,,,5047,\r\n,,,,,5047,\r\n";
  const std::string undated =
      section + "\r\n,年会費,1375,1,1,1375,\r\n2026/07/05,髙見本家電,60000,3,2,20400,\r\n,,,,,21775,\r\n";
  for (const std::string& file : {only_component, undated}) {
    Person person;
    person.must_import("202610.csv", file);
    const std::string before = person.ledger_text();
    for (int again = 0; again < 2; ++again) {
      const ImportReport report = person.must_import("202610.csv", file);
      CHECK(report.added == 0);
      CHECK(report.modified == 0);
    }
    CHECK(person.statements().size() == 1);
    CHECK(person.ledger_text() == before);
  }
}

TEST_CASE("a small next month with a twin and the next instalment is another statement") {
  Person person;
  person.must_import("202610.csv", smbc_file(section, august));
  const auto next = smbc_file(
      section, {once("2026-08-21", "ＥＴＣ　見本東", 320), part("2026-07-05", "髙見本家電", 60000, 20400, 3, 3)});
  const ImportReport second = person.must_import("202611.csv", next);
  CHECK(second.added == 1);
  CHECK(second.modified == 1);
  REQUIRE(person.statements().size() == 2);
  for (const Statement& one : person.statements()) CHECK(one.balanced == true);
  CHECK(person.statements().front().computed_total_minor == 20720);
  const std::string before = person.ledger_text();
  CHECK(person.must_import("x.csv", next).added == 0);
  CHECK(person.ledger_text() == before);
}

TEST_CASE("a known month under another due date is held, under another card or product it is known") {
  Person person;
  person.must_import("a.csv", jcb_file("2026-10-13", "0000", august));
  person.must_import("b.csv", smbc_file(section, august));
  const std::string before = person.ledger_text();
  const ImportReport moved = person.must_import("c.csv", jcb_file("2026-10-12", "0000", august));
  REQUIRE(moved.hold.has_value());
  CHECK(moved.hold->code == Code::statement_contradicted);
  CHECK(moved.held == 5);
  CHECK(person.ledger_text() == before);
  const std::string renamed = "見本　太郎　様,4980-00**-****-****,三井住友カード　ゴールド（ＮＬ）";
  for (const std::string& file : {jcb_file("2026-10-13", "9999", august), smbc_file(renamed, august)}) {
    const ImportReport report = person.must_import("c.csv", file);
    CHECK_FALSE(report.hold.has_value());
    CHECK(report.added == 0);
    CHECK(person.ledger_text() == before);
  }
}

TEST_CASE("a mistyped --card does not double what is known") {
  Person person;
  const std::string file = rakuten_file(
      9, {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210), once("2026-08-03", "見本湯", 450)});
  person.must_import("a.csv", file, "Travel");
  for (const char* same : {"travel", "Ｔravel", " Travel ", "TRAVEL"}) {
    INFO(same);
    CHECK(person.must_import("a.csv", file, same).unchanged == 3);
  }
  CHECK(person.must_import("a.csv", file, "travle").hold.has_value());
  CHECK(person.import("a.csv", file, "  ").error().code == Code::invalid_argument);
  CHECK(person.transactions().size() == 3);
}

TEST_CASE("a row that leaves its instalments is billed at its new amount") {
  Person person;
  person.must_import("a.csv", rakuten_file(9, {part("2026-08-20", "見本電機", 30000, 10000, 1, 3),
                                               once("2026-08-02", "見本駅", 210)}));
  const ImportReport now = person.must_import(
      "a.csv", rakuten_file(9, {once("2026-08-20", "見本電機", 30000), once("2026-08-02", "見本駅", 210)}));
  CHECK(now.modified == 1);
  REQUIRE(person.statements().size() == 1);
  CHECK(person.statements().front().computed_total_minor == 30210);
}

TEST_CASE("the year of a named month follows the instalments that it bills") {
  Person person;
  person.must_import("a.csv", rakuten_file(9, {part("2024-08-20", "見本自動車", 240000, 10000, 12, 24)}));
  person.must_import("b.csv", rakuten_file(9, {part("2024-08-20", "見本自動車", 240000, 10000, 24, 24)}));
  REQUIRE(person.statements().size() == 2);
  CHECK(iso(*person.statements()[0].billing_month) == "2026-09");
  CHECK(iso(*person.statements()[1].billing_month) == "2025-09");
  CHECK(person.transactions().size() == 1);
}

TEST_CASE("twin purchases keep their own plans, whatever the order of rows") {
  const auto three = [](int index) { return part("2026-07-05", "髙見本家電", 60000, 20000, index, 3); };
  const auto six = [](int index) { return part("2026-07-05", "髙見本家電", 60000, 10000, index, 6); };
  Person person;
  person.must_import("a.csv", jcb_file("2026-08-10", "0000", {three(1), six(1)}));
  person.must_import("b.csv", jcb_file("2026-09-10", "0000", {six(2), three(2)}));
  person.must_import("c.csv", jcb_file("2026-10-10", "0000", {three(3), six(3)}));
  person.must_import("d.csv", jcb_file("2026-11-10", "0000", {six(4)}));
  const auto rows = person.transactions();
  REQUIRE(rows.size() == 2);
  std::vector<std::pair<int, int>> plans;
  for (const Transaction& row : rows) plans.emplace_back(*row.facts.plan.count, *row.facts.plan.index);
  std::ranges::sort(plans);
  CHECK(plans == std::vector<std::pair<int, int>>{{3, 3}, {6, 4}});
}

TEST_CASE("a component that a newer copy lacks stays, and is reported") {
  Person person;
  const std::string row = "2026/08/16,ミホンストア,1980,1,1,1980,\r\n";
  const std::string with = section + "\r\n" + row + ",※弁済金※,,,,9000,\r\n,,,,,10980,\r\n";
  const std::string without = section + "\r\n" + row + ",,,,,1980,\r\n";
  person.must_import("a.csv", with);
  const ImportReport report = person.must_import("a.csv", without);
  CHECK(report.held == 1);
  CHECK(report.needs_attention());
  CHECK(person.statements().front().computed_total_minor == 10980);
}
