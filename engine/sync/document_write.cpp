// SPDX-License-Identifier: Apache-2.0
//
// The second half of an import: what matching has decided about a window becomes rows, shares, coverage, quarantine
// and the statement's sums.
#include <algorithm>

#include "engine/ledger/reconciliation.h"
#include "engine/sync/document_window.h"
#include "engine/sync/statement_facts.h"
#include "meisai/date.h"

namespace meisai::sync {
namespace {

/// A statement in a file bills what reached the issuer in time; what did not is billed a month or two later.
constexpr std::chrono::days term_in_files{60};

/// One change of consecutive row numbers, grown while they stay consecutive.
class ChangeRange {
 public:
  ChangeRange(LedgerWrite& ledger, ChangeKind kind) : ledger_(ledger), kind_(kind) {}
  Result<void> add(TransactionKey key) {
    if (first_ != 0 && key == last_ + 1) {
      last_ = key;
      return {};
    }
    MEISAI_TRY(flush());
    first_ = last_ = key;
    return {};
  }
  Result<void> flush() {
    if (first_ == 0) return {};
    const ChangeRow change{.kind = kind_, .entity = Entity::transaction, .first = first_, .last = last_, .reason = {}};
    first_ = 0;
    return ledger_.add_change(change);
  }

 private:
  LedgerWrite& ledger_;
  ChangeKind kind_;
  TransactionKey first_ = 0;
  TransactionKey last_ = 0;
};

/// Rows that the statement bills and a list states otherwise.
Result<std::uint64_t> disputed_rows(LedgerWrite& ledger, const StatementRow& statement) {
  std::uint64_t count = 0;
  if (statement.held_count == 0) return count;
  MEISAI_TRY(ledger.rows_of(statement.key, [&count](const StoredRow& row) {
    if (row.disputed_minor) ++count;
    return true;
  }));
  return count;
}

}  // namespace

Result<void> DocumentImport::write_rows(LedgerWrite& ledger, Window& window, WindowsResult& result) {
  // Matching sorted the entries; writing goes in order of the document.
  std::vector<const ledger::Entry*> by_ordinal(window.content.entries.size());
  for (const ledger::Entry& entry : window.content.entries) by_ordinal[entry.ordinal] = &entry;

  std::multimap<std::uint32_t, const ledger::Doubt*> doubts;
  for (const ledger::Doubt& doubt : window.outcome.doubts) doubts.emplace(doubt.ordinal, &doubt);

  ChangeRange added(ledger, ChangeKind::added);
  ChangeRange modified(ledger, ChangeKind::modified);
  const auto changes = [&result] { return result.added + result.modified + result.removed; };
  const std::uint64_t changed_before = changes();
  const auto write = [&](std::uint32_t ordinal, Candidate&& candidate) -> Result<void> {
    const ledger::Decision& decision = window.outcome.decisions[ordinal];
    if (decision.action == ledger::Action::keep || decision.action == ledger::Action::repeat) {
      ++result.unchanged;
      return {};
    }
    StoredRow row = row_of(window, std::move(candidate), *by_ordinal[ordinal], decision);
    if (decision.action == ledger::Action::insert) {
      MEISAI_ASSIGN(row_.key, keep_document(ledger));
      row.document = row_.key;
      MEISAI_ASSIGN(row.key, insert_row(ledger, row));
      for (auto doubt = doubts.lower_bound(ordinal); doubt != doubts.end() && doubt->first == ordinal; ++doubt)
        MEISAI_TRY(suggest(ledger, *doubt->second, row));
      ++result.added;
      show(result, ChangeKind::added, row, {});
      return added.add(row.key);
    }
    std::optional<StoredRow> before;
    const bool is_shown = accepted_ && accepted_->shown != 0;
    if (is_shown) {
      MEISAI_ASSIGN(before, ledger.row(decision.row));
    }
    MEISAI_ASSIGN(const bool changed, write_known(ledger, window, decision, std::move(row)));
    if (changed && is_shown) {
      MEISAI_ASSIGN(const std::optional<StoredRow> now, ledger.row(decision.row));
      if (now) show(result, decision.revives ? ChangeKind::added : ChangeKind::modified, *now, std::move(before));
    }
    if (changed && decision.revives) {
      ++result.added;
      return added.add(decision.row);
    }
    if (!changed) {
      ++result.unchanged;
      return {};
    }
    ++result.modified;
    return modified.add(decision.row);
  };
  MEISAI_TRY(window.content.each_candidate(write));
  MEISAI_TRY(added.flush());
  MEISAI_TRY(modified.flush());
  if (accepted_) MEISAI_TRY(remove_unlisted(ledger, window, result));
  result.held += window.outcome.absent.size();
  MEISAI_TRY(write_absent_pending(ledger, window, result));
  MEISAI_TRY(write_disputes(ledger, window, result));
  MEISAI_TRY(end_suggestions(ledger, window));
  MEISAI_TRY(write_coverage(ledger, window));
  MEISAI_TRY(write_quarantine(ledger, window));
  if (window.has_statement) return write_statement(ledger, window, changes() != changed_before, result);
  return {};
}

StoredRow DocumentImport::row_of(const Window& window, Candidate&& candidate, const ledger::Entry& entry,
                                 const ledger::Decision& decision) const {
  return {.key = decision.row,
          .card = card_keys_[candidate.card],
          .day = entry.day,
          .fingerprint = ledger::fingerprint(entry.facts, decision.occurrence),
          .statement = window.statement.key,
          .document = row_.key,
          .row = candidate.row,
          .facts = std::move(candidate.facts)};
}

Result<TransactionKey> DocumentImport::insert_row(LedgerWrite& ledger, const StoredRow& row) {
  MEISAI_ASSIGN(const TransactionKey key, ledger.insert(row));
  if (row.statement != 0 && billed_in_parts(row.facts.plan.type))
    MEISAI_TRY(ledger.put_part({key, row.statement, row.facts.billed_minor, row.facts.plan.index}));
  return key;
}

/// A pending row that is listed no more was released, or is late: it is removed when it has been absent for as long as
/// its issuer takes to make up its mind. What is known of it stays, and it comes back if it is listed again.
Result<void> DocumentImport::write_absent_pending(LedgerWrite& ledger, Window& window, WindowsResult& result) {
  const std::chrono::days term = document_.origin.connection.empty() ? term_in_files : document_.origin.pending_term;
  for (StoredRow row : window.outcome.pending_absent) {
    if (!row.absent_since) {
      row.absent_since = date_in_japan(row_.imported_at);
      MEISAI_TRY(ledger.revise(row));
      MEISAI_TRY(give_reason(ledger, row.key, MatchRule::absent, 0, {}));
      continue;
    }
    if (std::chrono::sys_days(date_in_japan(row_.imported_at)) - std::chrono::sys_days(*row.absent_since) < term)
      continue;
    row.facts.status = TransactionStatus::removed;
    MEISAI_TRY(ledger.revise(row));
    MEISAI_TRY(give_reason(ledger, row.key, MatchRule::removed, 0, "not listed since " + iso(*row.absent_since)));
    window.settled.insert(row.key);
    MEISAI_TRY(ledger.add_change({.kind = ChangeKind::removed,
                                  .entity = Entity::transaction,
                                  .first = row.key,
                                  .last = row.key,
                                  .reason = "pending, and not listed since " + iso(*row.absent_since)}));
    ++result.removed;
  }
  return {};
}

/// The issuer says two things of what it has billed: held, and by that its statement is asked for again. Rows remember
/// it, so that a dispute that goes on is no news.
Result<void> DocumentImport::write_disputes(LedgerWrite& ledger, const Window& window, WindowsResult& result) {
  for (const auto& [key, more] : window.disputed) {
    const auto known = std::ranges::find(window.statements, key, &StatementRow::key);
    if (more == 0 || known == window.statements.end()) continue;
    StatementRow statement = *known;
    if (more > 0) result.held += static_cast<std::uint64_t>(more);
    const auto held = static_cast<std::int64_t>(statement.held_count) + more;
    statement.held_count = static_cast<std::uint64_t>(std::max<std::int64_t>(held, 0));
    MEISAI_TRY(ledger.put_statement(statement));
    MEISAI_TRY(ledger.add_change({.kind = ChangeKind::modified,
                                  .entity = Entity::statement,
                                  .first = statement.key,
                                  .last = statement.key,
                                  .reason = {}}));
  }
  return {};
}

Result<void> DocumentImport::write_coverage(LedgerWrite& ledger, const Window& window) {
  if (const auto& complete = document_.origin.complete) {
    for (const std::uint32_t card : window.content.cards)
      MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                      .from = complete->from,
                                      .to = complete->to,
                                      .channel = row_.channel,
                                      .certainty = "complete"}));
    return {};
  }
  const std::string list = document_.layout->vocabulary.open_month ? "open" : "complete";
  for (const auto& [card, days] : window.content.days) {
    const LocalDate from = window.has_statement ? first_day_of_statement(days) : days.from;
    MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                    .from = from,
                                    .to = days.to,
                                    .channel = row_.channel,
                                    .certainty = window.has_statement ? "statement" : list}));
  }
  return {};
}

