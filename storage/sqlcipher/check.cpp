// SPDX-License-Identifier: Apache-2.0
//
// The whole check of a vault: pages, roll-up, audit chain, raw pages, on one snapshot. What it finds is
// reported, not repaired; only what keeps it from looking is an error.
#include <utility>

#include "meisai/raw_page.h"
#include "storage/sqlcipher/months.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/staging.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {
namespace {

Result<void> check_pages(Database& database, StoreHealth& health) {
  auto sound = database.check_integrity();
  if (sound) return {};
  if (sound.error().code != Code::store_damaged) return sound;
  health.findings.push_back(sound.error().what);
  return {};
}

Result<void> check_months(Database& database, StoreHealth& health) {
  MonthCounter recount;
  Result<void> counted;
  MEISAI_TRY(visit_rows(database.prepared("SELECT id," MEISAI_ROW_COLUMNS " FROM txn"), [&](const StoredRow& row) {
    counted = recount.count(row, +1);
    return counted.has_value();
  }));
  MEISAI_TRY(counted);
  return recount.compare(database, health.findings);
}

Result<void> check_chain(Database& database, const std::optional<Anchor>& anchor, StoreHealth& health) {
  MEISAI_ASSIGN(const VaultHead head, load_head(database));
  AuditVerifier verifier;
  std::optional<std::string> broken;
  bool anchored = !anchor || anchor->audit_count == 0;
  MEISAI_TRY(visit_audit(database, [&](const AuditEntry& entry) {
    const auto accepted = verifier.accept(entry);
    if (!accepted) broken = accepted.error().what;
    if (anchor && entry.seq == anchor->audit_count) anchored = entry.hash == anchor->audit_head;
    return !broken;
  }));
  if (broken)
    health.findings.push_back(*broken);
  else if (verifier.count() != head.chain.count || verifier.head() != head.chain.head)
    health.findings.emplace_back("the audit chain does not end where the ledger's head says");
  else if (!anchored)
    health.findings.emplace_back("the audit chain is not the one that its anchor saw");
  return {};
}

Result<void> check_raw_pages(Database& database, StoreHealth& health) {
  Statement& row = database.prepared("SELECT data FROM raw_page");
  const RowScope scope(row);
  std::uint64_t unreadable = 0;
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) break;
    const auto page = decompress_page(row.blob(0));
    if (!page || !RawPage::decode(*page)) ++unreadable;
  }
  if (unreadable != 0) health.findings.push_back(std::to_string(unreadable) + " raw pages cannot be read");
  return {};
}

}  // namespace

Result<void> check_vault(Database& database, const std::optional<Anchor>& anchor, StoreHealth& health) {
  MEISAI_TRY(check_pages(database, health));
  if (!health.findings.empty()) return {};  // the rest would stumble over the same pages
  MEISAI_TRY(database.begin_read());
  auto checked = check_months(database, health);
  if (checked) checked = check_chain(database, anchor, health);
  if (checked) checked = check_raw_pages(database, health);
  database.rollback();
  if (!checked && checked.error().code == Code::store_damaged) {
    health.findings.push_back(checked.error().what);
    return {};
  }
  return checked;
}

}  // namespace meisai::sqlcipher
