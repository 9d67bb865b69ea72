// SPDX-License-Identifier: Apache-2.0
//
// How consents end (requirements 10.2): at the exact instant, by the person, by a cutoff that cancels; what becomes
// of held data; and the issuer, who is told until it confirms.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/consent/home.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

}  // namespace

// ---- by its own end -------------------------------------------------------------------------------------

TEST_CASE("a consent ends at the exact instant, not a millisecond earlier") {
  Home home;
  home.link(EndTerms::keep);
  home.clock.set_wall(consent_end - milliseconds(1));
  CHECK(home.sweep().expired.empty());
  CHECK(home.request_answer() == "allow");
  home.clock.set_wall(consent_end);
  CHECK(home.request_answer() == "consent_expired");  // before any sweep
  const SweepReport report = home.sweep();
  CHECK(report.expired == std::vector{agreed});
  const Connection connection = home.connection();
  CHECK(connection.consent.end == ConsentEnd::expired);
  CHECK(connection.consent.ended_at == consent_end);
  CHECK(connection.state == ConnectionState::reauth_required);
  CHECK(home.request_answer() == "consent_expired");
  CHECK(home.record().end == ConsentEnd::expired);
  CHECK(home.sweep().expired.empty());
}

TEST_CASE("an expired consent keeps, seals or waits to erase, as it was agreed") {
  struct Row {
    EndTerms terms;
    HeldData held;
    std::size_t rows;
  };
  for (const Row& row : {Row{EndTerms::keep, HeldData::kept, 1}, Row{EndTerms::seal, HeldData::sealed, 0},
                         Row{EndTerms::erase, HeldData::sealed, 0}}) {
    Home home;
    home.link(row.terms);
    CHECK(home.rows() == 1);
    home.clock.set_wall(consent_end);
    const SweepReport report = home.sweep();
    CHECK(report.erased.empty());
    CHECK(home.connection().consent.held == row.held);
    CHECK(home.record().held == row.held);
    CHECK(home.rows() == row.rows);
  }
}

TEST_CASE("what expired is destroyed only when a second source of time says so too") {
  Home home;
  home.link(EndTerms::erase);
  home.clock.set_wall(consent_end + days(1000));  // perhaps only our clock thinks so
  home.sweep();
  REQUIRE(home.control.inner().note_trusted_time(noon + days(1)));
  CHECK(home.sweep().erased.empty());
  REQUIRE(home.control.inner().note_trusted_time(consent_end - milliseconds(1)));
  CHECK(home.sweep().erased.empty());
  CHECK(home.connection().consent.held == HeldData::sealed);
  REQUIRE(home.control.inner().note_trusted_time(consent_end));
  CHECK(home.sweep().erased == std::vector{ours});
  CHECK(home.connection().consent.held == HeldData::erased);
  CHECK(home.record().held == HeldData::erased);
  CHECK(home.connection().consent.end == ConsentEnd::expired);
  CHECK(home.sweep().erased.empty());
  CHECK(home.rows() == 0);
}

TEST_CASE("a renewal opens sealed data again, and what was not destroyed yet") {
  for (const EndTerms terms : {EndTerms::seal, EndTerms::erase}) {
    Home home;
    home.link(terms);
    home.clock.set_wall(consent_end);
    home.sweep();
    CHECK(home.rows() == 0);
    home.renew(ours, ConsentId("CS2"), consent_end + days(90));
    CHECK(home.rows() == 1);
    CHECK(home.request_answer() == "allow");
    REQUIRE(home.control.inner().note_trusted_time(consent_end + days(1)));
    CHECK(home.sweep().erased.empty());
    CHECK(home.rows() == 1);
    CHECK(home.connection().state == ConnectionState::active);
    CHECK(home.record().end == ConsentEnd::expired);  // the old one is not resurrected by the new one
  }
}

TEST_CASE("a renewal before the end starts a term of its own; the old end comes and goes") {
  Home home;
  home.link(EndTerms::keep);
  home.clock.advance(days(80));
  home.renew(ours, ConsentId("CS2"), consent_end + days(80));
  home.clock.set_wall(consent_end);
  CHECK(home.sweep().expired.empty());
  CHECK(home.request_answer() == "allow");
  home.clock.set_wall(consent_end + days(80));
  CHECK(home.sweep().expired == std::vector{ConsentId("CS2")});
}

TEST_CASE("a consent whose end was recorded stays ended when the clock goes back") {
  Home home;
  home.link(EndTerms::keep);
  home.clock.set_wall(consent_end);
  home.sweep();
  home.clock.set_wall(consent_end - milliseconds(500));
  CHECK(home.request_answer() == "consent_expired");
  CHECK(home.sweep().expired.empty());
  CHECK(home.connection().consent.end == ConsentEnd::expired);
}

// ---- by the person --------------------------------------------------------------------------------------

