// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/reconciliation.h"

#include <algorithm>
#include <utility>

namespace meisai::ledger {
namespace {

Result<std::int64_t> sum_for_card(const std::string& label, const StatementRow& statement,
                                  std::span<const BilledSum> sums, const std::map<CardKey, std::string>& labels) {
  std::int64_t total = 0;
  for (const BilledSum& sum : sums)
    if (const auto card = labels.find(sum.card); card != labels.end() && card->second == label) {
      MEISAI_ASSIGN(total, add_minor(total, sum.billed_minor));
    }
  for (const Component& component : statement.components)
    if (component.card_label == label) {
      MEISAI_ASSIGN(total, add_minor(total, component.amount_minor));
    }
  return total;
}

Result<std::int64_t> sum_for_region(Region region, std::span<const BilledSum> sums) {
  std::int64_t total = 0;
  for (const BilledSum& sum : sums)
    if (sum.region == region) {
      MEISAI_ASSIGN(total, add_minor(total, sum.billed_minor));
    }
  return total;
}

}  // namespace

Result<Balance> reconcile(const StatementRow& statement, std::span<const BilledSum> sums,
                          const std::map<CardKey, std::string>& labels) {
  Balance balance;
  for (const BilledSum& sum : sums) {
    MEISAI_ASSIGN(balance.computed_minor, add_minor(balance.computed_minor, sum.billed_minor));
    balance.transaction_count += sum.count;
  }
  for (const Component& component : statement.components) {
    MEISAI_ASSIGN(balance.computed_minor, add_minor(balance.computed_minor, component.amount_minor));
  }

  bool holds = true;
  bool stated = false;
  std::optional<std::int64_t> by_card;
  // By card label, in order of the statement; a card that changed within the statement has two sums, which are one.
  std::vector<std::pair<std::string, ComparedSum>> of_cards;
  for (const Subtotal& subtotal : statement.subtotals) {
    stated = true;
    if (subtotal.card_label) {
      auto known = std::ranges::find(of_cards, *subtotal.card_label, &std::pair<std::string, ComparedSum>::first);
      if (known == of_cards.end())
        known = of_cards.insert(of_cards.end(), {*subtotal.card_label, {.label = subtotal.label}});
      MEISAI_ASSIGN(known->second.stated_minor, add_minor(known->second.stated_minor, subtotal.stated_minor));
      continue;
    }
    std::int64_t computed = balance.computed_minor;
    if (subtotal.region != Region::unknown) {
      MEISAI_ASSIGN(computed, sum_for_region(subtotal.region, sums));
    }
    holds = holds && computed == subtotal.stated_minor;
    balance.sums.push_back({subtotal.label, subtotal.stated_minor, computed});
  }
  for (auto& [label, sum] : of_cards) {
    MEISAI_ASSIGN(sum.computed_minor, sum_for_card(label, statement, sums, labels));
    MEISAI_ASSIGN(const std::int64_t difference, subtract_minor(sum.stated_minor, sum.computed_minor));
    MEISAI_ASSIGN(by_card, add_minor(by_card.value_or(0), difference));
    holds = holds && sum.computed_minor == sum.stated_minor;
    balance.sums.push_back(sum);
  }
  if (statement.stated_total_minor) {
    stated = true;
    holds = holds && *statement.stated_total_minor == balance.computed_minor;
    MEISAI_ASSIGN(balance.difference_minor, subtract_minor(*statement.stated_total_minor, balance.computed_minor));
    balance.sums.insert(balance.sums.begin(), {"", *statement.stated_total_minor, balance.computed_minor});
  } else {
    balance.difference_minor = by_card;
  }
  if (stated) balance.balanced = holds;
  return balance;
}

}  // namespace meisai::ledger
