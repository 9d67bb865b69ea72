// SPDX-License-Identifier: Apache-2.0
//
// An issuer's answer that contradicts what is known: held with its raw records, replaced by the next one that is held,
// settled by the next one that comes in, decided by a person while the consent stands.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/sync/hold_decision.h"
#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::minutes;

std::string november(int day) { return "2026-11-" + std::string(day < 10 ? "0" : "") + std::to_string(day); }

std::vector<ApiLine> lines(const std::string& id, const std::string& shop, int count, int first_day = 1,
                           const std::string& direction = "Debit") {
  std::vector<ApiLine> made;
  for (int i = 0; i < count; ++i)
    made.push_back({id + std::to_string(i), november(first_day + i), shop + std::to_string(i), std::to_string(100 + i),
                    false, "", direction});
  return made;
}

/// A household whose card is known until the 20th, with six rows.
struct Known : Household {
  Known() {
    REQUIRE(look({listing(lines("T", "見本", 6))}).added == 6);
    clock.advance(minutes(10));
  }
  ConnectionReport next(const std::vector<ApiLine>& answer) {
    clock.advance(minutes(10));
    return look({listing(answer)});
  }
  std::vector<HoldRow> holds() { return view()->holds().value(); }
  std::size_t open_holds() {
    const auto all = holds();
    return static_cast<std::size_t>(std::ranges::count(all, HoldState::open, &HoldRow::state));
  }
  DocumentState state_of_document(const HoldRow& hold) {
    const auto documents = view()->documents().value();
    return std::ranges::find(documents, hold.document, &DocumentRow::key)->state;
  }
  sync::OpenHold open() {
    const auto all = holds();
    const auto documents = view()->documents().value();
    const auto hold = std::ranges::find(all, HoldState::open, &HoldRow::state);
    REQUIRE(hold != all.end());
    return {*hold, *std::ranges::find(documents, hold->document, &DocumentRow::key), "h1"};
  }
  sync::HoldPorts ports() { return {gate, *stores.store, *normalizer}; }
  std::size_t posted() {
    const auto all = rows();
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [](const StoredRow& row) { return row.facts.status == TransactionStatus::posted; }));
  }
};

}  // namespace

TEST_CASE("an answer that makes known days look new is held whole, with its raw records", "[holds]") {
  Known home;
  const ConnectionReport held = home.next(lines("U", "別", 6));
  CHECK(held.outcome == SyncOutcome::failed);
  REQUIRE(reason(held) == "batch_doubtful");
  CHECK(held.reason->what == "6 of 6 rows on days that are known look new");
  REQUIRE(held.hold_id.has_value());
  CHECK(held.held == 6);
  CHECK(home.rows().size() == 6);
  CHECK(home.last_entry() == "held batch_doubtful");
  CHECK(home.connection().last.reason == "batch_doubtful");
  REQUIRE(home.holds().size() == 1);
  CHECK(home.holds().front().transactions == 6);

  SECTION("the same answer again finds its hold") {
    CHECK(home.next(lines("U", "別", 6)).hold_id == held.hold_id);
    CHECK(home.holds().size() == 1);
  }
  SECTION("another held answer takes its place, and its pages go") {
    CHECK(home.next(lines("V", "他", 7)).hold_id != held.hold_id);
    REQUIRE(home.holds().size() == 2);
    CHECK(home.holds().front().state == HoldState::outdated);
    CHECK(home.open_holds() == 1);
    CHECK(home.state_of_document(home.holds().front()) == DocumentState::discarded);
    CHECK(home.state_of_document(home.holds().back()) == DocumentState::held);
  }
  SECTION("an answer that comes in settles it") {
    CHECK(home.next(lines("T", "見本", 6)).outcome == SyncOutcome::unchanged);
    CHECK(home.holds().front().state == HoldState::outdated);
    CHECK(home.last_entry() == "outdated");
    CHECK(home.state_of_document(home.holds().front()) == DocumentState::discarded);
  }
}

