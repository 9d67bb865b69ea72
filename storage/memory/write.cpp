// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <tuple>

#include "storage/memory/user_layers.h"
#include "storage/memory/window.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

/// As long as SQLite's busy timeout.
constexpr std::chrono::seconds window_wait{10};

}  // namespace

Result<std::vector<CardRow>> MemoryWrite::cards(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return values_of(ledger().cards, [&](const CardRow& card) { return card.issuer == issuer; });
}

Result<std::vector<StatementRow>> MemoryWrite::statements(const IssuerId& issuer) {
  MEISAI_TRY(usable());
  return values_of(ledger().statements, [&](const StatementRow& row) { return row.issuer == issuer; });
}

Result<void> MemoryWrite::rows_on(CardKey card, DayKey from, DayKey to, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  for (auto place = ledger().places.lower_bound({card, from, {}});
       place != ledger().places.end() && place->first.card == card && place->first.day <= to; ++place)
    if (!visit(ledger().rows.at(place->second))) break;
  return {};
}

Result<void> MemoryWrite::rows_among(CardKey card, DayKey from, DayKey to, const FingerprintTest& wanted,
                                     const RowVisitor& visit) {
  return rows_on(card, from, to, [&](const StoredRow& row) { return !wanted(row.fingerprint) || visit(row); });
}

Result<void> MemoryWrite::pending_rows(CardKey card, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  const RowPlace first{.card = card, .day = std::numeric_limits<DayKey>::min()};
  for (auto place = ledger().places.lower_bound(first); place != ledger().places.end() && place->first.card == card;
       ++place) {
    const StoredRow& row = ledger().rows.at(place->second);
    if (row.facts.status == TransactionStatus::pending && !visit(row)) break;
  }
  return {};
}

Result<void> MemoryWrite::rows_of(StatementKey statement, const RowVisitor& visit) {
  MEISAI_TRY(usable());
  for (const StoredRow* row : ledger().rows_of(statement))
    if (!visit(*row)) break;
  return {};
}

Result<std::vector<BilledPart>> MemoryWrite::parts_of(TransactionKey transaction) {
  MEISAI_TRY(usable());
  return ledger().parts_of(transaction);
}

Result<std::vector<BilledSum>> MemoryWrite::billed_sums(StatementKey statement) {
  MEISAI_TRY(usable());
  return ledger().billed_sums(statement);
}

Result<std::vector<CoverageRow>> MemoryWrite::coverage_of(CardKey card) {
  MEISAI_TRY(usable());
  auto found = values_of(ledger().coverage, [&](const CoverageRow& row) { return row.card == card; });
  std::ranges::sort(found, {}, [](const CoverageRow& row) { return std::tuple(row.from, row.channel, row.certainty); });
  return found;
}

Result<DocumentKey> MemoryWrite::put_document(const DocumentRow& document) {
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

Result<CardKey> MemoryWrite::put_card(const CardRow& card) {
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

Result<void> MemoryWrite::link_card(CardKey card, const ConnectionId& connection) {
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

Result<StatementKey> MemoryWrite::put_statement(const StatementRow& statement) {
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

Result<TransactionKey> MemoryWrite::insert(const StoredRow& row) {
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

Result<void> MemoryWrite::revise(const StoredRow& row) {
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

Result<void> MemoryWrite::put_part(const BilledPart& part) {
  MEISAI_TRY(usable());
  if (!ledger().rows.contains(part.transaction) || part.statement == 0)
    return fail(Code::not_found, "a part of no transaction or no statement");
  put(&LedgerState::parts, std::pair(part.transaction, part.statement), part);
  put(&LedgerState::parts_by_statement, ListedKey{part.statement, part.transaction}, part);
  return {};
}

Result<void> MemoryWrite::put_coverage(const CoverageRow& coverage) {
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

Result<bool> MemoryWrite::put_quarantine(const QuarantineRow& row) {
  MEISAI_TRY(usable());
  const QuarantineKey key{row.document, row.rejection.row, row.rejection.code};
  if (ledger().quarantine.contains(key)) return false;
  put(&LedgerState::quarantine, key, row);
  return true;
}

Result<void> MemoryWrite::add_change(const ChangeRow& change) {
  MEISAI_TRY(usable());
  MEISAI_TRY(ledger_rules::check_change(change));
  if (!changes_.empty() && ledger_rules::continues(changes_.back(), change)) {
    changes_.back().last = change.last;
    return {};
  }
  changes_.push_back(change);
  return {};
}

Result<void> MemoryWrite::add_audit(const AuditDraft& audit) {
  MEISAI_TRY(usable());
  audit_.push_back(audit);
  return {};
}

Result<void> MemoryWrite::commit(MEISAI_UNSPENT Permit<Commit> permit) {
  MEISAI_TRY(usable());
  const auto done = commit_now(std::move(permit));
  if (!done) roll_back();
  return done;
}

void MemoryWrite::touched_card_of(TransactionKey transaction) {
  const auto row = ledger().rows.find(transaction);
  if (row != ledger().rows.end()) touched(ledger().cards.at(row->second.card).issuer);
}

Result<void> MemoryWrite::check_row(const StoredRow& row) const {
  MEISAI_TRY(ledger_rules::check_row(row));
  if (!ledger().cards.contains(row.card)) return fail(Code::internal_bug, "a row of a card that nobody put");
  return {};
}

void MemoryWrite::place(const StoredRow& row) {
  put(&LedgerState::places, RowPlace{row.card, row.day, row.fingerprint}, row.key);
  if (row.statement != 0) put(&LedgerState::belongs, ListedKey{row.statement, row.key}, true);
}

Result<void> MemoryWrite::count(const StoredRow& row, int sign) {
  const std::lock_guard guard(core_->mutex);
  return count_in_month(*core_->state, undo_, row, sign);
}

std::size_t MemoryWrite::revision_count(TransactionKey key) const {
  const auto end = ledger().revisions.lower_bound({key + 1, 0});
  if (end == ledger().revisions.begin()) return 0;
  const auto last = std::prev(end);
  return last->first.first == key ? last->first.second + 1 : 0;
}

Result<void> MemoryWrite::commit_now(MEISAI_UNSPENT Permit<Commit> permit) {
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

void MemoryWrite::roll_back() {
  if (ended_) return;
  const std::lock_guard guard(core_->mutex);
  undo_.undo(*core_->state);
  core_->writer = nullptr;
  core_->changed.notify_all();
  pages_.reset();
  ended_ = true;
}

Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<Core> core, std::shared_ptr<PageList> pages) {
  std::unique_lock lock(core->mutex);
  if (!core->changed.wait_for(lock, window_wait, [&] { return core->writer == nullptr; }))
    return fail(Code::store_busy, "another window is being written", "wait until it has ended, then try again",
                Retry::later);
  return std::make_unique<MemoryWrite>(core, std::move(pages));
}

}  // namespace meisai::memory
