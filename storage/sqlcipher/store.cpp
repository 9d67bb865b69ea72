// SPDX-License-Identifier: Apache-2.0
//
// The ledger's doors: each asks where the vault is now, takes a connection and writes its audit entry.
#include <utility>

#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/change_table.h"
#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/values.h"
#include "storage/sqlcipher/vault_home.h"

namespace meisai::sqlcipher {
namespace {

class SqlcipherStore final : public Store {
 public:
  explicit SqlcipherStore(std::shared_ptr<VaultHome> home) : home_(std::move(home)) {}

  Result<std::unique_ptr<Staging>> begin_staging(const StagingOwner& owner, std::chrono::milliseconds wait) override {
    MEISAI_ASSIGN(auto vault, home_->current());
    return sqlcipher::begin_staging(std::move(vault), owner, wait);
  }

  Result<Digest> card_hash(std::string_view domain, const Secret& key_text) override {
    MEISAI_ASSIGN(const auto vault, home_->current());
    return ledger_rules::keyed_digest(vault->card_secret(), domain, key_text);
  }

  Result<std::unique_ptr<LedgerView>> read(MEISAI_UNSPENT Permit<Read> permit, const AuditDraft& audit) override {
    return view<LedgerView>(std::move(permit), audit);
  }

  Result<std::unique_ptr<ReleaseView>> release(MEISAI_UNSPENT Permit<Release> permit,
                                               const AuditDraft& audit) override {
    return view<ReleaseView>(std::move(permit), audit);
  }

  Result<void> record(const AuditDraft& audit) override {
    MEISAI_ASSIGN(const auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    return vault->record(*lease, audit);
  }

  Result<void> erase(MEISAI_UNSPENT Permit<Maintenance> permit, const ConnectionId& connection,
                     const ConsentId& consent, const AuditDraft& audit) override {
    return home_->erase(std::move(permit), connection, consent, audit);
  }

  Result<StoreHealth> check(MEISAI_UNSPENT Permit<Maintenance> permit, std::optional<Instant> prune_before,
                            const AuditDraft& audit) override {
    StoreHealth health;
    MEISAI_ASSIGN(const auto vault, home_->current());
    MEISAI_ASSIGN(const Lease lease, vault->connection());
    VaultHead head;
    {
      MEISAI_ASSIGN(Transaction transaction, Transaction::begin(*lease));
      if (prune_before) {
        MEISAI_ASSIGN(health.raw_pages_pruned, prune_pages(*lease, *prune_before));
        MEISAI_ASSIGN(VaultHead feed, load_head(*lease));
        MEISAI_ASSIGN(health.changes_pruned, prune_changes(*lease, *prune_before - change_retention, feed));
        MEISAI_TRY(save_head(*lease, feed));
      }
      MEISAI_ASSIGN(head, vault->advance_head(*lease, audit));
      MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
      MEISAI_TRY(transaction.commit());
    }
    vault->drop_anchor(head);
    MEISAI_ASSIGN(const std::optional<Anchor> anchor, vault->control().anchor());
    MEISAI_TRY(check_vault(*lease, anchor, health));
    const auto control = vault->control().check();
    if (!control && control.error().code != Code::store_damaged) return tl::unexpected(control.error());
    if (!control) health.findings.push_back("control: " + control.error().what);
    return health;
  }

 private:
  template <class View, class P>
  Result<std::unique_ptr<View>> view(MEISAI_UNSPENT Permit<P> permit, const AuditDraft& audit) {
    ViewLimits limits{.issuer = permit.scope().issuer};
    MEISAI_ASSIGN(auto vault, home_->current());
    MEISAI_ASSIGN(Lease lease, vault->connection());
    MEISAI_ASSIGN(const Admission admission, vault->record_admitted(*lease, audit, std::move(permit)));
    limits.sealed = admission.sealed();
    MEISAI_ASSIGN(std::unique_ptr<View> opened, open_view(std::move(vault), std::move(lease), std::move(limits)));
    return opened;
  }

  std::shared_ptr<VaultHome> home_;
};

}  // namespace

std::unique_ptr<Store> make_store(std::shared_ptr<VaultHome> home) {
  return std::make_unique<SqlcipherStore>(std::move(home));
}

}  // namespace meisai::sqlcipher