TEST_CASE("answers that are news in an ordinary way are not held", "[holds]") {
  Known home;
  SECTION("late postings") {
    auto answer = lines("T", "見本", 6);
    for (const ApiLine& late : lines("L", "遅延", 4, 2)) answer.push_back(late);
    CHECK(home.next(answer).added == 4);
  }
  SECTION("more late ones than were known, where all that was known is listed") {
    auto answer = lines("T", "見本", 6);
    for (const ApiLine& late : lines("L", "遅延", 9, 2)) answer.push_back(late);
    CHECK(home.next(answer).added == 9);
  }
  SECTION("new days") {
    auto answer = lines("T", "見本", 6);
    for (const ApiLine& fresh : lines("N", "新規", 7, 14)) answer.push_back(fresh);
    CHECK(home.next(answer).added == 7);
  }
  CHECK(home.holds().empty());
}

TEST_CASE("signs and dates that turn under the issuer's own ids are held", "[holds]") {
  Known home;
  SECTION("signs") {
    const ConnectionReport held = home.next(lines("T", "見本", 6, 1, "Credit"));
    REQUIRE(reason(held) == "batch_doubtful");
    CHECK(held.reason->what == "6 of 6 rows have the opposite sign of what is known");
  }
  SECTION("dates") {
    const ConnectionReport held = home.next(lines("T", "見本", 6, 2));
    REQUIRE(reason(held) == "batch_doubtful");
    CHECK(held.reason->what.starts_with("6 of 6 rows are 1 day later than known"));
  }
  CHECK(home.posted() == 6);
  CHECK(iso(home.rows().front().facts.date.date.value()) == "2026-11-01");
}

TEST_CASE("an accepted answer is what is so", "[holds]") {
  Known home;
  home.next(lines("U", "別", 6));
  const sync::OpenHold held = home.open();
  const auto trial = sync::try_hold(home.ports(), held, home.issuer.layouts()[0], {}, 100);
  REQUIRE(trial.has_value());
  CHECK(trial->result.added == 6);
  CHECK(trial->result.removed == 6);
  CHECK(trial->result.touched.size() == 12);
  CHECK(home.posted() == 6);

  const auto accepted = sync::accept_hold(home.ports(), held, home.issuer.layouts()[0], {});
  REQUIRE(accepted.has_value());
  CHECK(accepted->added == 6);
  CHECK(accepted->removed == 6);
  CHECK(home.posted() == 6);
  CHECK(home.open_holds() == 0);
  CHECK(sync::accept_hold(home.ports(), held, home.issuer.layouts()[0], {}).error().code == Code::invalid_argument);
  const auto all = home.rows();
  for (const StoredRow& row : all) {
    if (row.facts.status != TransactionStatus::removed) continue;
    const auto reasons = home.view()->reasons_of(row.key).value();
    CHECK(std::ranges::count(reasons, MatchRule::hold_accepted, &ReasonRow::rule) == 1);
  }
  const ConnectionReport again = home.next(lines("U", "別", 6));
  CHECK(again.outcome == SyncOutcome::unchanged);
  CHECK(again.unchanged == 6);
}

TEST_CASE("what came under a consent is accepted while it stands, and may be thrown away after it", "[holds]") {
  Known home;
  home.next(lines("U", "別", 6));
  const sync::OpenHold held = home.open();
  const Connection connection = home.connection();
  REQUIRE(home.gate
              .end_consent(*home.control,
                           {.issuer = connection.issuer,
                            .connection = connection.id,
                            .consent = connection.consent.consent,
                            .end = ConsentEnd::withdrawn,
                            .held = HeldData::kept},
                           "subject")
              .has_value());
  const auto refused = sync::accept_hold(home.ports(), held, home.issuer.layouts()[0], {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::consent_withdrawn);
  CHECK(home.posted() == 6);
  REQUIRE(sync::discard_hold(home.ports(), held, "").has_value());
  CHECK(home.open_holds() == 0);
  CHECK(home.state_of_document(home.holds().front()) == DocumentState::discarded);
}
