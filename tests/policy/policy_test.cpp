// SPDX-License-Identifier: Apache-2.0
//
// The decision table, whole: every purpose, recipient, degree, scope, state and epoch; and the two laws that
// hold for any facts: a further incident never allows more (INV-08), nor does a clock that is set back (INV-06).
#include "engine/policy/policy.h"

#include <rapidcheck.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using namespace meisai;
using policy::decide;
using policy::Decision;
using policy::Question;
using policy::Times;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant noon{milliseconds(1'790'000'000'000)};
constexpr std::array purposes{Purpose::commit, Purpose::read, Purpose::release, Purpose::maintenance};
constexpr std::array recipients{Recipient::subject, Recipient::other};
constexpr std::array degrees{CutoffDegree::restrict_unattended, CutoffDegree::suspend, CutoffDegree::cancel};
constexpr std::array states{IncidentState::opening, IncidentState::open, IncidentState::lifted};
const std::array issuers{IssuerId(), IssuerId("jcb_card"), IssuerId("rakuten_card")};

Incident incident(CutoffScope scope, const std::string& issuer, CutoffDegree degree, IncidentState state,
                  std::uint64_t epoch) {
  Incident out;
  out.id = IncidentId("i1");
  out.scope = scope;
  out.issuer = IssuerId(issuer);
  out.degree = degree;
  out.state = state;
  out.epoch = epoch;
  return out;
}

Facts facts_with(std::vector<Incident> incidents, std::uint64_t epoch) {
  return {.epoch = epoch, .high_water = noon, .incidents = std::move(incidents)};
}

/// What the incident stops, written out: restrict (attended, unattended), suspend, cancel.
struct Row {
  Purpose purpose;
  Recipient recipient;
  std::array<bool, 4> stopped;
};
constexpr std::array<Row, 8> table{{
    {Purpose::commit, Recipient::subject, {false, true, true, true}},
    {Purpose::commit, Recipient::other, {false, true, true, true}},
    {Purpose::read, Recipient::subject, {false, false, false, false}},
    {Purpose::read, Recipient::other, {false, true, true, true}},
    {Purpose::release, Recipient::subject, {false, false, false, false}},
    {Purpose::release, Recipient::other, {false, true, true, true}},
    {Purpose::maintenance, Recipient::subject, {false, false, false, false}},
    {Purpose::maintenance, Recipient::other, {false, false, false, false}},
}};

bool stopped(const Row& row, CutoffDegree degree, bool attended) {
  if (degree == CutoffDegree::restrict_unattended) return row.stopped.at(attended ? 0 : 1);
  return row.stopped.at(degree == CutoffDegree::suspend ? 2 : 3);
}

std::string shown(const Decision& decision) {
  return decision ? std::string("allow") : std::string(name_of(decision.error().code));
}

}  // namespace

TEST_CASE("without incidents everything is allowed, at the deny instant") {
  for (const Row& row : table)
    for (const bool attended : {true, false}) {
      const Question question{row.purpose, {IssuerId("jcb_card"), row.recipient, attended}, 0};
      const auto decision = decide(question, facts_with({}, 0), {noon, noon + seconds(5)});
      REQUIRE(decision);
      CHECK(decision->at == noon + seconds(5));
    }
}

TEST_CASE("the whole table of one incident") {
  constexpr std::uint64_t asked = 7;
  std::size_t refusals = 0;
  std::size_t all = 0;
  for (const Row& row : table)
    for (const bool attended : {true, false})
      for (const IssuerId& issuer : issuers)
        for (const CutoffScope scope : {CutoffScope::all, CutoffScope::issuer})
          for (const CutoffDegree degree : degrees)
            for (const IncidentState state : states)
              for (const std::uint64_t epoch : {asked - 1, asked, asked + 1}) {
                const auto facts = facts_with({incident(scope, scope == CutoffScope::all ? "" : "jcb_card", degree,
                                                        state, state == IncidentState::opening ? 0 : epoch)},
                                              asked + 1);
                const Question question{row.purpose, {issuer, row.recipient, attended}, asked};

                const bool covered = scope == CutoffScope::all || issuer.empty() || issuer == IssuerId("jcb_card");
                const bool counts = state != IncidentState::lifted || epoch == asked + 1;
                const std::string expected = !(covered && counts && stopped(row, degree, attended)) ? "allow"
                                             : scope == CutoffScope::all                            ? "cutoff_all"
                                                                                                    : "cutoff_issuer";
                INFO(name_of(row.purpose) << " to " << static_cast<int>(row.recipient) << " attended " << attended
                                          << " issuer '" << issuer.text() << "' incident " << name_of(scope) << " "
                                          << name_of(degree) << " " << name_of(state) << " epoch " << epoch);
                const auto decision = decide(question, facts, {noon, noon});
                CHECK(shown(decision) == expected);
                if (!decision) CHECK_FALSE(decision.error().remedy.empty());
                ++all;
                refusals += decision ? 0U : 1U;
              }
  CHECK(all == 8U * 2 * 3 * 2 * 3 * 3 * 3);
  CHECK(refusals > 300U);
}

