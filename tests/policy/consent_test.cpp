// SPDX-License-Identifier: Apache-2.0
//
// What consents decide (I2, INV-01): before, during and after; every end that is recorded; and what goes on without
// one. The instants are exact: authority is half-open.
#include <catch2/catch.hpp>

#include "meisai/date.h"
#include "tests/policy/questions.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using policy::decide;
using policy::Decision;
using policy::Times;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr Act request{Purpose::request};
constexpr Act commit{Purpose::commit};
constexpr Act refresh{Purpose::authorize, AuthorizeStep::refresh};
constexpr Act link_act{Purpose::authorize, AuthorizeStep::link};
constexpr Act give_back{Purpose::authorize, AuthorizeStep::revoke};

Decision at(const Act& act, Instant now, const ConsentTerm& term, ConnectionState state = ConnectionState::active,
            Recipient recipient = Recipient::subject) {
  Facts facts = facts_with({}, 0, term);
  facts.connection_state = state;
  return decide(question(act, jcb, ours, recipient), facts, {std::max(now, noon), std::max(now, noon)});
}

/// Whether the step happens under a consent at all.
bool bound(const Act& act, Recipient recipient) {
  if (act.purpose == Purpose::authorize) return act.step == AuthorizeStep::refresh;
  if (act.purpose == Purpose::read || act.purpose == Purpose::release) return recipient == Recipient::other;
  return act.purpose == Purpose::commit || act.purpose == Purpose::request;
}

/// What ended consents answer, in the order in which the rules speak.
std::string expected(const Act& act, Recipient recipient, ConsentEnd end, ConnectionState state) {
  if (!bound(act, recipient)) return "allow";
  if (end == ConsentEnd::withdrawn || end == ConsentEnd::ending) return "consent_withdrawn";
  if (state == ConnectionState::closed && end != ConsentEnd::expired) return "consent_withdrawn";
  if (end == ConsentEnd::superseded) return "consent_superseded";
  if (end == ConsentEnd::expired) return "consent_expired";
  const bool asks_issuer = act.purpose == Purpose::request || act.purpose == Purpose::authorize;
  return asks_issuer && state != ConnectionState::active ? "reauth_required" : "allow";
}

}  // namespace

TEST_CASE("the whole table of one consent: every act, recipient, end and state of the connection") {
  for (const Act& act : acts)
    for (const Recipient recipient : recipients)
      for (const ConsentEnd end : consent_ends)
        for (const ConnectionState state : connection_states) {
          ConsentTerm term = standing();
          term.end = end;
          if (end != ConsentEnd::none && end != ConsentEnd::ending) term.ended_at = noon - hours(1);
          INFO(name_of(act.purpose) << " step " << static_cast<int>(act.step) << " to " << static_cast<int>(recipient)
                                    << " end " << name_of(end) << " state " << name_of(state));
          CHECK(shown(at(act, noon, term, state, recipient)) == expected(act, recipient, end, state));
        }
}

TEST_CASE("without a consent nothing is requested, refreshed, committed or handed to others through a connection") {
  for (const Act& act : acts)
    for (const Recipient recipient : recipients) {
      INFO(name_of(act.purpose) << " step " << static_cast<int>(act.step));
      const auto asked = question(act, jcb, ours, recipient);
      const std::string want = bound(act, recipient) ? "consent_missing" : "allow";
      CHECK(shown(decide(asked, facts_with({}, 0, std::nullopt), {noon, noon})) == want);
      CHECK(shown(decide(asked, facts_with({}, 0, ConsentTerm{}), {noon, noon})) == want);
      // A file that the subject has needs none.
      const auto file = question(act, jcb, {}, recipient);
      CHECK(shown(decide(file, facts_with({}, 0, std::nullopt), {noon, noon})) == "allow");
    }
}

