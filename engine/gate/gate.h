// SPDX-License-Identifier: Apache-2.0
//
// The one stateful door-keeper: reads facts, asks policy, hands out permits, holds the gate lock while an
// admitted step is under way, and opens and lifts cutoffs and ends consents. Everything that touches issuer data goes
// through here (I1). The gate writes no audit entry for a refusal, because it does not know the operation
// that was refused: whoever asked must record the Error it got (`Store::record` or `Control::record`);
// the engine's facade does so at its edge. Effects of cutoffs are audited here, in their transaction.
#pragma once

#include <chrono>
#include <concepts>
#include <mutex>
#include <optional>
#include <string>

#include "engine/policy/policy.h"
#include "meisai/permit.h"
#include "meisai/ports/clock.h"
#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/wire_lock.h"

namespace meisai {

template <class P>
concept PermitPurpose = std::same_as<P, Commit> || std::same_as<P, Read> || std::same_as<P, Release> ||
                        std::same_as<P, Maintenance> || std::same_as<P, Request> || std::same_as<P, Authorize>;

/// Outlives every permit it made. As thread-safe as its FactSource; adds no state that is not guarded.
class Gate final : public DoorKeeper {
 public:
  /// Without a wire lock nothing crosses the network.
  Gate(FactSource& facts, GateLock& lock, WireLock& wire, Clock& clock)
      : facts_(facts), lock_(lock), wire_(&wire), clock_(clock) {}
  Gate(FactSource& facts, GateLock& lock, Clock& clock) : facts_(facts), lock_(lock), clock_(clock) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Leave to do one step, if policy says so now; it is asked again when the permit is used. A refusal is
  /// for the caller to record.
  template <PermitPurpose P>
  [[nodiscard]] Result<Permit<P>> ask(const PermitScope& scope) {
    MEISAI_ASSIGN(const std::uint64_t epoch, epoch_if_allowed(P::purpose, scope));
    return Permit<P>(*this, scope, epoch);
  }

  /// Now, as policy knows it (deny clock): never before an instant at which something was allowed. Where
  /// the facts cannot be read it is what this process knows; nothing is allowed by it.
  [[nodiscard]] Instant now();

  /// Opens an incident. When it has returned, no transfer that it covers is under way and nothing that it covers
  /// commits, in any process of the store, until it is lifted. The draft carries id, scope, issuer, degree, reason and
  /// suspected start; the rest is set here. Never refused by policy or clock: containment comes first. `store_busy`
  /// when a step under way did not end in time; the incident is announced then, and refuses every new step.
  [[nodiscard]] Result<Incident> cut_off(Control& control, Incident draft, const std::string& actor);

  /// Ends an incident; never another's. Needs a reason, and in `operator` mode a second person
  /// (`approval_required`). Permits from before the cutoff stay refused.
  [[nodiscard]] Result<Incident> lift(Control& control, const IncidentId& id, const std::string& reason,
                                      const std::string& actor);

  /// How a consent ends, and what becomes of the data.
  struct Ending {
    IssuerId issuer;
    ConnectionId connection;
    ConsentId consent;
    ConsentEnd end = ConsentEnd::withdrawn;
    HeldData held = HeldData::kept;
  };
  /// Ends a consent. When it has returned, no transfer under it is under way and nothing under it commits, in any
  /// process of the store. Never refused. `store_busy` as for a cutoff; the intent refuses every new step then.
  [[nodiscard]] Result<void> end_consent(Control& control, const Ending& ending, const std::string& actor);

 private:
  [[nodiscard]] Result<Admission> admit(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) override;
  [[nodiscard]] Result<Crossing> cross(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) override;
  /// Policy's answer by the facts of this instant.
  struct Answer {
    Facts facts;
    policy::Allowed allowed;
  };
  [[nodiscard]] Result<Answer> decide_now(const policy::Question& question);
  /// Keeps the instant of an allow: one that cannot be kept would be forgotten by a clock that is set back.
  [[nodiscard]] Result<void> keep_mark(const Answer& answer);
  /// Returns when no covered transfer is under way; `what` is in force already.
  [[nodiscard]] Result<void> drain_wire(const IssuerId& issuer, const ConnectionId& connection, const std::string& what,
                                        std::chrono::milliseconds wait);
  [[nodiscard]] Result<std::uint64_t> epoch_if_allowed(Purpose purpose, const PermitScope& scope);
  [[nodiscard]] policy::Times times(Instant high_water);
  /// Notes that the mark is at least here. Returns the instant counted on from the latest mark.
  Instant count_from(Instant mark);

  FactSource& facts_;
  GateLock& lock_;
  WireLock* wire_ = nullptr;
  Clock& clock_;

  /// The latest mark this process knows of, and what the monotonic clock showed when it learned it.
  struct Mark {
    Instant at{};
    std::chrono::milliseconds learned_at{};
  };
  std::mutex mutex_;
  std::optional<Mark> mark_;
};

}  // namespace meisai
