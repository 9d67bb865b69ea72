// SPDX-License-Identifier: Apache-2.0
//
// The passes for answers of APIs, after equal facts on equal days are settled. They look at rows that nothing
// in the window has used yet, some weeks around it.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "engine/ledger/matching.h"

namespace meisai::ledger {
namespace {

/// A row may be posted this long after it was first seen as pending.
constexpr DayKey longest_pending = 60;
/// Without a link of the issuer, pending and posted lie this close together.
constexpr DayKey close_days = 10;

/// Rows of one card that no entry of the window has used, and what was paired with them.
struct Unused {
  std::vector<StoredRow> rows;
  std::vector<bool> taken;

  /// The one row that fits. More than one: none, for nothing is merged on a guess.
  template <class Fits>
  [[nodiscard]] std::optional<std::size_t> only(const Fits& fits) const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (taken[i] || !fits(rows[i])) continue;
      if (found) return std::nullopt;
      found = i;
    }
    return found;
  }
};

bool is_pending(const StoredRow& row) { return row.facts.status == TransactionStatus::pending; }

struct Days {
  DayKey from = INT32_MAX;
  DayKey to = 0;
};

/// Days in which a row may stand that one of these entries, or the complete view, is about.
Days days_around(std::span<const Entry* const> entries, const std::optional<WindowMatch::CompleteDays>& complete) {
  Days days;
  if (complete) days = {complete->from, complete->to};
  for (const Entry* entry : entries) {
    days.from = std::min(days.from, entry->day - longest_pending);
    days.to = std::max(days.to, entry->day + longest_pending);
  }
  days.from = std::max(days.from, DayKey{0});
  return days;
}

}  // namespace

Result<void> WindowMatch::pair_across_days(const std::optional<CompleteDays>& complete) {
  std::set<TransactionKey> used;
  std::map<std::uint32_t, std::vector<const Entry*>> unknown;  // by card
  for (const Entry& entry : entries_) {
    const Decision& decision = outcome_.decisions[entry.ordinal];
    if (decision.action != Action::insert) used.insert(decision.row);
    if (decision.action == Action::insert && !entry.undated) unknown[entry.card].push_back(&entry);
  }
  if (complete)
    for (const std::uint32_t card : complete->cards) unknown.try_emplace(card);
  for (const auto& [card, entries] : unknown)
    if (cards_[card] != 0) MEISAI_TRY(pair_card(cards_[card], entries, complete, used));
  return {};
}

Result<void> WindowMatch::pair_card(CardKey card, std::span<const Entry* const> entries,
                                    const std::optional<CompleteDays>& complete, const std::set<TransactionKey>& used) {
  Unused unused;
  const auto collect = [&](const StoredRow& row) {
    if (!used.contains(row.key)) unused.rows.push_back(row);
    return true;
  };
  const bool by_reference = std::ranges::any_of(entries, [](const Entry* e) { return is_by_reference(e->facts); });
  if (complete || by_reference) {
    const Days days = days_around(entries, complete);
    MEISAI_TRY(ledger_.rows_on(card, days.from, days.to, collect));
  } else {
    MEISAI_TRY(ledger_.pending_rows(card, collect));
  }
  unused.taken.assign(unused.rows.size(), false);

  const auto pass = [&](const auto& fits) {
    for (const Entry* entry : entries) {
      Decision& decision = outcome_.decisions[entry->ordinal];
      if (decision.action != Action::insert) continue;
      const auto found = unused.only([&](const StoredRow& row) { return fits(*entry, row); });
      if (!found) continue;
      unused.taken[*found] = true;
      decision.action = Action::revise;  // the occurrence stays: it is free on the entry's own day
      decision.row = unused.rows[*found].key;
      outcome_.moved.emplace(decision.row, unused.rows[*found]);
    }
  };
  pass([](const Entry& entry, const StoredRow& row) {
    return is_by_reference(entry.facts) && entry.facts == row.fingerprint.facts();
  });
  pass([](const Entry& entry, const StoredRow& row) {
    return entry.was_pending_as != 0 && is_pending(row) &&
           entry.was_pending_as == reference_hash(row.facts.issuer_reference);
  });
  // Not linked by the issuer: alike, alone in being so on both sides, and gone from a view that is complete.
  std::map<std::uint64_t, std::size_t> alike;
  for (const Entry* entry : entries)
    if (outcome_.decisions[entry->ordinal].action == Action::insert && !entry->pending) ++alike[entry->likeness];
  pass([&](const Entry& entry, const StoredRow& row) {
    const DayKey later = entry.day - row.day;
    const bool near = complete ? later >= 0 && later <= close_days : later == 0;
    return !entry.pending && entry.was_pending_as == 0 && alike[entry.likeness] == 1 && is_pending(row) && near &&
           entry.likeness == likeness_hash(row.facts);
  });

  std::set<TransactionKey> paired;
  for (std::size_t i = 0; i < unused.rows.size(); ++i) {
    const StoredRow& row = unused.rows[i];
    if (unused.taken[i]) {
      paired.insert(row.key);
    } else if (complete && row.day >= complete->from && row.day <= complete->to) {
      if (is_pending(row)) {
        ++outcome_.pending_absent;
      } else if (row.statement == 0) {
        outcome_.absent.push_back(row);
      }
    }
  }
  std::erase_if(outcome_.absent, [&](const StoredRow& row) { return paired.contains(row.key); });
  return {};
}

}  // namespace meisai::ledger
