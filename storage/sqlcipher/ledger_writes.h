// SPDX-License-Identifier: Apache-2.0
//
// Writing the ledger's small tables, inside a window's transaction. Numbers are never used again for another
// thing, also where the one with the highest number was erased.
#pragma once

#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Insert where `key` is 0, else update. `not_found` for an unknown number.
[[nodiscard]] Result<CardKey> save_card(Database& database, const CardRow& card);
[[nodiscard]] Result<StatementKey> save_statement(Database& database, const StatementRow& statement);
[[nodiscard]] Result<void> save_card_connection(Database& database, CardKey card, const ConnectionId& connection);
/// Notes through what a statement was seen.
[[nodiscard]] Result<void> save_origin(Database& database, StatementKey statement, DocumentKey document);
/// Ranges that touch or overlap within one channel and certainty are merged.
[[nodiscard]] Result<void> save_coverage(Database& database, const CoverageRow& coverage);
/// True if it was not there yet.
[[nodiscard]] Result<bool> save_quarantine(Database& database, const QuarantineRow& row);

/// True if the query, whose one parameter is `key`, has a row.
[[nodiscard]] Result<bool> exists(Database& database, Sql sql, std::int64_t key);
/// The first number that no document, no hold, or no suggestion, has or had.
[[nodiscard]] Result<DocumentKey> next_document_number(Database& database);
[[nodiscard]] Result<HoldKey> next_hold_number(Database& database);
[[nodiscard]] Result<SuggestionKey> next_suggestion_number(Database& database);
/// Keeps the numbers that cards, statements, documents, holds and suggestions have had, before some of them go.
[[nodiscard]] Result<void> keep_used_numbers(Database& database);

}  // namespace meisai::sqlcipher
