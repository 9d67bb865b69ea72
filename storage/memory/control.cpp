// SPDX-License-Identifier: Apache-2.0
//
// Control in memory: the same promises as control.db, under one mutex.
#include <algorithm>
#include <map>
#include <mutex>

#include "storage/memory/memory.h"
#include "storage/rules/consent_rules.h"

namespace meisai::memory {
namespace {

class MemoryControl final : public Control {
 public:
  MemoryControl(Mode mode, bool simulated) {
    facts_.mode = mode;
    facts_.simulated = simulated;
  }

  Result<Facts> facts() override { return facts_about({}); }

  Result<Facts> facts_about(const ConnectionId& connection) override {
    const std::lock_guard guard(mutex_);
    Facts facts = facts_;
    for (const Connection& each : connections_) {
      if (each.consent.held >= HeldData::sealed)
        facts.sealed.push_back(each.id);
      else if (each.consent.end_terms != EndTerms::keep && !each.consent.consent.empty())
        facts.sealed_from.emplace_back(each.id, each.consent.not_after);
    }
    std::ranges::sort(facts.sealed);
    std::ranges::sort(facts.sealed_from);
    if (const Connection* known = find(connection)) {
      facts.consent = known->consent;
      facts.connection_state = known->state;
    }
    return facts;
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

  Result<std::vector<Connection>> connections() override {
    const std::lock_guard guard(mutex_);
    return connections_;
  }

  Result<void> add_connection(const Connection& connection, const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    if (connection.id.empty()) return fail(Code::invalid_argument, "a connection needs an id");
    if (find(connection.id) != nullptr) return fail(Code::invalid_argument, "a connection with this id exists already");
    connections_.push_back(connection);
    append(audit);
    return {};
  }

  Result<bool> set_connection_state(const ConnectionId& id, const ConsentId& consent, ConnectionState state,
                                    const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    if (!consent_rules::may_become(connection->state, connection->consent, consent, state)) return false;
    if (connection->state == state) return true;
    connection->state = state;
    append(audit);
    return true;
  }

  Result<void> note_outcome(const ConnectionId& id, const ConnectionOutcome& outcome) override {
    return change(id, [&](Connection& connection) {
      const bool whole = outcome.outcome == SyncOutcome::fresh || outcome.outcome == SyncOutcome::unchanged;
      const auto data_as_of = whole ? outcome.data_as_of : connection.last.data_as_of;
      connection.last = outcome;
      connection.last.data_as_of = data_as_of;
    });
  }

  Result<void> begin_consent(const ConnectionId& id, const ConsentTerm& term, const ConsentId& replaces,
                             const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    MEISAI_TRY(consent_rules::may_begin(connection->state, connection->consent, replaces));
    connection->consent = term;
    connection->state = ConnectionState::active;
    append(audit);
    return {};
  }

  Result<void> announce_end(const ConnectionId& id, const ConsentId& consent) override {
    return change(id, [&](Connection& connection) {
      if (connection.consent.consent == consent && connection.consent.end == ConsentEnd::none)
        connection.consent.end = ConsentEnd::ending;
    });
  }

  Result<void> end_consent(const ConnectionId& id, const ConsentId& consent, ConsentEnd end, Instant at, HeldData held,
                           const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    MEISAI_ASSIGN(const bool changed, consent_rules::end_term(connection->consent, consent, end, at, held));
    if (!changed) return {};
    ++facts_.epoch;
    append(audit);
    return {};
  }

  Result<bool> set_revocation(const ConnectionId& id, const ConsentId& consent, Revocation revocation,
                              const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    if (connection->consent.consent != consent) return false;
    connection->consent.revocation = revocation;
    append(audit);
    return true;
  }

  Result<void> note_erased(const ConnectionId& id, const ConsentId& consent, const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    MEISAI_TRY(consent_rules::may_erase(connection->consent, consent));
    connection->consent.held = HeldData::erased;
    for (Connection& each : connections_)
      if (each.issuer == connection->issuer) each.last.data_as_of.reset();
    ++facts_.epoch;
    append(audit);
    return {};
  }

  Result<void> put_registration(const Registration& registration, const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    if (registration.issuer.empty()) return fail(Code::invalid_argument, "a registration names its issuer");
    registrations_.insert_or_assign(registration.issuer, registration);
    append(audit);
    return {};
  }

  Result<std::vector<Registration>> registrations() override {
    const std::lock_guard guard(mutex_);
    std::vector<Registration> found;
    for (const auto& [issuer, registration] : registrations_) found.push_back(registration);
    return found;
  }

  Result<std::optional<Instant>> trusted_time() override {
    const std::lock_guard guard(mutex_);
    return trusted_time_;
  }

  Result<void> note_trusted_time(Instant at) override {
    const std::lock_guard guard(mutex_);
    trusted_time_ = std::max(trusted_time_.value_or(at), at);
    return {};
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
  Connection* find(const ConnectionId& id) {
    const auto found = std::ranges::find(connections_, id, &Connection::id);
    return found == connections_.end() ? nullptr : &*found;
  }
  static tl::unexpected<Error> no_such_connection() {
    return fail(Code::not_found, "no such connection", "`meisai connections` shows their ids");
  }
  template <class Change>
  Result<void> change(const ConnectionId& id, const Change& what) {
    const std::lock_guard guard(mutex_);
    Connection* connection = find(id);
    if (connection == nullptr) return no_such_connection();
    what(*connection);
    return {};
  }
  void append(const AuditDraft& draft) {
    chain_.push_back(seal_entry(draft, chain_.empty() ? std::nullopt : std::optional(chain_.back())));
  }

  std::mutex mutex_;
  Facts facts_;
  std::vector<Connection> connections_;
  std::map<IssuerId, Registration> registrations_;
  std::optional<Instant> trusted_time_;
  std::optional<Anchor> anchor_;
  std::vector<AuditEntry> chain_;
};

}  // namespace

std::unique_ptr<Control> make_control(Mode mode, bool simulated) {
  return std::make_unique<MemoryControl>(mode, simulated);
}

}  // namespace meisai::memory
