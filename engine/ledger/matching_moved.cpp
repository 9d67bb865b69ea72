// SPDX-License-Identifier: Apache-2.0
//
// Without ids, a posted row that a complete list, or its own statement, shows on another day now (decision 0021). One
// row where nothing else can be meant; a fare of every day, or a row that another statement bills on its old day, is a
// doubt.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <unordered_set>
#include <vector>

#include "engine/ledger/matching.h"
#include "engine/ledger/unused_rows.h"

namespace meisai::ledger {
namespace {

/// Rows and entries of the same facts.
struct Alike {
  std::vector<DayKey> days;  ///< of all of them, listed or not
  std::vector<std::size_t> gone;
  std::vector<const Entry*> unknown;
};

/// Whether all that is like these two, near either, is gone from the one day and new on the other: as many twins on
/// both sides are interchangeable.
bool nothing_else(const Alike& alike, const Entry& entry, const StoredRow& row, const Unused& unused) {
  const auto gone = std::ranges::count_if(alike.gone, [&](std::size_t i) { return unused.rows()[i].day == row.day; });
  const auto unknown = std::ranges::count(alike.unknown, entry.day, &Entry::day);
  const auto [first, last] = std::minmax(entry.day, row.day);
  const auto near =
      std::ranges::count_if(alike.days, [from = first - longest_move_without_id, to = last + longest_move_without_id](
                                            DayKey day) { return day >= from && day <= to; });
  return gone == unknown && near == gone + unknown;
}

bool is_near(const Entry& entry, const StoredRow& row) {
  return entry.day != row.day && std::abs(entry.day - row.day) <= longest_move_without_id;
}

}  // namespace

void WindowMatch::pair_moved(Unused& unused, std::uint32_t card, std::span<const Entry* const> entries,
                             const View& view) {
  const bool is_list = view.complete && std::ranges::find(view.complete->cards, card) != view.complete->cards.end();
  if (!is_list && statement_ == 0) return;
  // A statement is complete for what it listed; that it does not bill what a list has shown makes nothing sure.
  const auto may_have_moved = [&](const StoredRow& row) {
    if (is_list) return view.complete->days.has(row.day);
    return row.statement == 0 || (row.statement == statement_ && listed_.contains(row.key));
  };
  std::map<FactsKey, Alike> groups;
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    if (unused.taken(i) || is_by_reference(row.fingerprint.facts())) continue;
    if (row.facts.status == TransactionStatus::posted && row.facts.date.date && may_have_moved(row))
      groups[row.fingerprint.facts()].gone.push_back(i);
  }
  if (groups.empty()) return;
  const auto in_group = [&groups](const FactsKey& facts, const auto& visit) {
    if (const auto group = groups.find(facts); group != groups.end()) visit(group->second);
  };
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    if (!unused.taken(i) && row.facts.status != TransactionStatus::removed)
      in_group(row.fingerprint.facts(), [&row](Alike& alike) { alike.days.push_back(row.day); });
  }
  for (const Entry& entry : entries_)
    if (entry.card == card && !entry.undated)
      in_group(entry.facts, [&entry](Alike& alike) { alike.days.push_back(entry.day); });
  const auto is_doubted = [this](const Entry& entry) {
    return std::ranges::find(outcome_.doubts, entry.ordinal, &Doubt::ordinal) != outcome_.doubts.end();
  };
  for (const Entry* entry : entries)
    if (!entry->pending && !entry->in_parts && decision_of(*entry).action == Action::insert && !is_doubted(*entry))
      in_group(entry->facts, [entry](Alike& alike) { alike.unknown.push_back(entry); });

  std::unordered_set<TransactionKey> met;
  for (const auto& [facts, alike] : groups)
    for (const Entry* entry : alike.unknown) {
      const auto found = std::ranges::find_if(alike.gone, [&](std::size_t i) {
        return is_near(*entry, unused.rows()[i]) && !met.contains(unused.rows()[i].key);
      });
      if (found == alike.gone.end()) continue;
      const StoredRow& row = unused.rows()[*found];
      met.insert(row.key);
      const bool certain = nothing_else(alike, *entry, row, unused);
      // A list may leave out what is billed, and a file may know the row by its old day: a person is asked.
      const bool is_gone = row.statement == statement_;
      if (certain && is_gone && !is_dual(row)) {
        unused.take(*found);
        settle(*entry, row, MatchRule::moved_date);
      } else if (certain || is_gone) {
        outcome_.doubts.push_back({entry->ordinal, MatchRule::moved_date, row});
      }
    }
}

}  // namespace meisai::ledger
