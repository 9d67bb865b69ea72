// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/matching.h"

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace meisai::ledger {
namespace {

using GroupKey = std::pair<DayKey, FactsKey>;

GroupKey group_of(const Entry& entry) { return {entry.day, entry.facts}; }
GroupKey group_of(const StoredRow& row) { return {row.day, row.fingerprint.facts()}; }

auto order_of(const Entry& entry) { return std::tie(entry.card, entry.day, entry.facts, entry.ordinal); }

}  // namespace

WindowMatch::WindowMatch(LedgerWrite& ledger, std::span<const CardKey> cards, std::vector<Entry>& entries)
    : ledger_(ledger), cards_(cards), entries_(entries) {}

/// Walks entries and stored rows side by side and calls back once for each group of equal facts on one card
/// and day that has an entry, with the stored rows of that group (perhaps none). `on_stretch` comes before the rows of
/// a card between two days, `on_row` with each of them.
template <class OnStretch, class OnRow, class OnGroup>
Result<void> WindowMatch::merge(const OnStretch& on_stretch, const OnRow& on_row, const OnGroup& on_group) {
  std::ranges::sort(entries_, {}, order_of);
  const std::span<const Entry> all(entries_);
  std::vector<StoredRow> rows;  // of one group; the slots are kept, for their texts' memory
  std::size_t row_count = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    // Undated rows have day keys below zero: a stretch of their own, or the range would span all of history.
    std::size_t end = begin;
    while (end < all.size() && all[end].card == all[begin].card && all[end].undated == all[begin].undated) ++end;

    std::size_t cursor = begin;
    const auto next_group = [&] {
      const std::size_t first = cursor;
      while (cursor < end && group_of(all[cursor]) == group_of(all[first])) ++cursor;
      return all.subspan(first, cursor - first);
    };
    const std::span<const StoredRow> none;
    const auto flush = [&] {
      const GroupKey stored = group_of(rows.front());
      while (cursor < end && group_of(all[cursor]) < stored) on_group(next_group(), none);
      if (cursor < end && group_of(all[cursor]) == stored) on_group(next_group(), std::span(rows).first(row_count));
      row_count = 0;
    };
    if (const CardKey card = cards_[all[begin].card]; card != 0) {
      MEISAI_TRY(on_stretch(card, all[begin].day, all[end - 1].day));
      MEISAI_TRY(ledger_.rows_on(card, all[begin].day, all[end - 1].day, [&](const StoredRow& row) {
        on_row(row);
        if (row_count != 0 && group_of(rows.front()) != group_of(row)) flush();
        if (row_count == rows.size()) rows.emplace_back();
        rows[row_count++] = row;
        return true;
      }));
      if (row_count != 0) flush();
    }
    while (cursor < end) on_group(next_group(), none);
    begin = end;
  }
  return {};
}

Result<std::map<StatementKey, std::uint64_t>> WindowMatch::overlap() {
  std::map<StatementKey, std::uint64_t> shared;
  const auto no_stretch = [](CardKey, DayKey, DayKey) -> Result<void> { return {}; };
  const auto no_row = [](const StoredRow&) {};
  MEISAI_TRY(merge(no_stretch, no_row, [&shared](std::span<const Entry> entries, std::span<const StoredRow> rows) {
    if (entries.front().undated) return;  // undated rows stand under their statement's number: not comparable yet
    const auto once =
        static_cast<std::uint64_t>(std::ranges::count_if(entries, [](const Entry& entry) { return !entry.in_parts; }));
    std::map<StatementKey, std::uint64_t> here;
    for (const StoredRow& row : rows)
      if (!billed_in_parts(row.facts.plan.type)) ++here[row.statement];
    for (const auto& [statement, count] : here) shared[statement] += std::min(count, once);
  }));
  return shared;
}

Result<Likeness> WindowMatch::likeness(StatementKey statement) {
  for (Entry& entry : entries_)
    if (entry.undated) entry.day = day_key({}, statement);
  MEISAI_TRY(decide_known(statement, 0, true));
  Likeness like{.statement = statement, .listed = listed_.size(), .same = 0, .other_parts = 0, .newest = {}};
  for (const Entry& entry : entries_) {
    const Decision& decision = decision_of(entry);
    if (!matched_.contains(decision.row)) continue;
    bool same_payment = true;
    if (entry.in_parts) {
      MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger_.parts_of(decision.row));
      same_payment = std::ranges::any_of(parts, [&](const BilledPart& part) {
        return part.statement == statement && part.index.value_or(0) == entry.part_index;
      });
    }
    ++(same_payment ? like.same : like.other_parts);
  }
  MEISAI_TRY(ledger_.rows_of(statement, [&like](const StoredRow& row) {
    if (row.facts.date.date && !billed_in_parts(row.facts.plan.type))
      like.newest = std::max(like.newest.value_or(row.day), row.day);
    return true;
  }));
  return like;
}

