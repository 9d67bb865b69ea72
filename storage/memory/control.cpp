// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>

#include "storage/memory/memory.h"

namespace meisai::memory {
namespace {

class MemoryControl final : public Control {
 public:
  MemoryControl(Mode mode, bool simulated) {
    facts_.mode = mode;
    facts_.simulated = simulated;
  }

  Result<Facts> facts() override {
    const std::lock_guard guard(mutex_);
    return facts_;
  }

  Result<void> raise_high_water(Instant at) override {
    const std::lock_guard guard(mutex_);
    facts_.high_water = std::max(facts_.high_water, at);
    return {};
  }

  Result<void> announce(const Incident& incident) override {
    const std::lock_guard guard(mutex_);
    if (Incident* known = find(incident.id)) {
      if (known->state == IncidentState::opening) return {};  // the same intent again, after a cutoff that timed out
      return fail(Code::invalid_argument, "an incident with this id exists already");
    }
    Incident& added = facts_.incidents.emplace_back(incident);
    added.state = IncidentState::opening;
    added.epoch = 0;
    return {};
  }

  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Incident* incident = find(id);
    if (incident == nullptr) return fail(Code::not_found, "no such incident");
    if (incident->state == IncidentState::lifted) return fail(Code::invalid_argument, "the incident is lifted already");
    if (incident->state == IncidentState::open) return *incident;
    incident->state = IncidentState::open;
    incident->epoch = ++facts_.epoch;
    append(audit);
    return *incident;
  }

  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Incident* incident = find(id);
    if (incident == nullptr) return fail(Code::not_found, "no such incident");
    if (incident->state == IncidentState::lifted) return fail(Code::invalid_argument, "the incident is lifted already");
    incident->state = IncidentState::lifted;
    incident->lifted_at = at;
    incident->lift_reason = reason;
    append(audit);
    return *incident;
  }

  Result<std::optional<Anchor>> anchor() override {
    const std::lock_guard guard(mutex_);
    return anchor_;
  }

  Result<void> set_anchor(const Anchor& anchor) override {
    const std::lock_guard guard(mutex_);
    // Commits of two threads may arrive here in either order: an anchor never goes back.
    if (!anchor_ || anchor.generation > anchor_->generation) anchor_ = anchor;
    return {};
  }

  Result<void> record(const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    append(audit);
    return {};
  }

  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override {
    std::vector<AuditEntry> entries;
    {
      const std::lock_guard guard(mutex_);
      entries = chain_;
    }
    for (const AuditEntry& entry : entries)
      if (!visit(entry)) break;
    return {};
  }

 private:
  Incident* find(const IncidentId& id) {
    const auto found = std::ranges::find(facts_.incidents, id, &Incident::id);
    return found == facts_.incidents.end() ? nullptr : &*found;
  }
  void append(const AuditDraft& draft) {
    chain_.push_back(seal_entry(draft, chain_.empty() ? std::nullopt : std::optional(chain_.back())));
  }

  std::mutex mutex_;
  Facts facts_;
  std::optional<Anchor> anchor_;
  std::vector<AuditEntry> chain_;
};

}  // namespace

std::unique_ptr<Control> make_control(Mode mode, bool simulated) {
  return std::make_unique<MemoryControl>(mode, simulated);
}

}  // namespace meisai::memory
