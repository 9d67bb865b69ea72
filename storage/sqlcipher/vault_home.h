// SPDX-License-Identifier: Apache-2.0
//
// Where the store's vault lives: the folder, the keys in the key ring, and which file it is now. An erasure puts
// another file, under other keys, in its place; the doors of the ledger and of consents ask here each time, so
// that none of them goes on with the old one. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "meisai/ports/consent_store.h"
#include "meisai/ports/system.h"
#include "storage/keys/key_ring.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {

/// Names in the key ring.
[[nodiscard]] std::string vault_key_name(const std::string& vault);
[[nodiscard]] std::string token_key_name(const std::string& vault);
/// A new vault's name.
[[nodiscard]] Result<std::string> random_name(Entropy& entropy);

class VaultHome {
 public:
  /// `folder` holds the vaults; `lock_file` is where an erasure excludes others. `control` outlives this.
  VaultHome(std::filesystem::path folder, std::filesystem::path lock_file, keys::OpenRing ring, StoreControl& control)
      : folder_(std::move(folder)), lock_file_(std::move(lock_file)), ring_(std::move(ring)), control_(control) {}

  /// Opens the vault that control names, and clears away what an interrupted erasure left. Errors as Vault::open.
  [[nodiscard]] Result<void> open();
  /// The vault, once open. `store_changed` when another process has put another one in its place.
  [[nodiscard]] Result<std::shared_ptr<Vault>> current();
  /// As Store::erase (erase.cpp).
  [[nodiscard]] Result<void> erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                                   const ConsentId& consent, const AuditDraft& audit);
  /// For nonces: never a scripted one, whose repetitions would give sealed tokens away.
  [[nodiscard]] Entropy& entropy() noexcept { return entropy_; }

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const { return folder_ / (name + ".db"); }
  [[nodiscard]] Result<Secret> database_key(const std::string& name) const;
  [[nodiscard]] Result<Secret> token_key(const std::string& name);
  /// Forgets the keys of every vault but the named one and removes their files. REQUIRES: the erasure lock.
  [[nodiscard]] Result<void> forget_others(const std::string& name);
  void clear_leftovers();
  /// Writes the survivors as a new vault. REQUIRES: nobody else writes to the old one.
  [[nodiscard]] Result<VaultPlace> write_survivors(Database& from, const VaultPlace& old);

  std::filesystem::path folder_;
  std::filesystem::path lock_file_;
  keys::OpenRing ring_;
  StoreControl& control_;
  SystemEntropy entropy_;
  std::mutex mutex_;  // guards vault_
  std::shared_ptr<Vault> vault_;
};

/// The doors. What `home` refers to outlives them.
[[nodiscard]] std::unique_ptr<Store> make_store(std::shared_ptr<VaultHome> home);
[[nodiscard]] std::unique_ptr<ConsentStore> make_consent_store(std::shared_ptr<VaultHome> home);

}  // namespace meisai::sqlcipher