Result<Outcome> WindowMatch::decide(const View& view) {
  settled_ = view.settled;
  MEISAI_TRY(decide_known(view.statement, view.document, view.ids_tell_apart));
  MEISAI_TRY(collect_absent());
  MEISAI_TRY(pair_across_days(view));
  pair_revised_amounts();
  outcome_.listed_before = listed_.size();
  outcome_.matched = matched_.size();
  return std::move(outcome_);
}

/// What identities settle, those of now first: a row that is listed by its own is not met by an older one too.
Result<void> WindowMatch::decide_known(StatementKey statement, DocumentKey document, bool ids_tell_apart) {
  statement_ = statement;
  document_ = document;
  outcome_ = {};
  outcome_.decisions.resize(entries_.size());
  listed_.clear();
  matched_.clear();
  aliases_.clear();
  recipes_of_alias_.clear();
  rows_of_alias_.clear();
  any_other_channel_ = false;
  recipes_ = 0;
  for (const Entry& entry : entries_) recipes_ |= recipe_bit(entry.facts);
  find_repeats(ids_tell_apart);
  if (statement_ != 0) {
    MEISAI_TRY(ledger_.rows_of(statement_, [this](const StoredRow& row) {
      // One that another statement shows says nothing about this one.
      if (document_ != 0 && row.statement == statement_ && row.document > document_) outcome_.older = true;
      listed_.insert(row.key);
      return true;
    }));
  }
  MEISAI_TRY(
      merge([this](CardKey card, DayKey from, DayKey to) { return read_aliases(card, from, to); },
            [this](const StoredRow& row) { note_row(row); },
            [this](std::span<const Entry> entries, std::span<const StoredRow> rows) { decide_group(entries, rows); }));
  return meet_aliases();
}

/// What was posted does not become pending again, and of two documents the one taken in later has the say: a known
/// document keeps its number when it is read again, and what it listed before a row went missing does not bring it
/// back.
bool WindowMatch::is_older(const Entry& entry, const StoredRow& row) const noexcept {
  if (entry.pending && row.facts.status == TransactionStatus::posted) return true;
  if (document_ == 0) return false;
  const bool went_missing = row.absent_since || row.facts.status == TransactionStatus::removed;
  return outcome_.older || row.document > document_ || went_missing;
}

bool WindowMatch::is_dual(const StoredRow& row) const {
  const auto found = recipes_of_alias_.find(row.key);
  return found != recipes_of_alias_.end() && (found->second & ~recipe_bit(row.fingerprint.facts())) != 0;
}

void WindowMatch::settle(const Entry& entry, const StoredRow& row, MatchRule rule) {
  Decision& decision = decision_of(entry);
  decision.row = row.key;
  decision.rule = rule;
  if (listed_.contains(row.key)) matched_.insert(row.key);
  if (is_older(entry, row)) {
    decision.action = Action::keep;
    return;
  }
  const bool of_other_channel = recipe_bit(row.fingerprint.facts()) != recipe_bit(entry.facts);
  const bool billed_elsewhere = statement_ != 0 && row.statement != 0 && row.statement != statement_;
  const bool keeps_its_bill =
      rule == MatchRule::other_channel || listed_.contains(row.key) || settled_.contains(row.statement);
  // The occurrence stays: it is free on the entry's own day.
  decision.action = billed_elsewhere && keeps_its_bill ? Action::part : Action::revise;
  decision.revives = row.facts.status == TransactionStatus::removed;
  decision.dual = of_other_channel || is_dual(row);
}

