// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/upcoming.h"

#include <algorithm>
#include <tuple>

#include "engine/reading/instalments.h"
#include "engine/reading/month_sums.h"
#include "engine/reading/open_months.h"

namespace meisai::reading {
namespace {

/// Longest common plan is 36 payments; what was used before cannot still be open.
constexpr std::chrono::years look_back{4};
/// What no statement bills after so long is billed by none.
constexpr std::chrono::days open_back{100};

/// A statement that will be debited, with the month and the day.
struct Due {
  const StatementRow* row = nullptr;
  std::optional<BillingMonth> month;
  std::optional<LocalDate> date;
  bool is_expected = false;
};

/// The statement's months follow the cycle of its first card that is shown: its cards share one account.
const BillingCycle& cycle_of_statement(const StatementRow& row, const CardCycles& cycles) {
  static const BillingCycle none;
  for (const CardKey card : row.cards)
    if (const auto found = cycles.find(card); found != cycles.end()) return found->second;
  return none;
}

std::optional<Due> due_of(const StatementRow& row, const CardCycles& cycles, LocalDate today) {
  const BillingCycle& cycle = cycle_of_statement(row, cycles);
  Due due{.row = &row, .month = cycle.month_of(row), .date = row.payment_due_date};
  if (!due.date && due.month) {
    due.date = cycle.expected_due(*due.month);
    due.is_expected = due.date.has_value();
  }
  if (due.date) return *due.date >= today ? std::optional(due) : std::nullopt;
  return due.month && *due.month >= month_of(today) ? std::optional(due) : std::nullopt;
}

/// An issuer may give the closed statement under another id than the open one that it was.
bool is_taken_over(const Due& open, const std::vector<StatementRow>& statements, const CardCycles& cycles) {
  if (open.row->status != StatementStatus::open || !open.month) return false;
  return std::ranges::any_of(statements, [&](const StatementRow& other) {
    if (other.status == StatementStatus::open || other.issuer != open.row->issuer) return false;
    const bool shared = std::ranges::any_of(
        open.row->cards, [&](CardKey card) { return std::ranges::find(other.cards, card) != other.cards.end(); });
    return shared && cycle_of_statement(other, cycles).month_of(other) == open.month;
  });
}

DebitCertainty certainty_of(const StatementRow& row, const Statement& statement) {
  if (row.status == StatementStatus::open) return DebitCertainty::open;
  const bool sums_hold = statement.balanced.value_or(false) && statement.difference_minor == 0;
  return sums_hold ? DebitCertainty::stated : DebitCertainty::computed;
}

UpcomingDebit debit_of(const LedgerReader& reader, const Due& due, const Statement& statement) {
  UpcomingDebit debit{.issuer = due.row->issuer,
                      .statement = statement.id,
                      .billing_month = due.month,
                      .due_date = due.date,
                      .amount_minor = due.row->stated_total_minor.value_or(statement.computed_total_minor),
                      .currency = due.row->currency,
                      .balanced = statement.balanced,
                      .card_labels = {},
                      .certainty = certainty_of(*due.row, statement),
                      .due_is_expected = due.is_expected};
  for (const CardKey card : due.row->cards) {
    if (!reader.shows(card)) continue;
    debit.card_labels.push_back(reader.card(card).label);
    debit.cards.push_back(reader.card_id(card));
  }
  return debit;
}

/// Rows that matter: what is paid in parts, and what no statement bills yet.
struct Rows {
  std::vector<StoredRow> in_parts;
  std::vector<StoredRow> unbilled;
};
Result<Rows> rows_to_come(LedgerView& view, LocalDate today) {
  const LocalDate open_from(std::chrono::sys_days(today) - open_back);
  Rows rows;
  TransactionQuery query;
  query.from = LocalDate(today.year() - look_back, today.month(), std::chrono::day(1));
  query.with_ignored = true;  // what a person ignores is debited all the same
  MEISAI_TRY(view.transactions(query, [&](const StoredRow& row) {
    const TransactionFacts& facts = row.facts;
    const bool later = billed_in_parts(facts.plan.type) ||
                       (facts.plan.type == PaymentType::bonus_lump && row.statement == 0 && !facts.billed_minor);
    if (later && facts.amount_minor > 0 && !is_declined(facts)) rows.in_parts.push_back(row);
    if (row.statement == 0 && facts.date.date && *facts.date.date >= open_from) rows.unbilled.push_back(row);
    return true;
  }));
  return rows;
}

auto in_order_of_debit(const UpcomingDebit& debit) {
  // Without a month last: it is the least sure.
  const BillingMonth month =
      debit.billing_month.value_or(BillingMonth(std::chrono::year::max(), std::chrono::December));
  const unsigned day = debit.due_date ? static_cast<unsigned>(debit.due_date->day()) : 32U;
  return std::tuple(month, day, debit.certainty, debit.statement, debit.used_from.value_or(LocalDate{}),
                    debit.card_labels);
}

}  // namespace

Result<Upcoming> upcoming(LedgerReader& reader, LedgerView& view, const Surroundings& around) {
  const LocalDate today = around.today;
  MEISAI_ASSIGN(const CardCycles cycles, cycles_of_cards(reader, view, around));
  Upcoming result;
  MonthSums sums(reader);
  std::set<MonthOfCard> stated_open;
  for (const StatementRow& row : reader.statement_rows()) {
    const auto due = due_of(row, cycles, today);
    if (!due || is_taken_over(*due, reader.statement_rows(), cycles)) continue;
    MEISAI_ASSIGN(const Statement statement, reader.statement(row));
    result.debits.push_back(debit_of(reader, *due, statement));
    MEISAI_TRY(sums.add_statement(view, row, result.debits.back()));
    if (row.status == StatementStatus::open && row.stated_total_minor && due->month)
      for (const CardKey card : row.cards) stated_open.emplace(card, *due->month);
  }
  MEISAI_ASSIGN(const Rows rows, rows_to_come(view, today));
  MEISAI_ASSIGN(std::vector<OpenMonth> open, open_months(reader, rows.unbilled, cycles, stated_open, today));
  for (OpenMonth& month : open) {
    MEISAI_TRY(sums.add_open(month.card, month.debit));
    result.debits.push_back(std::move(month.debit));
  }
  std::ranges::sort(result.debits, {}, in_order_of_debit);
  for (const StoredRow& row : rows.in_parts) {
    MEISAI_ASSIGN(auto rest, remainder_of(reader, view, row, cycles.at(row.card), today));
    if (!rest) continue;
    MEISAI_TRY(sums.add_remainder(row.card, *rest));
    result.remainders.push_back(std::move(*rest));
  }
  MEISAI_ASSIGN(result.months, sums.months());
  return result;
}

}  // namespace meisai::reading
