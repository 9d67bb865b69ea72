// SPDX-License-Identifier: Apache-2.0
//
// A window being written: one SQLite transaction. Rows go in as they come; what is kept once a commit (the
// month roll-up, the change feed, the audit entries, the head) waits in memory until then. The gate lock is
// taken last and covers COMMIT only.
#include <algorithm>
#include <utility>

#include "storage/sqlcipher/card_table.h"
#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/hold_table.h"
#include "storage/sqlcipher/change_table.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/link_tables.h"
#include "storage/sqlcipher/months.h"
#include "storage/sqlcipher/row_codec.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/staging.h"
#include "storage/sqlcipher/unlisted_table.h"
#include "storage/sqlcipher/user_layer_table.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

/// From here on a window is flushed before the gate lock is taken: a cutoff must not wait for a big disk write.
constexpr std::uint64_t many_rows = 20'000;

class SqlcipherWrite final : public LedgerWrite {
 public:
  /// REQUIRES: the turn's window has begun.
  explicit SqlcipherWrite(std::shared_ptr<ImportTurn> turn) : turn_(std::move(turn)) {}
  SqlcipherWrite(const SqlcipherWrite&) = delete;
  SqlcipherWrite& operator=(const SqlcipherWrite&) = delete;
  ~SqlcipherWrite() override { end(false); }

  /// Reads where the vault stands. Called once, first.
  Result<void> start() {
    MEISAI_TRY(turn_->vault().check_named());
    MEISAI_ASSIGN(head_, load_head(db()));
    return {};
  }

