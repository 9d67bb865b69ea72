// SPDX-License-Identifier: Apache-2.0
//
// A ledger that neither doubles nor loses (I6) when an API's statements tell what its lists told: they claim rows that
// were open, close, move, contradict a list, and are asked for until they are settled.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/linked_sync/card_files.h"

namespace {

using namespace meisai;
using namespace meisai::test;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};

/// What the plan of this look says of a card.
std::optional<KnownCard> known_at(const Household& home, std::size_t look, const std::string& key = "card one") {
  return home.issuer.plans.at(look).known_card({.key_text = Secret(std::string_view(key))});
}

}  // namespace

TEST_CASE("a statement claims the open rows that it bills, and balances") {
  Household home;
  REQUIRE(home.look({listing({book, station})}).added == 2);
  const ConnectionReport report = home.look({statement("S1", {book, station}, "1110"), listing({book, station})});
  CHECK(report.added == 0);
  CHECK(home.rows().size() == 2);
  const auto statements = home.view()->statements().value();
  REQUIRE(statements.size() == 1);
  CHECK(statements.front().balanced == true);
  CHECK(statements.front().transaction_count == 2);
  for (const StoredRow& row : home.rows()) CHECK(row.statement == statements.front().key);
  CHECK(home.look().outcome == SyncOutcome::unchanged);
}

TEST_CASE("statement first or listing first, the ledger is the same") {
  const auto told = [](const Script& script) {
    Household home;
    CHECK(reason(home.look(script)).empty());
    std::vector<std::string> lines;
    for (const StoredRow& row : home.rows())
      lines.push_back(row.facts.issuer_reference + " " + std::to_string(row.facts.amount_minor) + " " +
                      (row.statement != 0 ? "billed" : "open"));
    std::ranges::sort(lines);
    return lines;
  };
  const Exchange bill = statement("S1", {book}, "900");
  const Exchange list = listing({book, station});
  CHECK(told({bill, list}) == told({list, bill}));
  CHECK(told({bill, list}) == std::vector<std::string>{"T1 900 billed", "T2 210 open"});
}

TEST_CASE("a row that two closed statements bill is one row with a share of each") {
  // An issuer that bills an amount again, or one payment after the other without naming a plan, under one id.
  const bool same_day = GENERATE(true, false);
  const bool together = GENERATE(true, false);
  CAPTURE(same_day, together);
  const ApiLine next{"T3", "2026-11-18", "見本薬局", "50"};
  ApiLine again = book;
  if (!same_day) again.date = "2026-12-10";
  const Exchange first = statement("S1", {book, station}, "1110");
  const Exchange second = statement("S2", {again, next}, "950");
  Household home;
  if (together) {
    CHECK(home.look({first, second}).added == 3);
  } else {
    CHECK(home.look({first}).added == 2);
    CHECK(home.look({second}).added == 1);
  }
  for (int look = 0; look < 3; ++look) {
    CAPTURE(look);
    CHECK(home.rows().size() == 3);
    const auto statements = home.view()->statements().value();
    REQUIRE(statements.size() == 2);
    for (const StatementRow& each : statements) {
      CHECK(each.balanced == true);
      CHECK(each.transaction_count == 2);
      CHECK(each.status == StatementStatus::closed);
      CHECK(each.held_count == 0);
    }
    const std::uint64_t position = home.view()->last_position().value();
    CHECK(home.look({first, second}).outcome == SyncOutcome::unchanged);
    CHECK(home.view()->last_position().value() == position);
  }
}

TEST_CASE("a row that leaves an open statement is billed by the one that lists it next") {
  Household home;
  home.look({statement("S1", {book, station}, "", "open")});
  for (int look = 0; look < 3; ++look) home.look({statement("S1", {station}, "210"), statement("S2", {book}, "900")});
  CHECK(home.rows().size() == 2);
  const auto statements = home.view()->statements().value();
  REQUIRE(statements.size() == 2);
  for (const StatementRow& each : statements) {
    CHECK(each.balanced == true);
    CHECK(each.transaction_count == 1);
  }
}

TEST_CASE("an open statement grows until it closes") {
  Household home;
  home.look({statement("S1", {book}, "", "open")});
  CHECK(home.view()->statements().value().front().status == StatementStatus::open);
  const ConnectionReport report = home.look({statement("S1", {book, station}, "1110")});
  CHECK(report.added == 1);
  CHECK(report.held == 0);
  const auto statements = home.view()->statements().value();
  REQUIRE(statements.size() == 1);
  CHECK(statements.front().status == StatementStatus::closed);
  CHECK(statements.front().balanced == true);
}

