// SPDX-License-Identifier: Apache-2.0
//
// Stores in folders, as ports of an engine. An open folder owns its control database and its locks, while an
// engine owns each port: the ports made here share the folder between them.
#include <system_error>

#include "apps/kit/default_ports.h"
#include "meisai/kit.h"
#include "meisai/ports/system.h"
#include "storage/sqlcipher/store_folder.h"

namespace meisai::kit {
namespace {

using Folder = std::shared_ptr<sqlcipher::StoreFolder>;

class FolderControl final : public Control {
 public:
  explicit FolderControl(Folder folder) : folder_(std::move(folder)) {}
  Result<Facts> facts() override { return control().facts(); }
  Result<Facts> facts_about(const ConnectionId& connection) override { return control().facts_about(connection); }
  Result<void> raise_high_water(Instant at) override { return control().raise_high_water(at); }
  Result<void> announce(const Incident& incident) override { return control().announce(incident); }
  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    return control().open_incident(id, audit);
  }
  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    return control().lift_incident(id, at, reason, audit);
  }
  Result<std::vector<Connection>> connections() override { return control().connections(); }
  Result<void> add_connection(const Connection& connection, const AuditDraft& audit) override {
    return control().add_connection(connection, audit);
  }
  Result<bool> set_connection_state(const ConnectionId& id, const ConsentId& consent, ConnectionState state,
                                    const AuditDraft& audit) override {
    return control().set_connection_state(id, consent, state, audit);
  }
  Result<void> note_outcome(const ConnectionId& id, const ConnectionOutcome& outcome) override {
    return control().note_outcome(id, outcome);
  }
  Result<void> begin_consent(const ConnectionId& id, const ConsentTerm& term, const ConsentId& replaces,
                             const AuditDraft& audit) override {
    return control().begin_consent(id, term, replaces, audit);
  }
  Result<void> announce_end(const ConnectionId& id, const ConsentId& consent) override {
    return control().announce_end(id, consent);
  }
  Result<void> end_consent(const ConnectionId& id, const ConsentId& consent, ConsentEnd end, Instant at, HeldData held,
                           const AuditDraft& audit) override {
    return control().end_consent(id, consent, end, at, held, audit);
  }
  Result<bool> set_revocation(const ConnectionId& id, const ConsentId& consent, Revocation revocation,
                              const AuditDraft& audit) override {
    return control().set_revocation(id, consent, revocation, audit);
  }
  Result<void> note_erased(const ConnectionId& id, const ConsentId& consent, const AuditDraft& audit) override {
    return control().note_erased(id, consent, audit);
  }
  Result<void> put_registration(const Registration& registration, const AuditDraft& audit) override {
    return control().put_registration(registration, audit);
  }
  Result<std::vector<Registration>> registrations() override { return control().registrations(); }
  Result<std::optional<Instant>> trusted_time() override { return control().trusted_time(); }
  Result<void> note_trusted_time(Instant at) override { return control().note_trusted_time(at); }
  Result<std::optional<Anchor>> anchor() override { return control().anchor(); }
  Result<void> set_anchor(const Anchor& anchor) override { return control().set_anchor(anchor); }
  Result<void> record(const AuditDraft& audit) override { return control().record(audit); }
  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override { return control().audit(visit); }
  Result<void> check() override { return control().check(); }

 private:
  [[nodiscard]] Control& control() const noexcept { return folder_->control(); }
  Folder folder_;
};

class FolderGateLock final : public GateLock {
 public:
  explicit FolderGateLock(Folder folder) : folder_(std::move(folder)) {}
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds wait) override {
    return folder_->gate_lock().share(wait);
  }
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds wait) override {
    return folder_->gate_lock().exclude(wait);
  }

 private:
  Folder folder_;
};

class FolderWireLock final : public WireLock {
 public:
  explicit FolderWireLock(Folder folder) : folder_(std::move(folder)) {}
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId& issuer, const ConnectionId& connection) override {
    return folder_->wire_lock().enter(issuer, connection);
  }
  Result<void> drain(const IssuerId& issuer, const ConnectionId& connection, std::chrono::milliseconds wait) override {
    return folder_->wire_lock().drain(issuer, connection, wait);
  }

 private:
  Folder folder_;
};

tl::unexpected<Error> closed() { return fail(Code::store_damaged, "the ledger was not opened"); }

/// A ledger that was left closed: everything that would need it fails.
class ClosedStore final : public Store {
 public:
  Result<std::unique_ptr<Staging>> begin_staging(const StagingOwner&, std::chrono::milliseconds) override {
    return closed();
  }
  Result<Digest> card_hash(std::string_view, const Secret&) override { return closed(); }
  Result<std::unique_ptr<LedgerView>> read(Permit<Read>, const AuditDraft&) override { return closed(); }
  Result<std::unique_ptr<ReleaseView>> release(Permit<Release>, const AuditDraft&) override { return closed(); }
  Result<void> record(const AuditDraft&) override { return closed(); }
  Result<StoreHealth> check(Permit<Maintenance>, std::optional<Instant>, const AuditDraft&) override {
    return closed();
  }
  Result<void> erase(Permit<Maintenance>, const ConnectionId&, const ConsentId&, const AuditDraft&) override {
    return closed();
  }
};

