// SPDX-License-Identifier: Apache-2.0
//
// Reading the ledger's small tables, for windows and views alike. An empty issuer means every issuer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/audit_table.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// The vault's `head` row: where it stands after its last commit.
struct VaultHead {
  std::uint64_t generation = 0;
  TransactionKey next_transaction = 1;
  std::uint64_t last_position = 0;
  std::uint64_t first_position = 1;  ///< of the change feed: older entries were pruned
  ChainEnd chain;
  /// The counter-anchor: where control was. An older copy of control would forget cutoffs and the clock's mark.
  std::uint64_t control_epoch = 0;
  Instant control_high_water{};
};
[[nodiscard]] Result<VaultHead> load_head(Database& database);
[[nodiscard]] Result<void> save_head(Database& database, const VaultHead& head);

[[nodiscard]] Result<std::string> load_meta(Database& database, std::string_view name);
[[nodiscard]] Result<void> save_meta(Database& database, std::string_view name, std::span<const std::byte> value);

[[nodiscard]] Result<std::vector<CardRow>> load_cards(Database& database, const IssuerId& issuer);
/// Numbers of the cards that only sealed connections brought, ascending.
[[nodiscard]] Result<std::vector<CardKey>> find_withheld(Database& database, const std::vector<ConnectionId>& sealed);
[[nodiscard]] Result<std::vector<StatementRow>> load_statements(Database& database, const IssuerId& issuer);
/// Days of a card that are known, in order of (first day, channel, certainty).
[[nodiscard]] Result<std::vector<CoverageRow>> load_coverage(Database& database, CardKey card);
[[nodiscard]] Result<std::vector<BilledPart>> load_parts(Database& database, TransactionKey transaction);
[[nodiscard]] Result<std::vector<BilledSum>> load_billed_sums(Database& database, StatementKey statement);

/// Rows that the statement lists, by number.
[[nodiscard]] Result<void> visit_rows_of(Database& database, StatementKey statement, const RowVisitor& visit);

/// Calls `read` for each row of the statement, then resets it.
template <class Read>
[[nodiscard]] Result<void> each_row(Statement& statement, const Read& read) {
  const RowScope scope(statement);
  for (;;) {
    MEISAI_ASSIGN(const bool more, statement.step());
    if (!more) return {};
    MEISAI_TRY(read(std::as_const(statement)));
  }
}

/// Visits each row of a statement whose columns are `id` and MEISAI_ROW_COLUMNS, then resets it.
[[nodiscard]] Result<void> visit_rows(Statement& statement, const RowVisitor& visit);

}  // namespace meisai::sqlcipher
