// SPDX-License-Identifier: Apache-2.0
//
// Batches that were held, and what became of them.
#pragma once

#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Inserts where `key` is 0, unless the same document has an open hold: then that one is updated.
[[nodiscard]] Result<HoldKey> save_hold(Database& database, const HoldRow& hold);
/// Oldest first. An empty issuer means every issuer; those of `sealed` connections are left out.
[[nodiscard]] Result<std::vector<HoldRow>> load_holds(Database& database, const IssuerId& issuer,
                                                      const std::vector<ConnectionId>& sealed);

}  // namespace meisai::sqlcipher
