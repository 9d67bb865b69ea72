// SPDX-License-Identifier: Apache-2.0
//
// The passes for answers of APIs, after equal facts on equal days are settled. They look at rows that nothing
// in the window has used yet, some weeks around it.
#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <type_traits>

#include "engine/ledger/matching.h"

namespace meisai::ledger {
namespace {

/// An issuer may move a row's date this far under the same id, where a window is one month of many: a first import
/// looks at each stored row of the stretch again for each window, so it is kept short.
constexpr DayKey longest_move = 15;
/// The same where an issuer is asked again. A day of posting that becomes a day of use moves back by up to a billing
/// period: a look reaches 45 days back, as far as a statement does, and from there a row may move by the above.
constexpr DayKey longest_move_when_asked_again = 60;
/// Without a link of the issuer, pending and posted lie this close together.
constexpr DayKey close_days = 10;

/// Rows of one card that no entry of the window has used, found by what is alike in a row and an entry.
class Unused {
 public:
  explicit Unused(std::vector<StoredRow> rows) : rows_(std::move(rows)), taken_(rows_.size(), false) {}

  [[nodiscard]] const std::vector<StoredRow>& rows() const noexcept { return rows_; }
  [[nodiscard]] bool taken(std::size_t index) const noexcept { return taken_[index]; }
  void take(std::size_t index) { taken_[index] = true; }

  /// Makes rows findable by `key_of`; a row for which it yields nothing is not.
  template <class KeyOf>
  [[nodiscard]] auto indexed(const KeyOf& key_of) const {
    std::multimap<typename std::invoke_result_t<KeyOf, const StoredRow&>::value_type, std::size_t> index;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (const auto key = key_of(rows_[i]); key && !taken_[i]) index.emplace(*key, i);
    return index;
  }

  /// The one row of this key that fits and is not taken. More than one: none, for nothing is merged on a guess.
  template <class Index, class Key, class Fits>
  [[nodiscard]] std::optional<std::size_t> only(const Index& index, const Key& key, const Fits& fits) const {
    std::optional<std::size_t> found;
    const auto [begin, end] = index.equal_range(key);
    for (auto at = begin; at != end; ++at) {
      if (taken_[at->second] || !fits(rows_[at->second])) continue;
      if (found) return std::nullopt;
      found = at->second;
    }
    return found;
  }

