// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/merging.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/ledger/identity.h"
#include "engine/ledger/public_id.h"
#include "engine/ledger/reconciliation.h"

namespace meisai::ledger {
namespace {

constexpr std::uint8_t tombstone_recipe = 255;

AliasRow place_of(const StoredRow& row, CardKey card, TransactionKey of) {
  return {.card = card, .day = row.day, .fingerprint = row.fingerprint, .transaction = of};
}

/// Posted before pending, listed before removed: what is said later in a purchase's life.
int weight_of(TransactionStatus status) {
  switch (status) {
    case TransactionStatus::posted:
      return 2;
    case TransactionStatus::pending:
      return 1;
    case TransactionStatus::removed:
      return 0;
  }
  return 0;
}

/// What `base` leaves open, as the other row says it.
void fill_in(TransactionFacts& base, const TransactionFacts& other) {
  if (!base.posting_date) base.posting_date = other.posting_date;
  if (!base.foreign) base.foreign = other.foreign;
  if (!base.remaining_minor) base.remaining_minor = other.remaining_minor;
  if (base.plan.type == PaymentType::unknown) base.plan = other.plan;
  if (base.region == Region::unknown) base.region = other.region;
  if (base.issuer_reference.empty()) base.issuer_reference = other.issuer_reference;
  if (base.pending_reference.empty())
    base.pending_reference = other.status == TransactionStatus::pending && base.status == TransactionStatus::posted
                                 ? other.issuer_reference
                                 : other.pending_reference;
  base.flags |= other.flags;
}

class Merging {
 public:
  Merging(LedgerWrite& ledger, Merge& merge, const StoredRow& first, const StoredRow& second)
      : ledger_(ledger), merge_(merge), first_(first), second_(second) {
    second_statement_ = mapped(second.statement);
  }

  Result<StoredRow> run(const AliasesByRow& aliases) {
    const bool second_says_more = weight_of(second_.facts.status) > weight_of(first_.facts.status);
    MEISAI_ASSIGN(const std::vector<BilledPart> first_parts, ledger_.parts_of(first_.key));
    MEISAI_ASSIGN(const std::vector<BilledPart> second_parts, ledger_.parts_of(second_.key));
    for (const BilledPart& part : second_parts) MEISAI_TRY(ledger_.drop_part(second_.key, part.statement));
    MEISAI_TRY(bury_second());
    const StoredRow now = combined(second_says_more);
    // What the second's document said is a version of this row from here on: an erasure must see that it was there too.
    if (now.document != second_.document) {
      StoredRow said = now;
      said.facts = second_.facts;
      said.facts.date = now.facts.date;
      said.document = second_.document;
      said.row = second_.row;
      MEISAI_TRY(ledger_.revise(said));
    }
    MEISAI_TRY(ledger_.revise(now));
    MEISAI_TRY(move_parts(now, first_parts, second_parts));
    MEISAI_TRY(move_aliases(now, second_says_more, aliases));
    MEISAI_TRY(move_layer());
    MEISAI_TRY(tell());
    return now;
  }

 private:
  [[nodiscard]] StatementKey mapped(StatementKey statement) const {
    const auto same = merge_.same_bill.find(statement);
    return same == merge_.same_bill.end() ? statement : same->second;
  }

  Result<void> bury_second() {
    StoredRow buried = second_;
    buried.card = first_.card;
    if (!buried.facts.date.date) buried.day = undated_without_statement;
    buried.fingerprint = tombstone(second_.key);
    buried.statement = 0;
    buried.facts.status = TransactionStatus::removed;
    buried.merged_into = first_.key;
    if (second_.statement != 0) merge_.touched.insert(second_.statement);
    if (first_.statement != 0) merge_.touched.insert(first_.statement);
    return ledger_.revise(buried);
  }

