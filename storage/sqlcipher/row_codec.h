// SPDX-License-Identifier: Apache-2.0
//
// A ledger row as columns of `txn` (and `revision`), and back. Written for the hot path of an import: the
// usual row needs no allocation, small fields share one integer, rare ones one blob.
#pragma once

#include <string>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Binds `key` as parameter 1 and the row as 2..15 without copying: `row` and `scratch` must stay as they
/// are until the statement has run.
void bind_row(Statement& statement, TransactionKey key, const StoredRow& row, std::string& scratch);

/// Reads the row whose `id` is column 0 and whose other columns follow. Text keeps its capacity, so one
/// object can be filled again and again. `store_damaged` for bytes that we never write.
[[nodiscard]] Result<void> read_row(const Statement& statement, StoredRow& row);

}  // namespace meisai::sqlcipher
