// SPDX-License-Identifier: Apache-2.0
//
// Documents in doubt: what the brake makes of a list before it is written, and what a batch that a person accepted
// takes out of the ledger.
#include <algorithm>

#include "engine/ledger/brake.h"
#include "engine/sync/document_window.h"

namespace meisai::sync {
namespace {

/// Rows that the window lists, ascending; `unchanged` only: those that it says nothing new about.
std::vector<TransactionKey> listed_rows(const ledger::Outcome& outcome, bool unchanged) {
  std::vector<TransactionKey> rows;
  for (const ledger::Decision& decision : outcome.decisions)
    if (decision.row != 0 && (!unchanged || decision.action != ledger::Action::revise)) rows.push_back(decision.row);
  std::ranges::sort(rows);
  return rows;
}

struct Days {
  DayKey from = INT32_MAX;
  DayKey to = INT32_MIN;
};
/// Days of use by card, of every row of the window.
std::map<std::uint32_t, Days> days_of(const std::vector<ledger::Entry>& entries) {
  std::map<std::uint32_t, Days> days;
  for (const ledger::Entry& entry : entries) {
    if (entry.undated) continue;
    Days& span = days[entry.card];
    span = {std::min(span.from, entry.day), std::max(span.to, entry.day)};
  }
  return days;
}

/// Whether a list can hold so much news that a closer look is worth reading what is stored.
bool may_be_doubtful(const ledger::Outcome& outcome) {
  std::uint64_t news = 0;
  for (const ledger::Decision& decision : outcome.decisions)
    if (decision.action == ledger::Action::insert || decision.action == ledger::Action::revise) ++news;
  return news >= ledger::least_doubtful_rows;
}

}  // namespace

Result<void> DocumentImport::look_for_doubt(LedgerWrite& ledger, Window& window) {
  if (!may_be_doubtful(window.outcome)) return {};
  const std::vector<TransactionKey> unchanged = listed_rows(window.outcome, true);
  std::vector<StoredRow> rows;
  std::vector<CoverageRow> known;
  for (const auto& [index, days] : days_of(window.content.entries)) {
    const CardKey card = card_keys_[index];
    if (card == 0) continue;
    MEISAI_TRY(ledger.rows_on(card, days.from, days.to, [&](const StoredRow& row) {
      if (!std::ranges::binary_search(unchanged, row.key)) rows.push_back(row);
      return true;
    }));
    MEISAI_ASSIGN(const std::vector<CoverageRow> of_card, ledger.coverage_of(card));
    known.insert(known.end(), of_card.begin(), of_card.end());
  }
  for (const ledger::Decision& decision : window.outcome.decisions) {  // from days outside of the window
    if (decision.action != ledger::Action::revise || decision.rule != MatchRule::moved_date) continue;
    MEISAI_ASSIGN(const std::optional<StoredRow> moved, ledger.row(decision.row));
    if (moved) rows.push_back(*moved);
  }
  const auto finding = ledger::brake({.entries = window.content.entries,
                                      .decisions = window.outcome.decisions,
                                      .cards = card_keys_,
                                      .rows = rows,
                                      .known = known});
  if (!finding) return {};
  window.shift = finding->shift;
  if (accepted_) return {};
  return fail(Code::batch_doubtful, finding->diagnosis,
              "nothing of it was taken in; see `meisai holds`, or name another card: --card LABEL", Retry::after_user);
}

void DocumentImport::show(WindowsResult& result, ChangeKind change, const StoredRow& row,
                          std::optional<StoredRow> before) const {
  if (accepted_ && result.touched.size() < accepted_->shown) result.touched.push_back({change, row, std::move(before)});
}

/// The days of a list that is complete for its cards: rows of no statement that it does not list.
Result<void> DocumentImport::collect_unlisted(LedgerWrite& ledger, Window& window) {
  const std::vector<TransactionKey> listed = listed_rows(window.outcome, false);
  for (const auto& [index, days] : days_of(window.content.entries)) {
    // Where all dates moved, the first or last day that is known lies outside of the list by as much.
    const DayKey from = std::max(days.from - std::max(window.shift, 0), 0);
    const DayKey to = days.to - std::min(window.shift, 0);
    MEISAI_TRY(ledger.rows_on(card_keys_[index], from, to, [&](const StoredRow& row) {
      const bool counts = row.statement == 0 && row.facts.status == TransactionStatus::posted;
      if (counts && !std::ranges::binary_search(listed, row.key)) window.outcome.absent.push_back(row);
      return true;
    }));
  }
  return {};
}

Result<void> DocumentImport::remove_unlisted(LedgerWrite& ledger, Window& window, WindowsResult& result) {
  // What could not be read may be the very row that seems to be missing, and an open month lists what it likes.
  const bool lists_all = window.content.rejected.empty() && !document_.facts.last_record_incomplete &&
                         !document_.layout->vocabulary.open_month;
  if (!lists_all) return {};
  if (!window.has_statement && !document_.origin.complete) MEISAI_TRY(collect_unlisted(ledger, window));
  for (const StoredRow& row : window.outcome.absent) MEISAI_TRY(remove_row(ledger, window, row, result));
  window.outcome.absent.clear();
  return {};
}

/// Of a purchase that other statements bill too, only this statement's share goes.
Result<void> DocumentImport::remove_row(LedgerWrite& ledger, const Window& window, StoredRow row,
                                        WindowsResult& result) {
  const StoredRow before = row;
  const StatementKey here = window.statement.key;
  bool removed = true;
  if (window.has_statement) {
    MEISAI_ASSIGN(std::vector<BilledPart> parts, ledger.parts_of(row.key));
    std::erase_if(parts, [here](const BilledPart& part) { return part.statement == here; });
    MEISAI_TRY(ledger.drop_part(row.key, here));
    removed = row.statement == here && parts.empty();
    if (row.statement == here) {
      row.statement = parts.empty() ? 0 : parts.back().statement;
      if (!parts.empty()) {
        row.facts.billed_minor = parts.back().billed_minor;
        row.facts.plan.index = parts.back().index;
      }
    }
  }
  if (removed) row.facts.status = TransactionStatus::removed;
  MEISAI_TRY(ledger.revise(row));
  const std::string why = "not in the batch that was accepted as " + accepted_->hold;
  MEISAI_TRY(ledger.add_reason({.transaction = row.key,
                                .at = row_.imported_at,
                                .document = row_.key,
                                .row = 0,
                                .rule = MatchRule::hold_accepted,
                                .other = 0,
                                .detail = why}));
  const ChangeKind change = removed ? ChangeKind::removed : ChangeKind::modified;
  MEISAI_TRY(ledger.add_change(
      {.kind = change, .entity = Entity::transaction, .first = row.key, .last = row.key, .reason = why}));
  ++(removed ? result.removed : result.modified);
  show(result, change, removed ? before : row, before);
  return {};
}

}  // namespace meisai::sync