/// Other rows make another document of an answer: a record that an earlier answer of the connection brought word for
/// word is held once, as often as it was there.
Result<std::multiset<std::pair<Code, std::string>>> DocumentImport::held_records(LedgerWrite& ledger) const {
  std::multiset<std::pair<Code, std::string>> held;
  if (document_.origin.connection.empty()) return held;
  MEISAI_ASSIGN(const std::vector<DocumentRow> documents, ledger.documents(document_.layout->issuer));
  for (const DocumentRow& document : documents) {
    if (document.connection != row_.connection || document.layout != row_.layout) continue;
    MEISAI_ASSIGN(const std::vector<QuarantineRow> records, ledger.quarantine_of(document.key));
    for (const QuarantineRow& record : records) held.emplace(record.rejection.code, record.masked_text);
  }
  return held;
}

Result<void> DocumentImport::write_quarantine(LedgerWrite& ledger, const Window& window) {
  if (window.content.rejected.empty()) return {};
  MEISAI_ASSIGN(auto held, held_records(ledger));
  for (const RejectedCandidate& rejected : window.content.rejected) {
    if (const auto known = held.find({rejected.rejection.code, rejected.masked_text}); known != held.end()) {
      held.erase(known);
      continue;
    }
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
    MEISAI_TRY(ledger.put_quarantine({.document = row_.key,
                                      .statement = window.statement.key,
                                      .rejection = rejected.rejection,
                                      .masked_text = rejected.masked_text}));
  }
  return {};
}

