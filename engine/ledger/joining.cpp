// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/joining.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/ledger/identity.h"
#include "engine/ledger/public_id.h"

namespace meisai::ledger {
namespace {

constexpr DayKey first_day = std::numeric_limits<DayKey>::min();
constexpr DayKey last_day = std::numeric_limits<DayKey>::max();

using Place = std::pair<DayKey, FactsKey>;

/// What two views of one purchase have in common, whatever the channel. Undated rows stand under their statement's
/// number: `day` is told by the caller.
struct Alike {
  DayKey day = 0;
  std::uint64_t likeness = 0;
  PaymentType plan = PaymentType::unknown;  ///< of a purchase that is billed in parts
  friend auto operator<=>(const Alike&, const Alike&) = default;
};

Alike alike_of(const StoredRow& row) {
  const PaymentType plan = row.facts.plan.type;
  return {row.facts.date.date ? row.day : first_day, likeness_hash(row.facts.merchant_normalized, row.facts),
          billed_in_parts(plan) ? plan : PaymentType::unknown};
}

bool is_listed(const StoredRow& row) { return row.facts.status != TransactionStatus::removed; }

class Joining {
 public:
  Joining(LedgerWrite& ledger, const CardRow& card, const CardRow& other, Instant at)
      : ledger_(ledger), card_(card), other_(other) {
    merge_.rule = MatchRule::cards_joined;
    merge_.at = at;
  }

  Result<Joined> run() {
    MEISAI_ASSIGN(merge_.vault_tag, ledger_.vault_tag());
    MEISAI_ASSIGN(mine_, rows_of(card_.key));
    MEISAI_ASSIGN(theirs_, rows_of(other_.key));
    MEISAI_ASSIGN(aliases_, aliases_of_card(ledger_, other_.key));
    pair_rows();
    MEISAI_TRY(pair_statements());
    for (std::size_t i = 0; i < theirs_.size(); ++i) {
      if (partners_[i] == nullptr) {
        MEISAI_TRY(move(theirs_[i]));
        continue;
      }
      ++joined_.merged;
      MEISAI_ASSIGN(const StoredRow now, merge_rows(ledger_, merge_, *partners_[i], theirs_[i], aliases_));
      MEISAI_TRY(settle_suggestions(ledger_, SuggestionKind::same_transaction, now.key, theirs_[i].key));
    }
    MEISAI_TRY(relabel());
    MEISAI_TRY(take_statements());
    MEISAI_TRY(take_card());
    MEISAI_TRY(reconcile_again(ledger_, card_.issuer, merge_.touched));
    return std::move(joined_);
  }

 private:
  Result<std::vector<StoredRow>> rows_of(CardKey card) {
    std::vector<StoredRow> rows;
    MEISAI_TRY(ledger_.rows_on(card, first_day, last_day, [&rows](const StoredRow& row) {
      rows.push_back(row);
      return true;
    }));
    return rows;
  }

  /// Equal facts first, then what is alike; each row once. Undated rows are told by their statements, below.
  void pair_rows() {
    partners_.assign(theirs_.size(), nullptr);
    std::vector<bool> taken(mine_.size(), false);
    const auto pass = [&](const auto& key_of) {
      std::multimap<std::invoke_result_t<decltype(key_of), const StoredRow&>, std::size_t> index;
      for (std::size_t i = 0; i < mine_.size(); ++i)
        if (!taken[i] && is_listed(mine_[i]) && mine_[i].day >= 0) index.emplace(key_of(mine_[i]), i);
      for (std::size_t i = 0; i < theirs_.size(); ++i) {
        if (partners_[i] != nullptr || !is_listed(theirs_[i]) || theirs_[i].day < 0) continue;
        const auto found = index.find(key_of(theirs_[i]));
        if (found == index.end()) continue;
        partners_[i] = &mine_[found->second];
        taken[found->second] = true;
        index.erase(found);
      }
    };
    pass([](const StoredRow& row) { return Place(row.day, row.fingerprint.facts()); });
    pass([](const StoredRow& row) { return alike_of(row); });
    for (const StoredRow& row : mine_) {
      std::uint32_t& last = occurrences_[{row.day, row.fingerprint.facts()}];
      last = std::max(last, row.fingerprint.occurrence());
    }
    taken_ = std::move(taken);
  }

