// SPDX-License-Identifier: Apache-2.0
//
// When a card's uses are billed and debited, as far as its own statements say it, else as far as its issuer's profile
// does. It makes no statement: it only tells in which month something open will be debited, and which statement
// should have come by now.
#pragma once

#include <optional>
#include <span>

#include "meisai/issuer_profile.h"
#include "meisai/ports/store.h"

namespace meisai::reading {

/// The day of a month; the last one where the month is shorter. REQUIRES: 1..31.
[[nodiscard]] LocalDate day_in(BillingMonth month, unsigned day) noexcept;
[[nodiscard]] inline BillingMonth month_of(LocalDate date) noexcept { return {date.year(), date.month()}; }

class BillingCycle {
 public:
  BillingCycle() = default;
  /// From the statements of one card, in any order, and what the issuer's profile says (null: nothing).
  BillingCycle(std::span<const StatementRow* const> statements, const IssuerProfile::Limits* limits);

  /// The month in which a statement is debited: as it says, else by its closing date.
  [[nodiscard]] std::optional<BillingMonth> month_of(const StatementRow& statement) const;
  /// When a statement of that month will be debited, by those before it. A day that falls on a weekend or a holiday is
  /// not moved: how far, nobody here knows.
  [[nodiscard]] std::optional<LocalDate> expected_due(BillingMonth month) const;
  /// The newest month that a closed statement bills.
  [[nodiscard]] std::optional<BillingMonth> last_closed() const noexcept { return last_closed_; }

  /// The month that debits a use which no statement bills; empty: nobody says. A use of the cycle that was closed last
  /// came late: the next month bills it. `not_due`: its month is over, whoever billed it.
  struct Debit {
    bool not_due = false;
    std::optional<BillingMonth> month;
    bool closed = false;  ///< its cycle is over, though there is no statement of it
  };
  [[nodiscard]] Debit debit_of(LocalDate used, LocalDate today) const;

  /// The day after which the statement behind the last one is missing; empty: the months so far follow no rhythm.
  [[nodiscard]] std::optional<LocalDate> next_expected_by() const;

  /// Where no statement says when it closed: nothing up to this day is open any more.
  void set_billed_to(std::optional<LocalDate> day) noexcept { billed_to_ = day; }
  [[nodiscard]] bool knows_closing() const noexcept { return closing_day_.has_value(); }

 private:
  [[nodiscard]] LocalDate closing_after(LocalDate used) const noexcept;
  [[nodiscard]] bool is_over(BillingMonth month, LocalDate today) const;

  std::optional<unsigned> closing_day_;  // 31: the last one
  std::optional<unsigned> payment_day_;
  unsigned months_later_ = 1;
  bool statements_state_closing_ = false;
  std::optional<BillingMonth> last_closed_;
  std::optional<LocalDate> closed_to_;  // newest closing date of a closed statement
  std::optional<LocalDate> billed_to_;
  std::size_t rhythm_ = 0;  // newest statements that come month by month
};

}  // namespace meisai::reading
