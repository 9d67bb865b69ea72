// SPDX-License-Identifier: Apache-2.0
//
// What told a card apart once, and two cards that turned out to be one, on the memory store's maps.
#pragma once

#include "storage/memory/ledger_state.h"

namespace meisai::memory {

/// LedgerWrite::put_card_alias.
[[nodiscard]] Result<void> put_card_alias(LedgerState& state, UndoLog& undo, CardKey card, const CardAlias& alias);
/// LedgerWrite::join_card.
[[nodiscard]] Result<void> join_card(LedgerState& state, UndoLog& undo, CardKey card, CardKey other);

/// LedgerWrite::join_statement.
[[nodiscard]] Result<void> join_statement(LedgerState& state, UndoLog& undo, StatementKey statement,
                                          StatementKey other);

}  // namespace meisai::memory
