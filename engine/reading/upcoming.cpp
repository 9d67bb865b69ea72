// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/upcoming.h"

#include <algorithm>
#include <tuple>

namespace meisai::reading {
namespace {

/// Longest common plan is 36 payments; what was used before cannot still be open.
constexpr std::chrono::years look_back{4};

bool is_due(const StatementRow& statement, LocalDate today) {
  if (statement.payment_due_date) return *statement.payment_due_date >= today;
  return statement.billing_month && *statement.billing_month >= BillingMonth(today.year(), today.month());
}

std::optional<UpcomingRemainder> remainder_of(const LedgerReader& reader, const StoredRow& row,
                                              std::size_t billed_parts) {
  const PaymentPlan& plan = row.facts.plan;
  UpcomingRemainder rest{.transaction = reader.transaction_id(row.key),
                         .issuer = reader.card(row.card).issuer,
                         .card_label = reader.card(row.card).label,
                         .merchant_normalized = row.facts.merchant_normalized,
                         .plan = plan,
                         .remaining_parts = {},
                         .remaining_minor = row.facts.remaining_minor,
                         .currency = row.facts.currency};
  if (plan.type == PaymentType::revolving) {
    // A file that moved the purchase to リボ states 0 here, since the revolving balance is not in it.
    if (rest.remaining_minor == 0) rest.remaining_minor.reset();
    return rest;
  }
  if (plan.count) {
    const int billed = plan.index.value_or(static_cast<int>(billed_parts));
    if (billed >= *plan.count) return std::nullopt;
    rest.remaining_parts = *plan.count - billed;
  }
  if (rest.remaining_minor == 0) return std::nullopt;
  return rest;
}

}  // namespace

Result<Upcoming> upcoming(LedgerReader& reader, LedgerView& view, LocalDate today) {
  Upcoming result;
  for (const StatementRow& row : reader.statement_rows()) {
    if (!is_due(row, today)) continue;
    MEISAI_ASSIGN(const Statement statement, reader.statement(row));
    UpcomingDebit debit{.issuer = row.issuer,
                        .statement = statement.id,
                        .billing_month = row.billing_month,
                        .due_date = row.payment_due_date,
                        .amount_minor = row.stated_total_minor.value_or(statement.computed_total_minor),
                        .currency = row.currency,
                        .balanced = statement.balanced,
                        .card_labels = {}};
    for (const CardKey card : row.cards) debit.card_labels.push_back(reader.card(card).label);
    result.debits.push_back(std::move(debit));
  }
  std::ranges::sort(result.debits, {}, [](const UpcomingDebit& debit) {
    const BillingMonth month = debit.billing_month.value_or(BillingMonth{});
    const unsigned day = debit.due_date ? static_cast<unsigned>(debit.due_date->day()) : 32U;
    return std::tuple(static_cast<int>(month.year()), static_cast<unsigned>(month.month()), day, debit.statement);
  });

  TransactionQuery query;
  query.from = LocalDate(today.year() - look_back, today.month(), std::chrono::day(1));
  query.with_ignored = true;  // what a person ignores is debited all the same
  std::vector<StoredRow> in_parts;
  MEISAI_TRY(view.transactions(query, [&in_parts](const StoredRow& row) {
    if (billed_in_parts(row.facts.plan.type) && row.facts.amount_minor > 0) in_parts.push_back(row);
    return true;
  }));
  for (const StoredRow& row : in_parts) {
    MEISAI_ASSIGN(const std::vector<BilledPart> parts, view.parts_of(row.key));
    if (auto rest = remainder_of(reader, row, parts.size())) result.remainders.push_back(std::move(*rest));
  }
  return result;
}

}  // namespace meisai::reading
