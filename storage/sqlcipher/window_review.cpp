// SPDX-License-Identifier: Apache-2.0
//
// The part of a window that a ledger's review writes: documents and what waits, other identities and reasons, what a
// person is asked and says, and things that turn out to be one.
#include "storage/sqlcipher/card_table.h"
#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/hold_table.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/link_tables.h"
#include "storage/sqlcipher/row_codec.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/unlisted_table.h"
#include "storage/sqlcipher/user_layer_table.h"
#include "storage/sqlcipher/window.h"

namespace meisai::sqlcipher {

Result<std::optional<DocumentRow>> SqlcipherWrite::document(DocumentKey document) {
  MEISAI_TRY(usable());
  return load_document(db(), document);
}

Result<std::vector<DocumentRow>> SqlcipherWrite::documents(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return load_documents(db(), issuer);
}

Result<std::vector<HoldRow>> SqlcipherWrite::holds() {
  MEISAI_TRY(usable());
  return load_holds(db(), {}, {});
}

Result<std::vector<QuarantineRow>> SqlcipherWrite::quarantine_of(DocumentKey document) {
  MEISAI_TRY(usable());
  return load_quarantine(db(), document);
}

Result<void> SqlcipherWrite::drop_quarantine(DocumentKey document, std::uint64_t row, Code code) {
  MEISAI_TRY(usable());
  return delete_quarantine(db(), document, row, code);
}

Result<void> SqlcipherWrite::drop_pages(DocumentKey document) {
  MEISAI_TRY(usable());
  return drop_document_pages(db(), document);
}

Result<HoldKey> SqlcipherWrite::put_hold(const HoldRow& hold) {
  MEISAI_TRY(usable());
  return save_hold(db(), hold);
}

Result<std::optional<StoredRow>> SqlcipherWrite::row(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return find_row(db(), transaction);
}

Result<void> SqlcipherWrite::aliases_on(CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) {
  MEISAI_TRY(usable());
  if (!any_alias_) {  // most ledgers have few, and every window asks
    MEISAI_ASSIGN(any_alias_, any_alias(db()));
  }
  if (!*any_alias_) return {};
  return visit_aliases(db(), card, from, to, visit);
}

Result<std::vector<SuggestionRow>> SqlcipherWrite::suggestions() {
  MEISAI_TRY(usable());
  return load_suggestions(db());
}

Result<void> SqlcipherWrite::put_alias(const AliasRow& alias) {
  MEISAI_TRY(usable());
  any_alias_ = true;
  return save_alias(db(), alias);
}

Result<void> SqlcipherWrite::add_reason(const ReasonRow& reason) {
  MEISAI_TRY(usable());
  return save_reason(db(), reason);
}

Result<SuggestionKey> SqlcipherWrite::put_suggestion(const SuggestionRow& suggestion) {
  MEISAI_TRY(usable());
  return save_suggestion(db(), suggestion);
}

Result<UserLayer> SqlcipherWrite::user_layer_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return load_user_layer(db(), transaction);
}

/// The layer's word on the row itself: whoever walks rows need not look at layers. No revision: the issuer said
/// nothing.
Result<void> SqlcipherWrite::mark_ignored(TransactionKey transaction, bool ignored) {
  MEISAI_ASSIGN(std::optional<StoredRow> known, row(transaction));
  if (!known) return fail(Code::not_found, "no such transaction");
  MEISAI_ASSIGN(const IssuerId issuer, load_issuer_of(db(), known->card));
  touched(issuer);
  if (known->ignored == ignored) return {};
  MEISAI_TRY(months_.count(*known, -1));
  known->ignored = ignored;
  Statement& update = db().prepared(queries::update_row);
  bind_row(update, transaction, *known, scratch_);
  MEISAI_TRY(update.run());
  return months_.count(*known, +1);
}

Result<void> SqlcipherWrite::put_user_layer(TransactionKey transaction, const UserLayer& layer) {
  MEISAI_TRY(usable());
  MEISAI_TRY(mark_ignored(transaction, layer.ignored));
  return save_user_layer(db(), transaction, layer);
}

Result<bool> SqlcipherWrite::undo_user_layer(TransactionKey transaction) {
  MEISAI_TRY(usable());
  MEISAI_ASSIGN(const bool dropped, drop_user_layer(db(), transaction));
  if (!dropped) return false;
  MEISAI_ASSIGN(const UserLayer now, load_user_layer(db(), transaction));
  MEISAI_TRY(mark_ignored(transaction, now.ignored));
  return true;
}

Result<void> SqlcipherWrite::drop_part(TransactionKey transaction, StatementKey statement) {
  MEISAI_TRY(usable());
  return db().prepared("DELETE FROM billed_part WHERE txn=?1 AND stmt=?2").bind_all(transaction, statement).run();
}

Result<std::vector<ReasonRow>> SqlcipherWrite::reasons_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return load_reasons_of(db(), transaction);
}

Result<void> SqlcipherWrite::put_unlisted(StatementKey statement, const std::vector<TransactionKey>& transactions) {
  MEISAI_TRY(usable());
  return save_unlisted(db(), statement, transactions);
}

Result<void> SqlcipherWrite::put_card_alias(CardKey card, const CardAlias& alias) {
  MEISAI_TRY(usable());
  return save_card_alias(db(), card, alias);
}

Result<void> SqlcipherWrite::join_card(CardKey card, CardKey other) {
  MEISAI_TRY(usable());
  return join_cards(db(), card, other);
}

Result<void> SqlcipherWrite::join_statement(StatementKey statement, StatementKey other) {
  MEISAI_TRY(usable());
  std::erase(statements_, other);
  return join_statements(db(), statement, other);
}

}  // namespace meisai::sqlcipher
