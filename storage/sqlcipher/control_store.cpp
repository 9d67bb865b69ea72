// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/control_store.h"

#include <mutex>
#include <utility>
#include <vector>

#include "storage/sqlcipher/audit_table.h"
#include "storage/sqlcipher/connections.h"
#include "storage/sqlcipher/registrations.h"
#include "storage/sqlcipher/schema.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

#define MEISAI_INCIDENT_COLUMNS \
  "id,scope,issuer,degree,state,opened_at,suspected_since,reason,epoch,lifted_at,lift_reason,connection"

Result<Incident> read_incident(const Statement& row) {
  Incident incident;
  incident.id = IncidentId(std::string(row.text(0)));
  MEISAI_ASSIGN(incident.scope, enum_from<CutoffScope>(row.int64(1), 3));
  incident.issuer = IssuerId(std::string(row.text(2)));
  MEISAI_ASSIGN(incident.degree, enum_from<CutoffDegree>(row.int64(3), 3));
  MEISAI_ASSIGN(incident.state, enum_from<IncidentState>(row.int64(4), 3));
  incident.opened_at = instant_from(row.int64(5));
  incident.suspected_since = instant_from(row.optional_int64(6));
  incident.reason = row.text(7);
  incident.epoch = static_cast<std::uint64_t>(row.int64(8));
  incident.lifted_at = instant_from(row.optional_int64(9));
  incident.lift_reason = row.text(10);
  incident.connection = ConnectionId(std::string(row.text(11)));
  return incident;
}

/// A read transaction for the scope: several reads, one state.
class ReadScope {
 public:
  static Result<ReadScope> begin(Database& database) {
    MEISAI_TRY(database.begin_read());
    return ReadScope(database);
  }
  ReadScope(ReadScope&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  ReadScope& operator=(ReadScope&&) = delete;
  ~ReadScope() {
    if (database_ != nullptr) database_->rollback();
  }

 private:
  explicit ReadScope(Database& database) : database_(&database) {}
  Database* database_;
};

Result<ChainEnd> chain_end(Database& database) {
  Statement& row = database.prepared("SELECT audit_count,audit_head FROM head");
  const RowScope scope(row);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return damaged_value("control has no head");
  ChainEnd end{.count = static_cast<std::uint64_t>(row.int64(0))};
  MEISAI_ASSIGN(end.head, digest_from(row.blob(1)));
  return end;
}

Result<void> append(Database& database, const AuditDraft& draft) {
  MEISAI_ASSIGN(ChainEnd end, chain_end(database));
  MEISAI_TRY(append_audit(database, draft, end));
  return database.prepared("UPDATE head SET audit_count=?1, audit_head=?2")
      .bind(1, static_cast<std::int64_t>(end.count))
      .bind(2, bytes_of(end.head))
      .run();
}

Result<std::string> setting(Database& database, const char* name) {
  Statement& row = database.prepared("SELECT value FROM setting WHERE name=?1");
  const RowScope scope(row);
  row.bind(1, name);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return damaged_value("control lacks a setting");
  return std::string(row.text(0));
}

class SqlcipherControl final : public StoreControl {
 public:
  SqlcipherControl(Database database, const StoreSettings& settings)
      : database_(std::move(database)), mode_(settings.mode), simulated_(settings.simulated) {}

  Result<Facts> facts() override { return facts_about({}); }

  Result<Facts> facts_about(const ConnectionId& connection) override {
    const std::lock_guard guard(mutex_);
    MEISAI_ASSIGN(const ReadScope snapshot, ReadScope::begin(database_));
    Facts facts{.mode = mode_, .simulated = simulated_};
    {
      Statement& head = database_.prepared("SELECT epoch,high_water FROM head");
      const RowScope scope(head);
      MEISAI_ASSIGN(const bool found, head.step());
      if (!found) return damaged_value("control has no head");
      facts.epoch = static_cast<std::uint64_t>(head.int64(0));
      facts.high_water = instant_from(head.int64(1));
    }
    MEISAI_TRY(load_sealed(database_, facts));
    if (!connection.empty()) MEISAI_TRY(load_consent_facts(database_, connection, facts));
    Statement& rows = database_.prepared("SELECT " MEISAI_INCIDENT_COLUMNS " FROM incident ORDER BY seq");
    const RowScope scope(rows);
    for (;;) {
      MEISAI_ASSIGN(const bool more, rows.step());
      if (!more) return facts;
      MEISAI_ASSIGN(Incident incident, read_incident(rows));
      facts.incidents.push_back(std::move(incident));
    }
  }

