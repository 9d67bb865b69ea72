// SPDX-License-Identifier: Apache-2.0
//
// A window of the memory store being written. write.cpp has its rows and its end, write_review.cpp what the review of
// a ledger needs (documents, holds, aliases, suggestions, a person's words).
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/memory/write.h"

namespace meisai::memory {

/// The first number that nothing has or had (`used`).
template <class Map>
typename Map::key_type next_key(const Map& map, typename Map::key_type used = 0) {
  return (map.empty() ? used : std::max(used, map.rbegin()->first)) + 1;
}

class MemoryWrite final : public LedgerWrite {
 public:
  // REQUIRES: the core's mutex is held by the caller.
  MemoryWrite(std::shared_ptr<Core> core, std::shared_ptr<PageList> pages)
      : core_(std::move(core)), pages_(std::move(pages)) {
    core_->own_state();
    core_->writer = &undo_;
  }
  MemoryWrite(const MemoryWrite&) = delete;
  MemoryWrite& operator=(const MemoryWrite&) = delete;
  ~MemoryWrite() override { roll_back(); }

  Result<std::string> vault_tag() override { return core_->vault_tag; }

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
  Result<std::optional<DocumentRow>> document(DocumentKey key) override;
  Result<std::vector<DocumentRow>> documents(const IssuerId& issuer) override;
  Result<std::vector<SuggestionRow>> suggestions() override;
  Result<std::vector<HoldRow>> holds() override;
  Result<std::vector<QuarantineRow>> quarantine_of(DocumentKey document) override;
  Result<void> drop_quarantine(DocumentKey document, std::uint64_t row, Code code) override;
  Result<void> drop_part(TransactionKey transaction, StatementKey statement) override;
  Result<void> drop_pages(DocumentKey document) override;
  Result<void> put_alias(const AliasRow& alias) override;
  Result<void> add_reason(const ReasonRow& reason) override;
  Result<SuggestionKey> put_suggestion(const SuggestionRow& suggestion) override;
  Result<HoldKey> put_hold(const HoldRow& hold) override;
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
  Result<UserLayer> user_layer_of(TransactionKey transaction) override;
  Result<void> put_user_layer(TransactionKey transaction, const UserLayer& layer) override;
  Result<bool> undo_user_layer(TransactionKey transaction) override;
  Result<void> add_change(const ChangeRow& change) override;
  Result<void> add_audit(const AuditDraft& audit) override;
  Result<void> commit(MEISAI_UNSPENT Permit<Commit> permit) override;

 private:
  const LedgerState& ledger() const { return *core_->state; }
  Result<void> usable() const {
    if (ended_) return fail(Code::internal_bug, "this window has ended");
    return {};
  }
  void touched(const IssuerId& issuer) {
    if (std::ranges::find(issuers_, issuer) == issuers_.end()) issuers_.push_back(issuer);
  }

  void touched_card_of(TransactionKey transaction);

  template <class Map>
  void put(Map LedgerState::* member, typename Map::key_type key, typename Map::mapped_type value) {
    const std::lock_guard guard(core_->mutex);
    undo_.put(*core_->state, member, std::move(key), std::move(value));
  }
  template <class Change>
  Result<void> with_state(const Change& change) {
    const std::lock_guard guard(core_->mutex);
    return change(*core_->state);
  }
  template <class Map>
  void drop(Map LedgerState::* member, typename Map::key_type key) {
    const std::lock_guard guard(core_->mutex);
    undo_.drop(*core_->state, member, std::move(key));
  }

  Result<void> check_row(const StoredRow& row) const;
  void place(const StoredRow& row);
  Result<void> count(const StoredRow& row, int sign);
  std::size_t revision_count(TransactionKey key) const;
  Result<void> commit_now(MEISAI_UNSPENT Permit<Commit> permit);
  void roll_back();

  std::shared_ptr<Core> core_;
  std::shared_ptr<PageList> pages_;
  UndoLog undo_;
  std::vector<ChangeRow> changes_;
  std::vector<AuditDraft> audit_;
  std::vector<IssuerId> issuers_;
  std::vector<StatementKey> statements_;    // put so far
  std::optional<ConnectionId> connection_;  // of the document put last
  bool ended_ = false;
};

}  // namespace meisai::memory
