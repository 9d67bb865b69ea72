// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/instalments.h"

#include <algorithm>

namespace meisai::reading {
namespace {

using std::chrono::months;
using Part = UpcomingRemainder::Part;

/// What is known of the payments so far.
struct Paid {
  int parts = 0;                             ///< the newest number of a payment that was billed; 0: none was
  std::optional<BillingMonth> month;         ///< of that payment
  std::optional<std::int64_t> billed_minor;  ///< of all of them; empty: not every one is known
};

std::optional<BillingMonth> month_of_statement(const LedgerReader& reader, const BillingCycle& cycle,
                                               StatementKey key) {
  const auto& statements = reader.statement_rows();
  const auto found = std::ranges::find(statements, key, &StatementRow::key);
  return found == statements.end() ? std::nullopt : cycle.month_of(*found);
}

/// Of a row that no statement bills: what the issuer states of this month's payment is debited with the open month.
Paid paid_of_unbilled(const StoredRow& row, const BillingCycle& cycle, LocalDate today) {
  const int number = row.facts.plan.index.value_or(1);
  if (!row.facts.billed_minor)
    return {.parts = number - 1, .billed_minor = number == 1 ? std::optional<std::int64_t>(0) : std::nullopt};
  Paid paid{.parts = number};
  if (row.facts.date.date) paid.month = cycle.debit_of(*row.facts.date.date, today).month;
  if (number == 1) paid.billed_minor = row.facts.billed_minor;
  return paid;
}

Result<Paid> paid_of(const LedgerReader& reader, LedgerView& view, const StoredRow& row, const BillingCycle& cycle,
                     LocalDate today) {
  Paid paid;
  MEISAI_ASSIGN(std::vector<BilledPart> parts, view.parts_of(row.key));
  if (parts.empty() && row.statement == 0) return paid_of_unbilled(row, cycle, today);
  if (parts.empty()) parts.push_back({row.key, row.statement, row.facts.billed_minor, row.facts.plan.index});
  std::int64_t billed = 0;
  bool all_known = true;
  StatementKey newest = 0;
  int counted = 0;
  for (const BilledPart& part : parts) {
    const int number = part.index.value_or(++counted);
    if (number >= paid.parts) newest = part.statement;
    paid.parts = std::max(paid.parts, number);
    all_known = all_known && part.billed_minor.has_value();
    MEISAI_ASSIGN(billed, add_minor(billed, part.billed_minor.value_or(0)));
  }
  if (newest != 0) paid.month = month_of_statement(reader, cycle, newest);
  if (all_known && static_cast<int>(parts.size()) >= paid.parts) paid.billed_minor = billed;
  return paid;
}

std::optional<int> count_of(const PaymentPlan& plan) {
  if (plan.count) return plan.count;
  if (plan.type == PaymentType::two_times || plan.type == PaymentType::bonus_two) return 2;
  if (plan.type == PaymentType::bonus_lump) return 1;
  return std::nullopt;
}

/// The amount that is left for `rest` of `count` payments, by what is known; empty: it cannot be said.
Result<std::optional<std::int64_t>> left_of(const StoredRow& row, const Paid& paid, int count, int rest) {
  if (row.facts.remaining_minor.value_or(0) > 0) return row.facts.remaining_minor;
  if (paid.billed_minor) {
    MEISAI_ASSIGN(const std::int64_t left, subtract_minor(row.facts.amount_minor, *paid.billed_minor));
    return left > 0 ? std::optional(left) : std::nullopt;
  }
  return row.facts.amount_minor / count * rest;
}

/// Equal payments; what does not divide comes with the first, as issuers do it.
void share_out(std::vector<Part>& parts, std::int64_t left, bool stated) {
  const auto count = static_cast<std::int64_t>(parts.size());
  for (Part& part : parts) {
    part.amount_minor = left / count;
    part.estimated = !stated || count > 1;
  }
  parts.front().amount_minor = left / count + left % count;
}

/// Bonus payments come in the issuer's bonus months, which no layout states.
bool in_bonus_months(PaymentType type) { return type == PaymentType::bonus_lump || type == PaymentType::bonus_two; }

std::optional<BillingMonth> month_of_part(const StoredRow& row, const Paid& paid, const BillingCycle& cycle, int index,
                                          LocalDate today) {
  if (in_bonus_months(row.facts.plan.type)) return std::nullopt;
  if (paid.month) return *paid.month + months(index - paid.parts);
  if (!row.facts.date.date) return std::nullopt;
  // Nothing was billed yet: the first part comes with the month of its use.
  const auto first = cycle.debit_of(*row.facts.date.date, today).month;
  return first ? std::optional(*first + months(index - paid.parts - 1)) : std::nullopt;
}

/// Where nobody says the month: long after the last month in which it can have been.
bool is_long_past(const StoredRow& row, const Part& part, LocalDate today) {
  if (!row.facts.date.date) return false;
  const int index = part.index.value_or(1);
  const months latest(in_bonus_months(row.facts.plan.type) ? 12 * index : index + 2);
  return month_of(*row.facts.date.date) + latest < month_of(today);
}

bool is_past(const StoredRow& row, const Part& part, const BillingCycle& cycle, LocalDate today) {
  if (!part.month) return is_long_past(row, part, today);
  if (cycle.last_closed() && *part.month <= *cycle.last_closed()) return true;
  if (const auto due = cycle.expected_due(*part.month)) return *due < today;
  return *part.month < month_of(today);
}

/// The repayment of a revolving balance: every month one, of an amount that only its statement states.
std::vector<Part> next_repayment(const BillingCycle& cycle, LocalDate today) {
  BillingMonth month = month_of(today);
  if (cycle.last_closed()) month = std::max(month, *cycle.last_closed() + months(1));
  return {{.index = {}, .month = month, .amount_minor = {}}};
}

Result<std::vector<Part>> planned_parts(const StoredRow& row, const Paid& paid, const BillingCycle& cycle, int count,
                                        LocalDate today) {
  std::vector<Part> parts;
  for (int index = paid.parts + 1; index <= count; ++index)
    parts.push_back({.index = index, .month = month_of_part(row, paid, cycle, index, today)});
  MEISAI_ASSIGN(const auto left, left_of(row, paid, count, static_cast<int>(parts.size())));
  if (left) share_out(parts, *left, row.facts.remaining_minor.value_or(0) > 0);
  std::erase_if(parts, [&](const Part& part) { return is_past(row, part, cycle, today); });
  return parts;
}

}  // namespace

Result<std::optional<UpcomingRemainder>> remainder_of(const LedgerReader& reader, LedgerView& view,
                                                      const StoredRow& row, const BillingCycle& cycle,
                                                      LocalDate today) {
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
    rest.parts = next_repayment(cycle, today);
    rest.certainty = DebitCertainty::unknown;
    return rest;
  }
  if (rest.remaining_minor == 0) return std::optional<UpcomingRemainder>{};
  MEISAI_ASSIGN(const Paid paid, paid_of(reader, view, row, cycle, today));
  const auto count = count_of(plan);
  if (!count) {
    const auto next = paid.month ? std::optional(*paid.month + months(1)) : std::nullopt;
    rest.parts = {{.index = {}, .month = next, .amount_minor = {}}};
    rest.certainty = DebitCertainty::unknown;
    return rest;
  }
  if (paid.parts >= *count) return std::optional<UpcomingRemainder>{};
  rest.remaining_parts = *count - paid.parts;
  MEISAI_ASSIGN(rest.parts, planned_parts(row, paid, cycle, *count, today));
  if (rest.parts.empty()) return std::optional<UpcomingRemainder>{};  // the months of all of them are over
  return rest;
}

}  // namespace meisai::reading
