// SPDX-License-Identifier: Apache-2.0
//
// What told a card apart once, and two cards that turned out to be one. Inside a window's transaction.
#pragma once

#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Fills in the aliases of `cards`, which are in order of their numbers.
[[nodiscard]] Result<void> load_card_aliases(Database& database, std::vector<CardRow>& cards);
/// `not_found` for an unknown card, `internal_bug` where another card is told apart by it.
[[nodiscard]] Result<void> save_card_alias(Database& database, CardKey card, const CardAlias& alias);
/// LedgerWrite::join_card.
[[nodiscard]] Result<void> join_cards(Database& database, CardKey card, CardKey other);

/// LedgerWrite::join_statement.
[[nodiscard]] Result<void> join_statements(Database& database, StatementKey statement, StatementKey other);

}  // namespace meisai::sqlcipher
