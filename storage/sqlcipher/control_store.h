// SPDX-License-Identifier: Apache-2.0
//
// control.db: what policy needs to know without opening a ledger. Thread-safe; any number of processes.
#pragma once

#include <memory>
#include <string>

#include "meisai/ports/control.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// What `init` stamps into a store for ever.
struct StoreSettings {
  std::string store_id;
  Mode mode = Mode::personal;
  bool simulated = false;
  Instant created_at{};
  std::string vault;  ///< name of the vault's file, without folder and ending; `erase` changes it
};

/// Control, as the store's own parts see it: it also says which vault is the store's.
class StoreControl : public Control {
 public:
  /// As every process of the store sees it now. Cheap: asked inside each write transaction of the vault.
  [[nodiscard]] virtual Result<std::string> vault_name() = 0;
  /// What an erasure took away.
  struct Erased {
    ConnectionId connection;
    ConsentId consent;
  };
  /// Makes another vault the store's, together with where it stands, and notes what it lacks (`note_erased`), or does
  /// neither.
  [[nodiscard]] virtual Result<void> switch_vault(const std::string& name, const Anchor& anchor, const Erased& erased,
                                                  const AuditDraft& audit) = 0;
};

/// Makes the tables in a new database and stamps it; the first audit entry says so.
[[nodiscard]] Result<void> initialize_control(Database& database, const StoreSettings& settings);

/// `store_too_new`, or `store_damaged` when the settings are not there.
[[nodiscard]] Result<StoreSettings> load_settings(Database& database);

/// REQUIRES: `load_settings` succeeded on it.
[[nodiscard]] std::unique_ptr<StoreControl> make_control(Database database, const StoreSettings& settings);

}  // namespace meisai::sqlcipher
