// SPDX-License-Identifier: Apache-2.0
//
// How other programs lost or doubled rows, as files: each case is a report about one of them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai;
using namespace meisai::test;

namespace {

const std::string section = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";

}  // namespace

TEST_CASE("five rows that come late, of days that were imported already, are five new rows") {
  // A reader that remembers the newest day (hledger's .latest) takes them for known.
  const std::vector<Line> early = {once("2026-08-10", "見本書店", 900), once("2026-08-14", "見本駅", 210),
                                   once("2026-08-14", "見本茶屋", 500)};
  std::vector<Line> whole = {once("2026-08-09", "見本湯", 450),   once("2026-08-10", "見本書店", 900),
                             once("2026-08-10", "見本薬局", 610), once("2026-08-12", "見本花店", 700),
                             once("2026-08-14", "見本駅", 210),   once("2026-08-14", "見本駅", 210),
                             once("2026-08-14", "見本茶屋", 500), once("2026-08-14", "見本酒店", 830)};
  Person person;
  REQUIRE(person.must_import("202609.csv", smbc_file(section, early)).added == 3);
  const ImportReport later = person.must_import("202609.csv", smbc_file(section, whole));
  CHECK(later.added == 5);
  CHECK(later.unchanged == 3);
  CHECK(person.transactions().size() == 8);
}

TEST_CASE("one twin stored, two received: two") {
  Person person;
  const Line coffee = once("2026-08-21", "見本カフェ", 480);
  const Line other = once("2026-08-20", "見本書店", 900);
  person.must_import("202610.csv", smbc_file(section, {other, coffee}));
  CHECK(person.must_import("202610.csv", smbc_file(section, {other, coffee, coffee})).added == 1);
  CHECK(person.transactions().size() == 3);
  CHECK(person.must_import("202610.csv", smbc_file(section, {coffee, other, coffee})).unchanged == 3);
}

TEST_CASE("a gate passed twice a day, and a third row put above them") {
  Person person;
  const Line gate = once("2026-08-21", "ＥＴＣ　見本東", 320);
  const Line other = once("2026-08-22", "見本書店", 900);
  person.must_import("202610.csv", smbc_file(section, {gate, gate, other}));
  std::vector<TransactionId> before;
  for (const Transaction& row : person.transactions()) before.push_back(row.id);
  CHECK(person.must_import("202610.csv", smbc_file(section, {gate, gate, gate, other})).added == 1);
  const auto rows = person.transactions();
  CHECK(rows.size() == 4);
  for (const TransactionId& id : before)
    CHECK(std::ranges::count_if(rows, [&](const Transaction& row) { return row.id == id; }) == 1);
}

TEST_CASE("the same amount at the same shop three days later, in another file, is another row") {
  Person person;
  person.must_import("202609.csv", smbc_file(section, {once("2026-08-14", "見本駅", 210)}));
  CHECK(person.must_import("202610.csv", smbc_file(section, {once("2026-09-17", "見本駅", 210)})).added == 1);
  CHECK(person
            .must_import("202611.csv",
                         smbc_file(section, {once("2026-10-14", "見本駅", 210), once("2026-10-17", "見本駅", 210)}))
            .added == 2);
  CHECK(person.transactions().size() == 4);
}

TEST_CASE("an old copy of a statement, imported again after the newer one, turns nothing back") {
  const auto copy = [](int amount) {
    return jcb_file("2026-10-13", "0000",
                    {once("2026-08-16", "ミホンハ", 1584), once("2026-08-18", "見本カフェ", 650),
                     once("2026-08-22", "EXAMPLE CLOUD", amount)});
  };
  Person person;
  person.must_import("a.csv", copy(3027));
  REQUIRE(person.must_import("b.csv", copy(3100)).modified == 1);
  const std::string now = person.ledger_text();
  const auto id = person.transactions().back().id;
  const ImportReport old = person.must_import("a.csv", copy(3027));
  CHECK(old.added == 0);
  CHECK(old.modified == 0);
  CHECK(old.unchanged == 3);
  CHECK_FALSE(old.needs_attention());
  CHECK(person.ledger_text() == now);
  CHECK(person.transactions().size() == 3);
  CHECK(person.transactions().back().id == id);
  CHECK(person.statements().front().balanced == true);

  // A third copy that lists the old amount again is newer than both: the issuer has taken its revision back.
  const auto back = jcb_file("2026-10-13", "0000",
                             {once("2026-08-16", "ミホンハ", 1584), once("2026-08-18", "見本カフェ", 650),
                              once("2026-08-22", "EXAMPLE CLOUD", 3027), once("2026-08-23", "見本駅", 210)});
  const ImportReport third = person.must_import("c.csv", back);
  CHECK(third.added == 1);
  CHECK(third.modified == 1);
  CHECK(person.transactions().size() == 4);
  CHECK(person.statements().front().balanced == true);
}

TEST_CASE("a twin of what a revised row was is a row of its own") {
  const auto copy = [](const std::vector<int>& amounts) {
    std::vector<Line> lines = {once("2026-08-16", "ミホンハ", 1584), once("2026-08-18", "見本カフェ", 650)};
    for (const int amount : amounts) lines.push_back(once("2026-08-22", "EXAMPLE CLOUD", amount));
    return jcb_file("2026-10-13", "0000", lines);
  };
  Person person;
  person.must_import("a.csv", copy({3027}));
  REQUIRE(person.must_import("b.csv", copy({3100})).modified == 1);
  CHECK(person.must_import("c.csv", copy({3100, 3027})).added == 1);
  CHECK(person.transactions().size() == 4);
  CHECK(person.must_import("c.csv", copy({3100, 3027})).unchanged == 4);
}