/// Pages of one list overlap, and a row may change between two of them: an id that the issuer keeps is one row,
/// wherever the list states it. The entry read last is the newest, but what was posted does not become pending again.
/// Two payments of one purchase are two rows. A pending row that is still listed beside its posted row is that one.
/// Where ids do not tell rows apart, only equal rows are one.
void WindowMatch::find_repeats(bool ids_tell_apart) {
  repeats_.clear();
  struct Seen {
    std::size_t hash;  // part of the key: equal ones lie together, and are compared whole
    const Entry* entry;
  };
  std::vector<Seen> seen;
  for (const Entry& entry : entries_) {
    if (!is_by_reference(entry.facts)) continue;
    seen.push_back({FactsHash()(entry.facts), &entry});
  }
  const auto order = [ids_tell_apart](const Seen& a) {
    const Entry& entry = *a.entry;
    return std::tuple(a.hash, entry.facts, entry.card, entry.part_index, ids_tell_apart ? 0 : entry.content);
  };
  std::ranges::sort(seen, [&](const Seen& a, const Seen& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return std::tuple(order(a), !a.entry->pending, a.entry->ordinal) <
           std::tuple(order(b), !b.entry->pending, b.entry->ordinal);
  });
  for (std::size_t i = 0; i + 1 < seen.size(); ++i) {
    if (order(seen[i]) != order(seen[i + 1])) continue;
    repeats_.resize(entries_.size(), false);
    repeats_[seen[i].entry->ordinal] = true;
  }
  std::unordered_set<std::uint64_t> posted;
  for (const Entry& entry : entries_)
    if (entry.was_pending_as != 0 && !entry.pending) posted.insert(entry.was_pending_as);
  if (posted.empty()) return;
  repeats_.resize(entries_.size(), false);
  for (const Entry& entry : entries_)
    if (entry.pending && posted.contains(entry.reference)) repeats_[entry.ordinal] = true;
}

void WindowMatch::decide_group(std::span<const Entry> entries, std::span<const StoredRow> rows) {
  if (repeats_.empty()) return decide_stated_once(entries, rows);
  std::vector<Entry> once;
  for (const Entry& entry : entries) {
    if (repeats_[entry.ordinal])
      outcome_.decisions[entry.ordinal] = {.action = Action::repeat};
    else
      once.push_back(entry);
  }
  decide_stated_once(once, rows);
}

void WindowMatch::decide_stated_once(std::span<const Entry> entries, std::span<const StoredRow> rows) {
  if (rows.empty()) {  // most rows of most imports are new
    std::uint32_t occurrence = 0;
    for (const Entry& entry : entries) decision_of(entry) = {.action = Action::insert, .occurrence = ++occurrence};
    return;
  }
  used_.assign(rows.size(), false);
  for (std::size_t r = 0; r < rows.size(); ++r) used_[r] = rows[r].merged_into != 0;  // an alias, no row of its own
  decided_.assign(entries.size(), false);
  // What counts comes before what was removed: a row that is gone is listed again only where no other can be meant.
  const auto pass_among = [&](bool removed, Action action, const auto& fits) {
    for (std::size_t e = 0; e < entries.size(); ++e)
      for (std::size_t r = 0; r < rows.size() && !decided_[e]; ++r) {
        const bool revives = rows[r].facts.status == TransactionStatus::removed;
        if (used_[r] || revives != removed || !fits(entries[e], rows[r])) continue;
        used_[r] = decided_[e] = true;
        decision_of(entries[e]) = {.action = is_older(entries[e], rows[r]) ? Action::keep : action,
                                   .revives = revives,
                                   .dual = is_dual(rows[r]),
                                   .occurrence = rows[r].fingerprint.occurrence(),
                                   .row = rows[r].key};
        if (listed_.contains(rows[r].key)) matched_.insert(rows[r].key);
      }
  };
  const auto pass = [&](Action action, const auto& fits) {
    pass_among(false, action, fits);
    pass_among(true, action, fits);
  };
  const auto listed = [this](const StoredRow& row) { return statement_ == 0 || listed_.contains(row.key); };
  const auto shown_here = [this](const StoredRow& row) { return statement_ == 0 || row.statement == statement_; };
  const auto same = [this](const Entry& entry, const StoredRow& row) {
    // Listed again, and stated by a list as it is billed: that is news.
    return entry.content == content_hash(row.facts) && !row.absent_since && (statement_ != 0 || !row.disputed_minor);
  };

  pass(Action::keep, [&](const Entry& e, const StoredRow& r) { return listed(r) && shown_here(r) && same(e, r); });
  // A purchase billed once and one in parts may be alike otherwise, and so may a pending and a posted one.
  const auto as_billed = [](const Entry& e, const StoredRow& r) {
    return e.in_parts == billed_in_parts(r.facts.plan.type);
  };
  const auto as_pending = [](const Entry& e, const StoredRow& r) {
    return e.pending == (r.facts.status == TransactionStatus::pending);
  };
  const auto listed_here = [&](const StoredRow& r) { return listed(r) && shown_here(r); };
  pass(Action::revise, [&](const Entry& e, const StoredRow& r) { return listed_here(r) && as_billed(e, r); });
  pass(Action::part, [&](const Entry& e, const StoredRow& r) { return listed(r) && as_billed(e, r); });
  pass(Action::revise, [&](const Entry&, const StoredRow& r) { return listed_here(r); });
  pass(Action::part, [&](const Entry&, const StoredRow& r) { return listed(r); });
  // A row that no statement has claimed yet is the same purchase, now billed.
  pass(Action::revise, [&](const Entry& e, const StoredRow& r) { return r.statement == 0 && as_pending(e, r); });
  pass(Action::revise, [](const Entry&, const StoredRow& r) { return r.statement == 0; });
  // Another payment of a known purchase: the neighbouring one first, so that twins keep their own plans.
  const auto same_plan = [](const Entry& e, const StoredRow& r) {
    return e.in_parts && e.plan == r.facts.plan.type && e.part_count == r.facts.plan.count.value_or(0);
  };
  pass(Action::part, [&](const Entry& e, const StoredRow& r) {
    return same_plan(e, r) && std::abs(e.part_index - r.facts.plan.index.value_or(0)) == 1;
  });
  pass(Action::part, same_plan);
  pass(Action::part,
       [](const Entry& e, const StoredRow& r) { return e.in_parts && billed_in_parts(r.facts.plan.type); });

  std::uint32_t occurrence = 0;
  for (const StoredRow& row : rows) occurrence = std::max(occurrence, row.fingerprint.occurrence());
  for (std::size_t e = 0; e < entries.size(); ++e)
    if (!decided_[e]) decision_of(entries[e]) = {.action = Action::insert, .occurrence = ++occurrence};
}

