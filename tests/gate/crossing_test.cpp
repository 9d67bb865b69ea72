// SPDX-License-Identifier: Apache-2.0
//
// Permits for the network: the wire is entered before the facts are read, a crossing says at any moment whether it
// is still open, and a cutoff or a consent's end returns only when the wire that it covers is silent.
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

TEST_CASE("a crossing enters the wire before the facts are read, and holds it as long as it lives") {
  House house;
  house.give_consent();
  auto permit = house.gate.ask<Request>(linked());
  REQUIRE(permit);
  CHECK(house.trace == Trace{"facts"});
  {
    auto crossing = std::move(*permit).cross();
    REQUIRE(crossing);
    CHECK(crossing->at() == noon);
    // Not under the gate lock: a transfer may last longer than a step may.
    CHECK(house.trace == Trace{"facts", "enter jcb_card CN1", "facts", "raise"});
    CHECK(house.wire.held() == 1);
    CHECK(house.lock.held() == 0);
    const Crossing moved = std::move(*crossing);
    CHECK(house.wire.held() == 1);
    CHECK(moved.still_open());
  }
  CHECK(house.wire.held() == 0);
  CHECK(house.trace.back() == "leave");
}

TEST_CASE("a permit crosses once, and a crossed one is not admitted") {
  House house;
  house.give_consent();
  auto permit = house.gate.ask<Request>(linked());
  REQUIRE(permit);
  CHECK(std::move(*permit).cross());
  CHECK(shown(std::move(*permit).cross()) == "permit_spent");  // NOLINT(bugprone-use-after-move)
  CHECK(shown(std::move(*permit).admit()) == "permit_spent");  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a refused crossing leaves the wire and is spent") {
  House house;
  house.give_consent();
  auto permit = house.gate.ask<Request>(linked());
  REQUIRE(permit);
  REQUIRE(house.cut_off());
  CHECK(shown(std::move(*permit).cross()) == "cutoff_all");
  CHECK(house.wire.held() == 0);
  CHECK(shown(std::move(*permit).cross()) == "permit_spent");  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a wire that cannot be entered, facts that cannot be read and a mark that cannot be kept allow nothing") {
  House house;
  house.give_consent();
  house.wire.fail_enter = Error{.code = Code::io_error};
  CHECK(shown(house.cross<Request>(linked())) == "io_error");
  CHECK(house.trace.back() == "enter jcb_card CN1");
  house.wire.fail_enter.reset();

  house.control.fail_raise = Error{.code = Code::disk_full};
  CHECK(shown(house.cross<Request>(linked())) == "disk_full");
  house.control.fail_raise.reset();

  auto permit = house.gate.ask<Request>(linked());
  REQUIRE(permit);
  house.control.fail_facts = Error{.code = Code::store_busy};
  CHECK(shown(std::move(*permit).cross()) == "store_busy");
  CHECK(house.wire.held() == 0);
}

TEST_CASE("without a wire lock nothing crosses") {
  House house;
  house.give_consent();
  Gate files_only(house.control, house.lock, house.clock);
  auto permit = files_only.ask<Request>(linked());
  REQUIRE(permit);
  CHECK(shown(std::move(*permit).cross()) == "internal_bug");
}

// ---- what closes a crossing -----------------------------------------------------------------------------

TEST_CASE("an announced cutoff closes a crossing at once, also when it never opened") {
  House house;
  house.give_consent();
  const auto crossing = house.cross<Request>(linked());
  REQUIRE(crossing);
  house.lock.fail_exclude = Error{.code = Code::store_busy};
  CHECK_FALSE(house.cut_off("i1", jcb, ours));
  CHECK(shown(crossing->still_open()) == "cutoff_connection");
}

TEST_CASE("a crossing stays closed when the cutoff was lifted meanwhile") {
  House house;
  house.give_consent();
  const auto crossing = house.cross<Request>(linked());
  const auto elsewhere = house.cross<Authorize>({.issuer = IssuerId("rakuten_card"), .step = AuthorizeStep::link});
  REQUIRE(crossing);
  REQUIRE(elsewhere);
  REQUIRE(house.cut_off("i1", jcb));
  REQUIRE(house.lift());
  CHECK(shown(crossing->still_open()) == "cutoff_issuer");
  CHECK(elsewhere->still_open());
  CHECK(house.cross<Request>(linked()));
}

