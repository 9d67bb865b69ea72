// SPDX-License-Identifier: Apache-2.0
//
// Ends survive a crash at any write: what the person chose is finished by the next sweep, what only expired is never
// taken for a withdrawal, and nothing is destroyed before its time.
#include <catch2/catch.hpp>

#include "tests/consent/home.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::days;

constexpr int most_writes = 40;

}  // namespace

TEST_CASE("a withdrawal that is killed at any write is finished by the next sweep, with the person's choice") {
  for (const EndTerms choice : {EndTerms::keep, EndTerms::seal, EndTerms::erase})
    for (const bool expired_before : {false, true}) {
      int crashes = 0;
      for (int write = 1; write < most_writes; ++write) {
        Home home;
        home.link(EndTerms::keep);
        if (expired_before) {
          home.clock.set_wall(consent_end);
          home.sweep();
        }
        home.breaker.arm(write);
        const auto withdrawn = home.lifecycle.withdraw(agreed, choice);
        const bool died = home.breaker.died();
        home.breaker.revive();
        INFO("choice " << name_of(choice) << " expired before " << expired_before << " killed at write " << write);
        if (!died) {
          CHECK(withdrawn);
          break;
        }
        ++crashes;
        CHECK_FALSE(withdrawn);
        home.sweep();
        const Connection connection = home.connection();
        if (write == 1) {  // nothing was written, not even the choice: it was not withdrawn
          CHECK(connection.state == (expired_before ? ConnectionState::reauth_required : ConnectionState::active));
          CHECK(home.rows() == 1);
          continue;
        }
        const HeldData held = choice == EndTerms::keep   ? HeldData::kept
                              : choice == EndTerms::seal ? HeldData::sealed
                                                         : HeldData::erased;
        CHECK(connection.consent.end == (expired_before ? ConsentEnd::expired : ConsentEnd::withdrawn));
        CHECK(connection.state == ConnectionState::closed);
        CHECK(connection.consent.held == held);
        CHECK(connection.consent.revocation == Revocation::confirmed);
        CHECK(home.rows() == (choice == EndTerms::keep ? 1U : 0U));
        const Consent record = home.record();
        CHECK(record.end == connection.consent.end);
        CHECK(record.end_terms == choice);
        CHECK(record.held == held);
        CHECK(record.revocation == Revocation::confirmed);
        CHECK(home.token_state() == TokenState::destroyed);
        CHECK_FALSE(home.told.empty());
      }
      CHECK(crashes >= (expired_before ? 3 : 7));
    }
}

TEST_CASE("an expiry that is killed at any write is finished as an expiry: renewable, nothing destroyed by a clock") {
  for (const EndTerms terms : {EndTerms::keep, EndTerms::seal, EndTerms::erase}) {
    int crashes = 0;
    for (int write = 1; write < most_writes; ++write) {
      Home home;
      home.link(terms);
      home.clock.set_wall(consent_end);
      home.breaker.arm(write);
      const auto swept = home.lifecycle.sweep();
      const bool died = home.breaker.died();
      home.breaker.revive();
      INFO("terms " << name_of(terms) << " killed at write " << write);
      if (!died) {
        CHECK(swept);
        break;
      }
      ++crashes;
      CHECK(home.request_answer() != "allow");
      home.sweep();
      const Connection connection = home.connection();
      CHECK(connection.consent.end == ConsentEnd::expired);
      CHECK(connection.state == ConnectionState::reauth_required);
      CHECK(connection.consent.held == (terms == EndTerms::keep ? HeldData::kept : HeldData::sealed));
      CHECK(connection.consent.revocation == Revocation::confirmed);
      CHECK(home.record().end == ConsentEnd::expired);
      CHECK(home.record().held == connection.consent.held);
      CHECK(home.record().end_terms == terms);
      CHECK(home.token_state() == TokenState::destroyed);
      // No second source of time has spoken: it is all still there.
      home.renew(ours, ConsentId("CS2"), consent_end + days(90));
      CHECK(home.rows() == 1);
    }
    CHECK(crashes >= 6);
  }
}

TEST_CASE("an erasure after expiry that is killed at any write is finished by the next sweep") {
  int crashes = 0;
  for (int write = 1; write < most_writes; ++write) {
    Home home;
    home.link(EndTerms::erase);
    home.clock.set_wall(consent_end);
    home.sweep();
    REQUIRE(home.control.inner().note_trusted_time(consent_end));
    home.breaker.arm(write);
    const auto swept = home.lifecycle.sweep();
    const bool died = home.breaker.died();
    home.breaker.revive();
    INFO("killed at write " << write);
    if (!died) {
      CHECK(swept);
      break;
    }
    ++crashes;
    home.sweep();
    CHECK(home.connection().consent.held == HeldData::erased);
    CHECK(home.rows() == 0);
  }
  CHECK(crashes >= 2);
}

TEST_CASE("a cancellation that is killed at any write is finished by the next sweep") {
  int crashes = 0;
  for (int write = 1; write < most_writes; ++write) {
    Home home;
    home.link(EndTerms::keep);
    home.cut_off(CutoffScope::issuer, CutoffDegree::cancel);
    home.breaker.arm(write);
    const auto swept = home.lifecycle.sweep();
    const bool died = home.breaker.died();
    home.breaker.revive();
    INFO("killed at write " << write);
    if (!died) {
      CHECK(swept);
      break;
    }
    ++crashes;
    home.sweep();
    const Connection connection = home.connection();
    CHECK(connection.state == ConnectionState::reauth_required);
    CHECK(connection.consent.end == ConsentEnd::none);
    CHECK(connection.consent.revocation == Revocation::confirmed);
    CHECK(home.record().revocation == Revocation::confirmed);
    CHECK(home.rows() == 1);
  }
  CHECK(crashes >= 4);
}
