// SPDX-License-Identifier: Apache-2.0
//
// What no identity and no word of an issuer links, by what is alike (decision 0021). Certain only where nothing else
// can be meant; all else becomes a row of its own and a doubt, which a person may be asked about.
#include <algorithm>
#include <map>
#include <tuple>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "engine/ledger/matching.h"
#include "engine/ledger/unused_rows.h"

namespace meisai::ledger {
namespace {

/// Without a link of the issuer, pending and posted lie this close together.
constexpr DayKey close_days = 10;

/// Entries and rows that have something in common, each side in order of its days.
struct Sides {
  std::vector<const Entry*> entries;
  std::vector<std::size_t> rows;  ///< indexes into Unused
};

bool posted_in_time(const Entry& entry, const StoredRow& row) {
  const DayKey later = entry.day - row.day;
  return later >= 0 && later <= close_days;
}

/// Cuts a group where more than `close_days` lie between two neighbours: a subscription of every month is not one
/// group.
std::vector<Sides> stretches_of(const Sides& group, const Unused& unused) {
  struct Item {
    DayKey day;
    bool is_entry;
    std::size_t index;  // into the group's lists
  };
  std::vector<Item> items;
  for (std::size_t i = 0; i < group.rows.size(); ++i) items.push_back({unused.rows()[group.rows[i]].day, false, i});
  for (std::size_t i = 0; i < group.entries.size(); ++i) items.push_back({group.entries[i]->day, true, i});
  std::ranges::stable_sort(items, {}, [](const Item& item) { return std::tuple(item.day, item.is_entry); });
  std::vector<Sides> stretches;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i == 0 || items[i].day - items[i - 1].day > close_days) stretches.emplace_back();
    if (items[i].is_entry)
      stretches.back().entries.push_back(group.entries[items[i].index]);
    else
      stretches.back().rows.push_back(group.rows[items[i].index]);
  }
  return stretches;
}

bool all_in_time(const Sides& sides, const Unused& unused) {
  if (sides.entries.size() != sides.rows.size()) return false;
  for (std::size_t i = 0; i < sides.rows.size(); ++i)
    if (!posted_in_time(*sides.entries[i], unused.rows()[sides.rows[i]])) return false;
  return true;
}

/// Pending rows that nothing took and entries that may be their posting, each in order of its days.
class Waiting {
 public:
  Waiting(const Unused& unused, std::span<const Entry* const> entries, const LikenessOf& likeness_of)
      : unused_(unused), likeness_of_(likeness_of), doubted_(unused.rows().size(), false) {
    for (std::size_t i = 0; i < unused.rows().size(); ++i)
      if (!unused.taken(i) && unused.rows()[i].facts.status == TransactionStatus::pending) rows_.push_back(i);
    std::ranges::sort(rows_, {}, [this](std::size_t i) { return std::tuple(row(i).day, row(i).fingerprint); });
    if (rows_.empty()) return;
    for (const Entry* entry : entries)
      if (!entry->pending && entry->was_pending_as == 0) entries_.push_back(entry);
    std::ranges::sort(entries_, {}, [](const Entry* entry) { return std::tuple(entry->day, entry->ordinal); });
  }

  [[nodiscard]] bool nothing() const noexcept { return rows_.empty() || entries_.empty(); }

  /// What is left on both sides (`is_open` says it of an entry), by what `key_of` makes of a day and a likeness.
  template <class IsOpen, class KeyOf>
  [[nodiscard]] auto grouped(const IsOpen& is_open, const KeyOf& key_of) const {
    std::map<std::invoke_result_t<KeyOf, DayKey, std::uint64_t>, Sides> groups;
    for (const std::size_t i : rows_)
      if (!unused_.taken(i)) groups[key_of(row(i).day, likeness_of_(row(i).facts))].rows.push_back(i);
    for (const Entry* entry : entries_) {
      const auto group = groups.find(key_of(entry->day, entry->likeness));
      if (group != groups.end() && is_open(*entry)) group->second.entries.push_back(entry);
    }
    return groups;
  }

  /// One doubt for each entry and each row at most.
  template <class Fits>
  void doubt(const Sides& sides, const Fits& fits, std::vector<Doubt>& into) {
    for (const Entry* entry : sides.entries) {
      if (doubtful_.contains(entry->ordinal)) continue;
      const auto found = std::ranges::find_if(
          sides.rows, [&](std::size_t i) { return !doubted_[i] && !unused_.taken(i) && fits(*entry, row(i)); });
      if (found == sides.rows.end()) continue;
      doubted_[*found] = true;
      doubtful_.insert(entry->ordinal);
      into.push_back({entry->ordinal, MatchRule::alike, row(*found)});
    }
  }

 private:
  [[nodiscard]] const StoredRow& row(std::size_t index) const { return unused_.rows()[index]; }

  const Unused& unused_;
  const LikenessOf& likeness_of_;
  std::vector<std::size_t> rows_;  // indexes into unused_
  std::vector<const Entry*> entries_;
  std::vector<bool> doubted_;  // by index
  std::unordered_set<std::uint32_t> doubtful_;
};

