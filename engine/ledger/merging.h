// SPDX-License-Identifier: Apache-2.0
//
// Two rows that turned out to be one. The first stays: its number, its public id. It takes over what the other says
// better, the other's identities, shares of statements and what the person added. The other becomes a removed row that
// leads to the first: it counts nowhere, and nothing of it is lost, for its history stays.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::ledger {

/// Identities that rows had before, by row.
using AliasesByRow = std::multimap<TransactionKey, AliasRow>;
[[nodiscard]] Result<AliasesByRow> aliases_of_card(LedgerWrite& ledger, CardKey card);

struct Merge {
  MatchRule rule = MatchRule::suggestion_accepted;
  Instant at{};
  std::string vault_tag;
  std::string detail;
  std::map<StatementKey, StatementKey>
      same_bill;                   ///< statements that are the other one: they bill nothing by themselves
  std::set<StatementKey> touched;  ///< collects statements whose sums are to be reconciled again
};

/// Makes `second` part of `first`, and says so in the change feed and in both rows' reasons. `aliases`: those of
/// `second`, at least. Returns the first as it is now. REQUIRES: both are rows of one issuer's cards.
[[nodiscard]] Result<StoredRow> merge_rows(LedgerWrite& ledger, Merge& merge, const StoredRow& first,
                                           const StoredRow& second, const AliasesByRow& aliases);

/// Sums of these statements, after their rows changed.
[[nodiscard]] Result<void> reconcile_again(LedgerWrite& ledger, const IssuerId& issuer,
                                           const std::set<StatementKey>& statements);

/// What a person has said, or may say, of `second` is said of `first` from here on. The pair itself becomes `accepted`.
[[nodiscard]] Result<void> settle_suggestions(LedgerWrite& ledger, SuggestionKind kind, std::int64_t first,
                                              std::int64_t second);

/// The layer of a row that two layers were put on: texts of the first where it has any, every tag; ignored only where
/// both were, for a person ignores the one of two that is too much.
[[nodiscard]] UserLayer merged_layer(const UserLayer& first, const UserLayer& second);

/// A fingerprint that no facts have: a merged row's place in the unique key is free for others.
[[nodiscard]] Fingerprint tombstone(TransactionKey row) noexcept;

}  // namespace meisai::ledger