TEST_CASE("the first row of the table speaks") {
  const auto cut_all = incident(CutoffScope::all, "", CutoffDegree::suspend, IncidentState::open, 1);
  const auto cut_jcb = incident(CutoffScope::issuer, "jcb_card", CutoffDegree::suspend, IncidentState::open, 2);
  const auto jcb_since = incident(CutoffScope::issuer, "jcb_card", CutoffDegree::suspend, IncidentState::lifted, 3);
  const Question question{Purpose::commit, {.issuer = IssuerId("jcb_card")}, 2};
  const Times late{noon - seconds(61), noon};
  const Times now{noon, noon};
  CHECK(shown(decide(question, facts_with({jcb_since, cut_jcb, cut_all}, 3), late)) == "clock_hold");
  CHECK(shown(decide(question, facts_with({jcb_since, cut_jcb, cut_all}, 3), now)) == "cutoff_all");
  CHECK(shown(decide(question, facts_with({jcb_since, cut_jcb}, 3), now)) == "cutoff_issuer");
}

TEST_CASE("a cutoff in force waits for the person, one that passed asks to begin again") {
  const Question question{Purpose::commit, {.issuer = IssuerId("jcb_card")}, 0};
  const auto open = incident(CutoffScope::all, "", CutoffDegree::suspend, IncidentState::open, 1);
  const auto lifted = incident(CutoffScope::all, "", CutoffDegree::suspend, IncidentState::lifted, 1);
  const auto in_force = decide(question, facts_with({open}, 1), {noon, noon});
  const auto passed = decide(question, facts_with({lifted}, 1), {noon, noon});
  REQUIRE_FALSE(in_force);
  REQUIRE_FALSE(passed);
  CHECK(in_force.error().retry == Retry::after_user);
  CHECK(passed.error().retry == Retry::later);
  CHECK(in_force.error().where.issuer == "jcb_card");
}

TEST_CASE("clock hold begins past the tolerance and is for every purpose") {
  for (const Row& row : table)
    for (const bool attended : {true, false}) {
      const Question question{row.purpose, {IssuerId(), row.recipient, attended}, 0};
      const auto facts = facts_with({}, 0);
      CHECK(decide(question, facts, {noon - policy::clock_tolerance, noon}));
      const auto held = decide(question, facts, {noon - policy::clock_tolerance - milliseconds(1), noon});
      REQUIRE_FALSE(held);
      CHECK(held.error().code == Code::clock_hold);
      CHECK(held.error().retry == Retry::later);
      CHECK(held.error().next_allowed_at == noon - policy::clock_tolerance);
    }
}

// ---- laws that hold for any facts -----------------------------------------------------------------------

namespace {

Incident any_incident() {
  const auto scope = *rc::gen::element(CutoffScope::all, CutoffScope::issuer);
  return incident(scope, scope == CutoffScope::all ? "" : *rc::gen::element<std::string>("jcb_card", "rakuten_card"),
                  *rc::gen::elementOf(degrees), *rc::gen::elementOf(states), *rc::gen::inRange<std::uint64_t>(0, 6));
}

Question any_question() {
  return {*rc::gen::elementOf(purposes),
          {*rc::gen::elementOf(issuers), *rc::gen::elementOf(recipients), *rc::gen::arbitrary<bool>()},
          *rc::gen::inRange<std::uint64_t>(0, 6)};
}

Facts any_facts() {
  std::vector<Incident> incidents(*rc::gen::inRange<std::size_t>(0, 5));
  for (Incident& each : incidents) each = any_incident();
  Facts facts = facts_with(std::move(incidents), 6);
  facts.high_water = noon + seconds(*rc::gen::inRange(-200, 200));
  return facts;
}

}  // namespace

TEST_CASE("a further incident never turns a refusal into an allow") {
  CHECK(rc::check([] {
    const Question question = any_question();
    const Facts facts = any_facts();
    Facts more = facts;
    const auto place = *rc::gen::inRange<std::size_t>(0, facts.incidents.size() + 1);
    more.incidents.insert(more.incidents.begin() + static_cast<std::ptrdiff_t>(place), any_incident());
    const Times now{noon, std::max(noon, facts.high_water)};
    if (!decide(question, facts, now)) RC_ASSERT_FALSE(decide(question, more, now).has_value());
  }));
}

TEST_CASE("a stricter degree, a wider scope or an unlifted state never allows more") {
  CHECK(rc::check([] {
    const Question question = any_question();
    Incident each = any_incident();
    const Times now{noon, noon};
    const bool refused = !decide(question, facts_with({each}, 6), now);
    const int change = *rc::gen::inRange(0, 3);
    if (change == 0) each.degree = CutoffDegree::cancel;
    if (change == 1) each.scope = CutoffScope::all;
    if (change == 2) each.state = IncidentState::open;
    if (refused) RC_ASSERT_FALSE(decide(question, facts_with({each}, 6), now).has_value());
  }));
}

TEST_CASE("a clock that is set back never yields an allow that would be refused without it") {
  CHECK(rc::check([] {
    const Question question = any_question();
    const Facts facts = any_facts();
    const Instant back = noon - milliseconds(*rc::gen::inRange(0, 400'000));
    const auto without = decide(question, facts, {noon, std::max(noon, facts.high_water)});
    const auto with = decide(question, facts, {back, std::max(back, facts.high_water)});
    if (with) {
      RC_ASSERT(without.has_value());
      RC_ASSERT(with->at >= facts.high_water);
    }
  }));
}

TEST_CASE("a refusal is one code of the closed list, with a way out") {
  CHECK(rc::check([] {
    const auto decision = decide(any_question(), any_facts(), {noon, noon});
    if (decision) return;
    RC_ASSERT(is_refusal(decision.error().code));
    RC_ASSERT_FALSE(decision.error().what.empty());
    RC_ASSERT_FALSE(decision.error().remedy.empty());
  }));
}
