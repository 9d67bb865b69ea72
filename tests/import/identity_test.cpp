// SPDX-License-Identifier: Apache-2.0
//
// A ledger that neither doubles nor loses (I6): what real downloads do to it. Every file here is a whole
// file as an issuer would give it, read by the shipped adapters.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
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

const std::string rakuten = "rakuten/enavi202609(0000).csv";
const std::string smbc = "smbc/202610.csv";
const std::string jcb = "jcb/202610meisai.csv";
const std::string smbc_section = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";

}  // namespace

TEST_CASE("the samples balance, and a second import adds nothing") {
  Person person;
  for (const auto& [file, rows, balanced] :
       {std::tuple(rakuten, 15U, std::optional<bool>{}), std::tuple(smbc, 16U, std::optional(true)),
        std::tuple(jcb, 14U, std::optional(true))}) {
    INFO(file);
    const ImportReport first = person.must_import(std::filesystem::path(file).filename(), sample(file));
    CHECK(first.added == rows);
    CHECK_FALSE(first.needs_attention());
    REQUIRE(first.statements.size() == 1);
    CHECK(first.statements.front().balanced == balanced);
    const std::string before = person.ledger_text();
    const ImportReport again = person.must_import(std::filesystem::path(file).filename(), sample(file));
    CHECK(again.added == 0);
    CHECK(again.modified == 0);
    CHECK(again.unchanged == rows);
    CHECK_FALSE(again.needs_attention());
    CHECK(person.ledger_text() == before);
  }
}

TEST_CASE("a renamed copy adds nothing, whatever the name says") {
  for (const std::string& file : {rakuten, smbc, jcb}) {
    INFO(file);
    Person person;
    person.must_import(std::filesystem::path(file).filename(), sample(file));
    const std::string before = person.ledger_text();
    for (const char* name : {"202501.csv", "download (1).csv", "202611meisai.csv"}) {
      const ImportReport again = person.must_import(name, sample(file));
      CHECK(again.added == 0);
      CHECK(again.modified == 0);
      CHECK(person.ledger_text() == before);
    }
  }
}

TEST_CASE("twins of one day are two purchases") {
  Person person;
  person.must_import("202610.csv", smbc_file(smbc_section, {once("2026-08-21", "ＥＴＣ　見本東", 320),
                                                            once("2026-08-21", "ＥＴＣ　見本東", 320),
                                                            once("2026-08-21", "ＥＴＣ　見本東", 320)}));
  CHECK(person.transactions().size() == 3);
}

TEST_CASE("a twin that the next statement bills is another purchase") {
  Person person;
  const auto september =
      smbc_file(smbc_section, {once("2026-08-10", "見本書店", 900), once("2026-08-12", "見本茶屋", 500),
                               once("2026-08-13", "見本花店", 700), once("2026-08-14", "見本湯", 450),
                               once("2026-08-14", "見本駅", 210), once("2026-08-15", "見本酒店", 830)});
  const auto october =
      smbc_file(smbc_section, {once("2026-08-14", "見本駅", 210), once("2026-09-02", "見本書店", 400),
                               once("2026-09-03", "見本薬局", 610), once("2026-09-04", "見本寿司", 2200),
                               once("2026-09-05", "見本家具", 9900), once("2026-09-06", "見本鉄道", 330)});
  person.must_import("202609.csv", september);
  const ImportReport second = person.must_import("202610.csv", october);
  CHECK(second.added == 6);
  CHECK(second.unchanged == 0);
  CHECK(person.transactions().size() == 12);
  for (const Statement& one : person.statements()) CHECK(one.balanced == true);
  const std::string before = person.ledger_text();
  person.must_import("a.csv", october);
  person.must_import("b.csv", september);
  CHECK(person.ledger_text() == before);
}

