// SPDX-License-Identifier: Apache-2.0
//
// The passes after every identity is settled: which rows may be what an unknown entry was, and what the issuer of an
// API says of it. What is merely alike follows in matching_alike.cpp.
#include <algorithm>
#include <cstdint>
#include <limits>

#include "engine/ledger/matching.h"
#include "engine/ledger/unused_rows.h"

namespace meisai::ledger {
namespace {

/// An issuer may move a row's date this far under the same id, where a window is one month of many: a first import
/// looks at each stored row of the stretch again for each window, so it is kept short.
constexpr DayKey longest_move = 15;
/// The same where an issuer is asked again. A day of posting that becomes a day of use moves back by up to a billing
/// period: a look reaches 45 days back, as far as a statement does, and from there a row may move by the above.
constexpr DayKey longest_move_when_asked_again = 60;

bool is_pending(const StoredRow& row) { return row.facts.status == TransactionStatus::pending; }

/// Days in which a row may stand that one of these entries, or the complete view, is about.
DayRange days_around(std::span<const Entry* const> entries, const std::optional<View::CompleteDays>& complete,
                     DayKey move) {
  DayRange days{std::numeric_limits<DayKey>::max(), 0};
  if (complete) days = complete->days;
  for (const Entry* entry : entries) {
    days.from = std::min(days.from, entry->day - move);
    days.to = std::max(days.to, entry->day + move);
  }
  days.from = std::max(days.from, DayKey{0});
  return days;
}

}  // namespace

Result<void> WindowMatch::pair_across_days(const View& view) {
  std::map<std::uint32_t, std::vector<const Entry*>> unknown;  // by card
  std::vector<std::uint32_t> cards;
  for (const Entry& entry : entries_)
    if (cards.empty() || cards.back() != entry.card) cards.push_back(entry.card);
  bool anything = view.linked || any_other_channel_ || !outcome_.absent.empty();
  for (const std::uint32_t card : cards) {
    if (anything || cards_[card] == 0) continue;
    MEISAI_TRY(ledger_.pending_rows(cards_[card], [&anything](const StoredRow&) {
      anything = true;
      return false;
    }));
  }
  if (!anything) return {};  // most files
  for (const Entry& entry : entries_)
    if (decision_of(entry).action == Action::insert && !entry.undated && cards_[entry.card] != 0)
      unknown[entry.card].push_back(&entry);
  if (view.complete)
    for (const std::uint32_t card : view.complete->cards) unknown.try_emplace(card);
  for (const auto& [card, days] : view.billed_days) unknown.try_emplace(card);
  for (const auto& [card, entries] : unknown)
    if (cards_[card] != 0) MEISAI_TRY(pair_card(card, entries, view));
  return {};
}

/// Rows that may be what an entry was: nothing has used them, and they stand near, are pending, or left the statement.
Result<std::vector<StoredRow>> WindowMatch::unused_rows(std::uint32_t card, std::span<const Entry* const> entries,
                                                        const View& view) {
  std::unordered_set<TransactionKey> used;
  for (const Decision& decision : outcome_.decisions)
    if (decision.row != 0) used.insert(decision.row);
  std::vector<StoredRow> rows;
  std::unordered_set<TransactionKey> collected;
  const auto collect = [&](const StoredRow& row) {
    if (row.merged_into == 0 && !used.contains(row.key) && collected.insert(row.key).second) rows.push_back(row);
    return true;
  };
  const CardKey key = cards_[card];
  std::unordered_set<FactsKey, FactsHash> references;
  for (const Entry* entry : entries)
    if (is_by_reference(entry->facts)) references.insert(entry->facts);
  const auto is_referenced = [&](const Fingerprint& fingerprint) { return references.contains(fingerprint.facts()); };
  const auto is_of_other_channel = [this](const Fingerprint& fingerprint) {
    return (recipes_ & ~recipe_bit(fingerprint.facts())) != 0;
  };

  if (view.complete) {  // a row that is listed no more is to be found as well
    const DayRange days = days_around(entries, view.complete, longest_move_when_asked_again);
    MEISAI_TRY(ledger_.rows_on(key, days.from, days.to, collect));
  } else if (!references.empty()) {
    const DayRange days =
        days_around(entries, view.complete, statement_ != 0 ? longest_move_when_asked_again : longest_move);
    MEISAI_TRY(ledger_.rows_among(key, days.from, days.to, is_referenced, collect));
  }
  if (any_other_channel_ && !view.complete && !entries.empty()) {
    const DayRange days = days_around(entries, {}, 0);
    MEISAI_TRY(ledger_.rows_among(key, days.from, days.to, is_of_other_channel, collect));
  }
  if (view.linked && statement_ != 0 && !entries.empty()) {  // what a list has shown and this bill shows otherwise
    const DayRange days = days_around(entries, {}, longest_move_without_id);
    MEISAI_TRY(ledger_.rows_on(key, days.from, days.to, [&](const StoredRow& row) {
      return row.statement != 0 || is_by_reference(row.fingerprint.facts()) || collect(row);
    }));
  }
  for (const StoredRow& row : outcome_.absent)
    if (row.card == key) collect(row);
  MEISAI_TRY(ledger_.pending_rows(key, collect));
  return rows;
}

Result<void> WindowMatch::pair_card(std::uint32_t card, std::span<const Entry* const> entries, const View& view) {
  MEISAI_ASSIGN(std::vector<StoredRow> rows, unused_rows(card, entries, view));
  if (rows.empty()) return {};
  Unused unused(std::move(rows));
  if (view.linked) pair_linked(unused, entries);
  pair_other_channel(unused, entries, view.likeness_of);
  DayRange expected{0, -1};  // days of pending rows that the view should show as posted
  if (view.complete) expected = view.complete->days;
  if (const auto billed = view.billed_days.find(card); billed != view.billed_days.end()) expected = billed->second;
  pair_alike(unused, entries, view, expected);
  pair_moved(unused, card, entries, view);
  note_absent(unused, card, view);
  return {};
}

/// By the issuer's word: the same id on another day, or the id that the row had while it was pending.
void WindowMatch::pair_linked(Unused& unused, std::span<const Entry* const> entries) {
  const auto pass = [&](MatchRule rule, const auto& row_key, const auto& entry_key) {
    const auto index = unused.indexed(row_key);
    if (index.empty()) return;
    for (const Entry* entry : entries) {
      if (decision_of(*entry).action != Action::insert) continue;
      const auto key = entry_key(*entry);
      if (!key) continue;
      const auto found = unused.only(index, *key);
      if (!found) continue;
      unused.take(*found);
      const StoredRow& row = unused.rows()[*found];
      const bool stayed = rule == MatchRule::moved_date && row.day == entry->day;
      settle(*entry, row, stayed ? MatchRule::same_identity : rule);
    }
  };
  using Facts = std::optional<FactsKey>;
  pass(
      MatchRule::moved_date,
      [](const StoredRow& row) {
        return is_by_reference(row.fingerprint.facts()) ? Facts(row.fingerprint.facts()) : Facts();
      },
      [](const Entry& entry) { return is_by_reference(entry.facts) ? Facts(entry.facts) : Facts(); });

  using Hash = std::optional<std::uint64_t>;
  const auto hash_if = [](bool condition, std::uint64_t hash) { return condition ? Hash(hash) : Hash(); };
  pass(
      MatchRule::issuer_link,
      [&](const StoredRow& row) {
        const std::uint64_t hash = reference_hash(row.facts.issuer_reference);
        return hash_if(is_pending(row) && hash != 0, hash);
      },
      [&](const Entry& entry) { return hash_if(entry.was_pending_as != 0, entry.was_pending_as); });
}

/// What a view should list and does not: reported where it was posted, on its way out where it was pending.
void WindowMatch::note_absent(const Unused& unused, std::uint32_t card, const View& view) {
  std::unordered_set<TransactionKey> paired;
  for (std::size_t i = 0; i < unused.rows().size(); ++i)
    if (unused.taken(i)) paired.insert(unused.rows()[i].key);
  std::erase_if(outcome_.absent, [&](const StoredRow& row) { return paired.contains(row.key); });
  const auto billed = view.billed_days.find(card);
  if (!view.complete && billed == view.billed_days.end()) return;
  const DayRange days = view.complete ? view.complete->days : billed->second;
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    if (unused.taken(i)) continue;
    const bool listed_here = days.has(row.day);
    // Once absent, it stays so where the days that are asked for have gone past it.
    const bool gone_by = row.absent_since && row.day < days.from;
    if (is_pending(row)) {
      // A statement in a file bills what files have listed: an API answers for its own rows.
      const bool ours = view.complete || !is_by_reference(row.fingerprint.facts());
      if (ours && (listed_here || gone_by)) outcome_.pending_absent.push_back(row);
    } else if (view.complete && listed_here && row.statement == 0 && row.facts.status == TransactionStatus::posted) {
      outcome_.absent.push_back(row);
    }
  }
}

}  // namespace meisai::ledger
