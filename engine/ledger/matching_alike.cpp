// SPDX-License-Identifier: Apache-2.0
//
// What no identity and no word of an issuer links, by what is alike (decision 0021). Certain only where nothing else
// can be meant; all else becomes a row of its own and a doubt, which a person may be asked about.
#include <algorithm>
#include <map>
#include <tuple>

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

}  // namespace

/// The same purchase through another channel of the card: equal day, price and shop, counted. Where only the shop is
/// written otherwise and neither channel lists another such purchase on that day, a person is asked.
void WindowMatch::pair_other_channel(Unused& unused, std::span<const Entry* const> entries,
                                     const LikenessOf& likeness_of) {
  using Purchase = std::tuple<DayKey, std::uint64_t, std::uint8_t>;  // with the recipe of the other channel
  std::map<Purchase, Sides> alike;
  for (std::size_t i = 0; i < unused.rows().size(); ++i) {
    const StoredRow& row = unused.rows()[i];
    const std::uint8_t recipe = recipe_bit(row.fingerprint.facts());
    // One that is known through two channels is no other purchase of either.
    if (unused.taken(i) || !row.facts.date.date || (recipes_ & ~recipe) == 0 || is_dual(row)) continue;
    alike[{row.day, likeness_of(row.facts), recipe}].rows.push_back(i);
  }
  if (alike.empty()) return;
  const auto is_other = [](const Entry& entry, const Purchase& purchase) {
    return std::get<2>(purchase) != recipe_bit(entry.facts);
  };
  for (const Entry* entry : entries) {
    if (decision_of(*entry).action != Action::insert) continue;
    const auto from = alike.lower_bound({entry->day, entry->likeness, 0});
    for (auto at = from;
         at != alike.end() && std::get<0>(at->first) == entry->day && std::get<1>(at->first) == entry->likeness; ++at)
      if (is_other(*entry, at->first)) at->second.entries.push_back(entry);
  }
  std::map<std::tuple<DayKey, std::uint32_t, std::uint8_t>, Sides> same_price;
  for (auto& [purchase, sides] : alike) {
    const std::size_t both = std::min(sides.entries.size(), sides.rows.size());
    for (std::size_t i = 0; i < both; ++i) {
      unused.take(sides.rows[i]);
      settle(*sides.entries[i], unused.rows()[sides.rows[i]], MatchRule::other_channel);
    }
    for (std::size_t i = both; i < sides.rows.size(); ++i)
      same_price[{std::get<0>(purchase), price_of(std::get<1>(purchase)), std::get<2>(purchase)}].rows.push_back(
          sides.rows[i]);
  }
  for (const Entry* entry : entries) {
    if (same_price.empty() || decision_of(*entry).action != Action::insert) continue;
    const std::tuple place(entry->day, price_of(entry->likeness));
    for (auto at = same_price.lower_bound({entry->day, price_of(entry->likeness), 0});
         at != same_price.end() && std::tuple(std::get<0>(at->first), std::get<1>(at->first)) == place; ++at) {
      Sides& sides = at->second;
      if (std::get<2>(at->first) == recipe_bit(entry->facts) || sides.rows.empty()) continue;
      outcome_.doubts.push_back({entry->ordinal, MatchRule::other_channel, unused.rows()[sides.rows.front()]});
      sides.rows.erase(sides.rows.begin());
      break;
    }
  }
}

/// Pending and posted without a link. Equal shop and amount is certain where as many are posted as were pending, of one
/// day or within the days that posting takes; they are interchangeable then. All else is a doubt.
void WindowMatch::pair_alike(Unused& unused, std::span<const Entry* const> entries, const View& view,
                             DayRange expected) {
  std::vector<std::size_t> pending;
  for (std::size_t i = 0; i < unused.rows().size(); ++i)
    if (!unused.taken(i) && unused.rows()[i].facts.status == TransactionStatus::pending) pending.push_back(i);
  if (pending.empty()) return;
  std::ranges::sort(pending, {},
                    [&](std::size_t i) { return std::tuple(unused.rows()[i].day, unused.rows()[i].fingerprint); });
  std::vector<const Entry*> posted;
  for (const Entry* entry : entries)
    if (!entry->pending && entry->was_pending_as == 0) posted.push_back(entry);
  std::ranges::sort(posted, {}, [](const Entry* entry) { return std::tuple(entry->day, entry->ordinal); });

  /// What is left on both sides, by what `key_of` says of a row's or an entry's day and likeness.
  const auto grouped = [&](const auto& key_of) {
    std::map<std::pair<DayKey, std::uint64_t>, Sides> groups;
    for (const std::size_t i : pending)
      if (!unused.taken(i))
        groups[key_of(unused.rows()[i].day, view.likeness_of(unused.rows()[i].facts))].rows.push_back(i);
    for (const Entry* entry : posted) {
      if (decision_of(*entry).action != Action::insert) continue;
      const auto group = groups.find(key_of(entry->day, entry->likeness));
      if (group != groups.end()) group->second.entries.push_back(entry);
    }
    return groups;
  };
  const auto pair_up = [&](const Sides& sides) {
    for (std::size_t i = 0; i < sides.rows.size(); ++i) {
      unused.take(sides.rows[i]);
      settle(*sides.entries[i], unused.rows()[sides.rows[i]], MatchRule::alike);
    }
  };
  std::vector<bool> doubted(unused.rows().size(), false);
  std::vector<const Entry*> doubtful;
  const auto doubt = [&](const Sides& sides, const auto& fits) {
    for (const Entry* entry : sides.entries) {
      if (std::ranges::find(doubtful, entry) != doubtful.end()) continue;
      const auto row = std::ranges::find_if(
          sides.rows, [&](std::size_t i) { return !doubted[i] && !unused.taken(i) && fits(*entry, unused.rows()[i]); });
      if (row == sides.rows.end()) continue;
      doubted[*row] = true;
      doubtful.push_back(entry);
      outcome_.doubts.push_back({entry->ordinal, MatchRule::alike, unused.rows()[*row]});
    }
  };

  for (const auto& [key, sides] : grouped([](DayKey day, std::uint64_t like) { return std::pair(day, like); }))
    if (all_in_time(sides, unused)) pair_up(sides);
  for (const auto& [key, group] : grouped([](DayKey, std::uint64_t like) { return std::pair(DayKey{0}, like); }))
    for (const Sides& sides : stretches_of(group, unused)) {
      if (all_in_time(sides, unused))
        pair_up(sides);
      else
        doubt(sides, posted_in_time);
    }
  // Another amount: fuel, a tip, another rate. Only of a row that the view should show as posted by now.
  const auto who = [](DayKey, std::uint64_t like) { return std::pair(DayKey{0}, std::uint64_t{who_of(like)}); };
  for (const auto& [key, group] : grouped(who))
    for (const Sides& sides : stretches_of(group, unused))
      doubt(sides, [&](const Entry& entry, const StoredRow& row) {
        return expected.has(row.day) && posted_in_time(entry, row);
      });
}

}  // namespace meisai::ledger
