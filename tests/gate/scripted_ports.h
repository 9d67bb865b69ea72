// SPDX-License-Identifier: Apache-2.0
//
// A control database, a gate lock and a wire lock in memory that write down, in one list, what the gate did with
// them: what the gate promises is mostly an order of steps.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/wire_lock.h"

namespace meisai::test {

using Trace = std::vector<std::string>;

class ScriptedControl final : public Control {
 public:
  explicit ScriptedControl(Trace& trace) : trace_(trace) {}

  Facts now;  ///< its consent and state are those of the one connection that there is
  std::optional<Error> fail_facts;
  std::optional<Error> fail_raise;
  std::optional<Error> fail_open;
  std::vector<AuditDraft> audits;

  Result<Facts> facts() override {
    trace_.emplace_back("facts");
    if (fail_facts) return fail(*fail_facts);
    return now;
  }
  Result<Facts> facts_about(const ConnectionId& connection) override {
    MEISAI_ASSIGN(Facts known, facts());
    if (connection.empty()) known.consent.reset();
    return known;
  }
  Result<void> raise_high_water(Instant at) override {
    trace_.emplace_back("raise");
    if (fail_raise) return fail(*fail_raise);
    now.high_water = std::max(now.high_water, at);
    return {};
  }
  Result<void> announce(const Incident& incident) override {
    trace_.emplace_back("announce");
    now.incidents.push_back(incident);
    return {};
  }
  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    trace_.emplace_back("open");
    if (fail_open) return fail(*fail_open);
    audits.push_back(audit);
    Incident& incident = *std::ranges::find(now.incidents, id, &Incident::id);
    incident.state = IncidentState::open;
    incident.epoch = ++now.epoch;
    return incident;
  }
  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    trace_.emplace_back("lift");
    audits.push_back(audit);
    Incident& incident = *std::ranges::find(now.incidents, id, &Incident::id);
    incident.state = IncidentState::lifted;
    incident.lifted_at = at;
    incident.lift_reason = reason;
    return incident;
  }
  Result<void> announce_end(const ConnectionId&, const ConsentId&) override {
    trace_.emplace_back("announce");
    if (now.consent && now.consent->end == ConsentEnd::none) now.consent->end = ConsentEnd::ending;
    return {};
  }
  Result<void> end_consent(const ConnectionId&, const ConsentId&, ConsentEnd end, Instant at, HeldData held,
                           const AuditDraft& audit) override {
    trace_.emplace_back("end");
    if (fail_open) return fail(*fail_open);
    audits.push_back(audit);
    now.consent->end = end;
    now.consent->ended_at = at;
    now.consent->held = held;
    ++now.epoch;
    return {};
  }
  // The gate has nothing to do with these.
  Result<std::vector<Connection>> connections() override { return std::vector<Connection>{}; }
  Result<void> add_connection(const Connection&, const AuditDraft&) override { return {}; }
  Result<bool> set_connection_state(const ConnectionId&, const ConsentId&, ConnectionState,
                                    const AuditDraft&) override {
    return true;
  }
  Result<void> note_outcome(const ConnectionId&, const ConnectionOutcome&) override { return {}; }
  Result<void> begin_consent(const ConnectionId&, const ConsentTerm&, const ConsentId&, const AuditDraft&) override {
    return {};
  }
  Result<bool> set_revocation(const ConnectionId&, const ConsentId&, Revocation, const AuditDraft&) override {
    return true;
  }
  Result<void> note_erased(const ConnectionId&, const ConsentId&, const AuditDraft&) override { return {}; }
  Result<void> put_registration(const Registration&, const AuditDraft&) override { return {}; }
  Result<std::vector<Registration>> registrations() override { return std::vector<Registration>{}; }
  Result<std::optional<Instant>> trusted_time() override { return std::nullopt; }
  Result<void> note_trusted_time(Instant) override { return {}; }
  Result<std::optional<Anchor>> anchor() override { return std::nullopt; }
  Result<void> set_anchor(const Anchor&) override { return {}; }
  Result<void> record(const AuditDraft& audit) override {
    audits.push_back(audit);
    return {};
  }
  Result<void> audit(const std::function<bool(const AuditEntry&)>&) override { return {}; }

 private:
  Trace& trace_;
};

class ScriptedLock final : public GateLock {
 public:
  explicit ScriptedLock(Trace& trace) : trace_(trace) {}

  std::optional<Error> fail_share;
  std::optional<Error> fail_exclude;

  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds) override {
    return hold("share", fail_share);
  }
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds) override {
    return hold("exclude", fail_exclude);
  }
  [[nodiscard]] int held() const { return held_; }

 private:
  struct Hold final : Admission::Hold {
    explicit Hold(ScriptedLock& of) : lock(of) { ++lock.held_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() override {
      --lock.held_;
      lock.trace_.emplace_back("release");
    }
    ScriptedLock& lock;
  };
  Result<std::unique_ptr<Admission::Hold>> hold(const char* step, const std::optional<Error>& error) {
    trace_.emplace_back(step);
    if (error) return fail(*error);
    return std::make_unique<Hold>(*this);
  }

  Trace& trace_;
  int held_ = 0;
};

class ScriptedWire final : public WireLock {
 public:
  explicit ScriptedWire(Trace& trace) : trace_(trace) {}

  std::optional<Error> fail_enter;
  std::optional<Error> fail_drain;
  std::function<void()> while_draining;  ///< what the world does meanwhile

  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId& issuer, const ConnectionId& connection) override {
    trace_.push_back("enter " + issuer.text() + " " + connection.text());
    if (fail_enter) return fail(*fail_enter);
    return std::make_unique<Hold>(*this);
  }
  Result<void> drain(const IssuerId& issuer, const ConnectionId& connection, std::chrono::milliseconds) override {
    trace_.push_back("drain " + issuer.text() + " " + connection.text());
    if (while_draining) while_draining();
    if (fail_drain) return fail(*fail_drain);
    return {};
  }
  [[nodiscard]] int held() const { return held_; }

 private:
  struct Hold final : Admission::Hold {
    explicit Hold(ScriptedWire& of) : wire(of) { ++wire.held_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() override {
      --wire.held_;
      wire.trace_.emplace_back("leave");
    }
    ScriptedWire& wire;
  };
  Trace& trace_;
  int held_ = 0;
};

}  // namespace meisai::test
