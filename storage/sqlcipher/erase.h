// SPDX-License-Identifier: Apache-2.0
//
// The steps of an erasure (VaultHome::erase puts them together): taking away, in a transaction that is never
// committed, what only one connection brought, and copying what is left.
#pragma once

#include "meisai/ids.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Of gate.lock: held by whoever erases.
inline constexpr int erase_byte = 3;

/// Takes away what was fetched through the connection and through nothing else, and says so in the change feed.
/// Inside the caller's transaction; makes temporary tables, so the database connection is of no further use.
[[nodiscard]] Result<void> take_away(Database& database, const ConnectionId& connection, Instant at);

/// Every row of every table, as `from` sees it, into the empty tables of `to`. Both have the same version.
[[nodiscard]] Result<void> copy_tables(Database& from, Database& to);

}  // namespace meisai::sqlcipher
