// SPDX-License-Identifier: Apache-2.0
//
// Stores in folders, as ports of an engine. An open folder owns its control database and gate lock, while
// an engine owns each port: the two ports made here share the folder between them.
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
  Result<void> raise_high_water(Instant at) override { return control().raise_high_water(at); }
  Result<void> announce(const Incident& incident) override { return control().announce(incident); }
  Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) override {
    return control().open_incident(id, audit);
  }
  Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                 const AuditDraft& audit) override {
    return control().lift_incident(id, at, reason, audit);
  }
  Result<std::optional<Anchor>> anchor() override { return control().anchor(); }
  Result<void> set_anchor(const Anchor& anchor) override { return control().set_anchor(anchor); }
  Result<void> record(const AuditDraft& audit) override { return control().record(audit); }
  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override { return control().audit(visit); }

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

/// A ledger that was left closed: everything that would need it fails.
class ClosedStore final : public Store {
 public:
  Result<std::unique_ptr<Staging>> begin_staging(std::chrono::milliseconds) override { return closed(); }
  Result<Digest> card_hash(std::string_view, const Secret&) override { return closed(); }
  Result<std::unique_ptr<LedgerView>> read(Permit<Read>, const AuditDraft&) override { return closed(); }
  Result<std::unique_ptr<ReleaseView>> release(Permit<Release>, const AuditDraft&) override { return closed(); }
  Result<void> record(const AuditDraft&) override { return closed(); }
  Result<StoreHealth> check(Permit<Maintenance>, std::optional<Instant>, const AuditDraft&) override {
    return closed();
  }

 private:
  static tl::unexpected<Error> closed() { return fail(Code::store_damaged, "the ledger was not opened"); }
};

Result<Folder> open_folder(const std::filesystem::path& folder, KeyProvider& key, bool scripted) {
  MEISAI_ASSIGN(Folder opened, sqlcipher::StoreFolder::open(folder, key));
  if (scripted && !opened->settings().simulated)
    return fail(Code::not_simulated, "this store is a real one and keeps the real clock", "leave --now out");
  return opened;
}

EnginePorts ports_of(const Folder& folder, std::optional<Instant> simulated_now) {
  EnginePorts ports = default_ports(simulated_now);
  ports.control = std::make_unique<FolderControl>(folder);
  ports.gate_lock = std::make_unique<FolderGateLock>(folder);
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
  MEISAI_ASSIGN(const Folder opened, open_folder(folder, key, simulated_now.has_value()));
  EnginePorts ports = ports_of(opened, simulated_now);
  MEISAI_ASSIGN(ports.store, opened->open_vault());
  return ports;
}

Result<EnginePorts> gate_ports(const std::filesystem::path& folder, KeyProvider& key,
                               std::optional<Instant> simulated_now) {
  MEISAI_ASSIGN(const Folder opened, open_folder(folder, key, simulated_now.has_value()));
  EnginePorts ports = ports_of(opened, simulated_now);
  ports.store = std::make_unique<ClosedStore>();
  return ports;
}

Result<std::unique_ptr<Engine>> open_store(const std::filesystem::path& folder, KeyProvider& key,
                                           std::optional<Instant> simulated_now) {
  MEISAI_ASSIGN(EnginePorts ports, store_ports(folder, key, simulated_now));
  return std::make_unique<Engine>(std::move(ports));
}

}  // namespace meisai::kit
