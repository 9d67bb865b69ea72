// SPDX-License-Identifier: Apache-2.0
//
// A ledger that neither doubles nor loses (I6) when an API tells the same story again with changes: pending rows
// that become posted, dates that move under a stable id. statement_matching_test.cpp has what statements claim.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/linked_sync/card_files.h"

namespace {

using namespace meisai;
using namespace meisai::test;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};
const ApiLine waiting{"P1", "2026-11-12", "見本ガス", "5000", true};

}  // namespace

TEST_CASE("a pending row becomes its posted row under another id and amount, where the issuer links them") {
  Household home;
  REQUIRE(home.look({listing({book, waiting})}).added == 2);
  const auto before = home.rows();
  CHECK(before.back().facts.status == TransactionStatus::pending);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"};
  const ConnectionReport report = home.look({listing({book, posted})});
  CHECK(report.added == 0);
  CHECK(report.modified == 1);
  const auto rows = home.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows.back().key == before.back().key);
  CHECK(rows.back().facts.amount_minor == 4870);
  CHECK(rows.back().facts.status == TransactionStatus::posted);
  CHECK(rows.back().facts.issuer_reference == "T9");
  CHECK(home.view()->revisions_of(rows.back().key).value().size() == 1);
  CHECK(home.look({listing({book, posted})}).outcome == SyncOutcome::unchanged);
}

TEST_CASE("a pending row becomes its posted row without a link, where merchant and amount are the same") {
  Household home;
  REQUIRE(home.look({listing({book, waiting})}).added == 2);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "5000"};
  const ConnectionReport report = home.look({listing({book, posted})});
  CHECK(report.added == 0);
  CHECK(report.modified == 1);
  CHECK(home.rows().size() == 2);
}

TEST_CASE("a pending row that keeps its id is its posted row, on another day and with another amount") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const ApiLine posted{"P1", "2026-11-15", "見本ガス　本店", "4870"};
  const ConnectionReport report = home.look({listing({posted})});
  CHECK(report.modified == 1);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().facts.status == TransactionStatus::posted);
}

TEST_CASE("a pending row whose posted row came by a statement first is not doubled") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "5000"};
  home.look({statement("S1", {posted}, "5000"), listing({posted})});
  CHECK(home.rows().size() == 1);
}

TEST_CASE("a pending row that a statement bills is its posted row") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "4870", false, "P1"};
  const ConnectionReport report = home.look({statement("S1", {posted}, "4870")});
  CHECK(report.added == 0);
  CHECK(report.modified == 1);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.view()->statements().value().front().balanced == true);
}

TEST_CASE("a pending row that is listed beside its posted row for a while is not doubled") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "4870", false, "P1"};
  home.look({listing({waiting, posted})});
  CHECK(home.rows().size() == 1);
  home.look({listing({posted})});
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().facts.status == TransactionStatus::posted);
  CHECK(home.rows().front().facts.amount_minor == 4870);
}

TEST_CASE("a pending row that is listed no more is removed when the issuer's term is over, not before") {
  Household home;
  home.issuer.known.limits.pending_term = std::chrono::days(10);
  home.look({listing({book, waiting})});
  const TransactionKey key = home.rows().back().key;
  const auto look_on_day = [&home](int day) {
    home.clock.set_wall(noon + std::chrono::days(day));
    return home.look({listing({book})});
  };
  for (const int day : {1, 2, 10}) {  // it is missed first on day 1
    CAPTURE(day);
    const ConnectionReport report = look_on_day(day);
    CHECK(report.removed == 0);
    CHECK(report.outcome == SyncOutcome::unchanged);
    CHECK(home.rows().size() == 2);
  }
  const std::uint64_t before = home.view()->last_position().value();
  const ConnectionReport report = look_on_day(11);
  CHECK(report.removed == 1);
  CHECK(report.outcome == SyncOutcome::fresh);
  CHECK(home.rows().size() == 1);
  CHECK(home.view()->month_totals().value().front().amount_minor == 900);
  const std::vector<ChangeRow> changes = home.view()->changes(before, 10).value();
  REQUIRE(changes.size() == 1);
  CHECK(changes.front().kind == ChangeKind::removed);
  CHECK(changes.front().first == key);
  CHECK(changes.front().reason == "pending, and not listed since 2026-11-21");
  CHECK(look_on_day(12).outcome == SyncOutcome::unchanged);
}