  /// The first row as it will be. The place in the unique key follows the facts: listed again, they are found there.
  [[nodiscard]] StoredRow combined(bool second_says_more) const {
    const StoredRow& base = second_says_more ? second_ : first_;
    const StoredRow& other = second_says_more ? first_ : second_;
    StoredRow now = base;
    now.key = first_.key;
    now.card = first_.card;
    now.statement = mapped(base.statement);
    fill_in(now.facts, other.facts);
    if (now.statement == 0 && other.statement != 0) {
      now.statement = mapped(other.statement);
      now.facts.billed_minor = other.facts.billed_minor;
      if (now.facts.plan.type != other.facts.plan.type || other.facts.plan.index) now.facts.plan = other.facts.plan;
    }
    if (!now.facts.date.date) now.day = day_key({}, now.statement);
    if (now.facts.status == TransactionStatus::posted) now.absent_since.reset();
    return now;
  }

  Result<void> move_parts(const StoredRow& now, std::vector<BilledPart> parts,
                          const std::vector<BilledPart>& second_parts) {
    const auto has = [&parts](StatementKey statement) {
      return std::ranges::find(parts, statement, &BilledPart::statement) != parts.end();
    };
    const auto put = [&](StatementKey statement, std::optional<std::int64_t> billed, std::optional<int> index) {
      parts.push_back({first_.key, statement, billed, index});
      merge_.touched.insert(statement);
      return ledger_.put_part(parts.back());
    };
    for (const BilledPart& part : second_parts) {
      merge_.touched.insert(part.statement);
      if (!has(mapped(part.statement))) MEISAI_TRY(put(mapped(part.statement), part.billed_minor, part.index));
    }
    // Two statements bill it: each keeps what it bills, as a share.
    if (first_.statement == 0 || second_.statement == 0 || first_.statement == second_statement_) return {};
    for (const StoredRow* row : {&first_, &second_}) {
      const StatementKey statement = mapped(row->statement);
      if (!has(statement)) MEISAI_TRY(put(statement, row->facts.billed_minor, row->facts.plan.index));
    }
    merge_.touched.insert(now.statement);
    return {};
  }

  Result<void> move_aliases(const StoredRow& now, bool second_says_more, const AliasesByRow& aliases) {
    const StoredRow& before = second_says_more ? first_ : second_;
    if (before.day >= 0) MEISAI_TRY(put_alias(now, place_of(before, first_.card, first_.key)));
    const auto [begin, end] = aliases.equal_range(second_.key);
    for (auto at = begin; at != end; ++at) {
      AliasRow alias = at->second;
      alias.card = first_.card;
      alias.transaction = first_.key;
      MEISAI_TRY(put_alias(now, alias));
    }
    return {};
  }

  /// A row needs no alias for the place that it has.
  Result<void> put_alias(const StoredRow& now, const AliasRow& alias) {
    if (alias.day == now.day && alias.fingerprint == now.fingerprint) return {};
    return ledger_.put_alias(alias);
  }

  Result<void> move_layer() {
    MEISAI_ASSIGN(const UserLayer first, ledger_.user_layer_of(first_.key));
    MEISAI_ASSIGN(const UserLayer second, ledger_.user_layer_of(second_.key));
    const UserLayer now = second.empty() && !first.ignored ? first : merged_layer(first, second);
    if (now == first) return {};
    return ledger_.put_user_layer(first_.key, now);
  }

  Result<void> tell() {
    const std::string id = public_id(IdKind::transaction, merge_.vault_tag, first_.key);
    const auto change = [&](ChangeKind kind, TransactionKey key, std::string reason) {
      return ledger_.add_change(
          {.kind = kind, .entity = Entity::transaction, .first = key, .last = key, .reason = std::move(reason)});
    };
    MEISAI_TRY(change(ChangeKind::removed, second_.key, "merged into " + id));
    MEISAI_TRY(change(ChangeKind::modified, first_.key, ""));
    ReasonRow reason{.transaction = first_.key,
                     .at = merge_.at,
                     .document = second_.document,
                     .row = second_.row,
                     .rule = merge_.rule,
                     .other = second_.key,
                     .detail = merge_.detail};
    MEISAI_TRY(ledger_.add_reason(reason));
    std::swap(reason.transaction, reason.other);
    return ledger_.add_reason(reason);
  }