TEST_CASE("settled statements are told to the adapter, open and unbalanced ones are asked again") {
  Household home;
  home.look({statement("S1", {book}, "900"), statement("S2", {station}, "999"), statement("S3", {}, "", "open")});
  CHECK_FALSE(known_at(home, 0));
  home.look();
  const auto known = known_at(home, 1);
  REQUIRE(known);
  REQUIRE(known->settled.size() == 1);
  const SettledStatement& settled = known->settled.front();
  CHECK(settled.reference == "S1");
  CHECK(settled.stated_total_minor == 900);
  CHECK(settled.currency == Currency::jpy());
  CHECK(settled.closing_date == parse_iso_date("2026-11-15").value());
  CHECK_FALSE(settled.payment_due_date);
}

TEST_CASE("a list that states another amount than a settled statement bills makes that one be asked again") {
  Household home;
  REQUIRE(home.look({statement("S1", {book}, "900"), listing({book})}).held == 0);
  ApiLine corrected = book;
  corrected.amount = "950";
  const ConnectionReport report = home.look({listing({corrected})});
  CHECK(report.held == 1);
  CHECK(report.needs_attention());
  CHECK(home.rows().front().facts.amount_minor == 900);  // a list does not say what is billed
  // While it goes on it is no news, also where the statement is asked for again and says what it said.
  const std::uint64_t position = home.view()->last_position().value();
  for (int look = 0; look < 2; ++look) {
    const ConnectionReport again = home.look({statement("S1", {book}, "900"), listing({corrected})});
    CHECK(again.held == 0);
    CHECK_FALSE(again.needs_attention());
    CHECK(home.view()->statements().value().front().held_count == 1);
  }
  CHECK(home.view()->last_position().value() == position);
  CHECK(known_at(home, 2)->settled.empty());

  CHECK(home.look({statement("S1", {corrected}, "950"), listing({corrected})}).held == 0);
  const auto statements = home.view()->statements().value();
  REQUIRE(statements.size() == 1);
  CHECK(statements.front().status == StatementStatus::revised);
  CHECK(statements.front().balanced == true);
  CHECK(home.rows().front().facts.amount_minor == 950);
  home.look({listing({corrected})});
  CHECK(known_at(home, 5)->settled.front().stated_total_minor == 950);
}

TEST_CASE("a dispute is over when the list states what is billed") {
  Household home;
  ApiLine wrong = book;
  wrong.amount = "950";
  REQUIRE(home.look({statement("S1", {book}, "900"), listing({wrong})}).held == 1);
  CHECK(home.look({listing({book})}).held == 0);
  CHECK(home.view()->statements().value().front().held_count == 0);
  CHECK(home.look({listing({book})}).outcome == SyncOutcome::unchanged);
}

TEST_CASE("a statement whose dates the issuer moves is the same statement") {
  Household home;
  REQUIRE(home.look({statement("S1", {book, station}, "1110")}).added == 2);
  Exchange moved = statement("S1", {book, station}, "1110");
  moved.documents.front().closing_date = "2026-11-16";
  CHECK(home.look({moved}).added == 0);
  CHECK(home.rows().size() == 2);
  REQUIRE(home.view()->statements().value().size() == 1);
  CHECK(home.view()->statements().value().front().closing_date == parse_iso_date("2026-11-16").value());
}

TEST_CASE("a pending copy of a billed row disputes nothing") {
  Household home;
  home.look({statement("S1", {book}, "900"), listing({book})});
  ApiLine late = book;
  late.pending = true;
  late.amount = "1000";
  CHECK(home.look({listing({late})}).held == 0);
}

TEST_CASE("statements of two cards with the same id are two statements") {
  Household home;
  home.issuer.more_cards = {"card two"};
  const auto of_second = [](Exchange exchange) {
    exchange.documents.front().card = 1;
    return exchange;
  };
  const ConnectionReport report =
      home.look({statement("202611", {book}, "900"), of_second(statement("202611", {station}, "999"))});
  CHECK(reason(report).empty());
  CHECK(home.view()->statements().value().size() == 2);
  CHECK(home.rows().size() == 2);
  home.look({statement("202611", {book}, "900")});
  CHECK(home.view()->statements().value().size() == 2);
  CHECK(known_at(home, 1, "card one")->settled.size() == 1);
  CHECK(known_at(home, 1, "card two")->settled.empty());  // does not balance
}

TEST_CASE("the plan asks for the profile's history at first, then for an overlap of the last look") {
  Household home;
  home.issuer.known.limits.history = std::chrono::days(365);
  home.look({listing({book})});
  home.look();
  REQUIRE(home.issuer.plans.size() == 2);
  CHECK(iso(home.issuer.plans[0].today) == "2026-11-20");
  CHECK(iso(home.issuer.plans[0].from) == "2025-11-20");
  CHECK(iso(home.issuer.plans[1].from) == "2025-11-20");  // of a card that comes new
  CHECK_FALSE(known_at(home, 1, "card two"));
  REQUIRE(known_at(home, 1));
  CHECK(iso(known_at(home, 1)->from) == "2026-10-06");
}