TEST_CASE("a crossing closes at the exact end of the consent, though nobody has ended it") {
  House house;
  house.give_consent();
  const auto crossing = house.cross<Request>(linked());
  REQUIRE(crossing);
  house.clock.advance(hours(1) - milliseconds(1));
  CHECK(crossing->still_open());
  house.clock.advance(milliseconds(1));
  CHECK(shown(crossing->still_open()) == "consent_expired");
  // Nor does setting the clock back open it again.
  house.clock.set_wall(noon + seconds(1));
  CHECK(shown(crossing->still_open()) == "consent_expired");
}

TEST_CASE("a crossing closes when the consent is withdrawn, and while it is being withdrawn") {
  House house;
  house.give_consent();
  const auto crossing = house.cross<Request>(linked());
  const auto commit = house.gate.ask<Commit>(linked());
  REQUIRE(crossing);
  house.lock.fail_exclude = Error{.code = Code::store_busy};
  const auto stuck = house.end_consent();
  CHECK(shown(stuck) == "store_busy");
  CHECK(stuck.error().remedy.find("CS1") != std::string::npos);
  CHECK(shown(crossing->still_open()) == "consent_withdrawn");
  house.lock.fail_exclude.reset();
  REQUIRE(house.end_consent());
  CHECK(shown(crossing->still_open()) == "consent_withdrawn");
  CHECK(shown(house.step<Commit>(linked())) == "consent_withdrawn");
  CHECK(shown(house.cross<Authorize>(linked())) == "consent_withdrawn");
  CHECK(house.cross<Authorize>({.issuer = jcb, .connection = ours, .step = AuthorizeStep::revoke}));
}

TEST_CASE("a crossing whose facts cannot be read is closed") {
  House house;
  house.give_consent();
  const auto crossing = house.cross<Request>(linked());
  REQUIRE(crossing);
  house.control.fail_facts = Error{.code = Code::store_damaged};
  CHECK(shown(crossing->still_open()) == "store_damaged");
}

// ---- who waits for the wire -----------------------------------------------------------------------------

TEST_CASE("a cutoff is in force for commits first and drains the wire that it covers last") {
  House house;
  bool refused_meanwhile = false;
  house.wire.while_draining = [&] {
    refused_meanwhile = house.lock.held() == 0 && !house.gate.ask<Commit>({.issuer = jcb}) &&
                        house.control.now.incidents.front().state == IncidentState::open;
  };
  REQUIRE(house.cut_off("i1", jcb, ours));
  CHECK(refused_meanwhile == false);  // a file of this issuer is no business of the connection's cutoff
  CHECK(house.trace == Trace{"facts", "announce", "exclude", "open", "release", "drain jcb_card CN1", "facts"});

  house.trace.clear();
  REQUIRE(house.cut_off("i2", jcb));
  CHECK(refused_meanwhile);
  CHECK(house.trace == Trace{"facts", "announce", "exclude", "open", "release", "drain jcb_card ", "facts"});
}

TEST_CASE("a wire that does not fall silent is reported, with the cutoff in force") {
  House house;
  house.wire.fail_drain = Error{.code = Code::store_busy, .retry = Retry::later};
  for (const CutoffDegree degree : {CutoffDegree::suspend, CutoffDegree::cancel}) {
    const std::string id = "i" + std::to_string(static_cast<int>(degree));
    const auto result = house.cut_off(id, jcb, {}, degree);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::store_busy);
    CHECK(result.error().remedy.find("incident " + id) != std::string::npos);
    CHECK(result.error().remedy.find("do it again") != std::string::npos);
    CHECK(house.control.now.incidents.back().state == IncidentState::open);
  }
  CHECK(shown(house.gate.ask<Commit>({.issuer = jcb})) == "cutoff_issuer");
}

TEST_CASE("restrict does not fail because a person's own transfer goes on") {
  House house;
  house.give_consent();
  const auto attended = house.cross<Request>(linked());
  PermitScope scope = linked();
  scope.attended = false;
  const auto unattended = house.cross<Request>(scope);
  REQUIRE(attended);
  REQUIRE(unattended);
  house.wire.fail_drain = Error{.code = Code::store_busy};
  const auto opened = house.cut_off("i1", {}, {}, CutoffDegree::restrict_unattended);
  REQUIRE(opened);
  CHECK(opened->state == IncidentState::open);
  CHECK(attended->still_open());
  CHECK(shown(unattended->still_open()) == "cutoff_all");
}

