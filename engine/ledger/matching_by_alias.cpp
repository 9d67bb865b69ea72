// SPDX-License-Identifier: Apache-2.0
//
// The pass after the identities of now: an older view, or another channel, lists a row under one that it had before.
#include <algorithm>
#include <tuple>

#include "engine/ledger/matching.h"

namespace meisai::ledger {
namespace {

auto place_of(const AliasRow& alias) { return std::tuple(alias.card, alias.day, alias.fingerprint); }

}  // namespace

Result<void> WindowMatch::read_aliases(CardKey card, DayKey from, DayKey to) {
  return ledger_.aliases_on(card, from, to, [this](const AliasRow& alias) {
    aliases_.push_back(alias);
    recipes_of_alias_[alias.transaction] |= recipe_bit(alias.fingerprint.facts());
    return true;
  });
}

/// Sees each stored row of the days at hand, so that none has to be looked for later.
void WindowMatch::note_row(const StoredRow& row) {
  if (row.merged_into != 0) return;  // another row: what it was known by is an alias of that one
  if ((recipes_ & ~recipe_bit(row.fingerprint.facts())) != 0) any_other_channel_ = true;
  if (!recipes_of_alias_.empty() && recipes_of_alias_.contains(row.key)) rows_of_alias_.emplace(row.key, row);
}

/// The row of an alias, on whatever day it stands now. Nothing for one that is gone.
Result<std::optional<StoredRow>> WindowMatch::row_named(TransactionKey key) {
  if (const auto found = rows_of_alias_.find(key); found != rows_of_alias_.end()) return found->second;
  MEISAI_ASSIGN(std::optional<StoredRow> row, ledger_.row(key));
  while (row && row->merged_into != 0) {
    MEISAI_ASSIGN(row, ledger_.row(row->merged_into));
  }
  return row;
}

/// Without an issuer's id, a row of another statement is another purchase, unless both are bills of one in parts.
bool WindowMatch::may_be(const Entry& entry, const StoredRow& row) const {
  if (is_by_reference(entry.facts) || statement_ == 0 || row.statement == 0 || listed_.contains(row.key)) return true;
  return entry.in_parts && billed_in_parts(row.facts.plan.type);
}

Result<void> WindowMatch::meet_aliases() {
  if (aliases_.empty()) return {};
  std::ranges::sort(aliases_, {}, place_of);
  std::unordered_set<TransactionKey> used;
  for (const Decision& decision : outcome_.decisions)
    if (recipes_of_alias_.contains(decision.row)) used.insert(decision.row);
  for (const Entry& entry : entries_) {
    if (decision_of(entry).action != Action::insert) continue;
    const AliasRow first{.card = cards_[entry.card], .day = entry.day, .fingerprint = fingerprint(entry.facts, 0)};
    for (auto alias = std::ranges::lower_bound(aliases_, place_of(first), {}, place_of);
         alias != aliases_.end() && alias->card == first.card && alias->day == first.day &&
         alias->fingerprint.facts() == entry.facts;
         ++alias) {
      if (used.contains(alias->transaction)) continue;
      MEISAI_ASSIGN(const std::optional<StoredRow> row, row_named(alias->transaction));
      if (!row || used.contains(row->key) || !may_be(entry, *row)) continue;
      const bool led_on = row->key != alias->transaction;
      if (led_on && std::ranges::find(outcome_.decisions, row->key, &Decision::row) != outcome_.decisions.end())
        continue;
      used.insert({alias->transaction, row->key});
      settle(entry, *row, MatchRule::alias);
      break;
    }
  }
  return {};
}

}  // namespace meisai::ledger
