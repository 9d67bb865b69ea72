// SPDX-License-Identifier: Apache-2.0
//
// The decision table of cutoffs and the clock, whole: every purpose and step, recipient, degree, scope, state and
// epoch, with a consent that stands. What consents decide is in consent_test.cpp, laws are in laws_test.cpp.
#include "engine/policy/policy.h"

#include <array>
#include <catch2/catch.hpp>

#include "meisai/date.h"
#include "tests/policy/questions.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using policy::decide;
using policy::Question;
using policy::Times;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// What an incident stops, written out: restrict (attended, unattended), suspend, cancel.
struct Row {
  Act act;
  Recipient recipient;
  std::array<bool, 4> stopped;
};
constexpr std::array<Row, 16> table{{
    {{Purpose::commit}, Recipient::subject, {false, true, true, true}},
    {{Purpose::commit}, Recipient::other, {false, true, true, true}},
    {{Purpose::read}, Recipient::subject, {false, false, false, false}},
    {{Purpose::read}, Recipient::other, {false, true, true, true}},
    {{Purpose::release}, Recipient::subject, {false, false, false, false}},
    {{Purpose::release}, Recipient::other, {false, true, true, true}},
    {{Purpose::maintenance}, Recipient::subject, {false, false, false, false}},
    {{Purpose::maintenance}, Recipient::other, {false, false, false, false}},
    {{Purpose::request}, Recipient::subject, {false, true, true, true}},
    {{Purpose::request}, Recipient::other, {false, true, true, true}},
    {{Purpose::authorize, AuthorizeStep::link}, Recipient::subject, {false, true, true, true}},
    {{Purpose::authorize, AuthorizeStep::link}, Recipient::other, {false, true, true, true}},
    {{Purpose::authorize, AuthorizeStep::refresh}, Recipient::subject, {false, true, true, true}},
    {{Purpose::authorize, AuthorizeStep::refresh}, Recipient::other, {false, true, true, true}},
    // `cancel` orders the revocation, and `restrict` has nothing against it.
    {{Purpose::authorize, AuthorizeStep::revoke}, Recipient::subject, {false, false, true, false}},
    {{Purpose::authorize, AuthorizeStep::revoke}, Recipient::other, {false, false, true, false}},
}};

bool stopped(const Row& row, CutoffDegree degree, bool attended) {
  if (degree == CutoffDegree::restrict_unattended) return row.stopped.at(attended ? 0 : 1);
  return row.stopped.at(degree == CutoffDegree::suspend ? 2 : 3);
}

/// Whether an incident of this scope (at JCB; of our connection there) is about the scope of a step.
bool covered(CutoffScope scope, const PermitScope& step) {
  if (scope == CutoffScope::all || step.issuer.empty()) return true;
  if (step.issuer != jcb) return false;
  return scope == CutoffScope::issuer || step.connection == ours;
}

std::string refusal_of(CutoffScope scope) { return "cutoff_" + std::string(name_of(scope)); }

}  // namespace

TEST_CASE("without incidents everything under a standing consent is allowed, at the deny instant") {
  for (const Row& row : table)
    for (const bool attended : {true, false})
      for (const ConnectionId& connection : connections) {
        const Question asked = question(row.act, jcb, connection, row.recipient, attended);
        const auto decision = decide(asked, facts_with({}, 0), {noon, noon + seconds(5)});
        REQUIRE(decision);
        CHECK(decision->at == noon + seconds(5));
      }
}

TEST_CASE("the whole table of one incident") {
  constexpr std::uint64_t asked = 7;
  std::size_t all = 0;
  std::size_t refusals = 0;
  std::size_t wrong = 0;
  const auto check = [&](const Row& row, const Question& step, CutoffScope scope, CutoffDegree degree,
                         IncidentState state, std::uint64_t epoch) {
    const auto decision =
        decide(step, facts_with({incident(scope, jcb, degree, state, epoch)}, asked + 1), {noon, noon});
    const bool counts = state != IncidentState::lifted || epoch == asked + 1;
    const bool refused = covered(scope, step.scope) && counts && stopped(row, degree, step.scope.attended);
    const std::string expected = refused ? refusal_of(scope) : "allow";
    ++all;
    refusals += decision ? 0U : 1U;
    if (shown(decision) == expected && (decision || !decision.error().remedy.empty())) return;
    ++wrong;
    FAIL_CHECK(shown(decision) << " in place of " << expected << ": " << name_of(step.purpose) << " step "
                               << static_cast<int>(step.scope.step) << " to " << static_cast<int>(step.scope.recipient)
                               << " attended " << step.scope.attended << " issuer '" << step.scope.issuer.text()
                               << "' connection '" << step.scope.connection.text() << "' incident " << name_of(scope)
                               << " " << name_of(degree) << " " << name_of(state) << " epoch " << epoch);
  };
  for (const Row& row : table)
    for (const bool attended : {true, false})
      for (const IssuerId& issuer : issuers)
        for (const ConnectionId& connection : connections)
          for (const CutoffScope scope : scopes)
            for (const CutoffDegree degree : degrees)
              for (const IncidentState state : states)
                for (const std::uint64_t epoch : {asked - 1, asked, asked + 1})
                  check(row, question(row.act, issuer, connection, row.recipient, attended, asked), scope, degree,
                        state, epoch);
  CHECK(wrong == 0);
  CHECK(all == 16U * 2 * 3 * 3 * 3 * 3 * 3 * 3);
  CHECK(refusals > 3000U);
}