TEST_CASE("an incident that cannot be opened stays announced and drains nothing") {
  House house;
  house.control.fail_open = Error{.code = Code::disk_full};
  CHECK(shown(house.cut_off()) == "disk_full");
  CHECK(house.trace == Trace{"facts", "announce", "exclude", "open", "release"});
  CHECK(shown(house.gate.ask<Commit>({})) == "cutoff_all");
}

TEST_CASE("an incident about a connection names its issuer too") {
  House house;
  const auto attempt = [&](CutoffScope scope, const IssuerId& issuer, const ConnectionId& connection) {
    Incident draft;
    draft.id = IncidentId("i1");
    draft.scope = scope;
    draft.issuer = issuer;
    draft.connection = connection;
    draft.reason = "why";
    return shown(house.gate.cut_off(house.control, draft, "subject"));
  };
  CHECK(attempt(CutoffScope::connection, {}, ours) == "invalid_argument");
  CHECK(attempt(CutoffScope::connection, jcb, {}) == "invalid_argument");
  CHECK(attempt(CutoffScope::issuer, jcb, ours) == "invalid_argument");
  CHECK(attempt(CutoffScope::all, {}, ours) == "invalid_argument");
  CHECK(house.control.now.incidents.empty());
  CHECK(attempt(CutoffScope::connection, jcb, ours) == "allow");
  CHECK(house.control.audits.back().object == "incident i1 scope connection jcb_card CN1 degree suspend");
}

// ---- the end of a consent -------------------------------------------------------------------------------

TEST_CASE("an end announces itself, waits for the steps under way, ends, and then for the wire") {
  House house;
  house.give_consent();
  REQUIRE(house.end_consent(ConsentEnd::expired, HeldData::sealed));
  CHECK(house.trace == Trace{"announce", "exclude", "facts", "end", "release", "drain jcb_card CN1"});
  CHECK(house.control.now.consent->end == ConsentEnd::expired);
  CHECK(house.control.now.consent->held == HeldData::sealed);
  CHECK(house.control.now.consent->ended_at == noon);
  REQUIRE(house.control.audits.size() == 1);
  CHECK(house.control.audits[0].operation == "consent_end");
  CHECK(house.control.audits[0].object == "consent CS1 connection CN1 expired held sealed");
  CHECK(house.control.audits[0].actor == "subject");
}

TEST_CASE("a commit whose permit is older than the consent's end is refused at the door") {
  House house;
  house.give_consent();
  auto permit = house.gate.ask<Commit>(linked());
  REQUIRE(permit);
  REQUIRE(house.end_consent());
  CHECK(shown(std::move(*permit).admit()) == "consent_withdrawn");
}

TEST_CASE("a consent ends although the clock holds everything else, and cutoffs are no obstacle") {
  House house;
  house.give_consent();
  REQUIRE(house.step<Read>());
  REQUIRE(house.cut_off());
  house.clock.set_wall(noon - hours(1));
  REQUIRE(house.end_consent());
  CHECK(house.control.now.consent->ended_at == noon);
}

TEST_CASE("a wire that does not fall silent is reported, with the consent ended") {
  House house;
  house.give_consent();
  house.wire.fail_drain = Error{.code = Code::store_busy};
  const auto result = house.end_consent();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::store_busy);
  CHECK(result.error().remedy.find("consent CS1") != std::string::npos);
  CHECK(house.control.now.consent->end == ConsentEnd::withdrawn);
}

TEST_CASE("the admission tells whoever reads whose data is sealed") {
  House house;
  house.control.now.sealed = {ours};
  const auto admission = house.step<Read>();
  REQUIRE(admission);
  CHECK(admission->sealed() == std::vector{ours});
}

TEST_CASE("no clock that jumps backwards gives a consent a longer life") {
  CHECK(rc::check([] {
    House honest;
    House twisted;
    for (House* house : {&honest, &twisted}) {
      house->give_consent();
      RC_ASSERT(house->step<Commit>(linked()).has_value());  // giving it was allowed: the mark is known
    }
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      const auto passed = milliseconds(*rc::gen::inRange(0, 400'000));
      honest.clock.advance(passed);
      twisted.clock.advance(passed);
      if (*rc::gen::arbitrary<bool>())
        twisted.clock.set_wall(twisted.clock.wall() - milliseconds(*rc::gen::inRange(0, 100'000)));
      const auto without = honest.cross<Request>(linked());
      const auto with = twisted.cross<Request>(linked());
      if (!with) continue;
      RC_ASSERT(without.has_value());
      RC_ASSERT(with->at() < noon + hours(1));
    }
  }));
}
