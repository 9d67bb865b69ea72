// SPDX-License-Identifier: Apache-2.0
//
// The gate in one process: the order of its steps, the deny clock and its mark, permits that were spent or
// overtaken by a cutoff. Two processes race in tests/gate_race.
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "tests/gate/house.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

TEST_CASE("a permit is re-checked inside the lock, and the lock is held as long as the admission lives") {
  House house;
  auto permit = house.gate.ask<Commit>({.issuer = IssuerId("jcb_card")});
  REQUIRE(permit);
  CHECK(house.trace == Trace{"facts"});
  {
    auto admission = std::move(*permit).admit();
    REQUIRE(admission);
    CHECK(admission->at() == noon);
    CHECK(house.trace == Trace{"facts", "share", "facts", "raise"});
    CHECK(house.lock.held() == 1);
    const Admission moved = std::move(*admission);
    CHECK(house.lock.held() == 1);
  }
  CHECK(house.lock.held() == 0);
}

TEST_CASE("a permit opens one door") {
  House house;
  auto permit = house.gate.ask<Read>({});
  REQUIRE(permit);
  CHECK(std::move(*permit).admit());
  CHECK(shown(std::move(*permit).admit()) == "permit_spent");  // NOLINT(bugprone-use-after-move)

  auto other = house.gate.ask<Read>({});
  REQUIRE(other);
  auto taken = std::move(*other);
  CHECK(shown(std::move(*other).admit()) == "permit_spent");  // NOLINT(bugprone-use-after-move)
  const auto admission = std::move(taken).admit();
  CHECK(admission);
}

