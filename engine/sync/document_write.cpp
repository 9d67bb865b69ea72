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

/// A pending row may still show what was authorized.
bool states_other_amount(const TransactionFacts& listed, const TransactionFacts& billed) {
  return listed.status == TransactionStatus::posted && billed.status == TransactionStatus::posted &&
         (listed.amount_minor != billed.amount_minor || listed.currency != billed.currency);
}

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

}  // namespace

Result<void> DocumentImport::write_rows(LedgerWrite& ledger, Window& window, WindowsResult& result) {
  // Matching sorted the entries; writing goes in order of the document.
  std::vector<const ledger::Entry*> by_ordinal(window.content.entries.size());
  for (const ledger::Entry& entry : window.content.entries) by_ordinal[entry.ordinal] = &entry;

  ChangeRange added(ledger, ChangeKind::added);
  ChangeRange modified(ledger, ChangeKind::modified);
  const auto changes = [&result] { return result.added + result.modified + result.removed; };
  const std::uint64_t changed_before = changes();
  MEISAI_TRY(window.content.each_candidate([&](std::uint32_t ordinal, Candidate&& candidate) -> Result<void> {
    const ledger::Decision& decision = window.outcome.decisions[ordinal];
    if (decision.action == ledger::Action::keep || decision.action == ledger::Action::repeat) {
      ++result.unchanged;
      return {};
    }
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
    const StoredRow row = row_of(window, std::move(candidate), *by_ordinal[ordinal], decision);
    if (decision.action == ledger::Action::insert) {
      MEISAI_ASSIGN(const TransactionKey key, insert_row(ledger, row));
      ++result.added;
      show(result, ChangeKind::added, row, {});
      return added.add(key);
    }
    std::optional<StoredRow> before;
    if (accepted_ && accepted_->shown != 0) {
      MEISAI_ASSIGN(before, ledger.row(decision.row));
    }
    MEISAI_ASSIGN(const bool changed, write_row(ledger, window, decision.action, row));
    if (changed) show(result, decision.revives ? ChangeKind::added : ChangeKind::modified, row, std::move(before));
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
  }));
  MEISAI_TRY(added.flush());
  MEISAI_TRY(modified.flush());
  if (accepted_) MEISAI_TRY(remove_unlisted(ledger, window, result));
  result.held += window.outcome.absent.size();
  MEISAI_TRY(write_absent_pending(ledger, window, result));
  MEISAI_TRY(write_disputes(ledger, window, result));
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

/// A known row that the window says something new about. False: it says nothing new after all.
Result<bool> DocumentImport::write_row(LedgerWrite& ledger, Window& window, ledger::Action action,
                                       const StoredRow& row) {
  if (action == ledger::Action::part) return write_part(ledger, window, row);
  if (!window.has_statement) {
    // A list without bills says nothing about the statement that a row is billed by.
    std::optional<StoredRow> known;
    if (const auto moved = window.outcome.moved.find(row.key); moved != window.outcome.moved.end())
      known = moved->second;
    MEISAI_TRY(ledger.rows_on(row.card, row.day, row.day, [&](const StoredRow& stored) {
      if (stored.key == row.key) known = stored;
      return !known;
    }));
    if (known && known->statement != 0) {
      if (states_other_amount(row.facts, known->facts)) ++window.disputed[known->statement];
      return false;
    }
  }
  MEISAI_TRY(ledger.revise(row));
  if (!window.has_statement) return true;
  // A purchase that was billed in parts until now keeps its share of this statement as a part.
  MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger.parts_of(row.key));
  if (billed_in_parts(row.facts.plan.type) || std::ranges::count(parts, row.statement, &BilledPart::statement) != 0)
    MEISAI_TRY(ledger.put_part({row.key, row.statement, row.facts.billed_minor, row.facts.plan.index}));
  return true;
}

/// A pending row that is listed no more was released, or is late: it is removed when it has been absent for as long as
/// its issuer takes to make up its mind. What is known of it stays, and it comes back if it is listed again.
Result<void> DocumentImport::write_absent_pending(LedgerWrite& ledger, const Window& window, WindowsResult& result) {
  for (StoredRow row : window.outcome.pending_absent) {
    if (!row.absent_since) {
      row.absent_since = date_in_japan(row_.imported_at);
      MEISAI_TRY(ledger.revise(row));
      continue;
    }
    if (std::chrono::sys_days(date_in_japan(row_.imported_at)) - std::chrono::sys_days(*row.absent_since) <
        document_.origin.pending_term)
      continue;
    row.facts.status = TransactionStatus::removed;
    MEISAI_TRY(ledger.revise(row));
    MEISAI_TRY(ledger.add_change({.kind = ChangeKind::removed,
                                  .entity = Entity::transaction,
                                  .first = row.key,
                                  .last = row.key,
                                  .reason = "pending, and not listed since " + iso(*row.absent_since)}));
    ++result.removed;
  }
  return {};
}