  Result<void> raise_high_water(Instant at) override {
    const std::lock_guard guard(mutex_);
    return database_.prepared("UPDATE head SET high_water=?1 WHERE high_water<?1").bind(1, to_column(at)).run();
  }

  Result<void> announce(const Incident& incident) override {
    const std::lock_guard guard(mutex_);
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database_));
    MEISAI_ASSIGN(const auto known, find(incident.id));
    if (known) {
      // The same intent again, after a cutoff that could not get the gate lock in time.
      if (known->state == IncidentState::opening) return {};
      return fail(Code::invalid_argument, "an incident with this id exists already");
    }
    MEISAI_TRY(
        database_
            .prepared("INSERT INTO incident(" MEISAI_INCIDENT_COLUMNS ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,0,NULL,'',?9)")
            .bind(1, incident.id.text())
            .bind(2, static_cast<std::int64_t>(incident.scope))
            .bind(3, incident.issuer.text())
            .bind(4, static_cast<std::int64_t>(incident.degree))
            .bind(5, static_cast<std::int64_t>(IncidentState::opening))
            .bind(6, to_column(incident.opened_at))
            .bind(7, to_column(incident.suspected_since))
            .bind(8, incident.reason)
            .bind(9, incident.connection.text())
            .run());
    return transaction.commit();
  }

  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database_));
    MEISAI_ASSIGN(auto incident, find(id));
    if (!incident) return fail(Code::not_found, "no such incident");
    if (incident->state == IncidentState::lifted) return fail(Code::invalid_argument, "the incident is lifted already");
    if (incident->state == IncidentState::open) return std::move(*incident);
    MEISAI_TRY(database_.prepared("UPDATE head SET epoch=epoch+1").run());
    MEISAI_ASSIGN(const std::int64_t epoch, database_.query_int64("SELECT epoch FROM head"));
    incident->state = IncidentState::open;
    incident->epoch = static_cast<std::uint64_t>(epoch);
    MEISAI_TRY(database_.prepared("UPDATE incident SET state=?2, epoch=?3 WHERE id=?1")
                   .bind(1, id.text())
                   .bind(2, static_cast<std::int64_t>(incident->state))
                   .bind(3, epoch)
                   .run());
    MEISAI_TRY(append(database_, audit));
    MEISAI_TRY(transaction.commit());
    return std::move(*incident);
  }

  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    const std::lock_guard guard(mutex_);
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database_));
    MEISAI_ASSIGN(auto incident, find(id));
    if (!incident) return fail(Code::not_found, "no such incident");
    if (incident->state == IncidentState::lifted) return fail(Code::invalid_argument, "the incident is lifted already");
    incident->state = IncidentState::lifted;
    incident->lifted_at = at;
    incident->lift_reason = reason;
    MEISAI_TRY(database_.prepared("UPDATE incident SET state=?2, lifted_at=?3, lift_reason=?4 WHERE id=?1")
                   .bind(1, id.text())
                   .bind(2, static_cast<std::int64_t>(incident->state))
                   .bind(3, to_column(at))
                   .bind(4, reason)
                   .run());
    MEISAI_TRY(append(database_, audit));
    MEISAI_TRY(transaction.commit());
    return std::move(*incident);
  }

  Result<std::vector<Connection>> connections() override {
    const std::lock_guard guard(mutex_);
    return load_connections(database_);
  }
  Result<void> add_connection(const Connection& connection, const AuditDraft& audit) override {
    return change([&] { return insert_connection(database_, connection); }, &audit);
  }
  Result<bool> set_connection_state(const ConnectionId& id, const ConsentId& consent, ConnectionState state,
                                    const AuditDraft& audit) override {
    return update([&] { return update_state(database_, id, consent, state); }, audit);
  }
  Result<void> note_outcome(const ConnectionId& id, const ConnectionOutcome& outcome) override {
    return change([&] { return update_outcome(database_, id, outcome); });
  }
  Result<void> begin_consent(const ConnectionId& id, const ConsentTerm& term, const ConsentId& replaces,
                             const AuditDraft& audit) override {
    return change([&] { return replace_consent(database_, id, term, replaces); }, &audit);
  }
  Result<void> announce_end(const ConnectionId& id, const ConsentId& consent) override {
    return change([&] { return mark_ending(database_, id, consent); });
  }
  Result<void> end_consent(const ConnectionId& id, const ConsentId& consent, ConsentEnd end, Instant at, HeldData held,
                           const AuditDraft& audit) override {
    return change([&]() -> Result<void> {
      MEISAI_ASSIGN(const bool changed, mark_ended(database_, id, consent, end, at, held));
      return changed ? append(database_, audit) : Result<void>();
    });
  }
  Result<bool> set_revocation(const ConnectionId& id, const ConsentId& consent, Revocation revocation,
                              const AuditDraft& audit) override {
    return update([&] { return update_revocation(database_, id, consent, revocation); }, audit);
  }
  Result<void> note_erased(const ConnectionId& id, const ConsentId& consent, const AuditDraft& audit) override {
    return change([&] { return mark_erased(database_, id, consent); }, &audit);
  }

  Result<void> put_registration(const Registration& registration, const AuditDraft& audit) override {
    return change([&] { return save_registration(database_, registration); }, &audit);
  }
  Result<std::vector<Registration>> registrations() override {
    const std::lock_guard guard(mutex_);
    return load_registrations(database_);
  }
  Result<std::optional<Instant>> trusted_time() override {
    const std::lock_guard guard(mutex_);
    Statement& row = database_.prepared("SELECT trusted_time FROM head");
    const RowScope scope(row);
    MEISAI_ASSIGN(const bool found, row.step());
    if (!found) return damaged_value("control has no head");
    return instant_from(row.optional_int64(0));
  }
  Result<void> note_trusted_time(Instant at) override {
    const std::lock_guard guard(mutex_);
    return database_.prepared("UPDATE head SET trusted_time=?1 WHERE trusted_time IS NULL OR trusted_time<?1")
        .bind(1, to_column(at))
        .run();
  }

  Result<std::string> vault_name() override {
    const std::lock_guard guard(mutex_);
    return setting(database_, "vault");
  }
  Result<void> switch_vault(const std::string& name, const Anchor& anchor, const Erased& erased,
                            const AuditDraft& audit) override {
    const auto whole = [&]() -> Result<void> {
      MEISAI_TRY(mark_erased(database_, erased.connection, erased.consent));
      MEISAI_TRY(database_.prepared("UPDATE setting SET value=?1 WHERE name='vault'").bind(1, name).run());
      return write_anchor(anchor);
    };
    return change(whole, &audit);
  }

  Result<std::optional<Anchor>> anchor() override {
    const std::lock_guard guard(mutex_);
    Statement& head = database_.prepared("SELECT anchor_generation,anchor_audit_count,anchor_audit_head FROM head");
    const RowScope scope(head);
    MEISAI_ASSIGN(const bool found, head.step());
    if (!found) return damaged_value("control has no head");
    if (head.is_null(0)) return std::optional<Anchor>();
    Anchor anchor{.generation = static_cast<std::uint64_t>(head.int64(0)),
                  .audit_count = static_cast<std::uint64_t>(head.int64(1))};
    MEISAI_ASSIGN(anchor.audit_head, digest_from(head.blob(2)));
    return std::optional(anchor);
  }

  Result<void> set_anchor(const Anchor& anchor) override {
    const std::lock_guard guard(mutex_);
    // NORMAL is enough: a lost anchor only means that the vault is ahead of it, which is recovery.
    MEISAI_TRY(database_.set_synchronous(Synchronous::normal));
    auto written = write_anchor(anchor);
    MEISAI_TRY(database_.set_synchronous(Synchronous::full));
    return written;
  }

  Result<void> record(const AuditDraft& audit) override {
    return change([] { return Result<void>(); }, &audit);
  }

  Result<void> check() override {
    const std::lock_guard guard(mutex_);
    return database_.check_integrity();
  }

  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override {
    std::vector<AuditEntry> entries;  // visited outside of the mutex: the visitor may ask for facts
    {
      const std::lock_guard guard(mutex_);
      MEISAI_TRY(visit_audit(database_, [&](const AuditEntry& entry) {
        entries.push_back(entry);
        return true;
      }));
    }
    for (const AuditEntry& entry : entries)
      if (!visit(entry)) break;
    return {};
  }

 private:
  /// One transaction of its own, with an audit entry where there is one.
  template <class Change>
  Result<void> change(const Change& what, const AuditDraft* audit = nullptr) {
    const std::lock_guard guard(mutex_);
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database_));
    MEISAI_TRY(what());
    if (audit != nullptr) MEISAI_TRY(append(database_, *audit));
    return transaction.commit();
  }

  /// The same for what may find that it stands no more.
  template <class Change>
  Result<bool> update(const Change& what, const AuditDraft& audit) {
    Updated updated;
    MEISAI_TRY(change([&]() -> Result<void> {
      MEISAI_ASSIGN(updated, what());
      return updated.changed ? append(database_, audit) : Result<void>();
    }));
    return updated.stands;
  }

  /// Commits of two processes may arrive here in either order: an anchor never goes back.
  Result<void> write_anchor(const Anchor& anchor) {
    return database_
        .prepared(
            "UPDATE head SET anchor_generation=?1, anchor_audit_count=?2, anchor_audit_head=?3 "
            "WHERE anchor_generation IS NULL OR anchor_generation<?1")
        .bind(1, static_cast<std::int64_t>(anchor.generation))
        .bind(2, static_cast<std::int64_t>(anchor.audit_count))
        .bind(3, bytes_of(anchor.audit_head))
        .run();
  }

  Result<std::optional<Incident>> find(const IncidentId& id) {
    Statement& row = database_.prepared("SELECT " MEISAI_INCIDENT_COLUMNS " FROM incident WHERE id=?1");
    const RowScope scope(row);
    row.bind(1, id.text());
    MEISAI_ASSIGN(const bool found, row.step());
    if (!found) return std::optional<Incident>();
    MEISAI_ASSIGN(Incident incident, read_incident(row));
    return std::optional(std::move(incident));
  }

  std::mutex mutex_;
  Database database_;
  Mode mode_;
  bool simulated_;
};