TEST_CASE("a pending row that is listed again in time stays, and one that was removed comes back") {
  Household home;
  const auto look_on_day = [&home](int day, std::vector<ApiLine> lines) {
    home.clock.set_wall(noon + std::chrono::days(day));
    return home.look({listing(std::move(lines))});
  };
  look_on_day(0, {book, waiting});
  const TransactionKey key = home.rows().back().key;
  look_on_day(1, {book});
  look_on_day(6, {book, waiting});
  CHECK(look_on_day(9, {book}).removed == 0);  // absent since day 9: the first absence is over
  CHECK(look_on_day(16, {book}).removed == 1);
  const ConnectionReport back = look_on_day(17, {book, waiting});
  CHECK(back.added == 1);
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows().back().key == key);
  CHECK(home.rows().back().facts.status == TransactionStatus::pending);
  CHECK(look_on_day(17, {book, waiting}).outcome == SyncOutcome::unchanged);
  CHECK(home.view()->month_totals().value().front().count == 2);
}

TEST_CASE("pending to posted under a new id and with another amount is asked about, never merged") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス", "5320"};
  for (int look = 0; look < 3; ++look) {
    CHECK(home.look({listing({posted})}).added == (look == 0 ? 1U : 0U));
    CHECK(home.rows().size() == 2);
    const auto asked = suggestions(home);
    REQUIRE(asked.size() == 1);
    CHECK(asked.front().first == home.rows().front().key);
    CHECK(asked.front().second == home.rows().back().key);
    CHECK(asked.front().evidence == MatchRule::alike);
    CHECK(asked.front().detail == "amount +320, 2 days later");
  }
  SECTION("until the pending row is gone") {
    home.clock.set_wall(noon + std::chrono::days(30));
    CHECK(home.look({listing({posted})}).removed == 1);
    CHECK(suggestions(home).empty());
    CHECK(suggestions(home, SuggestionState::outdated).size() == 1);
  }
  SECTION("until the issuer links it to another row") {
    const ApiLine linked{"T10", "2026-11-15", "見本ガス", "5000", false, "P1"};
    CHECK(home.look({listing({posted, linked})}).added == 0);
    CHECK(suggestions(home).empty());
    CHECK(suggestions(home, SuggestionState::outdated).size() == 1);
  }
}

TEST_CASE("an amount that becomes final under the same id is a revision of the row, with its reason") {
  Household home;
  REQUIRE(home.look({listing({waiting})}).added == 1);
  const TransactionKey key = home.rows().front().key;
  ApiLine final_amount = waiting;
  final_amount.amount = "4870";
  final_amount.pending = false;
  CHECK(home.look({listing({final_amount})}).modified == 1);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().key == key);
  const auto reasons = home.view()->reasons_of(key).value();
  REQUIRE(reasons.size() == 1);
  CHECK(reasons.front().rule == MatchRule::same_identity);
  CHECK(reasons.front().detail == "amount -130");
  CHECK(reasons.front().at == noon);
  // A view from before the change does not take it back.
  CHECK(home.look({listing({waiting})}).outcome == SyncOutcome::unchanged);
  CHECK(home.rows().front().facts.amount_minor == 4870);
}

