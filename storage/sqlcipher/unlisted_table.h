// SPDX-License-Identifier: Apache-2.0
//
// Rows that the newest copy of a statement does not list any more, though one before did.
#pragma once

#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// In place of what was noted before.
[[nodiscard]] Result<void> save_unlisted(Database& database, StatementKey statement,
                                         const std::vector<TransactionKey>& transactions);
[[nodiscard]] Result<std::vector<TransactionKey>> load_unlisted(Database& database, StatementKey statement);

}  // namespace meisai::sqlcipher