  /// A statement of the other card is one of this card where it bills the same rows: all of its own, or most of them
  /// under the same name.
  Result<void> pair_statements() {
    MEISAI_ASSIGN(statements_, ledger_.statements(card_.issuer));
    std::map<StatementKey, std::uint64_t> listed;
    std::map<std::pair<StatementKey, StatementKey>, std::uint64_t> shared;
    for (std::size_t i = 0; i < theirs_.size(); ++i) {
      const StatementKey theirs = theirs_[i].statement;
      if (theirs == 0 || !is_listed(theirs_[i]) || theirs_[i].day < 0) continue;
      ++listed[theirs];
      if (partners_[i] != nullptr && partners_[i]->statement != 0 && partners_[i]->statement != theirs)
        ++shared[{theirs, partners_[i]->statement}];
    }
    for (const auto& [pair, count] : shared) {
      const auto theirs = std::ranges::find(statements_, pair.first, &StatementRow::key);
      const auto mine = std::ranges::find(statements_, pair.second, &StatementRow::key);
      if (theirs == statements_.end() || mine == statements_.end() || theirs->cards != std::vector{other_.key})
        continue;
      const bool same_name = !theirs->anchor.empty() && theirs->anchor == mine->anchor;
      const bool all = count == listed[pair.first];
      if (all || (same_name && count * 2 > listed[pair.first])) merge_.same_bill.emplace(pair.first, pair.second);
    }
    pair_undated();
    return {};
  }

  void pair_undated() {
    for (std::size_t i = 0; i < theirs_.size(); ++i) {
      const StoredRow& row = theirs_[i];
      const auto bill = merge_.same_bill.find(row.statement);
      if (row.day >= 0 || !is_listed(row) || bill == merge_.same_bill.end()) continue;
      for (std::size_t m = 0; m < mine_.size() && partners_[i] == nullptr; ++m) {
        if (taken_[m] || mine_[m].statement != bill->second || mine_[m].day >= 0) continue;
        if (alike_of(mine_[m]) != alike_of(row)) continue;
        partners_[i] = &mine_[m];
        taken_[m] = true;
      }
    }
  }

  /// A row that only the other card has, at the next free place.
  Result<void> move(const StoredRow& row) {
    StoredRow moved = row;
    moved.card = card_.key;
    if (const auto bill = merge_.same_bill.find(row.statement); bill != merge_.same_bill.end()) {
      moved.statement = bill->second;
      if (moved.day < 0 && is_listed(row)) moved.day = day_key({}, moved.statement);
      merge_.touched.insert(bill->second);
    }
    std::uint32_t& last = occurrences_[{moved.day, moved.fingerprint.facts()}];
    moved.fingerprint = fingerprint(moved.fingerprint.facts(), ++last);
    MEISAI_TRY(ledger_.revise(moved));
    if (row.statement != 0) merge_.touched.insert(row.statement);
    MEISAI_TRY(move_parts(row.key));
    const auto [begin, end] = aliases_.equal_range(row.key);
    for (auto at = begin; at != end; ++at) {
      AliasRow alias = at->second;
      alias.card = card_.key;
      MEISAI_TRY(ledger_.put_alias(alias));
    }
    if (row.merged_into != 0) return {};  // it is no row of its own: what it led to tells the story
    ++joined_.moved;
    MEISAI_TRY(ledger_.add_change({.kind = ChangeKind::modified,
                                   .entity = Entity::transaction,
                                   .first = row.key,
                                   .last = row.key,
                                   .reason = "its card is another one"}));
    return ledger_.add_reason({.transaction = row.key,
                               .at = merge_.at,
                               .document = row.document,
                               .row = row.row,
                               .rule = MatchRule::cards_joined});
  }

  Result<void> move_parts(TransactionKey row) {
    MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger_.parts_of(row));
    for (const BilledPart& part : parts) {
      merge_.touched.insert(part.statement);
      const auto bill = merge_.same_bill.find(part.statement);
      if (bill == merge_.same_bill.end()) continue;
      MEISAI_TRY(ledger_.drop_part(row, part.statement));
      MEISAI_TRY(ledger_.put_part({row, bill->second, part.billed_minor, part.index}));
      merge_.touched.insert(bill->second);
    }
    return {};
  }

