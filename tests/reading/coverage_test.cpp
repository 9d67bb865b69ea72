// SPDX-License-Identifier: Apache-2.0
//
// Which days are known, and why the others are not; how fresh a card is, by what arrived.
#include <catch2/catch.hpp>

#include "tests/reading/desk.h"

namespace {

using namespace meisai;
using namespace meisai::test;

std::string text_of(const CoverageOfCard::Range& range) { return iso(range.from) + ".." + iso(range.to); }

/// A linked card that is used every third day until `last`, looked at up to `looked`.
struct Linked : Desk {
  CardKey main = 0;
  explicit Linked(const std::string& looked = "2026-11-20", SyncOutcome outcome = SyncOutcome::unchanged) {
    linked("CN1", "2026-09-01", outcome, looked);
    main = card("main", "CN1");
    limits().history = std::chrono::days(90);
    known(main, "2026-06-03", looked);
  }
  void uses_until(const std::string& last) {
    for (int i = 0; i < 12; ++i) {
      const auto date = LocalDate(std::chrono::sys_days(on(last)) - std::chrono::days(3 * i));
      use(main, {.date = iso(date)});
    }
  }
};

}  // namespace

TEST_CASE("days between known ranges are gaps, days behind the last are not looked at yet") {
  Desk desk;
  const CardKey card = desk.card("main");
  desk.known(card, "2026-07-01", "2026-07-31", "file", "statement");
  desk.known(card, "2026-09-01", "2026-09-30", "file", "statement");
  const auto coverage = desk.coverage();
  REQUIRE(coverage.size() == 1);
  REQUIRE(coverage[0].gaps.size() == 1);
  CHECK(text_of(coverage[0].gaps[0]) == "2026-08-01..2026-08-31");
  CHECK(coverage[0].gaps[0].reason == GapReason::not_covered);
  REQUIRE(coverage[0].not_looked);
  CHECK(text_of(*coverage[0].not_looked) == "2026-10-01..2026-11-20");
  CHECK_FALSE(coverage[0].issuer_gives_no_more);
  CHECK_FALSE(coverage[0].grows_from);  // statements are settled
}

TEST_CASE("a range inside another makes no gap") {
  Desk desk;
  const CardKey card = desk.card("main");
  desk.known(card, "2026-07-01", "2026-11-20");
  desk.known(card, "2026-07-10", "2026-07-20", "file", "statement");
  desk.known(card, "2026-08-01", "2026-08-20", "file", "statement");
  CHECK(desk.coverage()[0].gaps.empty());
  CHECK_FALSE(desk.coverage()[0].not_looked);
}

TEST_CASE("as far back as the issuer goes is a boundary, no gap; days that it still gives are one") {
  Linked far;
  CHECK(far.coverage()[0].issuer_gives_no_more);
  CHECK(far.coverage()[0].gaps.empty());
  Linked near;
  near.limits().history = std::chrono::days(365);
  const CoverageOfCard card = near.coverage()[0];
  CHECK_FALSE(card.issuer_gives_no_more);
  REQUIRE(card.gaps.size() == 1);
  CHECK(text_of(card.gaps[0]) == "2025-11-20..2026-06-02");
  CHECK(card.gaps[0].reason == GapReason::not_asked);
}

TEST_CASE("a gap in which no consent stood says so, whoever else was linked") {
  Desk desk;
  desk.linked("CN1", "2026-01-01", SyncOutcome::fresh, "2026-11-20");
  const CardKey card = desk.card("main", "CN1");
  desk.agreed("CN1", "2026-01-01", "2026-03-31");
  desk.agreed("CN1", "2026-06-10", "2026-12-31");
  desk.known(card, "2026-01-01", "2026-03-31");
  desk.known(card, "2026-06-01", "2026-09-30");
  desk.known(card, "2026-10-10", "2026-11-20");
  const auto coverage = desk.coverage();
  REQUIRE(coverage[0].gaps.size() == 2);
  CHECK(text_of(coverage[0].gaps[0]) == "2026-04-01..2026-05-31");
  CHECK(coverage[0].gaps[0].reason == GapReason::no_consent);
  CHECK(coverage[0].gaps[1].reason == GapReason::not_covered);
}

TEST_CASE("after a consent's end the days that nobody looks at grow, with the reason") {
  Linked desk("2026-10-01");
  desk.agreed("CN1", "2026-07-01", "2026-10-02");
  auto coverage = desk.coverage();
  REQUIRE(coverage[0].not_looked);
  CHECK(text_of(*coverage[0].not_looked) == "2026-10-02..2026-11-20");
  CHECK(coverage[0].not_looked->reason == GapReason::no_consent);
  desk.agreed("CN1", "2026-10-02", "2027-10-02");  // renewed at once: only nobody has looked yet
  CHECK(desk.coverage()[0].not_looked->reason == GapReason::not_covered);
}

TEST_CASE("days within the posting delay of the last complete look may still grow, but for those a statement bills") {
  Linked desk;
  desk.limits().posting_delay = std::chrono::days(5);
  CHECK(iso(*desk.coverage()[0].grows_from) == "2026-11-16");
  desk.known(desk.main, "2026-11-01", "2026-11-17", "api", "statement");
  CHECK(iso(*desk.coverage()[0].grows_from) == "2026-11-18");
  desk.known(desk.main, "2026-11-01", "2026-11-20", "api", "statement");
  CHECK_FALSE(desk.coverage()[0].grows_from);
}

