// SPDX-License-Identifier: Apache-2.0
//
// Records that were refused when their document was taken in, and can be read now. They are matched with their whole
// window, like any; nothing else of the window is touched.
#include <algorithm>
#include <utility>

#include "engine/ledger/reconciliation.h"
#include "engine/sync/document_window.h"
#include "engine/sync/statement_facts.h"
#include "meisai/date.h"

namespace meisai::sync {
namespace {

/// What the statement leaves open, as this copy states it: a later copy's word stays.
void fill_in(StatementRow& statement, const StatementRow& copy) {
  if (!statement.stated_total_minor) statement.stated_total_minor = copy.stated_total_minor;
  if (!statement.payment_due_date) statement.payment_due_date = copy.payment_due_date;
  if (!statement.closing_date) statement.closing_date = copy.closing_date;
  if (!statement.billing_month) {
    statement.billing_month = copy.billing_month;
    statement.billing_month_source = copy.billing_month_source;
  }
  const auto states = [](const auto& list, const auto& fits) { return std::ranges::any_of(list, fits); };
  for (const Subtotal& one : copy.subtotals)
    if (!states(statement.subtotals,
                [&](const Subtotal& known) { return known.label == one.label && known.card_label == one.card_label; }))
      statement.subtotals.push_back(one);
  for (const Component& one : copy.components)
    if (!states(statement.components, [&](const Component& known) {
          return known.kind == one.kind && known.label == one.label && known.card_label == one.card_label;
        }))
      statement.components.push_back(one);
}

}  // namespace

Result<Released> DocumentImport::release(LedgerWrite& ledger, const WindowSpan& span, const Release& wanted) {
  const Instant now = row_.imported_at;
  row_ = wanted.document;
  cards_ = wanted.cards;
  card_keys_.clear();
  for (const CardRow& card : cards_) card_keys_.push_back(card.key);
  Window window(WindowContent(document_, span, normalizer_, date_in_japan(row_.imported_at)));
  row_.imported_at = now;  // what is decided here is decided now
  MEISAI_TRY(window.content.read());
  window.has_statement = wanted.statement != 0;
  const std::uint32_t about = document_.origin.card;
  if (about != no_card && std::ranges::find(window.content.cards, about) == window.content.cards.end())
    window.content.cards.push_back(about);
  MEISAI_ASSIGN(window.statements, ledger.statements(document_.layout->issuer));
  if (const auto known = std::ranges::find(window.statements, wanted.statement, &StatementRow::key);
      known != window.statements.end())
    window.statement = *known;
  MEISAI_TRY(decide(ledger, window));
  Released released;
  MEISAI_TRY(release_rows(ledger, window, wanted, released));
  if (window.has_statement && !released.lines.empty()) MEISAI_TRY(write_released(ledger, window, wanted, released));
  return released;
}

Result<void> DocumentImport::release_rows(LedgerWrite& ledger, Window& window, const Release& wanted,
                                          Released& released) {
  std::vector<const ledger::Entry*> by_ordinal(window.content.entries.size());
  for (const ledger::Entry& entry : window.content.entries) by_ordinal[entry.ordinal] = &entry;
  for (const auto& [line, made_good] : wanted.lines) released.lines.insert(line);
  return window.content.each_candidate([&](std::uint32_t ordinal, Candidate&& candidate) -> Result<void> {
    const auto line = wanted.lines.find(candidate.row);
    if (line == wanted.lines.end()) return {};
    const ledger::Decision& decision = window.outcome.decisions[ordinal];
    if (card_keys_[candidate.card] == 0 || (decision.action == ledger::Action::insert && line->second)) {
      released.lines.erase(candidate.row);  // nobody knows whose it is, or a later copy holds without it
      return {};
    }
    StoredRow row = row_of(window, std::move(candidate), *by_ordinal[ordinal], decision);
    if (decision.action == ledger::Action::insert) {
      MEISAI_ASSIGN(row.key, insert_row(ledger, row));
      auto& listed = window.statement.cards;
      if (std::ranges::find(listed, row.card) == listed.end()) listed.push_back(row.card);
      MEISAI_TRY(ledger.add_change({.kind = ChangeKind::added,
                                    .entity = Entity::transaction,
                                    .first = row.key,
                                    .last = row.key,
                                    .reason = "replayed"}));
      for (const ledger::Doubt& doubt : window.outcome.doubts)
        if (doubt.ordinal == ordinal) MEISAI_TRY(suggest(ledger, doubt, row));
      released.added.push_back(std::move(row));
      return {};
    }
    return release_known(ledger, window, decision, std::move(row), released);
  });
}

/// The row came by another way meanwhile. Only what it does not know yet is told to it: which statement bills it.
Result<void> DocumentImport::release_known(LedgerWrite& ledger, Window& window, const ledger::Decision& decision,
                                           StoredRow row, Released& released) {
  if (decision.row == 0 || !window.has_statement || decision.revives) return {};
  MEISAI_ASSIGN(const std::optional<StoredRow> known, ledger.row(decision.row));
  if (!known || (known->statement != 0 && decision.action != ledger::Action::part)) return {};
  MEISAI_ASSIGN(const bool changed, write_known(ledger, window, decision, std::move(row)));
  if (!changed) return {};
  ++released.modified;
  return ledger.add_change({.kind = ChangeKind::modified,
                            .entity = Entity::transaction,
                            .first = decision.row,
                            .last = decision.row,
                            .reason = "replayed"});
}

Result<void> DocumentImport::write_released(LedgerWrite& ledger, Window& window, const Release& wanted,
                                            const Released& released) {
  StatementRow& statement = window.statement;
  StatementRow copy = statement;
  state(copy, window.content, cards_, document_.name, true);
  fill_in(statement, copy);
  std::uint64_t waited = 0;
  for (const std::uint64_t line : released.lines)
    if (!wanted.lines.at(line)) ++waited;
  statement.held_count -= std::min(statement.held_count, waited);
  MEISAI_ASSIGN(const std::vector<BilledSum> sums, ledger.billed_sums(statement.key));
  std::map<CardKey, std::string> labels;
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(document_.layout->issuer));
  for (const CardRow& card : cards) labels.emplace(card.key, card.label);
  MEISAI_ASSIGN(const ledger::Balance balance, ledger::reconcile(statement, sums, labels));
  statement.computed_total_minor = balance.computed_minor;
  statement.balanced = balance.balanced;
  statement.transaction_count = balance.transaction_count;
  MEISAI_TRY(ledger.put_statement(statement));
  return ledger.add_change({.kind = ChangeKind::modified,
                            .entity = Entity::statement,
                            .first = statement.key,
                            .last = statement.key,
                            .reason = "replayed"});
}

}  // namespace meisai::sync
