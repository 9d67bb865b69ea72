// SPDX-License-Identifier: Apache-2.0
//
// A control database and a gate lock in memory that write down, in one list, what the gate did with them: what
// the gate promises is mostly an order of steps.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"

namespace meisai::test {

using Trace = std::vector<std::string>;

class ScriptedControl final : public Control {
 public:
  explicit ScriptedControl(Trace& trace) : trace_(trace) {}

  Facts now;
  std::optional<Error> fail_facts;
  std::optional<Error> fail_raise;
  std::vector<AuditDraft> audits;

  Result<Facts> facts() override {
    trace_.emplace_back("facts");
    if (fail_facts) return fail(*fail_facts);
    return now;
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

}  // namespace meisai::test
