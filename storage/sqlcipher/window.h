// SPDX-License-Identifier: Apache-2.0
//
// A window being written: one SQLite transaction. Rows go in as they come; what is kept once a commit (the
// month roll-up, the change feed, the audit entries, the head) waits in memory until then. The gate lock is
// taken last and covers COMMIT only. window.cpp has rows and the end, window_review.cpp what the review of a ledger
// needs (documents, holds, aliases, suggestions, a person's words).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/sqlcipher/months.h"
#include "storage/sqlcipher/staging.h"

namespace meisai::sqlcipher {

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
  Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) override;
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
  Result<void> put_unlisted(StatementKey statement, const std::vector<TransactionKey>& transactions) override;

  Result<DocumentKey> put_document(const DocumentRow& document) override;
  Result<CardKey> put_card(const CardRow& card) override;
  Result<void> link_card(CardKey card, const ConnectionId& connection) override;
  Result<void> put_card_alias(CardKey card, const CardAlias& alias) override;
  Result<void> join_card(CardKey card, CardKey other) override;
  Result<void> join_statement(StatementKey statement, StatementKey other) override;
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

}  // namespace meisai::sqlcipher
