// SPDX-License-Identifier: Apache-2.0
//
// Laws that hold for any question and facts: a further restriction of any kind never allows more (INV-08), a clock
// that is set back neither (INV-06), nothing is allowed outside the term of a consent (INV-01), and every refusal
// is one code of the closed list with a way out (INV-27).
#include <rapidcheck.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/policy/questions.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using policy::decide;
using policy::Question;
using policy::Times;
using std::chrono::milliseconds;
using std::chrono::seconds;

Incident any_incident() {
  return incident(*rc::gen::elementOf(scopes), *rc::gen::element(jcb, rakuten), *rc::gen::elementOf(degrees),
                  *rc::gen::elementOf(states), *rc::gen::inRange<std::uint64_t>(0, 6));
}

Question any_question() {
  return question(*rc::gen::elementOf(acts), *rc::gen::elementOf(issuers), *rc::gen::elementOf(connections),
                  *rc::gen::elementOf(recipients), *rc::gen::arbitrary<bool>(), *rc::gen::inRange<std::uint64_t>(0, 6));
}

Instant any_instant() { return noon + seconds(*rc::gen::inRange(-90, 90)); }

std::optional<ConsentTerm> any_consent() {
  const int kind = *rc::gen::inRange(0, 10);
  if (kind == 0) return std::nullopt;
  ConsentTerm term{.not_before = any_instant(), .not_after = any_instant()};
  if (kind != 1) term.consent = agreed;
  term.end = kind < 7 ? ConsentEnd::none : *rc::gen::elementOf(consent_ends);
  if (*rc::gen::arbitrary<bool>()) term.ended_at = any_instant();
  return term;
}

Facts any_facts() {
  std::vector<Incident> incidents(*rc::gen::inRange<std::size_t>(0, 4));
  for (Incident& each : incidents) each = any_incident();
  Facts facts = facts_with(std::move(incidents), 6, any_consent());
  facts.high_water = noon + seconds(*rc::gen::inRange(-200, 100));
  if (*rc::gen::arbitrary<bool>()) facts.connection_state = *rc::gen::elementOf(connection_states);
  return facts;
}

Times times_of(const Facts& facts) { return {noon, std::max(noon, facts.high_water)}; }

bool is_revocation(const Question& asked) {
  return asked.purpose == Purpose::authorize && asked.scope.step == AuthorizeStep::revoke;
}

/// One more restriction of the consent, of a kind that the number says.
void restrict_consent(Facts& facts, int kind) {
  if (kind == 0 || !facts.consent) {
    facts.consent.reset();
    return;
  }
  ConsentTerm& term = *facts.consent;
  if (kind == 1) term.not_after -= seconds(*rc::gen::inRange(0, 200));
  if (kind == 2) term.not_before += seconds(*rc::gen::inRange(0, 200));
  if (kind == 3) term.end = *rc::gen::element(ConsentEnd::ending, ConsentEnd::expired, ConsentEnd::withdrawn);
  if (kind == 4) facts.connection_state = ConnectionState::reauth_required;
  if (kind == 5) term.consent = {};
}

}  // namespace

TEST_CASE("a further incident never turns a refusal into an allow") {
  CHECK(rc::check([] {
    const Question asked = any_question();
    const Facts facts = any_facts();
    Facts more = facts;
    const auto place = *rc::gen::inRange<std::size_t>(0, facts.incidents.size() + 1);
    const Incident further = any_incident();
    more.incidents.insert(more.incidents.begin() + static_cast<std::ptrdiff_t>(place), further);
    // The one exception is what `cancel` is for: telling the issuer that it is over.
    const bool orders_it = is_revocation(asked) && further.degree == CutoffDegree::cancel;
    if (!orders_it && !decide(asked, facts, times_of(facts)))
      RC_ASSERT_FALSE(decide(asked, more, times_of(facts)).has_value());
  }));
}