Result<void> put_setting(Database& database, const char* name, const std::string& value) {
  return database.prepared("INSERT INTO setting VALUES(?1,?2)").bind(1, name).bind(2, value).run();
}

}  // namespace

Result<void> initialize_control(Database& database, const StoreSettings& settings) {
  MEISAI_TRY(migrate(database, control_migrations()));
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database));
  MEISAI_TRY(database.prepared("INSERT INTO head(one,epoch,high_water,audit_count,audit_head) VALUES(1,0,?1,0,?2)")
                 .bind(1, to_column(Instant{}))
                 .bind(2, bytes_of(Digest{}))
                 .run());
  MEISAI_TRY(put_setting(database, "store_id", settings.store_id));
  MEISAI_TRY(put_setting(database, "mode", std::string(name_of(settings.mode))));
  MEISAI_TRY(put_setting(database, "simulated", settings.simulated ? "1" : "0"));
  MEISAI_TRY(put_setting(database, "created_at", rfc3339(settings.created_at)));
  MEISAI_TRY(put_setting(database, "vault", settings.vault));
  MEISAI_TRY(append(database, {.at = settings.created_at,
                               .actor = "operator",
                               .operation = "init",
                               .object = "store " + settings.store_id,
                               .result = "done"}));
  return transaction.commit();
}

Result<StoreSettings> load_settings(Database& database) {
  MEISAI_TRY(migrate(database, control_migrations()));
  StoreSettings settings;
  MEISAI_ASSIGN(settings.store_id, setting(database, "store_id"));
  MEISAI_ASSIGN(settings.vault, setting(database, "vault"));
  MEISAI_ASSIGN(const std::string mode, setting(database, "mode"));
  MEISAI_ASSIGN(const std::string simulated, setting(database, "simulated"));
  MEISAI_ASSIGN(const std::string created_at, setting(database, "created_at"));
  if (mode != name_of(Mode::personal) && mode != name_of(Mode::operator_)) return damaged_value("the store's mode");
  settings.mode = mode == name_of(Mode::operator_) ? Mode::operator_ : Mode::personal;
  settings.simulated = simulated == "1";
  auto created = parse_rfc3339(created_at);
  if (!created) return damaged_value("the instant of init");
  settings.created_at = *created;
  return settings;
}

std::unique_ptr<StoreControl> make_control(Database database, const StoreSettings& settings) {
  return std::make_unique<SqlcipherControl>(std::move(database), settings);
}

}  // namespace meisai::sqlcipher