 private:
  std::vector<StoredRow> rows_;
  std::vector<bool> taken_;
};

bool is_pending(const StoredRow& row) { return row.facts.status == TransactionStatus::pending; }

struct Days {
  DayKey from = INT32_MAX;
  DayKey to = 0;
};

/// Days in which a row may stand that one of these entries, or the complete view, is about.
Days days_around(std::span<const Entry* const> entries, const std::optional<WindowMatch::CompleteDays>& complete,
                 DayKey move) {
  Days days;
  if (complete) days = {complete->from, complete->to};
  for (const Entry* entry : entries) {
    days.from = std::min(days.from, entry->day - move);
    days.to = std::max(days.to, entry->day + move);
  }
  days.from = std::max(days.from, DayKey{0});
  return days;
}

}  // namespace

Result<void> WindowMatch::pair_across_days(const std::optional<CompleteDays>& complete) {
  std::unordered_set<TransactionKey> used;
  std::map<std::uint32_t, std::vector<const Entry*>> unknown;  // by card
  for (const Entry& entry : entries_) {
    const Decision& decision = outcome_.decisions[entry.ordinal];
    if (decision.action == Action::insert && !entry.undated) unknown[entry.card].push_back(&entry);
  }
  if (complete)
    for (const std::uint32_t card : complete->cards) unknown.try_emplace(card);
  if (unknown.empty()) return {};  // every row is known: most answers
  for (const Decision& decision : outcome_.decisions)
    if (decision.action != Action::insert) used.insert(decision.row);
  for (const auto& [card, entries] : unknown)
    if (cards_[card] != 0) MEISAI_TRY(pair_card(cards_[card], entries, complete, used));
  return {};
}

/// Rows that may be what an entry was: nothing has used them, and they stand near, are pending, or left the statement.
Result<std::vector<StoredRow>> WindowMatch::unused_rows(CardKey card, std::span<const Entry* const> entries,
                                                        const std::optional<CompleteDays>& complete,
                                                        const std::unordered_set<TransactionKey>& used) {
  std::vector<StoredRow> rows;
  std::unordered_set<TransactionKey> collected;
  const auto collect = [&](const StoredRow& row) {
    if (!used.contains(row.key) && collected.insert(row.key).second) rows.push_back(row);
    return true;
  };
  std::unordered_set<FactsKey, FactsHash> references;
  for (const Entry* entry : entries)
    if (is_by_reference(entry->facts)) references.insert(entry->facts);
  const auto is_referenced = [&](const Fingerprint& fingerprint) { return references.contains(fingerprint.facts()); };

  if (complete) {  // a row that is listed no more is to be found as well
    const Days days = days_around(entries, complete, longest_move_when_asked_again);
    MEISAI_TRY(ledger_.rows_on(card, days.from, days.to, collect));
  } else if (!references.empty()) {
    const Days days = days_around(entries, complete, statement_ != 0 ? longest_move_when_asked_again : longest_move);
    MEISAI_TRY(ledger_.rows_among(card, days.from, days.to, is_referenced, collect));
  }
  for (const StoredRow& row : outcome_.absent)
    if (row.card == card) collect(row);
  MEISAI_TRY(ledger_.pending_rows(card, collect));
  return rows;
}

Result<void> WindowMatch::pair_card(CardKey card, std::span<const Entry* const> entries,
                                    const std::optional<CompleteDays>& complete,
                                    const std::unordered_set<TransactionKey>& used) {
  MEISAI_ASSIGN(std::vector<StoredRow> not_used, unused_rows(card, entries, complete, used));
  if (not_used.empty()) return {};
  const bool any_pending = std::ranges::any_of(not_used, is_pending);
  Unused unused(std::move(not_used));

  const auto pass = [&](const auto& row_key, const auto& entry_key, const auto& fits) {
    const auto index = unused.indexed(row_key);
    if (index.empty()) return;
    for (const Entry* entry : entries) {
      Decision& decision = outcome_.decisions[entry->ordinal];
      if (decision.action != Action::insert) continue;
      const auto key = entry_key(*entry);
      if (!key) continue;
      const auto found = unused.only(index, *key, [&](const StoredRow& row) { return fits(*entry, row); });
      if (!found) continue;
      unused.take(*found);
      const StoredRow& row = unused.rows()[*found];
      const bool is_share = statement_ != 0 && row.statement != statement_ && settled_.contains(row.statement);
      // The occurrence stays: it is free on the entry's own day.
      decision.action = is_share ? Action::part : Action::revise;
      decision.row = row.key;
      decision.revives = row.facts.status == TransactionStatus::removed;
      if (listed_.contains(row.key)) ++outcome_.matched;
      outcome_.moved.emplace(row.key, row);
    }
  };
  const auto any = [](const Entry&, const StoredRow&) { return true; };

  using Facts = std::optional<FactsKey>;
  pass(
      [](const StoredRow& row) {
        return is_by_reference(row.fingerprint.facts()) ? Facts(row.fingerprint.facts()) : Facts();
      },
      [](const Entry& entry) { return is_by_reference(entry.facts) ? Facts(entry.facts) : Facts(); }, any);

  using Hash = std::optional<std::uint64_t>;
  const auto hash_if = [](bool condition, std::uint64_t hash) { return condition ? Hash(hash) : Hash(); };
  pass(
      [&](const StoredRow& row) {
        const std::uint64_t hash = reference_hash(row.facts.issuer_reference);
        return hash_if(is_pending(row) && hash != 0, hash);
      },
      [&](const Entry& entry) { return hash_if(entry.was_pending_as != 0, entry.was_pending_as); }, any);

  // Not linked by the issuer: alike, and alone in being so on both sides. Where a statement's row takes the place of
  // a pending one that is still listed, the next listing puts that one back.
  std::map<std::uint64_t, std::size_t> alike;
  if (any_pending)
    for (const Entry* entry : entries)
      if (outcome_.decisions[entry->ordinal].action == Action::insert && !entry->pending) ++alike[entry->likeness];
  pass([&](const StoredRow& row) { return hash_if(is_pending(row), likeness_hash(row.facts)); },
       [&](const Entry& entry) {
         const bool alone = !entry.pending && entry.was_pending_as == 0 && alike[entry.likeness] == 1;
         return hash_if(alone, entry.likeness);
       },
       [](const Entry& entry, const StoredRow& row) {
         const DayKey later = entry.day - row.day;
         return later >= 0 && later <= close_days;
       });

  std::set<TransactionKey> paired;
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    if (unused.taken(i)) {
      paired.insert(row.key);
      continue;
    }
    const bool listed_here = complete && row.day >= complete->from && row.day <= complete->to;
    // Once absent, it stays so where the days that are asked for have gone past it.
    const bool gone_by = complete && row.absent_since && row.day < complete->from;
    if (is_pending(row)) {
      if (listed_here || gone_by) outcome_.pending_absent.push_back(row);
    } else if (listed_here && row.statement == 0 && row.facts.status == TransactionStatus::posted) {
      outcome_.absent.push_back(row);
    }
  }
  std::erase_if(outcome_.absent, [&](const StoredRow& row) { return paired.contains(row.key); });
  return {};
}

}  // namespace meisai::ledger
