// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/window.h"

#include "storage/sqlcipher/card_table.h"
#include "storage/sqlcipher/change_table.h"
#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/row_codec.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

/// From here on a window is flushed before the gate lock is taken: a cutoff must not wait for a big disk write.
constexpr std::uint64_t many_rows = 20'000;

}  // namespace

Result<std::vector<CardRow>> SqlcipherWrite::cards(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return load_cards(db(), issuer);
}

Result<std::vector<StatementRow>> SqlcipherWrite::statements(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return load_statements(db(), issuer);
}

Result<void> SqlcipherWrite::rows_on(CardKey card, DayKey from, DayKey to, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  return visit_rows(db().prepared(queries::rows_on_days).bind_all(card, from, to), visit);
}

Result<void> SqlcipherWrite::rows_among(CardKey card, DayKey from, DayKey to, const FingerprintTest& wanted,
                                        const RowVisitor& visit) {
  MEISAI_TRY(usable());
  Statement& places = db().prepared(queries::fingerprints_on_days).bind_all(card, from, to);
  const RowScope scope(places);
  bool more = true;
  while (more) {
    MEISAI_ASSIGN(const bool found, places.step());
    if (!found) return {};
    Fingerprint fingerprint;
    if (!copy_bytes(places.blob(0), fingerprint.bytes)) return damaged_value("a fingerprint");
    if (!wanted(fingerprint)) continue;
    MEISAI_TRY(visit_rows(db().prepared(queries::row_by_number).bind(1, places.int64(1)),
                          [&](const StoredRow& row) { return more = visit(row); }));
  }
  return {};
}

Result<void> SqlcipherWrite::pending_rows(CardKey card, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  if (!any_pending_) {  // most ledgers have none at most times, and every window asks
    any_pending_ = false;
    MEISAI_TRY(visit_rows(db().prepared(queries::any_pending_row), [this](const StoredRow&) {
      any_pending_ = true;
      return false;
    }));
  }
  if (!*any_pending_) return {};
  return visit_rows(db().prepared(queries::pending_rows_of_card).bind(1, card), visit);
}

Result<void> SqlcipherWrite::rows_of(StatementKey statement, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  return visit_rows_of(db(), statement, visit);
}

Result<std::vector<BilledPart>> SqlcipherWrite::parts_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return load_parts(db(), transaction);
}

Result<std::vector<BilledSum>> SqlcipherWrite::billed_sums(StatementKey statement) {
  MEISAI_TRY(usable());
  return load_billed_sums(db(), statement);
}

Result<std::vector<CoverageRow>> SqlcipherWrite::coverage_of(CardKey card) {
  MEISAI_TRY(usable());
  return load_coverage(db(), card);
}

Result<DocumentKey> SqlcipherWrite::put_document(const DocumentRow& document) {
  MEISAI_TRY(usable());
  touched(document.issuer);
  MEISAI_ASSIGN(document_, save_document(db(), document));
  return *document_;
}

Result<CardKey> SqlcipherWrite::put_card(const CardRow& card) {
  MEISAI_TRY(usable());
  touched(card.issuer);
  return save_card(db(), card);
}

Result<void> SqlcipherWrite::link_card(CardKey card, const ConnectionId& connection) {
  MEISAI_TRY(usable());
  return save_card_connection(db(), card, connection);
}

Result<StatementKey> SqlcipherWrite::put_statement(const StatementRow& statement) {
  MEISAI_TRY(usable());
  touched(statement.issuer);
  MEISAI_ASSIGN(const StatementKey key, save_statement(db(), statement));
  statements_.push_back(key);
  return key;
}

Result<void> SqlcipherWrite::put_coverage(const CoverageRow& coverage) {
  MEISAI_TRY(usable());
  return save_coverage(db(), coverage);
}

Result<bool> SqlcipherWrite::put_quarantine(const QuarantineRow& row) {
  MEISAI_TRY(usable());
  return save_quarantine(db(), row);
}

Result<void> SqlcipherWrite::check_row(const StoredRow& row) {
  MEISAI_TRY(ledger_rules::check_row(row));
  if (row.card == known_card_) return {};
  MEISAI_ASSIGN(const bool known, exists(db(), "SELECT 1 FROM card WHERE id=?1", row.card));
  if (!known) return fail(Code::internal_bug, "a row of a card that nobody put");
  known_card_ = row.card;
  return {};
}

