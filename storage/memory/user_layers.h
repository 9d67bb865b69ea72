// SPDX-License-Identifier: Apache-2.0
//
// Writing the person's layers and the month roll-up, which leaves out what they ignore.
#pragma once

#include "storage/memory/ledger_state.h"

namespace meisai::memory {

// REQUIRES, of each: the core's mutex is held.

/// Counts a row into its month (`sign` +1) or out of it (-1).
[[nodiscard]] Result<void> count_in_month(LedgerState& state, UndoLog& undo, const StoredRow& row, int sign);
[[nodiscard]] Result<void> put_layer(LedgerState& state, UndoLog& undo, TransactionKey transaction,
                                     const UserLayer& layer);
/// False: there was nothing to undo.
[[nodiscard]] Result<bool> undo_layer(LedgerState& state, UndoLog& undo, TransactionKey transaction);

}  // namespace meisai::memory