TEST_CASE("a permit is spent by a refusal too") {
  House house;
  auto permit = house.gate.ask<Commit>({});
  REQUIRE(permit);
  REQUIRE(house.cut_off());
  CHECK(shown(std::move(*permit).admit()) == "cutoff_all");
  CHECK(shown(std::move(*permit).admit()) == "permit_spent");  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("the high-water mark is raised by what is allowed, once a second") {
  House house;
  REQUIRE(house.step<Read>());
  CHECK(house.control.now.high_water == noon);
  house.clock.advance(milliseconds(999));
  REQUIRE(house.step<Read>());
  CHECK(house.control.now.high_water == noon);
  house.clock.advance(milliseconds(1));
  REQUIRE(house.step<Read>());
  CHECK(house.control.now.high_water == noon + seconds(1));
}

TEST_CASE("neither asking nor a refusal raises the mark") {
  House house;
  REQUIRE(house.gate.ask<Commit>({}));
  auto permit = house.gate.ask<Commit>({});
  REQUIRE(house.cut_off());
  CHECK_FALSE(std::move(*permit).admit());
  CHECK(house.control.now.high_water == Instant{});
  CHECK(house.lock.held() == 0);
}

TEST_CASE("where the mark cannot be kept, nothing is allowed") {
  House house;
  house.control.fail_raise = Error{.code = Code::disk_full};
  CHECK(shown(house.step<Commit>()) == "disk_full");
  CHECK(house.lock.held() == 0);
}

TEST_CASE("where the facts cannot be read, nothing is allowed") {
  House house;
  auto permit = house.gate.ask<Read>({});
  house.control.fail_facts = Error{.code = Code::store_damaged};
  CHECK(shown(house.gate.ask<Read>({})) == "store_damaged");
  CHECK(shown(std::move(*permit).admit()) == "store_damaged");
  CHECK(house.lock.held() == 0);
}

TEST_CASE("a lock that cannot be had is reported, and no facts are read without it") {
  House house;
  auto permit = house.gate.ask<Read>({});
  house.lock.fail_share = Error{.code = Code::store_busy, .retry = Retry::later};
  CHECK(shown(std::move(*permit).admit()) == "store_busy");
  CHECK(house.trace == Trace{"facts", "share"});
}

// ---- the clock ------------------------------------------------------------------------------------------

TEST_CASE("a clock set back by more than the tolerance holds everything, and passing the mark ends it") {
  House house;
  REQUIRE(house.step<Read>());
  auto permit = house.gate.ask<Read>({});
  house.clock.set_wall(noon - seconds(61));
  CHECK(shown(std::move(*permit).admit()) == "clock_hold");
  CHECK(shown(house.gate.ask<Commit>({})) == "clock_hold");
  CHECK(shown(house.gate.ask<Read>({})) == "clock_hold");
  CHECK(shown(house.gate.ask<Release>({})) == "clock_hold");
  CHECK(shown(house.gate.ask<Maintenance>({})) == "clock_hold");
  house.clock.advance(seconds(1));
  CHECK(house.step<Read>());
}

TEST_CASE("inside the tolerance time is counted on from the mark") {
  House house;
  REQUIRE(house.step<Read>());
  house.clock.set_wall(noon - seconds(30));
  CHECK(house.gate.now() == noon);
  house.clock.advance(seconds(10));
  CHECK(house.gate.now() == noon + seconds(10));
  const auto admission = house.step<Read>();
  REQUIRE(admission);
  CHECK(admission->at() == noon + seconds(10));
  CHECK(house.control.now.high_water == noon + seconds(10));
}

TEST_CASE("time that passed is not forgotten when the clock is set back to the mark") {
  House house;
  REQUIRE(house.step<Read>());
  house.clock.advance(hours(3));
  house.clock.set_wall(noon);
  CHECK(house.gate.now() == noon + hours(3));
}

TEST_CASE("another process's mark counts here at once") {
  House house;
  house.control.now.high_water = noon + seconds(40);
  CHECK(house.gate.now() == noon + seconds(40));
  house.clock.advance(seconds(2));
  CHECK(house.gate.now() == noon + seconds(42));
  house.control.now.high_water = noon + hours(1);
  CHECK(shown(house.gate.ask<Read>({})) == "clock_hold");
}

TEST_CASE("now is known without facts, but forgets nothing that was") {
  House house;
  house.control.fail_facts = Error{.code = Code::store_busy};
  CHECK(house.gate.now() == noon);
  house.control.fail_facts.reset();
  house.control.now.high_water = noon + seconds(40);
  CHECK(house.gate.now() == noon + seconds(40));
  house.control.fail_facts = Error{.code = Code::store_busy};
  CHECK(house.gate.now() == noon + seconds(40));
}

TEST_CASE("a clock that jumps backwards at any time allows nothing that it would not allow without") {
  CHECK(rc::check([] {
    House honest;
    House twisted;
    std::optional<Instant> last;
    const int steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      const auto passed = milliseconds(*rc::gen::inRange(0, 100'000));
      honest.clock.advance(passed);
      twisted.clock.advance(passed);
      if (*rc::gen::arbitrary<bool>())
        twisted.clock.set_wall(twisted.clock.wall() - milliseconds(*rc::gen::inRange(0, 200'000)));
      if (*rc::gen::inRange(0, 4) == 0) {
        const std::string id = "i" + std::to_string(i);
        RC_ASSERT(honest.cut_off(id).has_value());
        RC_ASSERT(twisted.cut_off(id).has_value());
        if (*rc::gen::arbitrary<bool>()) {
          RC_ASSERT(honest.lift(id).has_value());
          RC_ASSERT(twisted.lift(id).has_value());
        }
      }
      const auto without = honest.step<Commit>();
      const auto with = twisted.step<Commit>();
      if (!with) continue;
      RC_ASSERT(without.has_value());
      if (last) RC_ASSERT(with->at() >= *last);
      last = with->at();
    }
  }));
}

// ---- cutoffs --------------------------------------------------------------------------------------------

TEST_CASE("a cutoff announces itself, waits for the steps under way, and only then opens") {
  House house;
  const auto opened = house.cut_off();
  REQUIRE(opened);
  CHECK(house.trace == Trace{"facts", "announce", "exclude", "open", "release", "drain  "});
  CHECK(opened->state == IncidentState::open);
  CHECK(opened->epoch == 1);
  CHECK(opened->opened_at == noon);
  REQUIRE(house.control.audits.size() == 1);
  CHECK(house.control.audits[0].operation == "incident_open");
  CHECK(house.control.audits[0].object == "incident i1 scope all degree suspend");
  CHECK(house.control.audits[0].actor == "subject");
  CHECK(house.control.audits[0].at == noon);
}

TEST_CASE("an announced cutoff refuses already, also when it never opened") {
  House house;
  house.lock.fail_exclude = Error{.code = Code::store_busy, .retry = Retry::later};
  const auto result = house.cut_off();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::store_busy);
  CHECK(result.error().remedy.find("i1") != std::string::npos);
  CHECK(house.control.now.incidents.at(0).state == IncidentState::opening);
  CHECK(shown(house.gate.ask<Commit>({})) == "cutoff_all");
  CHECK(house.gate.ask<Read>({}));
}

TEST_CASE("a commit that began before a cutoff is refused after its lift; the subject's reads are not") {
  House house;
  const PermitScope scope{.issuer = IssuerId("jcb_card")};
  auto commit = house.gate.ask<Commit>(scope);
  auto read = house.gate.ask<Read>(scope);
  auto release = house.gate.ask<Release>(scope);
  auto to_others = house.gate.ask<Release>({.issuer = scope.issuer, .recipient = Recipient::other});
  auto upkeep = house.gate.ask<Maintenance>(scope);
  auto elsewhere = house.gate.ask<Commit>({.issuer = IssuerId("rakuten_card")});
  REQUIRE(house.cut_off("i1", jcb));
  REQUIRE(house.lift());
  CHECK(shown(std::move(*commit).admit()) == "cutoff_issuer");
  CHECK(shown(std::move(*to_others).admit()) == "cutoff_issuer");
  CHECK(std::move(*read).admit());
  CHECK(std::move(*release).admit());
  CHECK(std::move(*upkeep).admit());
  CHECK(std::move(*elsewhere).admit());
  CHECK(house.step<Commit>(scope));
}

TEST_CASE("lifting one incident lifts no other") {
  House house;
  REQUIRE(house.cut_off("i1"));
  REQUIRE(house.cut_off("i2", jcb));
  REQUIRE(house.lift("i1"));
  CHECK(shown(house.gate.ask<Commit>({.issuer = IssuerId("jcb_card")})) == "cutoff_issuer");
  CHECK(house.gate.ask<Commit>({.issuer = IssuerId("rakuten_card")}));
  REQUIRE(house.lift("i2"));
  CHECK(house.gate.ask<Commit>({.issuer = IssuerId("jcb_card")}));
}

TEST_CASE("a cutoff can be opened while the clock holds everything else") {
  House house;
  REQUIRE(house.step<Read>());
  house.clock.set_wall(noon - hours(1));
  REQUIRE(house.cut_off());
  CHECK(house.control.now.incidents.at(0).opened_at == noon);
}

TEST_CASE("an incident's draft says what it covers and why") {
  House house;
  const auto attempt = [&](const std::string& id, CutoffScope scope, const std::string& issuer, const char* reason) {
    Incident draft;
    draft.id = IncidentId(id);
    draft.scope = scope;
    draft.issuer = IssuerId(issuer);
    draft.reason = reason;
    return shown(house.gate.cut_off(house.control, draft, "subject"));
  };
  CHECK(attempt("", CutoffScope::all, "", "why") == "invalid_argument");
  CHECK(attempt("i1", CutoffScope::all, "", "") == "invalid_argument");
  CHECK(attempt("i1", CutoffScope::issuer, "", "why") == "invalid_argument");
  CHECK(attempt("i1", CutoffScope::all, "jcb_card", "why") == "invalid_argument");
  CHECK(house.control.now.incidents.empty());
}

TEST_CASE("lifting needs a reason, an incident and, in operator mode, a second person") {
  House house;
  REQUIRE(house.cut_off());
  CHECK(shown(house.gate.lift(house.control, IncidentId("i1"), "", "subject")) == "invalid_argument");
  CHECK(shown(house.lift("i2")) == "not_found");
  house.control.now.mode = Mode::operator_;
  CHECK(shown(house.lift()) == "approval_required");
  CHECK(house.control.now.incidents.at(0).state == IncidentState::open);
  house.control.now.mode = Mode::personal;
  const auto lifted = house.lift();
  REQUIRE(lifted);
  CHECK(lifted->lift_reason == "key replaced");
  CHECK(house.control.audits.back().operation == "incident_lift");
  CHECK(house.control.audits.back().object == "incident i1 scope all degree suspend");
}