  Result<std::string> vault_tag() override { return turn_->vault().vault_tag(); }
  Result<std::vector<CardRow>> cards(const IssuerId& issuer) override;
  Result<std::vector<StatementRow>> statements(const IssuerId& issuer) override;
  Result<void> rows_on(CardKey card, DayKey from, DayKey to, const RowVisitor& visit) override;
  Result<void> rows_among(CardKey card, DayKey from, DayKey to, const FingerprintTest& wanted,
                          const RowVisitor& visit) override;
  Result<void> pending_rows(CardKey card, const RowVisitor& visit) override;
  Result<void> rows_of(StatementKey statement, const RowVisitor& visit) override;
  Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) override;
  Result<std::vector<BilledSum>> billed_sums(StatementKey statement) override;

  Result<std::optional<StoredRow>> row(TransactionKey transaction) override;
  Result<void> aliases_on(CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) override;
  Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    return load_reasons_of(db(), transaction);
  }
  Result<std::vector<CoverageRow>> coverage_of(CardKey card) override;
  Result<std::optional<DocumentRow>> document(DocumentKey document) override;
  Result<std::vector<DocumentRow>> documents(const IssuerId& issuer) override;
  Result<std::vector<SuggestionRow>> suggestions() override;
  Result<std::vector<HoldRow>> holds() override;
  Result<std::vector<QuarantineRow>> quarantine_of(DocumentKey document) override;
  Result<UserLayer> user_layer_of(TransactionKey transaction) override;
  Result<void> drop_quarantine(DocumentKey document, std::uint64_t row, Code code) override;
  Result<void> drop_part(TransactionKey transaction, StatementKey statement) override;
  Result<void> drop_pages(DocumentKey document) override;
  Result<void> put_alias(const AliasRow& alias) override;
  Result<void> add_reason(const ReasonRow& reason) override;
  Result<SuggestionKey> put_suggestion(const SuggestionRow& suggestion) override;
  Result<HoldKey> put_hold(const HoldRow& hold) override;
  Result<void> put_user_layer(TransactionKey transaction, const UserLayer& layer) override;
  Result<bool> undo_user_layer(TransactionKey transaction) override;
  Result<void> put_unlisted(StatementKey statement, const std::vector<TransactionKey>& transactions) override {
    MEISAI_TRY(usable());
    return save_unlisted(db(), statement, transactions);
  }

  Result<DocumentKey> put_document(const DocumentRow& document) override;
  Result<CardKey> put_card(const CardRow& card) override;
  Result<void> link_card(CardKey card, const ConnectionId& connection) override;
  Result<void> put_card_alias(CardKey card, const CardAlias& alias) override {
    MEISAI_TRY(usable());
    return save_card_alias(db(), card, alias);
  }
  Result<void> join_card(CardKey card, CardKey other) override {
    MEISAI_TRY(usable());
    return join_cards(db(), card, other);
  }
  Result<void> join_statement(StatementKey statement, StatementKey other) override {
    MEISAI_TRY(usable());
    std::erase(statements_, other);
    return join_statements(db(), statement, other);
  }
  Result<StatementKey> put_statement(const StatementRow& statement) override;
  Result<TransactionKey> insert(const StoredRow& row) override;
  Result<void> revise(const StoredRow& row) override;
  Result<void> put_part(const BilledPart& part) override;
  Result<void> put_coverage(const CoverageRow& coverage) override;
  Result<bool> put_quarantine(const QuarantineRow& row) override;
  Result<void> add_change(const ChangeRow& change) override;
  Result<void> add_audit(const AuditDraft& audit) override;

  Result<void> commit(MEISAI_UNSPENT Permit<Commit> permit) override {
    MEISAI_TRY(usable());
    const auto done = commit_now(std::move(permit));
    end(done.has_value());
    if (done) turn_->vault().drop_anchor(head_);
    return done;
  }

 private:
  Database& db() const { return turn_->database(); }

  /// Where SQLite rolled the transaction back by itself (disk full, I/O error), going on would commit each
  /// statement on its own.
  Result<void> usable() {
    if (ended_) return fail(Code::internal_bug, "this window has ended");
    if (!db().in_transaction()) {
      end(false);
      return fail(Code::io_error, "the window was given up after an earlier failure", "try again", Retry::later);
    }
    return {};
  }
  void end(bool committed) {
    if (ended_) return;
    ended_ = true;
    turn_->end_window(committed);
  }

  void touched(const IssuerId& issuer) {
    if (std::ranges::find(issuers_, issuer) == issuers_.end()) issuers_.push_back(issuer);
  }
  Result<void> check_row(const StoredRow& row);
  Result<void> mark_ignored(TransactionKey transaction, bool ignored);
  Result<void> write_changes();
  Result<void> commit_now(MEISAI_UNSPENT Permit<Commit> permit);

  std::shared_ptr<ImportTurn> turn_;
  VaultHead head_;
  Statement* insert_ = nullptr;
  std::optional<bool> any_pending_;  // whether a row of any card is pending; empty: not looked yet
  std::optional<bool> any_alias_;    // the same of aliases
  std::string scratch_;
  CardKey known_card_ = 0;  // the card checked last
  MonthCounter months_;
  std::vector<ChangeRow> changes_;
  std::vector<AuditDraft> audit_;
  std::vector<IssuerId> issuers_;
  std::vector<StatementKey> statements_;  // put so far
  std::optional<DocumentKey> document_;
  std::uint64_t rows_written_ = 0;
  bool ended_ = false;
};

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

Result<void> SqlcipherWrite::put_part(const BilledPart& part) {
  MEISAI_TRY(usable());
  MEISAI_ASSIGN(const bool known, exists(db(), "SELECT 1 FROM txn WHERE id=?1", part.transaction));
  if (!known || part.statement == 0) return fail(Code::not_found, "a part of no transaction or no statement");
  return db()
      .prepared("INSERT OR REPLACE INTO billed_part VALUES(?1,?2,?3,?4)")
      .bind_all(part.transaction, part.statement, part.billed_minor, part.index)
      .run();
}

Result<void> SqlcipherWrite::drop_part(TransactionKey transaction, StatementKey statement) {
  MEISAI_TRY(usable());
  return db().prepared("DELETE FROM billed_part WHERE txn=?1 AND stmt=?2").bind_all(transaction, statement).run();
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

}  // namespace

Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<ImportTurn> turn) {
  MEISAI_TRY(turn->begin_window());
  auto write = std::make_unique<SqlcipherWrite>(std::move(turn));
  MEISAI_TRY(write->start());
  return write;
}

}  // namespace meisai::sqlcipher