TEST_CASE("a withdrawal stops everything under the consent, and data becomes what the person chose") {
  struct Row {
    EndTerms choice;
    HeldData held;
    std::size_t rows;
  };
  for (const Row& row : {Row{EndTerms::keep, HeldData::kept, 1}, Row{EndTerms::seal, HeldData::sealed, 0},
                         Row{EndTerms::erase, HeldData::erased, 0}}) {
    Home home;
    home.link(EndTerms::keep);
    const Consent record = home.withdraw(row.choice);
    CHECK(record.end == ConsentEnd::withdrawn);
    CHECK(record.end_terms == row.choice);
    CHECK(record.held == row.held);
    CHECK(record.ended_at == noon);
    CHECK(record.revocation == Revocation::confirmed);
    const Connection connection = home.connection();
    CHECK(connection.consent.end == ConsentEnd::withdrawn);
    CHECK(connection.consent.held == row.held);
    CHECK(connection.state == ConnectionState::closed);
    CHECK(home.request_answer() == "consent_withdrawn");
    CHECK(home.rows() == row.rows);
    CHECK(home.told == std::vector{ours});
  }
}

TEST_CASE("a second, milder choice brings nothing back and is not recorded as if it did") {
  for (const EndTerms first : {EndTerms::seal, EndTerms::erase}) {
    Home home;
    home.link(EndTerms::keep);
    const Consent before = home.withdraw(first);
    const Consent after = home.withdraw(EndTerms::keep);
    CHECK(after.end_terms == first);
    CHECK(after.held == before.held);
    CHECK(home.rows() == 0);
  }
  Home home;
  home.link(EndTerms::keep);
  home.withdraw(EndTerms::seal);
  CHECK(home.withdraw(EndTerms::erase).held == HeldData::erased);
}

TEST_CASE("only the withdrawn connection ends") {
  Home home;
  const ConnectionId other("CN2");
  home.link(EndTerms::keep);
  home.link(EndTerms::keep, other, ConsentId("CS2"));
  home.withdraw(EndTerms::erase);
  CHECK(home.request_answer(other) == "allow");
  CHECK(home.connection(other).consent.end == ConsentEnd::none);
  CHECK(home.rows() == 1);
  CHECK(home.told == std::vector{ours});
}

TEST_CASE("a consent that nobody stands on cannot be withdrawn") {
  Home home;
  home.link(EndTerms::keep);
  CHECK(shown(home.lifecycle.withdraw(ConsentId("CS9"), EndTerms::keep)) == "not_found");
  home.renew(ours, ConsentId("CS2"), consent_end);
  CHECK(shown(home.lifecycle.withdraw(agreed, EndTerms::keep)) == "not_found");
  CHECK(home.request_answer() == "allow");
}

TEST_CASE("what expired can still be erased by the person, at once") {
  Home home;
  home.link(EndTerms::keep);
  home.clock.set_wall(consent_end);
  home.sweep();
  const Consent record = home.withdraw(EndTerms::erase);
  CHECK(record.held == HeldData::erased);
  CHECK(record.end == ConsentEnd::expired);  // ended stays ended, as it ended
  CHECK(home.connection().state == ConnectionState::closed);
  CHECK(home.rows() == 0);
}

TEST_CASE("a withdrawal under a suspending cutoff ends here at once, and at the issuer later") {
  Home home;
  home.link(EndTerms::keep);
  home.issuer_says = fail(Code::cutoff_all, "a cutoff of everything is in force");
  home.cut_off(CutoffScope::all, CutoffDegree::suspend);
  const Consent record = home.withdraw(EndTerms::erase);
  CHECK(record.end == ConsentEnd::withdrawn);
  CHECK(record.held == HeldData::erased);
  CHECK(record.revocation == Revocation::due);
  home.lift();
  home.issuer_says = true;
  CHECK(home.sweep().revoked == std::vector{agreed});
}

// ---- telling the issuer ---------------------------------------------------------------------------------

TEST_CASE("the issuer is told until it confirms, and then no more") {
  Home home;
  home.link(EndTerms::keep);
  home.issuer_says = fail(Code::issuer_unreachable, "nobody answers");
  CHECK(home.withdraw(EndTerms::keep).revocation == Revocation::due);
  CHECK(home.token_state() == TokenState::revoke_only);
  CHECK(home.sweep().still_to_revoke == std::vector{agreed});
  home.issuer_says = false;
  CHECK(home.sweep().still_to_revoke == std::vector{agreed});
  CHECK(home.told.size() == 3);
  home.issuer_says = true;
  const SweepReport report = home.sweep();
  CHECK(report.revoked == std::vector{agreed});
  CHECK(report.still_to_revoke.empty());
  CHECK(home.record().revocation == Revocation::confirmed);
  CHECK(home.connection().consent.revocation == Revocation::confirmed);
  CHECK(home.told.size() == 4);
  home.sweep();
  CHECK(home.told.size() == 4);
}

