// SPDX-License-Identifier: Apache-2.0
//
// A store is a folder (DESIGN section 5): store.json in clear (which format, which store, where its key
// ring is), control.db, vaults/<random name>.db, gate.lock. This is the way to make one and to open one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "meisai/ports/control.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/key_provider.h"
#include "meisai/ports/store.h"
#include "meisai/ports/wire_lock.h"
#include "storage/sqlcipher/control_store.h"
#include "storage/sqlcipher/vault_home.h"

namespace meisai::sqlcipher {

struct NewStore {
  std::filesystem::path key_ring;  ///< not below the store's folder
  Mode mode = Mode::personal;
  bool simulated = false;
  Instant now{};
};

/// Makes a store. `store_exists` where there is one: nothing is ever overwritten. A failure leaves the
/// folder as it was; what a crash left half made is cleared away by the next call. Others:
/// `invalid_argument` (key ring below the store), `store_busy`, `io_error`, `disk_full`, the key provider's.
[[nodiscard]] Result<void> create_store_folder(const std::filesystem::path& folder, const NewStore& store,
                                               KeyProvider& provider, Entropy& entropy);

/// An open store. Control and gate work without the vault, so that a cutoff can be opened even where the
/// ledger is damaged. Outlives what `open_vault` hands out.
class StoreFolder {
 public:
  /// `store_missing`, `store_too_new`, `store_damaged`, `wrong_key`, `key_ring_missing`, `store_not_encrypted`.
  [[nodiscard]] static Result<std::unique_ptr<StoreFolder>> open(const std::filesystem::path& folder,
                                                                 KeyProvider& provider);

  [[nodiscard]] const StoreSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] Control& control() const noexcept { return *control_; }
  [[nodiscard]] GateLock& gate_lock() const noexcept { return *gate_lock_; }
  [[nodiscard]] WireLock& wire_lock() const noexcept { return *wire_lock_; }

  /// Opens the ledger; it and control are checked against what each noted of the other: also `store_rolled_back`.
  [[nodiscard]] Result<std::unique_ptr<Store>> open_vault();
  /// REQUIRES: `open_vault` succeeded.
  [[nodiscard]] std::unique_ptr<ConsentStore> consents() const { return make_consent_store(home_); }

 private:
  StoreFolder() = default;
  std::filesystem::path folder_;
  StoreSettings settings_;
  std::unique_ptr<StoreControl> control_;
  std::unique_ptr<GateLock> gate_lock_;
  std::unique_ptr<WireLock> wire_lock_;
  std::shared_ptr<VaultHome> home_;
};

/// Whether a path is the folder or lies below it, once links and `..` are resolved.
[[nodiscard]] Result<bool> is_below_folder(const std::filesystem::path& path, const std::filesystem::path& folder);

/// Where the folder's key ring is, without opening anything. Errors as `StoreFolder::open`.
[[nodiscard]] Result<std::filesystem::path> key_ring_of(const std::filesystem::path& folder);

}  // namespace meisai::sqlcipher
