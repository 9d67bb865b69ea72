// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/month_sums.h"

#include <algorithm>

namespace meisai::reading {

Result<void> MonthSums::add(const std::optional<BillingMonth>& month, const Currency& currency, CardKey card,
                            std::int64_t amount_minor, DebitCertainty certainty) {
  const std::string code(currency.code());
  currencies_.emplace(code, currency);
  Sum& sum = sums_[{month, code}][card];
  MEISAI_ASSIGN(sum.amount_minor, add_minor(sum.amount_minor, amount_minor));
  sum.certainty = std::max(sum.certainty, certainty);
  return {};
}

Result<void> MonthSums::add_statement(LedgerView& view, const StatementRow& row, const UpcomingDebit& debit) {
  std::map<CardKey, std::int64_t> by_card;
  MEISAI_ASSIGN(const std::vector<BilledSum> billed, view.billed_sums(row.key));
  for (const BilledSum& sum : billed) {
    const CardKey card = reader_.shows(sum.card) ? sum.card : 0;
    MEISAI_ASSIGN(by_card[card], add_minor(by_card[card], sum.billed_minor));
  }
  for (const Component& component : row.components) {
    const auto card = std::ranges::find_if(
        row.cards, [&](CardKey key) { return reader_.shows(key) && component.card_label == reader_.card(key).label; });
    // A component that names no card is the one card's where there is one.
    const CardKey only = row.cards.size() == 1 && reader_.shows(row.cards.front()) ? row.cards.front() : 0;
    std::int64_t& sum = by_card[card == row.cards.end() ? only : *card];
    MEISAI_ASSIGN(sum, add_minor(sum, component.amount_minor));
  }
  std::int64_t rest = debit.amount_minor;
  for (const auto& [card, amount] : by_card) {
    MEISAI_TRY(add(debit.billing_month, debit.currency, card, amount, debit.certainty));
    MEISAI_ASSIGN(rest, subtract_minor(rest, amount));
  }
  if (rest == 0) return {};
  const CardKey only = row.cards.size() == 1 && reader_.shows(row.cards.front()) ? row.cards.front() : 0;
  return add(debit.billing_month, debit.currency, only, rest, debit.certainty);
}

Result<void> MonthSums::add_open(CardKey card, const UpcomingDebit& debit) {
  return add(debit.billing_month, debit.currency, card, debit.amount_minor, debit.certainty);
}

Result<void> MonthSums::add_remainder(CardKey card, const UpcomingRemainder& rest) {
  for (const UpcomingRemainder::Part& part : rest.parts) {
    const auto certainty = part.amount_minor ? rest.certainty : DebitCertainty::unknown;
    MEISAI_TRY(add(part.month, rest.currency, card, part.amount_minor.value_or(0), certainty));
    if (!part.amount_minor) sums_[{part.month, std::string(rest.currency.code())}][card].more_unknown = true;
  }
  return {};
}

Result<std::vector<UpcomingMonth>> MonthSums::months() const {
  std::vector<UpcomingMonth> all;
  for (const auto& [place, cards] : sums_) {
    UpcomingMonth month{.month = place.first, .currency = currencies_.at(place.second)};
    for (const auto& [card, sum] : cards) {
      MEISAI_ASSIGN(month.amount_minor, add_minor(month.amount_minor, sum.amount_minor));
      month.certainty = std::max(month.certainty, sum.certainty);
      month.more_unknown = month.more_unknown || sum.more_unknown;
      month.cards.push_back({.card = card == 0 ? CardId{} : reader_.card_id(card),
                             .card_label = card == 0 ? std::string() : reader_.card(card).label,
                             .amount_minor = sum.amount_minor,
                             .certainty = sum.certainty,
                             .more_unknown = sum.more_unknown});
    }
    all.push_back(std::move(month));
  }
  // std::optional orders nothing before everything.
  std::ranges::stable_partition(all, [](const UpcomingMonth& month) { return month.month.has_value(); });
  return all;
}

}  // namespace meisai::reading