TEST_CASE("an expired consent is given back too, before and besides its data") {
  Home home;
  home.link(EndTerms::erase);
  home.clock.set_wall(consent_end);
  home.issuer_says = fail(Code::issuer_unreachable, "nobody answers");
  home.sweep();
  CHECK(home.connection().consent.revocation == Revocation::due);
  CHECK(home.token_state() == TokenState::revoke_only);  // useless for anything else meanwhile
  REQUIRE(home.control.inner().note_trusted_time(consent_end));
  CHECK(home.sweep().erased == std::vector{ours});  // an absent issuer is no reason to keep it
  home.issuer_says = true;
  CHECK(home.sweep().revoked == std::vector{agreed});
}

TEST_CASE("a connection that fails does not stop the others' sweep") {
  Home home;
  const ConnectionId other("CN2");
  home.link(EndTerms::erase);
  home.link(EndTerms::keep, other, ConsentId("CS2"));
  home.clock.set_wall(consent_end);
  home.issuer_says = false;
  const auto held = home.wire->enter(jcb, ours);  // a transfer of the first one that does not let go
  REQUIRE(held);
  const auto swept = home.lifecycle.sweep();
  CHECK(shown(swept) == "store_busy");
  CHECK(home.connection(ours).consent.end == ConsentEnd::expired);
  CHECK(home.connection(other).consent.end == ConsentEnd::expired);
  CHECK(home.connection(other).state == ConnectionState::reauth_required);
}

// ---- by a cutoff ----------------------------------------------------------------------------------------

TEST_CASE("a cutoff that cancels has the tokens revoked, in the scope that it names") {
  for (const CutoffScope scope : {CutoffScope::all, CutoffScope::issuer, CutoffScope::connection}) {
    Home home;
    const ConnectionId other("CN2");
    home.link(EndTerms::keep);
    home.link(EndTerms::keep, other, ConsentId("CS2"));
    home.cut_off(scope, CutoffDegree::cancel);
    const SweepReport report = home.sweep();
    const bool both = scope != CutoffScope::connection;
    CHECK(report.revoked.size() == (both ? 2U : 1U));
    CHECK(home.connection().state == ConnectionState::reauth_required);
    CHECK(home.connection().consent.end == ConsentEnd::none);
    CHECK(home.connection().consent.revocation == Revocation::confirmed);
    CHECK(home.token_state() == TokenState::destroyed);
    CHECK((home.connection(other).state == ConnectionState::reauth_required) == both);
    home.sweep();
    CHECK(home.told.size() == (both ? 2U : 1U));
    home.lift();
    CHECK(home.request_answer() == "reauth_required");
    CHECK(home.rows() == 2);
  }
}

TEST_CASE("suspending, restricting or lifted cutoffs revoke nothing") {
  for (const CutoffDegree degree : {CutoffDegree::suspend, CutoffDegree::restrict_unattended}) {
    Home home;
    home.link(EndTerms::keep);
    home.cut_off(CutoffScope::all, degree);
    home.sweep();
    CHECK(home.told.empty());
    CHECK(home.connection().state == ConnectionState::active);
  }
  Home home;
  home.link(EndTerms::keep);
  home.cut_off(CutoffScope::all, CutoffDegree::cancel);
  home.lift();
  home.sweep();
  CHECK(home.told.empty());
}

TEST_CASE("a cancelled connection still expires, and is renewed into a new term") {
  Home home;
  home.link(EndTerms::seal);
  home.cut_off(CutoffScope::connection, CutoffDegree::cancel);
  home.sweep();
  home.lift();
  home.clock.set_wall(consent_end);
  CHECK(home.sweep().expired == std::vector{agreed});
  CHECK(home.rows() == 0);
  home.renew(ours, ConsentId("CS2"), consent_end + days(90));
  CHECK(home.rows() == 1);
  home.sweep();
  CHECK(home.connection().state == ConnectionState::active);
  CHECK(home.told.size() == 1);
}

// ---- authorizations that never came back ----------------------------------------------------------------

TEST_CASE("an authorization that nobody finished is closed after twenty minutes, with its tokens") {
  Home home;
  REQUIRE(home.control.add_connection({.id = ours, .issuer = jcb, .linked_at = noon}, {.at = noon}));
  home.clock.advance(std::chrono::minutes(20) - milliseconds(1));
  home.sweep();
  CHECK(home.connection().state == ConnectionState::authorizing);
  CHECK(home.told.empty());
  home.clock.advance(milliseconds(1));
  home.sweep();
  CHECK(home.connection().state == ConnectionState::closed);
  CHECK(home.told == std::vector{ours});
  home.cut_off(CutoffScope::all, CutoffDegree::cancel);
  home.sweep();
  CHECK(home.connection().state == ConnectionState::closed);
  CHECK(home.told.size() == 1);
}
