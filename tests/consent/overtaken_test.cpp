// SPDX-License-Identifier: Apache-2.0
//
// A person who renews or withdraws while a sweep is under way: what the sweep saw before is not done to what stands
// now. In one process these are calls from within the sweep's own.
#include <catch2/catch.hpp>

#include "tests/consent/home.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::days;

const ConsentId renewed("CS2");

}  // namespace

TEST_CASE("a consent that is renewed while the issuer is told of the old one keeps its tokens") {
  Home home;
  home.link(EndTerms::keep);
  home.clock.set_wall(consent_end);
  home.at_issuer = [&] { home.renew(ours, renewed, consent_end + days(90)); };
  home.sweep();
  const Connection connection = home.connection();
  CHECK(connection.consent.consent == renewed);
  CHECK(connection.consent.end == ConsentEnd::none);
  CHECK(connection.consent.revocation == Revocation::none);
  CHECK(connection.state == ConnectionState::active);
  CHECK(home.token_state() == TokenState::active);
  CHECK(home.request_answer() == "allow");
  // Those of the old one are still to be given back.
  const auto aside = home.inner.consents->aside();
  REQUIRE(aside);
  REQUIRE(aside->size() == 1);
  CHECK((*aside)[0].consent == agreed);
  CHECK((*aside)[0].tokens.refresh.reveal_text() == "refresh");
}

TEST_CASE("a consent that is renewed just before the erasure of the old one's data keeps everything") {
  Home home;
  home.link(EndTerms::erase);
  home.clock.set_wall(consent_end);
  home.sweep();
  REQUIRE(home.control.inner().note_trusted_time(consent_end));
  home.store.at_erase = [&] { home.renew(ours, renewed, consent_end + days(90)); };
  CHECK(home.sweep().erased.empty());
  CHECK(home.rows() == 1);
  CHECK(home.connection().consent.held == HeldData::usable);
  CHECK(home.token_state() == TokenState::active);
  CHECK(home.record(renewed).held == HeldData::usable);
  CHECK(home.sweep().erased.empty());
  CHECK(home.rows() == 1);
}

TEST_CASE("another connection is swept as it stands then, not as it stood when the sweep began") {
  Home home;
  const ConnectionId other("CN2");
  home.link(EndTerms::keep);
  home.link(EndTerms::keep, other, ConsentId("CO1"));
  home.clock.set_wall(consent_end);
  home.at_issuer = [&] { home.renew(other, renewed, consent_end + days(90)); };
  const SweepReport report = home.sweep();
  CHECK(report.expired == std::vector{agreed});
  CHECK(home.connection(other).consent.consent == renewed);
  CHECK(home.connection(other).state == ConnectionState::active);
  CHECK(home.token_state(other) == TokenState::active);
}

TEST_CASE("a withdrawal or a renewal that comes first is not replaced by another renewal") {
  Home home;
  home.link(EndTerms::keep);
  const ConsentTerm term{.consent = renewed, .not_before = noon, .not_after = consent_end};
  const AuditDraft entry{.at = noon, .operation = "link", .object = "test", .result = "done"};
  SECTION("withdrawn") {
    home.withdraw(EndTerms::keep);
    CHECK(shown(home.control.begin_consent(ours, term, agreed, entry)) == "consent_withdrawn");
    CHECK(home.connection().state == ConnectionState::closed);
  }
  SECTION("renewed") {
    home.renew(ours, ConsentId("CS3"), consent_end);
    CHECK(shown(home.control.begin_consent(ours, term, agreed, entry)) == "consent_superseded");
    CHECK(home.connection().consent.consent == ConsentId("CS3"));
  }
}
