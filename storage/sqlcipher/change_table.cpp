// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/change_table.h"

#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {

Result<void> append_change(Database& database, ChangeRow& change, Instant at, VaultHead& head) {
  change.position = head.last_position + 1;
  change.at = at;
  MEISAI_TRY(database.prepared("INSERT INTO change VALUES(?1,?2,?3,?4,?5,?6,?7)")
                 .bind_all(static_cast<std::int64_t>(change.position), static_cast<std::int64_t>(change.kind),
                           static_cast<std::int64_t>(change.entity), change.first, change.last, change.reason,
                           to_column(change.at))
                 .run());
  head.last_position = ledger_rules::last_position_of(change);
  return {};
}

Result<std::uint64_t> prune_changes(Database& database, Instant before, VaultHead& head) {
  // The clock may have run backwards between commits: an old entry behind a young one waits for it.
  std::uint64_t first_kept = head.last_position + 1;
  {
    Statement& row = database.prepared("SELECT min(position) FROM change WHERE at>=?1");
    const RowScope scope(row);
    row.bind(1, to_column(before));
    MEISAI_ASSIGN(const bool found, row.step());
    if (found && row.optional_int64(0)) first_kept = static_cast<std::uint64_t>(row.int64(0));
  }
  if (first_kept <= head.first_position) return std::uint64_t{0};
  MEISAI_TRY(
      database.prepared("DELETE FROM change WHERE position<?1").bind(1, static_cast<std::int64_t>(first_kept)).run());
  const std::uint64_t pruned = first_kept - head.first_position;
  head.first_position = first_kept;
  return pruned;
}

}  // namespace meisai::sqlcipher