TEST_CASE("a stricter degree, a wider scope or an unlifted state never allows more") {
  CHECK(rc::check([] {
    const Question asked = any_question();
    Incident each = any_incident();
    const bool refused = !decide(asked, facts_with({each}, 6), {noon, noon});
    const int change = *rc::gen::inRange(0, 4);
    if (change == 0 && !is_revocation(asked)) each.degree = CutoffDegree::cancel;
    if (change == 1) each.scope = CutoffScope::all;
    if (change == 2 && each.scope == CutoffScope::connection) each.scope = CutoffScope::issuer;
    if (change == 3) each.state = IncidentState::open;
    if (refused) RC_ASSERT_FALSE(decide(asked, facts_with({each}, 6), {noon, noon}).has_value());
  }));
}

TEST_CASE("a consent that is shorter, ended, gone or waits for the person never allows more") {
  CHECK(rc::check([] {
    const Question asked = any_question();
    const Facts facts = any_facts();
    Facts less = facts;
    restrict_consent(less, *rc::gen::inRange(0, 6));
    const auto before = decide(asked, facts, times_of(facts));
    const auto after = decide(asked, less, times_of(facts));
    if (after) RC_ASSERT(before.has_value() || facts.connection_state != ConnectionState::active);
    if (!before && facts.connection_state == ConnectionState::active) RC_ASSERT_FALSE(after.has_value());
  }));
}

TEST_CASE("an unattended step is never allowed where the attended one is refused") {
  CHECK(rc::check([] {
    Question asked = any_question();
    const Facts facts = any_facts();
    asked.scope.attended = true;
    const bool attended = decide(asked, facts, times_of(facts)).has_value();
    asked.scope.attended = false;
    if (!attended) RC_ASSERT_FALSE(decide(asked, facts, times_of(facts)).has_value());
  }));
}

TEST_CASE("a clock that is set back never yields an allow that would be refused without it") {
  CHECK(rc::check([] {
    const Question asked = any_question();
    const Facts facts = any_facts();
    // The gate counts the deny clock on, so that only the wall clock goes back.
    const Instant deny = std::max(noon, facts.high_water);
    const Instant back = noon - milliseconds(*rc::gen::inRange(0, 400'000));
    const auto without = decide(asked, facts, {noon, deny});
    const auto with = decide(asked, facts, {back, deny});
    if (with) {
      RC_ASSERT(without.has_value());
      RC_ASSERT(with->at >= facts.high_water);
    }
  }));
}

TEST_CASE("nothing is asked for or committed outside the term of a consent, and the instant says so") {
  CHECK(rc::check([] {
    Question asked = question(*rc::gen::elementOf(acts), *rc::gen::elementOf(issuers), ours,
                              *rc::gen::elementOf(recipients), *rc::gen::arbitrary<bool>(), 6);
    const bool under_consent = asked.purpose == Purpose::request || asked.purpose == Purpose::commit ||
                               (asked.purpose == Purpose::authorize && asked.scope.step == AuthorizeStep::refresh);
    RC_PRE(under_consent);
    const Facts facts = any_facts();
    const auto decision = decide(asked, facts, times_of(facts));
    if (!decision) return;
    RC_ASSERT(facts.consent.has_value());
    RC_ASSERT(facts.consent->end == ConsentEnd::none);
    RC_ASSERT(facts.connection_state != ConnectionState::closed);
    RC_ASSERT(decision->at >= facts.consent->not_before);
    RC_ASSERT(decision->at < facts.consent->not_after);
  }));
}

TEST_CASE("a refusal is one code of the closed list, with a way out and no placeholder in it") {
  CHECK(rc::check([] {
    const Facts facts = any_facts();
    const auto decision = decide(any_question(), facts, {noon, std::max(noon, facts.high_water)});
    if (decision) return;
    const Error& refusal = decision.error();
    RC_ASSERT(is_refusal(refusal.code));
    RC_ASSERT_FALSE(refusal.what.empty());
    RC_ASSERT_FALSE(refusal.remedy.empty());
    RC_ASSERT(refusal.remedy.find("lift ID") == std::string::npos);
    if (facts.consent && !facts.consent->consent.empty())
      RC_ASSERT(refusal.remedy.find("renew ID") == std::string::npos);
  }));
}
