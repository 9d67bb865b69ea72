// SPDX-License-Identifier: Apache-2.0
//
// A gate with everything around it scripted, at noon.
#pragma once

#include <string>

#include "engine/gate/gate.h"
#include "meisai/ports/system.h"
#include "tests/gate/scripted_ports.h"

namespace meisai::test {

inline constexpr Instant noon{std::chrono::milliseconds(1'790'000'000'000)};
inline const IssuerId jcb("jcb_card");
inline const ConnectionId ours("CN1");
inline const ConsentId agreed("CS1");

struct House {
  Trace trace;
  ScriptedControl control{trace};
  ScriptedLock lock{trace};
  ScriptedWire wire{trace};
  ScriptedClock clock{noon};
  Gate gate{control, lock, wire, clock};

  /// Asks and admits at once.
  template <class P>
  Result<Admission> step(const PermitScope& scope = {}) {
    MEISAI_ASSIGN(auto permit, gate.ask<P>(scope));
    return std::move(permit).admit();
  }
  /// Asks and crosses at once.
  template <class P>
  Result<Crossing> cross(const PermitScope& scope) {
    MEISAI_ASSIGN(auto permit, gate.ask<P>(scope));
    return std::move(permit).cross();
  }
  Result<Incident> cut_off(const std::string& id = "i1", const IssuerId& issuer = {},
                           const ConnectionId& connection = {}, CutoffDegree degree = CutoffDegree::suspend) {
    Incident draft;
    draft.id = IncidentId(id);
    draft.scope = issuer.empty()       ? CutoffScope::all
                  : connection.empty() ? CutoffScope::issuer
                                       : CutoffScope::connection;
    draft.issuer = issuer;
    draft.connection = connection;
    draft.degree = degree;
    draft.reason = "a key was seen elsewhere";
    return gate.cut_off(control, draft, "subject");
  }
  Result<Incident> lift(const std::string& id = "i1") {
    return gate.lift(control, IncidentId(id), "key replaced", "subject");
  }
  /// The connection stands on a consent that ends in an hour.
  void give_consent() {
    control.now.consent = ConsentTerm{.consent = agreed, .not_before = noon, .not_after = noon + std::chrono::hours(1)};
  }
  Result<void> end_consent(ConsentEnd end = ConsentEnd::withdrawn, HeldData held = HeldData::kept) {
    return gate.end_consent(control, {.issuer = jcb, .connection = ours, .consent = agreed, .end = end, .held = held},
                            "subject");
  }
};

inline PermitScope linked() { return {.issuer = jcb, .connection = ours}; }

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string("allow") : std::string(name_of(result.error().code));
}

}  // namespace meisai::test