Result<TransactionKey> SqlcipherWrite::insert(const StoredRow& row) {
  MEISAI_TRY(usable());
  MEISAI_TRY(check_row(row));
  if (insert_ == nullptr) insert_ = &db().prepared(queries::insert_row);
  if (row.ignored) {  // only put_user_layer says so
    StoredRow fresh = row;
    fresh.ignored = false;
    return insert(fresh);
  }
  const TransactionKey key = head_.next_transaction;
  if (row.facts.status == TransactionStatus::pending) any_pending_.reset();
  bind_row(*insert_, key, row, scratch_);
  MEISAI_TRY(insert_->run());
  MEISAI_TRY(months_.count(row, +1));
  ++head_.next_transaction;
  ++rows_written_;
  return key;
}

Result<void> SqlcipherWrite::revise(const StoredRow& row) {
  MEISAI_TRY(usable());
  MEISAI_TRY(check_row(row));
  if (row.facts.status == TransactionStatus::pending) any_pending_.reset();
  MEISAI_ASSIGN(const std::optional<StoredRow> old, this->row(row.key));
  if (!old) return fail(Code::not_found, "no such transaction");
  if (old->ignored != row.ignored) {  // the person's word, whatever the issuer says
    StoredRow kept = row;
    kept.ignored = old->ignored;
    return revise(kept);
  }
  MEISAI_TRY(db().prepared("INSERT INTO revision SELECT id,"
                           "(SELECT count(*) FROM revision WHERE txn=?1)+1,?2," MEISAI_ROW_COLUMNS
                           " FROM txn WHERE id=?1")
                 .bind(1, row.key)
                 .bind(2, static_cast<std::int64_t>(head_.generation + 1))
                 .run());
  Statement& update = db().prepared(queries::update_row);
  bind_row(update, row.key, row, scratch_);
  MEISAI_TRY(update.run());
  ++rows_written_;
  MEISAI_TRY(months_.count(*old, -1));
  return months_.count(row, +1);
}

Result<void> SqlcipherWrite::put_part(const BilledPart& part) {
  MEISAI_TRY(usable());
  MEISAI_ASSIGN(const bool known, exists(db(), "SELECT 1 FROM txn WHERE id=?1", part.transaction));
  if (!known || part.statement == 0) return fail(Code::not_found, "a part of no transaction or no statement");
  return db()
      .prepared("INSERT OR REPLACE INTO billed_part VALUES(?1,?2,?3,?4)")
      .bind_all(part.transaction, part.statement, part.billed_minor, part.index)
      .run();
}

Result<void> SqlcipherWrite::add_change(const ChangeRow& change) {
  MEISAI_TRY(usable());
  MEISAI_TRY(ledger_rules::check_change(change));
  if (!changes_.empty() && ledger_rules::continues(changes_.back(), change)) {
    changes_.back().last = change.last;
    return {};
  }
  changes_.push_back(change);
  return {};
}

Result<void> SqlcipherWrite::add_audit(const AuditDraft& audit) {
  MEISAI_TRY(usable());
  audit_.push_back(audit);
  return {};
}

Result<void> SqlcipherWrite::write_changes() {
  for (ChangeRow& change : changes_) MEISAI_TRY(append_change(db(), change, audit_.front().at, head_));
  return {};
}

Result<void> SqlcipherWrite::commit_now(MEISAI_UNSPENT Permit<Commit> permit) {
  if (audit_.empty()) return fail(Code::internal_bug, "a window without an audit entry");
  const IssuerId& scope = permit.scope().issuer;
  if (!std::ranges::all_of(issuers_, [&](const IssuerId& issuer) { return ledger_rules::covers(scope, issuer); }))
    return ledger_rules::outside_scope();
  MEISAI_TRY(months_.flush(db()));
  MEISAI_TRY(write_changes());
  if (document_) {
    for (const StatementKey statement : statements_) MEISAI_TRY(save_origin(db(), statement, *document_));
    MEISAI_TRY(turn_->adopt_pages(*document_));
  }
  for (const AuditDraft& draft : audit_) MEISAI_TRY(append_audit(db(), draft, head_.chain));
  ++head_.generation;
  MEISAI_TRY(turn_->vault().note_control(head_));
  MEISAI_TRY(save_head(db(), head_));
  if (rows_written_ > many_rows) MEISAI_TRY(db().flush_ahead_of_commit());
  MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
  return db().commit();
}

Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<ImportTurn> turn) {
  MEISAI_TRY(turn->begin_window());
  auto write = std::make_unique<SqlcipherWrite>(std::move(turn));
  MEISAI_TRY(write->start());
  return write;
}

}  // namespace meisai::sqlcipher
