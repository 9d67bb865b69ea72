// SPDX-License-Identifier: Apache-2.0
//
// The memory store's aliases, reasons and suggestions: what of them is allowed, and what a change comes to.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "storage/memory/ledger_state.h"

namespace meisai::memory {

[[nodiscard]] Result<void> check_alias(const LedgerState& state, const AliasRow& alias);
/// The place of the row's next reason.
[[nodiscard]] Result<std::pair<TransactionKey, std::size_t>> place_of_reason(const LedgerState& state,
                                                                             const ReasonRow& reason);
/// Oldest first.
[[nodiscard]] std::vector<ReasonRow> reasons_of(const LedgerState& state, TransactionKey transaction);
struct PlannedSuggestion {
  SuggestionRow row;     ///< with its number
  bool changes = false;  ///< false: the pair is known, and stays as it is
};
[[nodiscard]] Result<PlannedSuggestion> plan_suggestion(const LedgerState& state, const SuggestionRow& suggestion);

}  // namespace meisai::memory
