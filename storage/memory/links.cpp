// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/links.h"

#include <algorithm>
#include <iterator>

namespace meisai::memory {

Result<void> check_alias(const LedgerState& state, const AliasRow& alias) {
  if (!state.rows.contains(alias.transaction)) return fail(Code::not_found, "an alias of no transaction");
  return {};
}

Result<std::pair<TransactionKey, std::size_t>> place_of_reason(const LedgerState& state, const ReasonRow& reason) {
  if (!state.rows.contains(reason.transaction)) return fail(Code::not_found, "a reason of no transaction");
  const auto end = state.reasons.lower_bound({reason.transaction + 1, 0});
  if (end == state.reasons.begin()) return std::pair(reason.transaction, std::size_t{1});
  const auto& last = std::prev(end)->first;
  return std::pair(reason.transaction, last.first == reason.transaction ? last.second + 1 : 1);
}

std::vector<ReasonRow> reasons_of(const LedgerState& state, TransactionKey transaction) {
  std::vector<ReasonRow> found;
  for (auto at = state.reasons.lower_bound({transaction, 0});
       at != state.reasons.end() && at->first.first == transaction; ++at)
    found.push_back(at->second);
  return found;
}

Result<PlannedSuggestion> plan_suggestion(const LedgerState& state, const SuggestionRow& suggestion) {
  if (suggestion.first == suggestion.second) return fail(Code::internal_bug, "a suggestion about one thing");
  for (const std::int64_t key : {suggestion.first, suggestion.second}) {
    const bool known =
        suggestion.kind == SuggestionKind::same_transaction ? state.rows.contains(key) : state.cards.contains(key);
    if (!known) return fail(Code::not_found, "a suggestion about something that is not there");
  }
  const auto pair_of = [](const SuggestionRow& row) {
    return std::tuple(row.kind, std::min(row.first, row.second), std::max(row.first, row.second));
  };
  const auto holder = std::ranges::find_if(
      state.suggestions, [&](const auto& entry) { return pair_of(entry.second) == pair_of(suggestion); });
  if (suggestion.key == 0) {
    if (holder != state.suggestions.end()) return PlannedSuggestion{holder->second, false};
    PlannedSuggestion planned{suggestion, true};
    const SuggestionKey last = state.suggestions.empty() ? 0 : state.suggestions.rbegin()->first;
    planned.row.key = std::max(state.used.suggestion, last) + 1;
    return planned;
  }
  if (!state.suggestions.contains(suggestion.key)) return fail(Code::not_found, "no such suggestion");
  if (holder != state.suggestions.end() && holder->first != suggestion.key)
    return fail(Code::internal_bug, "two suggestions about one pair");
  return PlannedSuggestion{suggestion, true};
}

}  // namespace meisai::memory
