// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/open_months.h"

#include <algorithm>
#include <tuple>

namespace meisai::reading {
namespace {

/// Card, month of debit, else month of use, and currency.
using Place = std::tuple<CardKey, std::optional<BillingMonth>, std::optional<BillingMonth>, std::string>;

UpcomingDebit empty_month(const LedgerReader& reader, const StoredRow& row, const BillingCycle& cycle,
                          const BillingCycle::Debit& when) {
  const CardRow& card = reader.card(row.card);
  UpcomingDebit debit{.issuer = card.issuer,
                      .billing_month = when.month,
                      .currency = row.facts.currency,
                      .card_labels = {card.label},
                      .certainty = when.closed ? DebitCertainty::computed : DebitCertainty::open,
                      .due_is_expected = true,
                      .cards = {reader.card_id(row.card)}};
  if (when.month) debit.due_date = cycle.expected_due(*when.month);
  debit.due_is_expected = debit.due_date.has_value();
  return debit;
}

Result<void> add(UpcomingDebit& debit, const TransactionFacts& facts) {
  const std::int64_t amount = facts.billed_minor.value_or(facts.amount_minor);
  MEISAI_ASSIGN(debit.amount_minor, add_minor(debit.amount_minor, amount));
  if (facts.status == TransactionStatus::pending) {
    MEISAI_ASSIGN(debit.pending_minor, add_minor(debit.pending_minor, amount));
    debit.certainty = DebitCertainty::open;  // nothing is sure of what is not posted
  }
  const LocalDate used = *facts.date.date;
  debit.used_from = std::min(debit.used_from.value_or(used), used);
  debit.used_to = std::max(debit.used_to.value_or(used), used);
  return {};
}

}  // namespace

bool debited_at_once(const TransactionFacts& facts) noexcept {
  if (facts.kind == TransactionKind::payment || facts.kind == TransactionKind::authorization) return false;
  if (is_declined(facts) || facts.status == TransactionStatus::removed) return false;
  const bool later = billed_in_parts(facts.plan.type) || facts.plan.type == PaymentType::bonus_lump;
  return !later || facts.billed_minor.has_value() || facts.amount_minor < 0;
}

Result<std::vector<OpenMonth>> open_months(const LedgerReader& reader, std::span<const StoredRow> rows,
                                           const CardCycles& cycles, const std::set<MonthOfCard>& stated,
                                           LocalDate today) {
  std::map<Place, UpcomingDebit> months;
  for (const StoredRow& row : rows) {
    if (!row.facts.date.date || !debited_at_once(row.facts)) continue;
    const BillingCycle& cycle = cycles.at(row.card);
    const BillingCycle::Debit when = cycle.debit_of(*row.facts.date.date, today);
    if (when.not_due) continue;
    const bool in_statement = when.month && stated.contains({row.card, *when.month});
    if (in_statement && row.facts.status != TransactionStatus::pending) continue;
    const auto used = when.month ? std::nullopt : std::optional(month_of(*row.facts.date.date));
    const Place place{row.card, when.month, used, std::string(row.facts.currency.code())};
    auto found = months.find(place);
    if (found == months.end()) found = months.emplace(place, empty_month(reader, row, cycle, when)).first;
    MEISAI_TRY(add(found->second, row.facts));
  }
  std::vector<OpenMonth> all;
  for (auto& [place, debit] : months) all.push_back({std::get<0>(place), std::move(debit)});
  return all;
}

}  // namespace meisai::reading