TEST_CASE("a purchase in instalments is one transaction that several statements bill") {
  Person person;
  const auto month = [](int index, const std::string& own_day) {
    return smbc_file(smbc_section, {part("2026-07-05", "髙見本家電", 60000, 20000, index, 3),
                                    once(own_day, "見本書店", 900), once(own_day, "見本駅", 210)});
  };
  const std::vector<std::string> files = {month(1, "2026-07-20"), month(2, "2026-08-20"), month(3, "2026-09-20")};
  std::vector<int> order = {0, 1, 2};
  do {
    Person other;
    for (const int i : order)
      other.must_import("20260" + std::to_string(i + 8 > 9 ? 9 : i + 8) + ".csv", files[static_cast<std::size_t>(i)]);
    const auto rows = other.transactions();
    CHECK(rows.size() == 7);
    CHECK(std::ranges::count_if(rows, [](const Transaction& row) { return row.facts.amount_minor == 60000; }) == 1);
    for (const Transaction& row : rows)
      if (row.facts.amount_minor == 60000) CHECK(row.facts.plan.index == 3);
    REQUIRE(other.statements().size() == 3);
    for (const Statement& one : other.statements()) {
      CHECK(one.balanced == true);
      CHECK(one.computed_total_minor == 21110);
    }
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("two 楽天 cards of one person: held with the hint, kept apart by --card") {
  Person person;
  const auto daily = rakuten_file(
      9, {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210), once("2026-08-03", "見本湯", 450)});
  const auto travel = rakuten_file(9, {once("2026-08-04", "見本ホテル", 22000), once("2026-08-05", "見本航空", 31000),
                                       once("2026-08-06", "見本寿司", 4200)});
  const auto travel_october =
      rakuten_file(10, {once("2026-09-04", "見本ホテル", 21000), once("2026-09-05", "見本航空", 30000)});
  person.must_import("enavi202609(0000).csv", daily);
  const std::string before = person.ledger_text();

  const ImportReport held = person.must_import("enavi202609(1111).csv", travel);
  CHECK(held.added == 0);
  CHECK(held.held != 0);
  REQUIRE(held.hold.has_value());
  CHECK(held.hold->code == Code::statement_contradicted);
  CHECK(held.hold->remedy.find("--card") != std::string::npos);
  CHECK(person.ledger_text() == before);

  const ImportReport named = person.must_import("enavi202609(1111).csv", travel, "旅行用");
  CHECK(named.added == 3);
  CHECK_FALSE(named.needs_attention());
  CHECK(person.statements().size() == 2);
  CHECK(std::ranges::any_of(person.transactions(),
                            [](const Transaction& row) { return row.card_label.find("旅行用") != std::string::npos; }));

  SECTION("known files are recognized without the name, and add nothing") {
    const std::string now = person.ledger_text();
    CHECK(person.must_import("x.csv", travel).added == 0);
    CHECK(person.must_import("y.csv", daily).added == 0);
    CHECK(person.ledger_text() == now);
  }
  SECTION("a new month does not say whose it is") {
    const ImportReport unsaid = person.must_import("enavi202610.csv", travel_october);
    REQUIRE(unsaid.hold.has_value());
    CHECK(unsaid.hold->code == Code::card_ambiguous);
    CHECK(unsaid.hold->remedy.find("--card") != std::string::npos);
    CHECK(person.must_import("enavi202610.csv", travel_october, "旅行用").added == 2);
  }
}

TEST_CASE("a row that a newer copy no longer lists stays, and is reported") {
  Person person;
  const std::vector<Line> all = {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210),
                                 once("2026-08-03", "見本湯", 450), once("2026-08-04", "見本茶屋", 500)};
  person.must_import("202609.csv", smbc_file(smbc_section, all));
  const ImportReport fewer = person.must_import("202609.csv", smbc_file(smbc_section, {all[0], all[1], all[3]}));
  CHECK(fewer.removed == 0);
  CHECK(fewer.held == 1);
  CHECK(fewer.needs_attention());
  CHECK(person.transactions().size() == 4);
  REQUIRE(person.statements().size() == 1);
  CHECK(person.statements().front().held_count == 1);
  CHECK(person.statements().front().balanced == false);

  const ImportReport whole = person.must_import("202609.csv", smbc_file(smbc_section, all));
  CHECK(whole.held == 0);
  CHECK(whole.added == 0);
  CHECK(person.statements().front().balanced == true);
  CHECK(person.statements().front().held_count == 0);
}

TEST_CASE("a revised amount keeps its row") {
  Person person;
  const auto copy = [](int amount) {
    return jcb_file("2026-10-13", "0000",
                    {once("2026-08-16", "ミホンハ", 1584), once("2026-08-18", "見本カフェ", 650),
                     once("2026-08-22", "EXAMPLE CLOUD", amount)});
  };
  person.must_import("a.csv", copy(3027));
  const auto id_before = person.transactions().back().id;
  const ImportReport revised = person.must_import("b.csv", copy(3100));
  CHECK(revised.added == 0);
  CHECK(revised.modified == 1);
  CHECK(revised.held == 0);
  const auto rows = person.transactions();
  REQUIRE(rows.size() == 3);
  CHECK(rows.back().id == id_before);
  CHECK(rows.back().facts.amount_minor == 3100);
  CHECK(person.statements().front().status == StatementStatus::revised);
  CHECK(person.statements().front().balanced == true);
  CHECK(person.must_import("b.csv", copy(3100)).unchanged == 3);
}

TEST_CASE("encodings, line ends and marks do not make another document") {
  Person person;
  const std::string text = rakuten_file(9, {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210)});
  std::string crlf;
  for (const char c : text.substr(3)) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  person.must_import("a.csv", text);
  const std::string before = person.ledger_text();
  for (const std::string& copy : {text.substr(3), crlf, text.substr(0, text.size() - 1)}) {
    const ImportReport again = person.must_import("b.csv", copy);
    CHECK(again.added == 0);
    CHECK(again.modified == 0);
    CHECK(person.ledger_text() == before);
  }
}