  /// Sums of a statement name the card that they are about by its label.
  Result<void> relabel() {
    for (StatementRow& statement : statements_) {
      bool changed = false;
      const auto rename = [&](std::optional<std::string>& label) {
        if (label != other_.label) return;
        label = card_.label;
        changed = true;
      };
      for (Subtotal& subtotal : statement.subtotals) rename(subtotal.card_label);
      for (Component& component : statement.components) rename(component.card_label);
      const bool is_theirs = std::ranges::find(statement.cards, other_.key) != statement.cards.end();
      if (!changed || !is_theirs) continue;
      MEISAI_TRY(ledger_.put_statement(statement));
      merge_.touched.insert(statement.key);
    }
    return {};
  }

  /// A bill that both cards have is one bill. It keeps what it states, and learns what only the other copy states.
  Result<void> take_statements() {
    for (const auto& [theirs, mine] : merge_.same_bill) {
      const StatementRow& from = *std::ranges::find(statements_, theirs, &StatementRow::key);
      StatementRow into = *std::ranges::find(statements_, mine, &StatementRow::key);
      if (!into.stated_total_minor) into.stated_total_minor = from.stated_total_minor;
      if (into.subtotals.empty()) into.subtotals = from.subtotals;
      if (into.components.empty()) into.components = from.components;
      if (!into.payment_due_date) into.payment_due_date = from.payment_due_date;
      if (!into.closing_date) into.closing_date = from.closing_date;
      if (!into.billing_month) {
        into.billing_month = from.billing_month;
        into.billing_month_source = from.billing_month_source;
      }
      MEISAI_TRY(ledger_.put_statement(into));
      MEISAI_TRY(ledger_.join_statement(mine, theirs));
      merge_.touched.erase(theirs);
      merge_.touched.insert(mine);
      const auto change = [&](ChangeKind kind, StatementKey key, std::string reason) {
        return ledger_.add_change(
            {.kind = kind, .entity = Entity::statement, .first = key, .last = key, .reason = std::move(reason)});
      };
      MEISAI_TRY(change(ChangeKind::removed, theirs,
                        "the same bill as " + public_id(IdKind::statement, merge_.vault_tag, mine)));
      MEISAI_TRY(change(ChangeKind::modified, mine, ""));
    }
    return {};
  }

  Result<void> take_card() {
    MEISAI_TRY(ledger_.join_card(card_.key, other_.key));
    joined_.card = card_;
    if (joined_.card.last4.empty()) joined_.card.last4 = other_.last4;
    if (joined_.card.kind == CardKind::unknown) joined_.card.kind = other_.kind;
    MEISAI_TRY(ledger_.put_card(joined_.card));
    const auto change = [&](ChangeKind kind, CardKey key, std::string reason) {
      return ledger_.add_change(
          {.kind = kind, .entity = Entity::card, .first = key, .last = key, .reason = std::move(reason)});
    };
    MEISAI_TRY(
        change(ChangeKind::removed, other_.key, "joined into " + public_id(IdKind::card, merge_.vault_tag, card_.key)));
    MEISAI_TRY(change(ChangeKind::modified, card_.key, ""));
    return settle_suggestions(ledger_, SuggestionKind::same_card, card_.key, other_.key);
  }

  LedgerWrite& ledger_;
  const CardRow& card_;
  const CardRow& other_;
  Merge merge_;
  Joined joined_;
  std::vector<StoredRow> mine_;
  std::vector<StoredRow> theirs_;
  std::vector<const StoredRow*> partners_;  // by place in theirs_: the row of mine_ that it is; null: none
  std::vector<bool> taken_;                 // by place in mine_
  std::map<Place, std::uint32_t> occurrences_;
  std::vector<StatementRow> statements_;
  AliasesByRow aliases_;
};

}  // namespace

Result<Joined> join_cards(LedgerWrite& ledger, const CardRow& card, const CardRow& other, Instant at) {
  return Joining(ledger, card, other, at).run();
}

}  // namespace meisai::ledger
