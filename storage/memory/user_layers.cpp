// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/user_layers.h"

#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

/// The layer's word on the row itself: whoever walks rows need not look at layers. No revision: the issuer said
/// nothing.
Result<void> mark(LedgerState& state, UndoLog& undo, TransactionKey transaction, bool ignored) {
  const auto known = state.rows.find(transaction);
  if (known == state.rows.end()) return fail(Code::not_found, "no such transaction");
  if (known->second.ignored == ignored) return {};
  StoredRow row = known->second;
  MEISAI_TRY(count_in_month(state, undo, row, -1));
  row.ignored = ignored;
  MEISAI_TRY(count_in_month(state, undo, row, +1));
  undo.put(state, &LedgerState::rows, transaction, row);
  return {};
}

}  // namespace

Result<void> count_in_month(LedgerState& state, UndoLog& undo, const StoredRow& row, int sign) {
  const auto month = ledger_rules::counted_month(row);
  if (!month) return {};
  const std::tuple key{row.card, *month, std::string(row.facts.currency.code())};
  const auto known = state.months.find(key);
  MonthTotal total = known != state.months.end()
                         ? known->second
                         : MonthTotal{.card = row.card, .month = *month, .currency = row.facts.currency};
  MEISAI_TRY(ledger_rules::add_to_month(total, row.facts.amount_minor, 1, sign));
  undo.put(state, &LedgerState::months, key, total);
  return {};
}

Result<void> put_layer(LedgerState& state, UndoLog& undo, TransactionKey transaction, const UserLayer& layer) {
  MEISAI_TRY(ledger_rules::check_layer(layer));
  MEISAI_TRY(mark(state, undo, transaction, layer.ignored));
  undo.put(state, &LedgerState::layers, {transaction, state.layers_of(transaction).size()}, layer);
  return {};
}

Result<bool> undo_layer(LedgerState& state, UndoLog& undo, TransactionKey transaction) {
  const std::vector<UserLayer> layers = state.layers_of(transaction);
  if (layers.empty()) return false;
  MEISAI_TRY(mark(state, undo, transaction, layers.size() > 1 && layers[layers.size() - 2].ignored));
  undo.drop(state, &LedgerState::layers, {transaction, layers.size() - 1});
  return true;
}

}  // namespace meisai::memory