/// Rows of one channel and entries of another, by day, likeness (or price) and the rows' recipe.
template <class Alike>
using ByPurchase = std::map<std::tuple<DayKey, Alike, std::uint8_t>, Sides>;

/// Calls `meet` with the sides of each purchase that the entry may be, until it returns true.
template <class Alike, class Meet>
void each_like(ByPurchase<Alike>& purchases, const Entry& entry, Alike alike, const Meet& meet) {
  for (auto at = purchases.lower_bound({entry.day, alike, 0}); at != purchases.end(); ++at) {
    const auto& [day, what, recipe] = at->first;
    if (day != entry.day || what != alike) return;
    if (recipe != recipe_bit(entry.facts) && meet(at->second)) return;
  }
}

}  // namespace

/// The same purchase through another channel of the card: equal day, price and shop, counted. Where only the shop is
/// written otherwise and neither channel lists another such purchase on that day, a person is asked.
void WindowMatch::pair_other_channel(Unused& unused, std::span<const Entry* const> entries,
                                     const LikenessOf& likeness_of) {
  ByPurchase<std::uint64_t> purchases;
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    const std::uint8_t recipe = recipe_bit(row.fingerprint.facts());
    // One that is known through two channels is no other purchase of either.
    if (unused.taken(i) || !row.facts.date.date || (recipes_ & ~recipe) == 0 || is_dual(row)) continue;
    purchases[{row.day, likeness_of(row.facts), recipe}].rows.push_back(i);
  }
  if (purchases.empty()) return;
  const auto is_open = [this](const Entry* entry) { return decision_of(*entry).action == Action::insert; };
  for (const Entry* entry : entries)
    if (is_open(entry))
      each_like(purchases, *entry, entry->likeness, [entry](Sides& sides) {
        sides.entries.push_back(entry);
        return true;
      });

  ByPurchase<std::uint32_t> same_price;
  for (const auto& [purchase, sides] : purchases) {
    const auto& [day, likeness, recipe] = purchase;
    for (std::size_t i = 0; i < sides.rows.size(); ++i) {
      const StoredRow& row = unused.rows()[sides.rows[i]];
      if (i < sides.entries.size()) {
        unused.take(sides.rows[i]);
        settle(*sides.entries[i], row, MatchRule::other_channel);
      } else if (row.facts.status != TransactionStatus::removed) {
        same_price[{day, price_of(likeness), recipe}].rows.push_back(sides.rows[i]);
      }
    }
  }
  if (same_price.empty()) return;
  for (const Entry* entry : entries)
    if (is_open(entry))
      each_like(same_price, *entry, price_of(entry->likeness), [&](Sides& sides) {
        if (sides.rows.empty()) return false;
        outcome_.doubts.push_back({entry->ordinal, MatchRule::other_channel, unused.rows()[sides.rows.front()]});
        sides.rows.erase(sides.rows.begin());
        return true;
      });
}

/// Pending and posted without a link. Equal shop and amount is certain where as many are posted as were pending, of one
/// day or within the days that posting takes; they are interchangeable then. All else is a doubt.
void WindowMatch::pair_alike(Unused& unused, std::span<const Entry* const> entries, const View& view,
                             DayRange expected) {
  Waiting waiting(unused, entries, view.likeness_of);
  if (waiting.nothing()) return;
  const auto grouped = [&](const auto& key_of) {
    return waiting.grouped([this](const Entry& entry) { return decision_of(entry).action == Action::insert; }, key_of);
  };
  const auto pair_up = [&](const Sides& sides) {
    for (std::size_t i = 0; i < sides.rows.size(); ++i) {
      unused.take(sides.rows[i]);
      settle(*sides.entries[i], unused.rows()[sides.rows[i]], MatchRule::alike);
    }
  };

  const auto of_one_day = grouped([](DayKey day, std::uint64_t likeness) { return std::pair(day, likeness); });
  for (const auto& [key, sides] : of_one_day)
    if (all_in_time(sides, unused)) pair_up(sides);
  const auto of_all_days = grouped([](DayKey, std::uint64_t likeness) { return likeness; });
  for (const auto& [key, group] : of_all_days)
    for (const Sides& sides : stretches_of(group, unused)) {
      if (all_in_time(sides, unused))
        pair_up(sides);
      else
        waiting.doubt(sides, posted_in_time, outcome_.doubts);
    }
  // Another amount: fuel, a tip, another rate. Only of a row that the view should show as posted by now.
  const auto of_one_shop = grouped([](DayKey, std::uint64_t likeness) { return who_of(likeness); });
  const auto was_due = [expected](const Entry& entry, const StoredRow& row) {
    return expected.has(row.day) && posted_in_time(entry, row);
  };
  for (const auto& [key, group] : of_one_shop)
    for (const Sides& sides : stretches_of(group, unused)) waiting.doubt(sides, was_due, outcome_.doubts);
}

}  // namespace meisai::ledger
