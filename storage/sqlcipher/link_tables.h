// SPDX-License-Identifier: Apache-2.0
//
// Why rows are as they are: identities that they had before, the reasons of their changes, and links that a person is
// asked about. Inside a window's transaction or a view's snapshot.
#pragma once

#include <optional>
#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

[[nodiscard]] Result<std::optional<StoredRow>> find_row(Database& database, TransactionKey transaction);

[[nodiscard]] Result<bool> any_alias(Database& database);
[[nodiscard]] Result<void> visit_aliases(Database& database, CardKey card, DayKey from, DayKey to,
                                         const AliasVisitor& visit);
[[nodiscard]] Result<std::vector<AliasRow>> load_aliases_of(Database& database, TransactionKey transaction);
[[nodiscard]] Result<void> save_alias(Database& database, const AliasRow& alias);

[[nodiscard]] Result<std::vector<ReasonRow>> load_reasons_of(Database& database, TransactionKey transaction);
[[nodiscard]] Result<void> save_reason(Database& database, const ReasonRow& reason);

[[nodiscard]] Result<std::vector<SuggestionRow>> load_suggestions(Database& database);
/// As LedgerWrite::put_suggestion.
[[nodiscard]] Result<SuggestionKey> save_suggestion(Database& database, const SuggestionRow& suggestion);

/// Takes away what names a row or card of the erasure's lists (take_away.cpp), and what only its documents said.
[[nodiscard]] Result<void> take_links(Database& database);

}  // namespace meisai::sqlcipher
