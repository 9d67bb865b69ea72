// SPDX-License-Identifier: Apache-2.0
//
// The change feed's table: one row a range of things, in commit order. It loses its oldest entries and never one
// between others, so that what is left has no hole.
#pragma once

#include "storage/sqlcipher/ledger_tables.h"

namespace meisai::sqlcipher {

/// Gives the change its position. `at`: of the commit.
[[nodiscard]] Result<void> append_change(Database& database, ChangeRow& change, Instant at, VaultHead& head);

/// Takes away what was committed before `before`, up to the first entry that was not. Returns how many positions went.
/// The caller saves the head.
[[nodiscard]] Result<std::uint64_t> prune_changes(Database& database, Instant before, VaultHead& head);

}  // namespace meisai::sqlcipher
