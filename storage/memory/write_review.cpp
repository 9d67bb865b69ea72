// SPDX-License-Identifier: Apache-2.0
//
// The part of a window that a ledger's review writes: documents and what waits, other identities and reasons, what a
// person is asked and says, and things that turn out to be one.
#include <algorithm>

#include "storage/memory/cards.h"
#include "storage/memory/links.h"
#include "storage/memory/user_layers.h"
#include "storage/memory/window.h"

namespace meisai::memory {

Result<std::optional<StoredRow>> MemoryWrite::row(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return value_of(ledger().rows, transaction);
}

Result<void> MemoryWrite::aliases_on(CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) {
  MEISAI_TRY(usable());
  for (auto at = ledger().aliases.lower_bound({card, from, {}});
       at != ledger().aliases.end() && at->first.card == card && at->first.day <= to; ++at)
    if (!visit({card, at->first.day, at->first.fingerprint, at->second})) break;
  return {};
}

Result<std::vector<ReasonRow>> MemoryWrite::reasons_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return memory::reasons_of(ledger(), transaction);
}

Result<std::optional<DocumentRow>> MemoryWrite::document(DocumentKey key) {
  MEISAI_TRY(usable());
  return value_of(ledger().documents, key);
}

Result<std::vector<DocumentRow>> MemoryWrite::documents(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return values_of(ledger().documents, [&](const DocumentRow& row) { return row.issuer == issuer; });
}

Result<std::vector<SuggestionRow>> MemoryWrite::suggestions() {
  MEISAI_TRY(usable());
  return values_of(ledger().suggestions, [](const SuggestionRow&) { return true; });
}

Result<std::vector<HoldRow>> MemoryWrite::holds() {
  MEISAI_TRY(usable());
  return values_of(ledger().holds, [](const HoldRow&) { return true; });
}

Result<std::vector<QuarantineRow>> MemoryWrite::quarantine_of(DocumentKey document) {
  MEISAI_TRY(usable());
  return values_of(ledger().quarantine, [&](const QuarantineRow& row) { return row.document == document; });
}

Result<void> MemoryWrite::drop_quarantine(DocumentKey document, std::uint64_t row, Code code) {
  MEISAI_TRY(usable());
  drop(&LedgerState::quarantine, QuarantineKey{document, row, code});
  return {};
}

Result<void> MemoryWrite::drop_part(TransactionKey transaction, StatementKey statement) {
  MEISAI_TRY(usable());
  drop(&LedgerState::parts, std::pair(transaction, statement));
  drop(&LedgerState::parts_by_statement, ListedKey{statement, transaction});
  return {};
}

Result<void> MemoryWrite::drop_pages(DocumentKey document) {
  MEISAI_TRY(usable());
  drop(&LedgerState::pages, document);
  if (auto row = value_of(ledger().documents, document)) {
    row->cards.clear();
    row->state = DocumentState::discarded;
    put(&LedgerState::documents, document, *std::move(row));
  }
  return {};
}

Result<void> MemoryWrite::put_alias(const AliasRow& alias) {
  MEISAI_TRY(usable());
  MEISAI_TRY(check_alias(ledger(), alias));
  put(&LedgerState::aliases, RowPlace{alias.card, alias.day, alias.fingerprint}, alias.transaction);
  return {};
}

Result<void> MemoryWrite::add_reason(const ReasonRow& reason) {
  MEISAI_TRY(usable());
  MEISAI_ASSIGN(const auto place, place_of_reason(ledger(), reason));
  put(&LedgerState::reasons, place, reason);
  return {};
}

Result<SuggestionKey> MemoryWrite::put_suggestion(const SuggestionRow& suggestion) {
  MEISAI_TRY(usable());
  MEISAI_ASSIGN(const PlannedSuggestion planned, plan_suggestion(ledger(), suggestion));
  if (planned.changes) put(&LedgerState::suggestions, planned.row.key, planned.row);
  return planned.row.key;
}

Result<HoldKey> MemoryWrite::put_hold(const HoldRow& hold) {
  MEISAI_TRY(usable());
  HoldRow row = hold;
  if (row.key != 0 && !ledger().holds.contains(row.key)) return fail(Code::not_found, "no such hold");
  if (row.key == 0) row.key = ledger().open_hold_of(row.document);
  if (row.key == 0) row.key = next_key(ledger().holds, ledger().used.hold);
  put(&LedgerState::holds, row.key, row);
  return row.key;
}

Result<void> MemoryWrite::put_unlisted(StatementKey statement, const std::vector<TransactionKey>& transactions) {
  MEISAI_TRY(usable());
  std::vector<TransactionKey> ascending = transactions;
  std::ranges::sort(ascending);
  put(&LedgerState::unlisted, statement, std::move(ascending));
  return {};
}

Result<void> MemoryWrite::put_card_alias(CardKey card, const CardAlias& alias) {
  MEISAI_TRY(usable());
  return with_state([&](LedgerState& state) { return memory::put_card_alias(state, undo_, card, alias); });
}

Result<void> MemoryWrite::join_card(CardKey card, CardKey other) {
  MEISAI_TRY(usable());
  return with_state([&](LedgerState& state) { return memory::join_card(state, undo_, card, other); });
}

Result<void> MemoryWrite::join_statement(StatementKey statement, StatementKey other) {
  MEISAI_TRY(usable());
  std::erase(statements_, other);
  return with_state([&](LedgerState& state) { return memory::join_statement(state, undo_, statement, other); });
}

Result<UserLayer> MemoryWrite::user_layer_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  std::vector<UserLayer> layers = ledger().layers_of(transaction);
  return layers.empty() ? UserLayer{} : std::move(layers.back());
}

Result<void> MemoryWrite::put_user_layer(TransactionKey transaction, const UserLayer& layer) {
  MEISAI_TRY(usable());
  touched_card_of(transaction);
  const std::lock_guard guard(core_->mutex);
  return put_layer(*core_->state, undo_, transaction, layer);
}

Result<bool> MemoryWrite::undo_user_layer(TransactionKey transaction) {
  MEISAI_TRY(usable());
  touched_card_of(transaction);
  const std::lock_guard guard(core_->mutex);
  return undo_layer(*core_->state, undo_, transaction);
}

}  // namespace meisai::memory