Result<void> DocumentImport::write_statement(LedgerWrite& ledger, Window& window, bool rows_changed,
                                             WindowsResult& result) {
  StatementRow& statement = window.statement;
  const StatementRow before = statement;
  if (!window.outcome.older) {  // what an older copy says of the statement is no news
    const std::size_t missing = accepted_ ? 0 : missing_from(window.content, statement, cards_);
    state(statement, window.content, cards_, document_.name, !window.outcome.absent.empty() || missing != 0);
    result.held += missing;
    MEISAI_ASSIGN(const std::uint64_t disputed, disputed_rows(ledger, before));
    statement.held_count = window.outcome.absent.size() + missing + window.content.rejected.size() + disputed;
    std::vector<TransactionKey> unlisted;
    for (const StoredRow& row : window.outcome.absent) unlisted.push_back(row.key);
    MEISAI_TRY(ledger.put_unlisted(statement.key, unlisted));
  }

  MEISAI_ASSIGN(const std::vector<BilledSum> sums, ledger.billed_sums(statement.key));
  std::map<CardKey, std::string> labels;
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(document_.layout->issuer));
  for (const CardRow& card : cards) labels.emplace(card.key, card.label);
  MEISAI_ASSIGN(const ledger::Balance balance, ledger::reconcile(statement, sums, labels));
  statement.computed_total_minor = balance.computed_minor;
  statement.balanced = balance.balanced;
  statement.transaction_count = balance.transaction_count;

  const bool restated =
      statement.stated_total_minor != before.stated_total_minor || statement.subtotals != before.subtotals ||
      statement.components != before.components || statement.payment_due_date != before.payment_due_date ||
      statement.billing_month != before.billing_month || statement.closing_date != before.closing_date;
  if (!window.new_statement) {
    // What changes after closing is a revision, and stays one; an open month only grows.
    const bool was_closed = before.status != StatementStatus::open;
    if (was_closed) statement.status = rows_changed || restated ? StatementStatus::revised : before.status;
    if (!rows_changed && !restated && statement.held_count == before.held_count && statement.status == before.status)
      return {};
  }
  MEISAI_TRY(ledger.put_statement(statement));
  return ledger.add_change({.kind = window.new_statement ? ChangeKind::added : ChangeKind::modified,
                            .entity = Entity::statement,
                            .first = statement.key,
                            .last = statement.key,
                            .reason = {}});
}

}  // namespace meisai::sync