TEST_CASE("a listing from before the posting lists the pending id: it is the posted row") {
  Household home;
  REQUIRE(home.look({listing({book, waiting})}).added == 2);
  const ApiLine posted{"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"};
  REQUIRE(home.look({listing({book, posted})}).modified == 1);
  CHECK(home.look({listing({book, waiting})}).added == 0);
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows().back().facts.status == TransactionStatus::posted);
  CHECK(home.rows().back().facts.amount_minor == 4870);
  CHECK(home.view()->aliases_of(home.rows().back().key).value().size() == 1);
  CHECK(rules_of(home, home.rows().back().key) == std::vector<std::string>{"issuer_link"});
  CHECK(home.look({listing({book, posted})}).outcome == SyncOutcome::unchanged);
}

TEST_CASE("two pending twins and two posted ones without links are interchangeable: two rows") {
  Household home;
  ApiLine twin = waiting;
  twin.id = "P2";
  REQUIRE(home.look({listing({waiting, twin})}).added == 2);
  const ApiLine one{"T8", "2026-11-12", "見本ガス", "5000"};
  const ApiLine two{"T9", "2026-11-12", "見本ガス", "5000"};
  CHECK(home.look({listing({one, two})}).added == 0);
  CHECK(home.rows().size() == 2);
  CHECK(suggestions(home).empty());
}

TEST_CASE("one pending twin more than posted ones is asked about") {
  Household home;
  ApiLine twin = waiting;
  twin.id = "P2";
  REQUIRE(home.look({listing({waiting, twin})}).added == 2);
  CHECK(home.look({listing({{"T8", "2026-11-13", "見本ガス", "5000"}})}).added == 1);
  CHECK(home.rows().size() == 3);
  REQUIRE(suggestions(home).size() == 1);
  CHECK(suggestions(home).front().detail == "same amount, 1 day later");
}

TEST_CASE("a row whose date the issuer moved under a stable id stays one row") {
  Household home;
  REQUIRE(home.look({listing({book, station})}).added == 2);
  const auto before = home.rows();
  ApiLine moved = book;
  moved.date = "2026-11-13";
  const ConnectionReport report = home.look({listing({moved, station})});
  CHECK(report.added == 0);
  CHECK(report.modified == 1);
  CHECK(report.held == 0);
  const auto rows = home.rows();
  REQUIRE(rows.size() == 2);
  CHECK(std::ranges::count(rows, before.front().key, &StoredRow::key) == 1);
  CHECK(home.look({listing({moved, station})}).outcome == SyncOutcome::unchanged);
}

TEST_CASE("a date that moves by most of two months under a stable id is the same row") {
  const auto other_days = GENERATE(as<std::string>{}, "2026-09-25", "2026-10-20");
  CAPTURE(other_days);
  ApiLine moved = book;
  moved.date = other_days;
  SECTION("in a statement") {
    Household home;
    REQUIRE(home.look({listing({book, station})}).added == 2);
    CHECK(home.look({statement("S1", {moved, station}, "1110")}).added == 0);
    CHECK(home.rows().size() == 2);
  }
  SECTION("in the statement that lists it already") {
    Household home;
    moved.date = "2026-07-01";
    REQUIRE(home.look({statement("S1", {book, station}, "1110")}).added == 2);
    const ConnectionReport report = home.look({statement("S1", {moved, station}, "1110")});
    CHECK(report.added == 0);
    CHECK(report.held == 0);
    CHECK(home.rows().size() == 2);
  }
  SECTION("in a listing") {
    Household home;
    REQUIRE(home.look({listing({moved}, "2026-09-01", "2026-10-31")}).added == 1);
    CHECK(home.look({listing({book})}).added == 0);
    CHECK(home.rows().size() == 1);
  }
}