Result<void> WindowMatch::collect_absent() {
  if (statement_ == 0 || outcome_.older || matched_.size() == listed_.size()) return {};
  return ledger_.rows_of(statement_, [this](const StoredRow& row) {
    if (!matched_.contains(row.key)) outcome_.absent.push_back(row);
    return true;
  });
}

/// A closed statement that lists another amount for the only row of a day and merchant has revised it.
void WindowMatch::pair_revised_amounts() {
  if (outcome_.absent.empty()) return;
  using Place = std::tuple<CardKey, DayKey, std::uint32_t>;
  std::map<Place, std::pair<std::vector<std::size_t>, std::vector<const Entry*>>> places;
  for (std::size_t i = 0; i < outcome_.absent.size(); ++i) {
    const StoredRow& row = outcome_.absent[i];
    if (row.statement == statement_) places[{row.card, row.day, merchant_hash(row.facts)}].first.push_back(i);
  }
  for (const Entry& entry : entries_) {
    // An issuer's stable id says more than day and merchant do.
    if (outcome_.decisions[entry.ordinal].action != Action::insert || is_by_reference(entry.facts)) continue;
    const auto place = places.find({cards_[entry.card], entry.day, entry.merchant});
    if (place != places.end()) place->second.second.push_back(&entry);
  }
  std::vector<bool> revised(outcome_.absent.size(), false);
  for (const auto& [place, pair] : places) {
    const auto& [rows, entries] = pair;
    if (rows.size() != 1 || entries.size() != 1) {  // more than one on a side is doubtful: nothing is merged
      for (std::size_t i = 0; i < std::min(rows.size(), entries.size()); ++i)
        if (std::ranges::find(outcome_.doubts, entries[i]->ordinal, &Doubt::ordinal) == outcome_.doubts.end())
          outcome_.doubts.push_back({entries[i]->ordinal, MatchRule::revised_amount, outcome_.absent[rows[i]]});
      continue;
    }
    const StoredRow& row = outcome_.absent[rows.front()];
    Decision& decision = decision_of(*entries.front());
    decision.action = Action::revise_amount;
    decision.rule = MatchRule::revised_amount;
    decision.dual = is_dual(row);
    decision.row = row.key;
    if (listed_.contains(row.key)) matched_.insert(row.key);
    std::erase_if(outcome_.doubts, [&](const Doubt& doubt) { return doubt.ordinal == entries.front()->ordinal; });
    revised[rows.front()] = true;
  }
  std::size_t index = 0;
  std::erase_if(outcome_.absent, [&](const StoredRow&) { return revised[index++]; });
}

bool contradicts(const Outcome& outcome, std::size_t window_size) noexcept {
  const auto smaller = std::min<std::uint64_t>(outcome.listed_before, window_size);
  return outcome.matched * 2 < smaller;
}

}  // namespace meisai::ledger
