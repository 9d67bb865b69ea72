// SPDX-License-Identifier: Apache-2.0
//
// What control promises, in memory and in control.db.
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

Incident incident(const std::string& id, CutoffScope scope = CutoffScope::all) {
  return {.id = IncidentId(id),
          .scope = scope,
          .issuer = scope == CutoffScope::issuer ? IssuerId("jcb_card") : IssuerId(),
          .degree = CutoffDegree::cancel,
          .opened_at = noon(),
          .suspected_since = noon() - std::chrono::hours(1),
          .reason = "理由"};
}

std::vector<AuditEntry> chain(Control& control) {
  std::vector<AuditEntry> entries;
  must(control.audit([&](const AuditEntry& each) { return entries.push_back(each), true; }));
  AuditVerifier verifier;
  for (const AuditEntry& each : entries) must(verifier.accept(each));
  return entries;
}

}  // namespace

TEMPLATE_TEST_CASE("an incident is announced, opened and lifted", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  Control& control = world.control();
  const std::size_t entries = chain(control).size();
  must(control.announce(incident("a", CutoffScope::issuer)));
  Facts facts = must(control.facts());
  REQUIRE(facts.incidents.size() == 1);
  CHECK(facts.epoch == 0);
  CHECK(facts.incidents[0].state == IncidentState::opening);
  CHECK(facts.incidents[0].issuer.text() == "jcb_card");
  CHECK(facts.incidents[0].suspected_since == noon() - std::chrono::hours(1));
  CHECK(facts.incidents[0].reason == "理由");
  CHECK(facts.incidents[0].degree == CutoffDegree::cancel);
  must(control.announce(incident("a")));  // the same intent again, still opening
  CHECK(must(control.facts()).incidents.size() == 1);
  CHECK(chain(control).size() == entries);

  const Incident open = must(control.open_incident(IncidentId("a"), entry("incident_open")));
  CHECK(open.state == IncidentState::open);
  CHECK(open.epoch == 1);
  CHECK(must(control.facts()).epoch == 1);
  CHECK(chain(control).size() == entries + 1);
  CHECK(code_of(control.announce(incident("a"))) == Code::invalid_argument);
  CHECK(code_of(control.open_incident(IncidentId("x"), entry())) == Code::not_found);

  must(control.announce(incident("b")));
  CHECK(must(control.open_incident(IncidentId("b"), entry("incident_open"))).epoch == 2);
  const Incident lifted = must(control.lift_incident(IncidentId("a"), noon(), "done", entry("incident_lift")));
  CHECK(lifted.state == IncidentState::lifted);
  CHECK(lifted.lift_reason == "done");
  CHECK(lifted.lifted_at == noon());
  CHECK(code_of(control.lift_incident(IncidentId("a"), noon(), "again", entry())) == Code::invalid_argument);
  CHECK(code_of(control.lift_incident(IncidentId("x"), noon(), "r", entry())) == Code::not_found);
  CHECK(code_of(control.open_incident(IncidentId("a"), entry())) == Code::invalid_argument);
  facts = must(control.facts());
  REQUIRE(facts.incidents.size() == 2);
  CHECK(facts.incidents[0].state == IncidentState::lifted);
  CHECK(facts.incidents[1].state == IncidentState::open);
  CHECK(chain(control).size() == entries + 3);
}

TEMPLATE_TEST_CASE("the high-water mark only rises", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  must(world.control().raise_high_water(noon()));
  must(world.control().raise_high_water(noon() - std::chrono::hours(5)));
  CHECK(must(world.control().facts()).high_water == noon());
  must(world.control().raise_high_water(noon() + std::chrono::milliseconds(1)));
  CHECK(must(world.control().facts()).high_water == noon() + std::chrono::milliseconds(1));
}

TEMPLATE_TEST_CASE("an anchor never goes back", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  CHECK_FALSE(must(world.control().anchor()));
  const Anchor later{.generation = 5, .audit_count = 7, .audit_head = sha256("a")};
  must(world.control().set_anchor(later));
  must(world.control().set_anchor({.generation = 4, .audit_count = 9, .audit_head = sha256("b")}));
  const auto kept = must(world.control().anchor());
  REQUIRE(kept);
  CHECK(kept->generation == 5);
  CHECK(kept->audit_count == 7);
  CHECK(kept->audit_head == sha256("a"));
}

TEMPLATE_TEST_CASE("control's own chain verifies", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  must(world.control().record(entry("x")));
  must(world.control().record(
      {.at = noon(), .actor = "subject", .operation = "y", .result = "refused", .reason = "cutoff_all"}));
  const auto entries = chain(world.control());
  REQUIRE(entries.size() >= 2);
  CHECK(entries.back().reason == "cutoff_all");
  std::size_t seen = 0;
  must(world.control().audit([&](const AuditEntry&) {
    CHECK(world.control().facts().has_value());  // a visitor may ask
    return ++seen, false;
  }));
  CHECK(seen == 1);
}

TEST_CASE("control.db keeps everything, and every process sees it at once", "[control]") {
  FolderWorld world;
  const auto keys = world.provider();
  const auto other = must(sqlcipher::StoreFolder::open(world.folder(), *keys));
  must(world.control().announce(incident("a")));
  CHECK(must(other->control().facts()).incidents.size() == 1);
  must(other->control().open_incident(IncidentId("a"), entry("incident_open")));
  CHECK(must(world.control().facts()).epoch == 1);
  must(world.control().raise_high_water(noon()));
  world.open();
  const Facts facts = must(world.control().facts());
  CHECK(facts.epoch == 1);
  CHECK(facts.high_water == noon());
  CHECK(facts.incidents[0].state == IncidentState::open);
  CHECK(chain(world.control())[0].operation == "init");
}

}  // namespace meisai::test
