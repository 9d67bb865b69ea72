// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/billing_cycle.h"

#include <algorithm>
#include <map>
#include <set>

namespace meisai::reading {
namespace {

using std::chrono::months;
using std::chrono::sys_days;

constexpr unsigned last_day_of_any = 31;
/// So many months in a row make a rhythm: fewer may be a coincidence.
constexpr std::size_t least_rhythm = 3;
/// An issuer that states closing dates gives the statement within so many days.
constexpr std::chrono::days publishing{14};

bool is_last_of_month(LocalDate date) noexcept {
  return date == LocalDate(std::chrono::year_month_day_last(date.year(), std::chrono::month_day_last(date.month())));
}

int months_between(BillingMonth from, BillingMonth to) noexcept { return static_cast<int>((to - from).count()); }

/// The day that most due dates have, the earliest of several: one that fell on a weekend was moved to a later one.
std::optional<unsigned> usual_payment_day(std::span<const StatementRow* const> statements) {
  std::map<unsigned, std::size_t> counts;
  for (const StatementRow* statement : statements)
    if (statement->payment_due_date) ++counts[static_cast<unsigned>(statement->payment_due_date->day())];
  if (counts.empty()) return std::nullopt;
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first;
}

}  // namespace

LocalDate day_in(BillingMonth month, unsigned day) noexcept {
  const LocalDate wanted = month / std::chrono::day(day);
  if (wanted.ok()) return wanted;
  return LocalDate(std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month())));
}

BillingCycle::BillingCycle(std::span<const StatementRow* const> statements, const IssuerProfile::Limits* limits) {
  if (limits != nullptr) {
    if (limits->closing_day != 0) closing_day_ = limits->closing_day;
    if (limits->payment_day != 0) payment_day_ = limits->payment_day;
    months_later_ = limits->payment_months_later;
  }
  // What the statements say themselves is nearer to the card than what the profile says of all cards.
  if (const auto day = usual_payment_day(statements)) payment_day_ = day;
  std::optional<LocalDate> newest_closing;
  for (const StatementRow* statement : statements) {
    if (!statement->closing_date) continue;
    statements_state_closing_ = true;
    if (newest_closing && *newest_closing >= *statement->closing_date) continue;
    newest_closing = statement->closing_date;
    closing_day_ = is_last_of_month(*newest_closing) ? last_day_of_any : static_cast<unsigned>(newest_closing->day());
    if (statement->payment_due_date)
      months_later_ = static_cast<unsigned>(std::clamp(
          months_between(reading::month_of(*newest_closing), reading::month_of(*statement->payment_due_date)), 0, 3));
  }
  std::set<BillingMonth> billed;
  for (const StatementRow* statement : statements) {
    if (statement->status == StatementStatus::open) continue;
    closed_to_ = std::max(closed_to_, statement->closing_date);
    if (const auto month = month_of(*statement)) billed.insert(*month);
  }
  if (billed.empty()) return;
  last_closed_ = *billed.rbegin();
  for (BillingMonth month = *last_closed_; billed.contains(month); month -= months(1)) ++rhythm_;
}

std::optional<BillingMonth> BillingCycle::month_of(const StatementRow& statement) const {
  if (statement.billing_month) return statement.billing_month;
  if (statement.payment_due_date) return reading::month_of(*statement.payment_due_date);
  if (statement.closing_date)
    return reading::month_of(*statement.closing_date) + months(static_cast<int>(months_later_));
  return std::nullopt;
}

std::optional<LocalDate> BillingCycle::expected_due(BillingMonth month) const {
  if (!payment_day_) return std::nullopt;
  return day_in(month, *payment_day_);
}

LocalDate BillingCycle::closing_after(LocalDate used) const noexcept {
  const BillingMonth month = reading::month_of(used);
  const LocalDate here = day_in(month, *closing_day_);
  return used <= here ? here : day_in(month + months(1), *closing_day_);
}

bool BillingCycle::is_over(BillingMonth month, LocalDate today) const {
  if (const auto due = expected_due(month)) return *due < today;
  return month < reading::month_of(today);
}

BillingCycle::Debit BillingCycle::debit_of(LocalDate used, LocalDate today) const {
  if (closing_day_) {
    LocalDate closing = closing_after(used);
    if (closed_to_ && closing <= *closed_to_) {
      const LocalDate before_last = day_in(reading::month_of(*closed_to_) - months(1), *closing_day_);
      if (used <= before_last)
        return {.not_due = true,
                .month = reading::month_of(closing) + months(static_cast<int>(months_later_)),
                .closed = true};
      closing = closing_after(LocalDate(sys_days(*closed_to_) + std::chrono::days(1)));
    }
    const BillingMonth month = reading::month_of(closing) + months(static_cast<int>(months_later_));
    return {.not_due = is_over(month, today), .month = month, .closed = closing < today};
  }
  if (last_closed_ && billed_to_) {
    if (used <= *billed_to_) return {.not_due = true};
    const BillingMonth next = *last_closed_ + months(1);
    if (!is_over(next, today)) return {.month = next};
  }
  // Nobody says when: what was used since the month before is shown by its month of use, older uses were debited.
  const BillingMonth month_before = reading::month_of(today) - months(1);
  return {.not_due = reading::month_of(used) < month_before};
}

std::optional<LocalDate> BillingCycle::next_expected_by() const {
  if (rhythm_ < least_rhythm) return std::nullopt;
  const BillingMonth next = *last_closed_ + months(1);
  if (statements_state_closing_) {
    const LocalDate closing = day_in(next - months(static_cast<int>(months_later_)), *closing_day_);
    return LocalDate(sys_days(closing) + publishing);
  }
  return expected_due(next).value_or(day_in(next, last_day_of_any));
}

}  // namespace meisai::reading