TEST_CASE("the first row of the table speaks") {
  const auto suspended = [](CutoffScope scope, IncidentState state, std::uint64_t epoch) {
    return incident(scope, jcb, CutoffDegree::suspend, state, epoch);
  };
  const auto cut_all = suspended(CutoffScope::all, IncidentState::open, 1);
  const auto cut_jcb = suspended(CutoffScope::issuer, IncidentState::open, 2);
  const auto cut_ours = suspended(CutoffScope::connection, IncidentState::open, 3);
  const auto all_since = suspended(CutoffScope::all, IncidentState::lifted, 4);
  const auto jcb_since = suspended(CutoffScope::issuer, IncidentState::lifted, 5);
  const auto ours_since = suspended(CutoffScope::connection, IncidentState::lifted, 6);
  const Question asked = question({Purpose::request}, jcb, ours, Recipient::subject, true, 2);
  const Times late{noon - seconds(61), noon};
  const Times now{noon, noon};
  std::vector<Incident> incidents{ours_since, jcb_since, all_since, cut_ours, cut_jcb, cut_all};
  const auto speaks = [&](const Times& times) {
    Facts facts = facts_with(incidents, 6);
    facts.consent->end = ConsentEnd::withdrawn;
    return shown(decide(asked, facts, times));
  };
  CHECK(speaks(late) == "clock_hold");
  for (const char* expected :
       {"cutoff_all", "cutoff_issuer", "cutoff_connection", "cutoff_all", "cutoff_issuer", "cutoff_connection"}) {
    CHECK(speaks(now) == expected);
    incidents.pop_back();
  }
  CHECK(speaks(now) == "consent_withdrawn");
}

TEST_CASE("a cutoff in force waits for the person, one that passed asks to begin again") {
  for (const CutoffScope scope : scopes) {
    const Question asked = question({Purpose::commit}, jcb, ours);
    const auto in_force = decide(
        asked, facts_with({incident(scope, jcb, CutoffDegree::suspend, IncidentState::open, 1)}, 1), {noon, noon});
    const auto passed = decide(
        asked, facts_with({incident(scope, jcb, CutoffDegree::suspend, IncidentState::lifted, 1)}, 1), {noon, noon});
    REQUIRE_FALSE(in_force);
    REQUIRE_FALSE(passed);
    CHECK(in_force.error().retry == Retry::after_user);
    CHECK(passed.error().retry == Retry::later);
    CHECK(in_force.error().where.issuer == "jcb_card");
    // Since when, and the id that lifts it.
    CHECK(in_force.error().what.find(rfc3339(noon - std::chrono::hours(1))) != std::string::npos);
    CHECK(in_force.error().remedy.find("lift IN1") != std::string::npos);
  }
}

TEST_CASE("of two cutoffs the refusal names the one that is about this step") {
  Incident elsewhere = incident(CutoffScope::issuer, rakuten, CutoffDegree::suspend, IncidentState::open, 1);
  elsewhere.id = IncidentId("IN8");
  Incident here = incident(CutoffScope::issuer, jcb, CutoffDegree::suspend, IncidentState::open, 2);
  here.id = IncidentId("IN9");
  const auto decision = decide(question({Purpose::request}, jcb, ours), facts_with({elsewhere, here}, 2), {noon, noon});
  REQUIRE_FALSE(decision);
  CHECK(decision.error().remedy.find("IN9") != std::string::npos);
  CHECK(decision.error().remedy.find("IN8") == std::string::npos);
}

TEST_CASE("a suspension does not stop the revocation that another incident's cancellation orders") {
  const auto suspend = incident(CutoffScope::all, {}, CutoffDegree::suspend, IncidentState::open, 1);
  const auto cancel = incident(CutoffScope::connection, jcb, CutoffDegree::cancel, IncidentState::open, 2);
  const Act revoke{Purpose::authorize, AuthorizeStep::revoke};
  CHECK(shown(decide(question(revoke, jcb, ours), facts_with({suspend}, 2), {noon, noon})) == "cutoff_all");
  CHECK(shown(decide(question(revoke, jcb, ours), facts_with({suspend, cancel}, 2), {noon, noon})) == "allow");
  CHECK(shown(decide(question(revoke, jcb, other), facts_with({suspend, cancel}, 2), {noon, noon})) == "cutoff_all");
  const auto lifted = incident(CutoffScope::connection, jcb, CutoffDegree::cancel, IncidentState::lifted, 2);
  CHECK(shown(decide(question(revoke, jcb, ours), facts_with({suspend, lifted}, 2), {noon, noon})) == "cutoff_all");
}

TEST_CASE("clock hold begins past the tolerance and is for every purpose") {
  for (const Row& row : table)
    for (const bool attended : {true, false}) {
      const Question asked = question(row.act, {}, ours, row.recipient, attended);
      const auto facts = facts_with({}, 0);
      CHECK(decide(asked, facts, {noon - policy::clock_tolerance, noon}));
      const auto held = decide(asked, facts, {noon - policy::clock_tolerance - milliseconds(1), noon});
      REQUIRE_FALSE(held);
      CHECK(held.error().code == Code::clock_hold);
      CHECK(held.error().retry == Retry::later);
      CHECK(held.error().next_allowed_at == noon - policy::clock_tolerance);
    }
}
