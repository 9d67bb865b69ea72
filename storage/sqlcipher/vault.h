// SPDX-License-Identifier: Apache-2.0
//
// One vault: a subject's ledger, consents and tokens in an encrypted file. The ledger's doors are in store.cpp,
// those of consents in consent_store.cpp, turns and windows in staging.cpp and window.cpp, views in view.cpp, the
// whole check in check.cpp. This header is what they share.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "meisai/ports/entropy.h"
#include "meisai/ports/store.h"
#include "storage/sqlcipher/control_store.h"
#include "storage/sqlcipher/database.h"
#include "storage/sqlcipher/ledger_tables.h"

namespace meisai::sqlcipher {

class Vault;

/// A connection of the vault's pool, given back when the lease ends.
class Lease {
 public:
  Lease(std::shared_ptr<Vault> vault, std::unique_ptr<Database> database) noexcept;
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();
  [[nodiscard]] Database& operator*() const noexcept { return *database_; }
  [[nodiscard]] Database* operator->() const noexcept { return database_.get(); }
  /// The connection is in a state that nobody else should get: close it instead of giving it back.
  void spoil() noexcept { spoiled_ = true; }

 private:
  std::shared_ptr<Vault> vault_;
  std::unique_ptr<Database> database_;
  bool spoiled_ = false;
};

/// What opens a vault.
struct VaultPlace {
  std::filesystem::path file;
  std::string name;
  Secret key;        ///< of the database
  Secret token_key;  ///< of what is sealed in it
};

/// The open file and what is the same for all its doors. Thread-safe. Windows and views keep it alive.
class Vault : public std::enable_shared_from_this<Vault> {
 public:
  /// Opens the file and checks it against its anchor, and control against the vault's counter-anchor:
  /// `store_rolled_back` when either has seen a later or another state of the other, `store_damaged` when the file is
  /// gone.
  [[nodiscard]] static Result<std::shared_ptr<Vault>> open(VaultPlace place, StoreControl& control);

  [[nodiscard]] Result<Lease> connection();
  /// `store_changed` once the store has another vault (after an erasure). Sure only inside a write transaction:
  /// an erasure holds the write lock until the store has its new vault.
  [[nodiscard]] Result<void> check_named() const;
  /// An audit entry in a commit of its own.
  [[nodiscard]] Result<void> record(Database& database, const AuditDraft& audit);
  /// The same, admitted. The vault's write lock first, the gate lock last and only around COMMIT: whoever
  /// waits for another writer must not keep a cutoff waiting. The admission lasts as long as it is kept.
  template <class P>
  [[nodiscard]] Result<Admission> record_admitted(Database& database, const AuditDraft& audit,
                                                  MEISAI_UNSPENT Permit<P> permit);
  /// Puts where control is into the head of a commit to come: every vault commit keeps the counter-anchor. Before
  /// the gate lock, so the mark that this commit's own permit raises is noted by the next one.
  [[nodiscard]] Result<void> note_control(VaultHead& head);
  /// One commit that adds an audit entry: what `head` becomes. Inside the caller's transaction. `store_changed` as
  /// `check_named`.
  [[nodiscard]] Result<VaultHead> advance_head(Database& database, const AuditDraft& audit);
  /// Tells control where the vault is now. After the commit, outside of every lock.
  void drop_anchor(const VaultHead& head) noexcept;

  [[nodiscard]] StoreControl& control() const noexcept { return control_; }
  [[nodiscard]] const VaultPlace& place() const noexcept { return place_; }
  [[nodiscard]] const std::string& vault_tag() const noexcept { return vault_tag_; }
  [[nodiscard]] const Secret& card_secret() const noexcept { return card_secret_; }
  /// The file whose lock is the owner's turn. `invalid_argument` for a connection that cannot be one.
  [[nodiscard]] Result<std::filesystem::path> turn_file(const StagingOwner& owner) const;

 private:
  friend class Lease;
  Vault(VaultPlace place, StoreControl& control) : place_(std::move(place)), control_(control) {}
  [[nodiscard]] Result<std::unique_ptr<Database>> open_connection() const;
  [[nodiscard]] Result<void> check_anchor(Database& database, const std::optional<Anchor>& anchor);
  [[nodiscard]] Result<void> check_counter_anchor(Database& database);
  void give_back(std::unique_ptr<Database> database) noexcept;

  VaultPlace place_;
  StoreControl& control_;
  std::string vault_tag_;
  Secret card_secret_;
  std::mutex mutex_;  // guards idle_
  std::vector<std::unique_ptr<Database>> idle_;
};

template <class P>
Result<Admission> Vault::record_admitted(Database& database, const AuditDraft& audit, MEISAI_UNSPENT Permit<P> permit) {
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database));
  MEISAI_ASSIGN(const VaultHead head, advance_head(database, audit));
  MEISAI_ASSIGN(Admission admission, std::move(permit).admit());
  MEISAI_TRY(transaction.commit());
  drop_anchor(head);
  return admission;
}

/// What control keeps of where a vault is.
[[nodiscard]] Anchor anchor_of(const VaultHead& head);

/// Makes the tables, the tag and the card secret of a new vault.
[[nodiscard]] Result<void> initialize_vault(Database& database, Entropy& entropy);

[[nodiscard]] Result<std::unique_ptr<Staging>> begin_staging(std::shared_ptr<Vault> vault, const StagingOwner& owner,
                                                             std::chrono::milliseconds wait);

/// What a view leaves out.
struct ViewLimits {
  IssuerId issuer;                   ///< empty: every issuer
  std::vector<ConnectionId> sealed;  ///< connections whose data nobody may see
};
/// A view on the state at this call.
[[nodiscard]] Result<std::unique_ptr<ReleaseView>> open_view(std::shared_ptr<Vault> vault, Lease lease,
                                                             ViewLimits limits);

/// Compares the whole vault with itself and with `anchor` (read before the call).
[[nodiscard]] Result<void> check_vault(Database& database, const std::optional<Anchor>& anchor, StoreHealth& health);

[[nodiscard]] tl::unexpected<Error> rolled_back(std::string what);

}  // namespace meisai::sqlcipher