TEST_CASE("a consent holds from its beginning to before its end, to the millisecond") {
  ConsentTerm term = standing();
  term.not_before = noon;
  term.not_after = noon + hours(1);
  for (const Act& act : {request, commit, refresh}) {
    CHECK(shown(at(act, noon, term)) == "allow");
    CHECK(shown(at(act, noon + hours(1) - milliseconds(1), term)) == "allow");
    CHECK(shown(at(act, noon + hours(1), term)) == "consent_expired");
    CHECK(shown(at(act, noon + hours(1) + milliseconds(1), term)) == "consent_expired");
    ConsentTerm later = term;
    later.not_before = noon + milliseconds(1);
    CHECK(shown(at(act, noon, later)) == "consent_missing");
    CHECK(shown(at(act, noon + milliseconds(1), later)) == "allow");
  }
  for (const Act& act : {link_act, give_back}) CHECK(shown(at(act, noon + hours(1), term)) == "allow");
}

TEST_CASE("the end is judged by the deny clock, not by a wall clock that was set back") {
  const ConsentTerm term = standing();
  Facts facts = facts_with({}, 0, term);
  facts.high_water = term.not_after - milliseconds(1);
  const auto asked = question(request, jcb, ours);
  CHECK(shown(decide(asked, facts, {facts.high_water, facts.high_water})) == "allow");
  CHECK(shown(decide(asked, facts, {facts.high_water - std::chrono::seconds(30), term.not_after})) ==
        "consent_expired");
}

TEST_CASE("an end that was recorded stays, whatever the clock says") {
  for (const ConsentEnd end :
       {ConsentEnd::expired, ConsentEnd::withdrawn, ConsentEnd::superseded, ConsentEnd::ending}) {
    ConsentTerm term = standing();
    term.end = end;
    Facts facts = facts_with({}, 0, term);
    facts.high_water = term.not_before;
    for (const Act& act : {request, commit, refresh})
      CHECK_FALSE(decide(question(act, jcb, ours), facts, {term.not_before, term.not_before}));
  }
}

TEST_CASE("an issuer that wants the person is not asked, but what was fetched may be committed") {
  const ConsentTerm term = standing();
  for (const ConnectionState state : {ConnectionState::reauth_required, ConnectionState::authorizing}) {
    CHECK(shown(at(request, noon, term, state)) == "reauth_required");
    CHECK(shown(at(refresh, noon, term, state)) == "reauth_required");
    CHECK(shown(at(commit, noon, term, state)) == "allow");
    CHECK(shown(at(link_act, noon, term, state)) == "allow");
    CHECK(shown(at(give_back, noon, term, state)) == "allow");
  }
}

TEST_CASE("a refusal says when, and what to do about which consent") {
  ConsentTerm expired = standing();
  expired.not_after = noon;
  const auto over = at(request, noon, expired);
  REQUIRE_FALSE(over);
  CHECK(over.error().what.find(rfc3339(noon)) != std::string::npos);
  CHECK(over.error().remedy.find("consent renew CS1") != std::string::npos);
  CHECK(over.error().retry == Retry::after_user);
  CHECK(over.error().where.issuer == "jcb_card");

  ConsentTerm withdrawn = standing();
  withdrawn.end = ConsentEnd::withdrawn;
  withdrawn.ended_at = noon - hours(3);
  const auto ended = at(commit, noon, withdrawn);
  REQUIRE_FALSE(ended);
  CHECK(ended.error().what.find(rfc3339(noon - hours(3))) != std::string::npos);
  CHECK(ended.error().remedy.find("link jcb_card") != std::string::npos);

  ConsentTerm later = standing();
  later.not_before = noon + hours(1);
  const auto early = at(request, noon, later);
  REQUIRE_FALSE(early);
  CHECK(early.error().what.find(rfc3339(noon + hours(1))) != std::string::npos);

  const auto person = at(request, noon, standing(), ConnectionState::reauth_required);
  REQUIRE_FALSE(person);
  CHECK(person.error().remedy.find("consent renew CS1") != std::string::npos);

  const auto missing = decide(question(request, jcb, ours), facts_with({}, 0, std::nullopt), {noon, noon});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().remedy.find("link jcb_card") != std::string::npos);
}