TEST_CASE("a statement proves its month, also where it covers no day") {
  Desk desk;
  const CardKey card = desk.card("main");
  desk.bill({card}, {"2026-10", "2026-10-13", {}, 0});
  const auto coverage = desk.coverage();
  REQUIRE(coverage.size() == 1);
  CHECK(coverage[0].ranges.empty());
  REQUIRE(coverage[0].statements.size() == 1);
  CHECK(coverage[0].statements[0].month == in("2026-10"));
}

TEST_CASE("an issuer that answers nothing for weeks, of a card used regularly, does not look well") {
  Linked desk;
  desk.uses_until("2026-11-18");
  desk.arrived("CN1", "2026-11-18");
  Status status = desk.status();
  CHECK_FALSE(status.cards[0].quiet_since);
  CHECK_FALSE(status.freshness[0].quiet);
  CHECK(status.problems.empty());

  Linked silent;
  silent.uses_until("2026-10-20");
  silent.arrived("CN1", "2026-10-21");
  status = silent.status();
  REQUIRE(status.cards[0].quiet_since);
  CHECK(iso(*status.cards[0].quiet_since) == "2026-10-20");
  CHECK(status.freshness[0].quiet);
  REQUIRE(status.problems.size() == 1);
  CHECK(status.problems[0].code == "nothing_new");
  // The looks were complete, and say since when nothing came.
  CHECK(iso(*status.freshness[0].unchanged_since) == "2026-10-21");
  CHECK(status.freshness[0].looked_at == silent.around.connections[0].last.data_as_of);
  CHECK(status.cards[0].looked_at == silent.around.connections[0].last.data_as_of);
}

TEST_CASE("a card that is used now and then is not called quiet; nor is one that nobody looked at") {
  Linked rare;
  for (const char* date : {"2026-05-01", "2026-06-03", "2026-07-01", "2026-08-04", "2026-09-01", "2026-10-02"})
    rare.use(rare.main, {.date = date});
  CHECK_FALSE(rare.status().cards[0].quiet_since);
  Linked new_card;
  new_card.use(new_card.main, {.date = "2026-09-01"});
  CHECK_FALSE(new_card.status().cards[0].quiet_since);
  Linked unseen("2026-10-21", SyncOutcome::failed);
  unseen.uses_until("2026-10-20");
  CHECK_FALSE(unseen.status().cards[0].quiet_since);  // the look is old, not the card silent
}

TEST_CASE("each outcome keeps its reason; only a verified nothing says since when") {
  Desk desk;
  desk.linked("CN1", "2026-09-01", SyncOutcome::fresh, "2026-11-20");
  Connection& refused = desk.linked("CN2", "2026-09-01", SyncOutcome::not_checked, "2026-11-10");
  refused.last.reason = "rate_limited";
  refused.last.next_allowed_at = desk.around.now;
  desk.linked("CN3", "2026-09-01", SyncOutcome::unchanged, "2026-11-20");
  const Status status = desk.status();
  REQUIRE(status.freshness.size() == 3);
  CHECK_FALSE(status.freshness[0].unchanged_since);
  CHECK_FALSE(status.freshness[1].unchanged_since);
  CHECK(status.freshness[1].reason == "rate_limited");
  CHECK(status.freshness[1].next_allowed_at == desk.around.now);
  CHECK(status.freshness[1].looked_at);                              // the last complete one, not the refused one
  CHECK(iso(*status.freshness[2].unchanged_since) == "2026-09-01");  // nothing ever came: since it was linked
}

TEST_CASE("the newest use is known also of a card that was not used for years") {
  Desk desk;
  const CardKey old = desk.card("old"), recent = desk.card("recent"), unused = desk.card("unused");
  REQUIRE(unused != 0);
  desk.use(old, {.date = "2023-02-27"});
  desk.use(old, {.date = "2023-02-28"});
  desk.use(old, {.date = "2022-12-31"});
  desk.use(recent, {.date = "2026-11-01"});
  const Status status = desk.status();
  CHECK(iso(*status.cards[0].newest_use) == "2023-02-28");
  CHECK(iso(*status.cards[1].newest_use) == "2026-11-01");
  CHECK_FALSE(status.cards[2].newest_use);
}

TEST_CASE("a statement that should have come by now is named, where those before it came month by month") {
  Desk desk;
  const CardKey card = desk.card("main");
  desk.bill({card}, {"2026-07", "2026-07-27", {}, 1});
  desk.bill({card}, {"2026-08", "2026-08-27", {}, 1});
  CHECK_FALSE(desk.status().cards[0].missing_statement);  // two are no rhythm
  desk.bill({card}, {"2026-09", "2026-09-28", {}, 1});
  const auto missing = desk.status().cards[0].missing_statement;
  REQUIRE(missing);
  CHECK(missing->month == in("2026-10"));
  CHECK(iso(missing->expected_by) == "2026-10-27");
  CHECK(missing->months == 1);
  CHECK(desk.status().problems.back().code == "statement_missing");
  desk.today("2026-11-28");
  CHECK(desk.status().cards[0].missing_statement->months == 2);
  desk.today("2026-10-27");
  CHECK_FALSE(desk.status().cards[0].missing_statement);
}

TEST_CASE("an issuer that states closing dates gives the statement soon after") {
  Desk desk;
  const CardKey card = desk.card("main");
  for (const char* month : {"08", "09", "10"}) {
    const std::string m(month);
    desk.bill({card}, {"2026-" + m, "2026-" + m + "-27",
                       "2026-" + (m == "10" ? "09" : "0" + std::to_string(std::stoi(m) - 1)) + "-15", 1});
  }
  desk.today("2026-10-29");
  CHECK_FALSE(desk.status().cards[0].missing_statement);
  desk.today("2026-10-30");
  REQUIRE(desk.status().cards[0].missing_statement);
  CHECK(desk.status().cards[0].missing_statement->month == in("2026-11"));
}
