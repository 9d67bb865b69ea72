// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/write.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "storage/memory/cards.h"
#include "storage/memory/links.h"
#include "storage/memory/user_layers.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

/// As long as SQLite's busy timeout.
constexpr std::chrono::seconds window_wait{10};

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

  Result<std::vector<CardRow>> cards(const IssuerId& issuer) override {
    MEISAI_TRY(usable());
    return values_of(ledger().cards, [&](const CardRow& card) { return card.issuer == issuer; });
  }

  Result<std::vector<StatementRow>> statements(const IssuerId& issuer) override {
    MEISAI_TRY(usable());
    return values_of(ledger().statements, [&](const StatementRow& row) { return row.issuer == issuer; });
  }

  Result<void> rows_on(CardKey card, DayKey from, DayKey to, const RowVisitor& visit) override {
    MEISAI_TRY(usable());
    for (auto place = ledger().places.lower_bound({card, from, {}});
         place != ledger().places.end() && place->first.card == card && place->first.day <= to; ++place)
      if (!visit(ledger().rows.at(place->second))) break;
    return {};
  }

  Result<void> rows_among(CardKey card, DayKey from, DayKey to, const FingerprintTest& wanted,
                          const RowVisitor& visit) override {
    return rows_on(card, from, to, [&](const StoredRow& row) { return !wanted(row.fingerprint) || visit(row); });
  }

  Result<void> pending_rows(CardKey card, const RowVisitor& visit) override {
    MEISAI_TRY(usable());
    const RowPlace first{.card = card, .day = std::numeric_limits<DayKey>::min()};
    for (auto place = ledger().places.lower_bound(first); place != ledger().places.end() && place->first.card == card;
         ++place) {
      const StoredRow& row = ledger().rows.at(place->second);
      if (row.facts.status == TransactionStatus::pending && !visit(row)) break;
    }
    return {};
  }

  Result<void> rows_of(StatementKey statement, const RowVisitor& visit) override {
    MEISAI_TRY(usable());
    for (const StoredRow* row : ledger().rows_of(statement))
      if (!visit(*row)) break;
    return {};
  }

  Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    return ledger().parts_of(transaction);
  }

  Result<std::vector<BilledSum>> billed_sums(StatementKey statement) override {
    MEISAI_TRY(usable());
    return ledger().billed_sums(statement);
  }

  Result<std::optional<StoredRow>> row(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    return value_of(ledger().rows, transaction);
  }
  Result<void> aliases_on(CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) override {
    MEISAI_TRY(usable());
    for (auto at = ledger().aliases.lower_bound({card, from, {}});
         at != ledger().aliases.end() && at->first.card == card && at->first.day <= to; ++at)
      if (!visit({card, at->first.day, at->first.fingerprint, at->second})) break;
    return {};
  }
  Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    return memory::reasons_of(ledger(), transaction);
  }
  Result<std::vector<CoverageRow>> coverage_of(CardKey card) override {
    MEISAI_TRY(usable());
    auto found = values_of(ledger().coverage, [&](const CoverageRow& row) { return row.card == card; });
    std::ranges::sort(found, {},
                      [](const CoverageRow& row) { return std::tuple(row.from, row.channel, row.certainty); });
    return found;
  }
  Result<std::optional<DocumentRow>> document(DocumentKey key) override {
    MEISAI_TRY(usable());
    return value_of(ledger().documents, key);
  }
  Result<std::vector<DocumentRow>> documents(const IssuerId& issuer) override {
    MEISAI_TRY(usable());
    return values_of(ledger().documents, [&](const DocumentRow& row) { return row.issuer == issuer; });
  }
  Result<std::vector<SuggestionRow>> suggestions() override {
    MEISAI_TRY(usable());
    return values_of(ledger().suggestions, [](const SuggestionRow&) { return true; });
  }
  Result<std::vector<HoldRow>> holds() override {
    MEISAI_TRY(usable());
    return values_of(ledger().holds, [](const HoldRow&) { return true; });
  }
  Result<std::vector<QuarantineRow>> quarantine_of(DocumentKey document) override {
    MEISAI_TRY(usable());
    return values_of(ledger().quarantine, [&](const QuarantineRow& row) { return row.document == document; });
  }
  Result<void> drop_quarantine(DocumentKey document, std::uint64_t row, Code code) override {
    MEISAI_TRY(usable());
    drop(&LedgerState::quarantine, QuarantineKey{document, row, code});
    return {};
  }
  Result<void> drop_part(TransactionKey transaction, StatementKey statement) override {
    MEISAI_TRY(usable());
    drop(&LedgerState::parts, std::pair(transaction, statement));
    drop(&LedgerState::parts_by_statement, ListedKey{statement, transaction});
    return {};
  }
  Result<void> drop_pages(DocumentKey document) override {
    MEISAI_TRY(usable());
    drop(&LedgerState::pages, document);
    if (auto row = value_of(ledger().documents, document)) {
      row->cards.clear();
      row->state = DocumentState::discarded;
      put(&LedgerState::documents, document, *std::move(row));
    }
    return {};
  }
  Result<void> put_alias(const AliasRow& alias) override {
    MEISAI_TRY(usable());
    MEISAI_TRY(check_alias(ledger(), alias));
    put(&LedgerState::aliases, RowPlace{alias.card, alias.day, alias.fingerprint}, alias.transaction);
    return {};
  }
  Result<void> add_reason(const ReasonRow& reason) override {
    MEISAI_TRY(usable());
    MEISAI_ASSIGN(const auto place, place_of_reason(ledger(), reason));
    put(&LedgerState::reasons, place, reason);
    return {};
  }
  Result<SuggestionKey> put_suggestion(const SuggestionRow& suggestion) override {
    MEISAI_TRY(usable());
    MEISAI_ASSIGN(const PlannedSuggestion planned, plan_suggestion(ledger(), suggestion));
    if (planned.changes) put(&LedgerState::suggestions, planned.row.key, planned.row);
    return planned.row.key;
  }
  Result<HoldKey> put_hold(const HoldRow& hold) override {
    MEISAI_TRY(usable());
    HoldRow row = hold;
    if (row.key != 0 && !ledger().holds.contains(row.key)) return fail(Code::not_found, "no such hold");
    if (row.key == 0) row.key = ledger().open_hold_of(row.document);
    if (row.key == 0) row.key = next_key(ledger().holds, ledger().used.hold);
    put(&LedgerState::holds, row.key, row);
    return row.key;
  }
  Result<void> put_unlisted(StatementKey statement, const std::vector<TransactionKey>& transactions) override {
    MEISAI_TRY(usable());
    std::vector<TransactionKey> ascending = transactions;
    std::ranges::sort(ascending);
    put(&LedgerState::unlisted, statement, std::move(ascending));
    return {};
  }

  Result<DocumentKey> put_document(const DocumentRow& document) override {
    MEISAI_TRY(usable());
    touched(document.issuer);
    DocumentRow row = document;
    const auto known = std::ranges::find_if(ledger().documents, [&](const auto& entry) {
      return entry.second.digest == document.digest && entry.second.layout == document.layout;
    });
    if (known == ledger().documents.end()) {
      row.key = next_key(ledger().documents, ledger().used.document);
    } else {
      row.key = known->first;
      row.issuer = known->second.issuer;
      row.channel = known->second.channel;
      row.connection = known->second.connection;
      row.imported_at = known->second.imported_at;
    }
    put(&LedgerState::documents, row.key, row);
    connection_ = row.connection;
    if (!pages_->empty()) put(&LedgerState::pages, row.key, *pages_);
    return row.key;
  }

  Result<CardKey> put_card(const CardRow& card) override {
    MEISAI_TRY(usable());
    touched(card.issuer);
    CardRow row = card;
    row.connections.clear();
    row.aliases.clear();
    row.joined_into = 0;
    if (row.key == 0) {
      row.key = next_key(ledger().cards, ledger().used.card);
    } else {
      const auto known = ledger().cards.find(row.key);
      if (known == ledger().cards.end()) return fail(Code::not_found, "no such card");
      row.connections = known->second.connections;
      row.aliases = known->second.aliases;
      row.joined_into = known->second.joined_into;
    }
    put(&LedgerState::cards, row.key, row);
    return row.key;
  }

  Result<void> link_card(CardKey card, const ConnectionId& connection) override {
    MEISAI_TRY(usable());
    if (connection.empty()) return fail(Code::internal_bug, "a card is linked to no connection");
    const auto known = ledger().cards.find(card);
    if (known == ledger().cards.end()) return fail(Code::not_found, "no such card");
    CardRow row = known->second;
    const auto place = std::ranges::lower_bound(row.connections, connection);
    if (place != row.connections.end() && *place == connection) return {};
    row.connections.insert(place, connection);
    put(&LedgerState::cards, card, row);
    return {};
  }

  Result<void> put_card_alias(CardKey card, const CardAlias& alias) override {
    MEISAI_TRY(usable());
    return with_state([&](LedgerState& state) { return memory::put_card_alias(state, undo_, card, alias); });
  }
  Result<void> join_card(CardKey card, CardKey other) override {
    MEISAI_TRY(usable());
    return with_state([&](LedgerState& state) { return memory::join_card(state, undo_, card, other); });
  }
  Result<void> join_statement(StatementKey statement, StatementKey other) override {
    MEISAI_TRY(usable());
    std::erase(statements_, other);
    return with_state([&](LedgerState& state) { return memory::join_statement(state, undo_, statement, other); });
  }

  Result<StatementKey> put_statement(const StatementRow& statement) override {
    MEISAI_TRY(usable());
    touched(statement.issuer);
    StatementRow row = statement;
    if (row.key == 0)
      row.key = next_key(ledger().statements, ledger().used.statement);
    else if (!ledger().statements.contains(row.key))
      return fail(Code::not_found, "no such statement");
    put(&LedgerState::statements, row.key, row);
    statements_.push_back(row.key);
    return row.key;
  }

  Result<TransactionKey> insert(const StoredRow& row) override {
    MEISAI_TRY(usable());
    MEISAI_TRY(check_row(row));
    if (ledger().places.contains({row.card, row.day, row.fingerprint}))
      return fail(Code::internal_bug, "a row was inserted that matching should have found");
    StoredRow stored = row;
    stored.key = next_key(ledger().rows, ledger().used.transaction);
    stored.ignored = false;  // only put_user_layer says so
    MEISAI_TRY(count(stored, +1));
    place(stored);
    put(&LedgerState::rows, stored.key, stored);
    return stored.key;
  }

  Result<void> revise(const StoredRow& row) override {
    MEISAI_TRY(usable());
    MEISAI_TRY(check_row(row));
    const auto known = ledger().rows.find(row.key);
    if (known == ledger().rows.end()) return fail(Code::not_found, "no such transaction");
    const StoredRow old = known->second;
    const auto holder = ledger().places.find({row.card, row.day, row.fingerprint});
    if (holder != ledger().places.end() && holder->second != row.key)
      return fail(Code::internal_bug, "a row was revised into one that is there already");
    StoredRow next = row;
    next.ignored = old.ignored;  // the person's word, whatever the issuer says
    MEISAI_TRY(count(old, -1));
    MEISAI_TRY(count(next, +1));
    drop(&LedgerState::places, RowPlace{old.card, old.day, old.fingerprint});
    if (old.statement != 0) drop(&LedgerState::belongs, ListedKey{old.statement, old.key});
    place(next);
    put(&LedgerState::rows, row.key, next);
    put(&LedgerState::revisions, std::pair(row.key, revision_count(row.key)), old);
    return {};
  }

  Result<void> put_part(const BilledPart& part) override {
    MEISAI_TRY(usable());
    if (!ledger().rows.contains(part.transaction) || part.statement == 0)
      return fail(Code::not_found, "a part of no transaction or no statement");
    put(&LedgerState::parts, std::pair(part.transaction, part.statement), part);
    put(&LedgerState::parts_by_statement, ListedKey{part.statement, part.transaction}, part);
    return {};
  }

  Result<void> put_coverage(const CoverageRow& coverage) override {
    MEISAI_TRY(usable());
    if (coverage.to < coverage.from) return fail(Code::internal_bug, "coverage that ends before it begins");
    CoverageRow merged = coverage;
    std::vector<std::int64_t> absorbed;
    for (const auto& [key, known] : ledger().coverage)
      if (ledger_rules::touching(known, coverage)) {
        ledger_rules::widen(merged, known);
        absorbed.push_back(key);
      }
    for (const std::int64_t key : absorbed) drop(&LedgerState::coverage, key);
    put(&LedgerState::coverage, next_key(ledger().coverage), merged);
    return {};
  }

  Result<bool> put_quarantine(const QuarantineRow& row) override {
    MEISAI_TRY(usable());
    const QuarantineKey key{row.document, row.rejection.row, row.rejection.code};
    if (ledger().quarantine.contains(key)) return false;
    put(&LedgerState::quarantine, key, row);
    return true;
  }

  Result<UserLayer> user_layer_of(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    std::vector<UserLayer> layers = ledger().layers_of(transaction);
    return layers.empty() ? UserLayer{} : std::move(layers.back());
  }

  Result<void> put_user_layer(TransactionKey transaction, const UserLayer& layer) override {
    MEISAI_TRY(usable());
    touched_card_of(transaction);
    const std::lock_guard guard(core_->mutex);
    return put_layer(*core_->state, undo_, transaction, layer);
  }

  Result<bool> undo_user_layer(TransactionKey transaction) override {
    MEISAI_TRY(usable());
    touched_card_of(transaction);
    const std::lock_guard guard(core_->mutex);
    return undo_layer(*core_->state, undo_, transaction);
  }

  Result<void> add_change(const ChangeRow& change) override {
    MEISAI_TRY(usable());
    MEISAI_TRY(ledger_rules::check_change(change));
    if (!changes_.empty() && ledger_rules::continues(changes_.back(), change)) {
      changes_.back().last = change.last;
      return {};
    }
    changes_.push_back(change);
    return {};
  }

  Result<void> add_audit(const AuditDraft& audit) override {
    MEISAI_TRY(usable());
    audit_.push_back(audit);
    return {};
  }

  Result<void> commit(MEISAI_UNSPENT Permit<Commit> permit) override {
    MEISAI_TRY(usable());
    const auto done = commit_now(std::move(permit));
    if (!done) roll_back();
    return done;
  }

 private:
  const LedgerState& ledger() const { return *core_->state; }
  Result<void> usable() const {
    if (ended_) return fail(Code::internal_bug, "this window has ended");
    return {};
  }
  void touched(const IssuerId& issuer) {
    if (std::ranges::find(issuers_, issuer) == issuers_.end()) issuers_.push_back(issuer);
  }

  void touched_card_of(TransactionKey transaction) {
    const auto row = ledger().rows.find(transaction);
    if (row != ledger().rows.end()) touched(ledger().cards.at(row->second.card).issuer);
  }

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

  Result<void> check_row(const StoredRow& row) const {
    MEISAI_TRY(ledger_rules::check_row(row));
    if (!ledger().cards.contains(row.card)) return fail(Code::internal_bug, "a row of a card that nobody put");
    return {};
  }

  void place(const StoredRow& row) {
    put(&LedgerState::places, RowPlace{row.card, row.day, row.fingerprint}, row.key);
    if (row.statement != 0) put(&LedgerState::belongs, ListedKey{row.statement, row.key}, true);
  }

  Result<void> count(const StoredRow& row, int sign) {
    const std::lock_guard guard(core_->mutex);
    return count_in_month(*core_->state, undo_, row, sign);
  }

  std::size_t revision_count(TransactionKey key) const {
    const auto end = ledger().revisions.lower_bound({key + 1, 0});
    if (end == ledger().revisions.begin()) return 0;
    const auto last = std::prev(end);
    return last->first.first == key ? last->first.second + 1 : 0;
  }

  Result<void> commit_now(MEISAI_UNSPENT Permit<Commit> permit) {
    if (audit_.empty()) return fail(Code::internal_bug, "a window without an audit entry");
    const IssuerId& scope = permit.scope().issuer;
    if (!std::ranges::all_of(issuers_, [&](const IssuerId& issuer) { return ledger_rules::covers(scope, issuer); }))
      return ledger_rules::outside_scope();
    if (connection_)
      for (const StatementKey statement : statements_)
        put(&LedgerState::origins, std::pair(statement, *connection_), true);
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    Anchor anchor;
    {
      const std::lock_guard guard(core_->mutex);
      LedgerState& state = *core_->state;
      for (ChangeRow& change : changes_) {
        change.position = state.last_position() + 1;
        change.at = audit_.front().at;
        state.changes.push_back(std::move(change));
      }
      for (const AuditDraft& draft : audit_) state.append_audit(draft);
      ++state.generation;
      anchor = Core::anchor_of(state);
      core_->writer = nullptr;
      core_->changed.notify_all();
      pages_.reset();
      ended_ = true;
    }
    return core_->control.set_anchor(anchor);
  }

  void roll_back() {
    if (ended_) return;
    const std::lock_guard guard(core_->mutex);
    undo_.undo(*core_->state);
    core_->writer = nullptr;
    core_->changed.notify_all();
    pages_.reset();
    ended_ = true;
  }

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

}  // namespace

Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<Core> core, std::shared_ptr<PageList> pages) {
  std::unique_lock lock(core->mutex);
  if (!core->changed.wait_for(lock, window_wait, [&] { return core->writer == nullptr; }))
    return fail(Code::store_busy, "another window is being written", "wait until it has ended, then try again",
                Retry::later);
  return std::make_unique<MemoryWrite>(core, std::move(pages));
}

}  // namespace meisai::memory