  LedgerWrite& ledger_;
  Merge& merge_;
  const StoredRow& first_;
  const StoredRow& second_;
  StatementKey second_statement_ = 0;
};

bool is_about(const SuggestionRow& row, std::int64_t a, std::int64_t b) {
  return (row.first == a && row.second == b) || (row.first == b && row.second == a);
}

}  // namespace

Result<AliasesByRow> aliases_of_card(LedgerWrite& ledger, CardKey card) {
  AliasesByRow found;
  MEISAI_TRY(ledger.aliases_on(card, std::numeric_limits<DayKey>::min(), std::numeric_limits<DayKey>::max(),
                               [&found](const AliasRow& alias) {
                                 found.emplace(alias.transaction, alias);
                                 return true;
                               }));
  return found;
}

Result<StoredRow> merge_rows(LedgerWrite& ledger, Merge& merge, const StoredRow& first, const StoredRow& second,
                             const AliasesByRow& aliases) {
  return Merging(ledger, merge, first, second).run(aliases);
}

Result<void> reconcile_again(LedgerWrite& ledger, const IssuerId& issuer, const std::set<StatementKey>& statements) {
  std::map<CardKey, std::string> labels;
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(issuer));
  for (const CardRow& card : cards)
    if (card.joined_into == 0) labels.emplace(card.key, card.label);
  MEISAI_ASSIGN(const std::vector<StatementRow> all, ledger.statements(issuer));
  for (StatementRow statement : all) {
    if (!statements.contains(statement.key)) continue;
    MEISAI_ASSIGN(const std::vector<BilledSum> sums, ledger.billed_sums(statement.key));
    MEISAI_ASSIGN(const Balance balance, reconcile(statement, sums, labels));
    if (statement.computed_total_minor == balance.computed_minor && statement.balanced == balance.balanced &&
        statement.transaction_count == balance.transaction_count)
      continue;
    statement.computed_total_minor = balance.computed_minor;
    statement.balanced = balance.balanced;
    statement.transaction_count = balance.transaction_count;
    MEISAI_TRY(ledger.put_statement(statement));
    MEISAI_TRY(ledger.add_change({.kind = ChangeKind::modified,
                                  .entity = Entity::statement,
                                  .first = statement.key,
                                  .last = statement.key,
                                  .reason = {}}));
  }
  return {};
}

Result<void> settle_suggestions(LedgerWrite& ledger, SuggestionKind kind, std::int64_t first, std::int64_t second) {
  MEISAI_ASSIGN(std::vector<SuggestionRow> all, ledger.suggestions());
  for (SuggestionRow& row : all) {
    if (row.kind != kind || (row.first != second && row.second != second)) continue;
    if (is_about(row, first, second)) {
      row.state = SuggestionState::accepted;
      MEISAI_TRY(ledger.put_suggestion(row));
      continue;
    }
    const std::int64_t other = row.first == second ? row.second : row.first;
    const bool known = std::ranges::any_of(
        all, [&](const SuggestionRow& each) { return each.kind == kind && is_about(each, first, other); });
    SuggestionRow moved = row;
    moved.key = 0;
    (moved.first == second ? moved.first : moved.second) = first;
    const bool stands = row.state == SuggestionState::open || row.state == SuggestionState::refused;
    if (row.state == SuggestionState::open) {
      row.state = SuggestionState::outdated;
      MEISAI_TRY(ledger.put_suggestion(row));
    }
    if (stands && !known) MEISAI_TRY(ledger.put_suggestion(moved));
  }
  return {};
}

UserLayer merged_layer(const UserLayer& first, const UserLayer& second) {
  UserLayer now = first;
  if (now.note.empty())
    now.note = second.note;
  else if (!second.note.empty() && second.note != first.note)
    now.note += " / " + second.note;
  if (now.category.empty()) now.category = second.category;
  if (now.merchant.empty()) now.merchant = second.merchant;
  now.tags.insert(now.tags.end(), second.tags.begin(), second.tags.end());
  std::ranges::sort(now.tags);
  const auto repeated = std::ranges::unique(now.tags);
  now.tags.erase(repeated.begin(), repeated.end());
  now.ignored = first.ignored && second.ignored;
  return now;
}

Fingerprint tombstone(TransactionKey row) noexcept {
  FactsKey key{tombstone_recipe};
  for (unsigned i = 0; i < 8; ++i)
    key[1 + i] = static_cast<std::uint8_t>((static_cast<std::uint64_t>(row) >> (56U - 8U * i)) & 0xffU);
  return fingerprint(key, 1);
}

}  // namespace meisai::ledger