TEST_CASE("a stable id that one document states twice is one row: as it was said last") {
  ApiLine later = book;
  later.amount = "950";
  SECTION("equal") {
    Household home;
    CHECK(home.look({listing({book, station, book})}).added == 2);
    CHECK(home.rows().size() == 2);
    CHECK(home.look({listing({station, book})}).outcome == SyncOutcome::unchanged);
  }
  SECTION("with another amount") {
    Household home;
    const ConnectionReport report = home.look({listing({book, station, later})});
    CHECK(report.added == 2);
    CHECK(report.unchanged == 1);
    const auto rows = home.rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows.front().facts.amount_minor + rows.back().facts.amount_minor == 1160);
    CHECK(home.look({listing({later, station})}).outcome == SyncOutcome::unchanged);
  }
  SECTION("on another day, known already") {
    Household home;
    REQUIRE(home.look({listing({book})}).added == 1);
    later.date = "2026-11-12";
    const ConnectionReport report = home.look({listing({book, later})});
    CHECK(report.added == 0);
    CHECK(report.modified == 1);
    REQUIRE(home.rows().size() == 1);
    CHECK(home.rows().front().facts.amount_minor == 950);
  }
  SECTION("posted first, pending last") {
    Household home;
    ApiLine pending = book;
    pending.pending = true;
    home.look({listing({book, pending})});
    REQUIRE(home.rows().size() == 1);
    CHECK(home.rows().front().facts.status == TransactionStatus::posted);
  }
  SECTION("in a statement") {
    Household home;
    CHECK(home.look({statement("S1", {book, later}, "950")}).added == 1);
    CHECK(home.view()->statements().value().front().balanced == true);
  }
}

TEST_CASE("rows of a bill that share one id are rows of their own where the bill's total counts each") {
  const ApiLine gas{"T7", "2026-11-12", "見本ガス", "5000"};
  const ApiLine toll{"T7", "2026-11-13", "見本東", "330"};
  Household home;
  CHECK(home.look({statement("S1", {gas, toll}, "5330")}).added == 2);
  REQUIRE(home.view()->statements().value().size() == 1);
  CHECK(home.view()->statements().value().front().balanced == true);
  CHECK(home.look({statement("S1", {gas, toll}, "5330")}).outcome == SyncOutcome::unchanged);
  CHECK(home.rows().size() == 2);
}

TEST_CASE("without ids, the only row of a day and shop that a list shows with another amount is revised") {
  Household home;
  const ApiLine before{"", "2026-11-10", "見本書店", "900"};
  const ApiLine after{"", "2026-11-10", "見本書店", "950"};
  const ApiLine other{"", "2026-11-11", "見本駅", "210"};
  REQUIRE(home.look({listing({before, other})}).added == 2);
  const TransactionKey key = home.rows().front().key;
  const ConnectionReport report = home.look({listing({after, other})});
  CHECK(report.modified == 1);
  CHECK(report.held == 0);
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows().front().key == key);
  CHECK(home.rows().front().facts.amount_minor == 950);
  CHECK(rules_of(home, key) == std::vector<std::string>{"revised_amount"});
  CHECK(home.view()->reasons_of(key).value().front().detail == "amount +50");
}

TEST_CASE("real twins of one day have ids of their own and are both kept") {
  Household home;
  ApiLine twin = book;
  twin.id = "T7";
  REQUIRE(home.look({listing({book, twin})}).added == 2);
  CHECK(home.look({listing({twin, book})}).outcome == SyncOutcome::unchanged);
  CHECK(home.rows().size() == 2);
}

TEST_CASE("a posted row that a complete view no longer lists stays, and is reported") {
  Household home;
  REQUIRE(home.look({listing({book, station})}).added == 2);
  const ConnectionReport report = home.look({listing({book})});
  CHECK(report.held == 1);
  CHECK(report.needs_attention());
  CHECK(home.rows().size() == 2);
  CHECK(home.last_entry() == "held");
}

TEST_CASE("a row outside the days of the view is none of its business") {
  Household home;
  REQUIRE(home.look({listing({book, station})}).added == 2);
  const ConnectionReport report = home.look({listing({station}, "2026-11-11", "2026-11-20")});
  CHECK(report.held == 0);
  CHECK(report.outcome == SyncOutcome::unchanged);
}
