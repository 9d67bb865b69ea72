// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/unlisted_table.h"

namespace meisai::sqlcipher {

Result<void> save_unlisted(Database& database, StatementKey statement,
                           const std::vector<TransactionKey>& transactions) {
  MEISAI_TRY(database.prepared("DELETE FROM unlisted WHERE stmt=?1").bind(1, statement).run());
  for (const TransactionKey transaction : transactions)
    MEISAI_TRY(
        database.prepared("INSERT OR IGNORE INTO unlisted VALUES(?1,?2)").bind_all(statement, transaction).run());
  return {};
}

Result<std::vector<TransactionKey>> load_unlisted(Database& database, StatementKey statement) {
  std::vector<TransactionKey> found;
  Statement& row = database.prepared("SELECT txn FROM unlisted WHERE stmt=?1 ORDER BY txn");
  const RowScope scope(row);
  row.bind(1, statement);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return found;
    found.push_back(row.int64(0));
  }
}

}  // namespace meisai::sqlcipher
