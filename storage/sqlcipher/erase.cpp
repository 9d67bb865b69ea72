// SPDX-License-Identifier: Apache-2.0
//
// An erasure, step by step. The old vault's write lock is held from before the first step until control names
// the new vault: nobody commits anything that the copy lacks, and whoever gets the lock afterwards sees the
// new name. Until that one commit of control a crash leaves the old vault and a file without a name; after it,
// the new vault and an old file. Either way the next open clears away what control does not name.
#include "storage/sqlcipher/erase.h"

#include <system_error>
#include <utility>

#include "storage/gate_lock/locked_file.h"
#include "storage/sqlcipher/clear_file.h"
#include "storage/sqlcipher/schema.h"
#include "storage/sqlcipher/token_table.h"
#include "storage/sqlcipher/vault_home.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::chrono::seconds erase_wait{10};

/// Undoes the making of a new vault unless it was kept.
template <class Undo>
class Unless {
 public:
  explicit Unless(Undo undo) : undo_(std::move(undo)) {}
  Unless(const Unless&) = delete;
  Unless& operator=(const Unless&) = delete;
  ~Unless() {
    if (!kept_) undo_();
  }
  void keep() noexcept { kept_ = true; }

 private:
  Undo undo_;
  bool kept_ = false;
};

/// The new file, whole and on the disk, without a write-ahead log beside it.
Result<void> fill_new(Database& from, const VaultPlace& old, const VaultPlace& place, Entropy& entropy) {
  MEISAI_ASSIGN(Database to, Database::create(place.file, place.key));
  MEISAI_TRY(migrate(to, vault_migrations()));
  {
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(to));
    MEISAI_TRY(copy_tables(from, to));
    MEISAI_TRY(reseal_all(to, old, place, entropy));
    MEISAI_TRY(transaction.commit());
  }
  MEISAI_TRY(to.checkpoint());
  return to.check_integrity();
}

}  // namespace

Result<VaultPlace> VaultHome::write_survivors(Database& from, const VaultPlace& old) {
  VaultPlace place;
  MEISAI_ASSIGN(place.name, random_name(entropy_));
  place.file = file_of(place.name);
  MEISAI_ASSIGN(place.key, ring_.add_database_key(vault_key_name(place.name), entropy_));
  MEISAI_ASSIGN(place.token_key, ring_.add_database_key(token_key_name(place.name), entropy_));
  MEISAI_TRY(fill_new(from, old, place, entropy_));
  MEISAI_TRY(flush_folder(folder_));
  return place;
}

Result<void> VaultHome::erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                              const ConsentId& consent, const AuditDraft& audit) {
  MEISAI_ASSIGN(const auto lock, gate_lock::LockedFile::open(lock_file_));
  MEISAI_ASSIGN(const bool ours, gate_lock::until(erase_wait, [&] {
                  return lock.try_lock(gate_lock::LockKind::exclusive, erase_byte);
                }));
  if (!ours) return fail(Code::store_busy, "another erasure is going on", "try again", Retry::later);
  MEISAI_ASSIGN(const auto old, current());
  Unless half_made([this] {
    // Control is asked again: a commit that reported a failure may have come through. What stays, the next open clears.
    const auto name = control_.vault_name();
    if (name) (void)forget_others(*name);
  });
  {
    MEISAI_ASSIGN(Lease lease, old->connection());
    lease.spoil();
    MEISAI_ASSIGN(const Transaction never_committed, Transaction::begin(*lease));
    MEISAI_TRY(old->check_named());
    MEISAI_TRY(await_no_refresh(*lease, connection, audit.at));
    MEISAI_TRY(take_away(*lease, connection, audit.at));
    MEISAI_ASSIGN(const VaultHead head, old->advance_head(*lease, audit));
    MEISAI_ASSIGN(const VaultPlace place, write_survivors(*lease, old->place()));
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    MEISAI_TRY(control_.switch_vault(place.name, anchor_of(head), {connection, consent}, audit));
    half_made.keep();
  }
  MEISAI_TRY(open());
  MEISAI_ASSIGN(const auto now, current());
  return forget_others(now->place().name);
}

}  // namespace meisai::sqlcipher