class ClosedConsents final : public ConsentStore {
 public:
  Result<void> put_consent(const Consent&, const AuditDraft&) override { return closed(); }
  Result<std::vector<Consent>> consents() override { return closed(); }
  Result<std::optional<Tokens>> tokens(const ConnectionId&) override { return closed(); }
  Result<void> put_tokens(const Tokens&, std::optional<std::uint64_t>, const AuditDraft&) override { return closed(); }
  Result<bool> intend_refresh(Permit<Authorize>, const ConnectionId&, std::uint64_t, const AuditDraft&) override {
    return closed();
  }
  Result<void> set_token_state(const ConnectionId&, std::uint64_t, TokenState, const AuditDraft&) override {
    return closed();
  }
  Result<void> put_grant(const Consent&, const Tokens&, const AuditDraft&) override { return closed(); }
  Result<void> adopt(const ConnectionId&, const ConsentId&, const ConsentId&, const AuditDraft&) override {
    return closed();
  }
  Result<std::vector<TokensAside>> aside() override { return closed(); }
  Result<void> drop_aside(const ConnectionId&, const ConsentId&, const AuditDraft&) override { return closed(); }
  Result<void> put_client_key(const IssuerId&, const Secret&, const AuditDraft&) override { return closed(); }
  Result<Secret> client_key(const IssuerId&) override { return closed(); }
};

Result<Folder> open_folder(const std::filesystem::path& folder, KeyProvider& key, bool scripted) {
  MEISAI_ASSIGN(Folder opened, sqlcipher::StoreFolder::open(folder, key));
  if (scripted && !opened->settings().simulated)
    return fail(Code::not_simulated, "this store is a real one and keeps the real clock", "leave --now out");
  return opened;
}

EnginePorts ports_of(const Folder& folder, const OpenOptions& options) {
  EnginePorts ports = default_ports(options.simulated_now, options.open_address);
  ports.control = std::make_unique<FolderControl>(folder);
  ports.gate_lock = std::make_unique<FolderGateLock>(folder);
  ports.wire_lock = std::make_unique<FolderWireLock>(folder);
  return ports;
}

}  // namespace

Result<void> create_store(const StoreOptions& options, KeyProvider& key, std::optional<Instant> simulated_now) {
  if (simulated_now && !options.simulated)
    return fail(Code::not_simulated, "only a simulated store takes an instant that is not now");
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(options.folder, error);
  const std::filesystem::path key_ring = std::filesystem::absolute(options.key_ring, error);
  if (error || options.folder.empty() || options.key_ring.empty())
    return fail(Code::invalid_argument, "a store needs a folder, and a place for its key ring");
  SystemEntropy entropy;
  return sqlcipher::create_store_folder(folder,
                                        {.key_ring = key_ring,
                                         .mode = options.mode,
                                         .simulated = options.simulated,
                                         .now = simulated_now.value_or(SystemClock().wall())},
                                        key, entropy);
}

Result<bool> belongs_to_store(const std::filesystem::path& file, const std::filesystem::path& folder) {
  MEISAI_ASSIGN(const bool below, sqlcipher::is_below_folder(file, folder));
  if (below) return true;
  const auto key_ring = sqlcipher::key_ring_of(folder);
  if (key_ring) return sqlcipher::is_below_folder(file, *key_ring);
  return key_ring.error().code == Code::store_missing ? Result<bool>(false) : tl::unexpected(key_ring.error());
}

Result<EnginePorts> store_ports(const std::filesystem::path& folder, KeyProvider& key,
                                std::optional<Instant> simulated_now) {
  return store_ports(folder, key, OpenOptions{.simulated_now = simulated_now, .open_address = {}});
}

Result<EnginePorts> store_ports(const std::filesystem::path& folder, KeyProvider& key, const OpenOptions& options) {
  MEISAI_ASSIGN(const Folder opened, open_folder(folder, key, options.simulated_now.has_value()));
  EnginePorts ports = ports_of(opened, options);
  MEISAI_ASSIGN(ports.store, opened->open_vault());
  ports.consents = opened->consents();
  return ports;
}

Result<EnginePorts> gate_ports(const std::filesystem::path& folder, KeyProvider& key,
                               std::optional<Instant> simulated_now) {
  MEISAI_ASSIGN(const Folder opened, open_folder(folder, key, simulated_now.has_value()));
  EnginePorts ports = ports_of(opened, {.simulated_now = simulated_now, .open_address = {}});
  ports.store = std::make_unique<ClosedStore>();
  // A cutoff of degree `cancel` destroys tokens where it can, and cuts off also where it cannot.
  if (opened->open_vault())
    ports.consents = opened->consents();
  else
    ports.consents = std::make_unique<ClosedConsents>();
  return ports;
}

Result<std::unique_ptr<Engine>> open_store(const std::filesystem::path& folder, KeyProvider& key,
                                           std::optional<Instant> simulated_now) {
  return open_store(folder, key, OpenOptions{.simulated_now = simulated_now, .open_address = {}});
}

Result<std::unique_ptr<Engine>> open_store(const std::filesystem::path& folder, KeyProvider& key,
                                           const OpenOptions& options) {
  MEISAI_ASSIGN(EnginePorts ports, store_ports(folder, key, options));
  return std::make_unique<Engine>(std::move(ports));
}

}  // namespace meisai::kit