/// The issuer says two things of what it has billed: held, and by that its statement is asked for again.
Result<void> DocumentImport::write_disputes(LedgerWrite& ledger, const Window& window, WindowsResult& result) {
  if (window.disputed.empty()) return {};
  MEISAI_ASSIGN(const std::vector<StatementRow> statements, ledger.statements(document_.layout->issuer));
  for (StatementRow statement : statements) {
    const auto disputed = window.disputed.find(statement.key);
    const bool can_be_asked = statement.anchor.starts_with(reference_anchor);
    if (disputed == window.disputed.end() || !can_be_asked || statement.status == StatementStatus::open) continue;
    result.held += disputed->second;
    if (statement.held_count != 0) continue;  // it is asked for again as it is
    statement.held_count = disputed->second;
    MEISAI_TRY(ledger.put_statement(statement));
    MEISAI_TRY(ledger.add_change({.kind = ChangeKind::modified,
                                  .entity = Entity::statement,
                                  .first = statement.key,
                                  .last = statement.key,
                                  .reason = {}}));
  }
  return {};
}

/// This statement's share of a purchase that another statement is shown with. The latest statement is shown.
Result<bool> DocumentImport::write_part(LedgerWrite& ledger, const Window& window, const StoredRow& row) {
  MEISAI_ASSIGN(std::vector<BilledPart> parts, ledger.parts_of(row.key));
  // What another statement billed whole until now is its share from here on.
  const auto known = window.outcome.moved.find(row.key);
  if (known != window.outcome.moved.end() &&
      std::ranges::count(parts, known->second.statement, &BilledPart::statement) == 0) {
    const StoredRow& billed = known->second;
    parts.push_back({row.key, billed.statement, billed.facts.billed_minor, billed.facts.plan.index});
    MEISAI_TRY(ledger.put_part(parts.back()));
  }
  const auto same = std::ranges::find_if(parts, [&](const BilledPart& part) {
    return part.statement == window.statement.key && part.billed_minor == row.facts.billed_minor &&
           part.index == row.facts.plan.index;
  });
  if (same != parts.end()) return false;
  MEISAI_TRY(ledger.put_part({row.key, window.statement.key, row.facts.billed_minor, row.facts.plan.index}));

  StatementRow here = window.statement;
  state(here, window.content, cards_, document_.name, false);
  const bool latest = std::ranges::none_of(parts, [&](const BilledPart& part) {
    if (part.index && row.facts.plan.index) return *part.index > *row.facts.plan.index;
    const auto other = std::ranges::find(window.statements, part.statement, &StatementRow::key);
    return other != window.statements.end() && other->key != here.key && ledger::bills_later(*other, here);
  });
  if (latest) MEISAI_TRY(ledger.revise(row));
  return true;
}

Result<void> DocumentImport::write_coverage(LedgerWrite& ledger, const Window& window) {
  // A purchase that reached the issuer late does not make the months before its statement known.
  constexpr std::chrono::days longest_period{45};
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
    LocalDate from = days.from;
    if (window.has_statement) from = std::max(from, LocalDate(std::chrono::sys_days(days.to) - longest_period));
    MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                    .from = from,
                                    .to = days.to,
                                    .channel = row_.channel,
                                    .certainty = window.has_statement ? "statement" : list}));
  }
  return {};
}

Result<void> DocumentImport::write_quarantine(LedgerWrite& ledger, const Window& window) {
  if (window.content.rejected.empty()) return {};
  MEISAI_ASSIGN(row_.key, keep_document(ledger));
  for (const RejectedCandidate& rejected : window.content.rejected)
    MEISAI_TRY(ledger.put_quarantine({.document = row_.key,
                                      .statement = window.statement.key,
                                      .rejection = rejected.rejection,
                                      .masked_text = rejected.masked_text}));
  return {};
}

Result<void> DocumentImport::write_statement(LedgerWrite& ledger, Window& window, bool rows_changed,
                                             WindowsResult& result) {
  StatementRow& statement = window.statement;
  const StatementRow before = statement;
  const std::size_t missing = accepted_ ? 0 : missing_from(window.content, statement, cards_);
  state(statement, window.content, cards_, document_.name, !window.outcome.absent.empty() || missing != 0);
  result.held += missing;
  statement.held_count = window.outcome.absent.size() + missing + window.content.rejected.size();
  std::vector<TransactionKey> unlisted;
  for (const StoredRow& row : window.outcome.absent) unlisted.push_back(row.key);
  MEISAI_TRY(ledger.put_unlisted(statement.key, unlisted));

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
