// SPDX-License-Identifier: Apache-2.0
//
// What the statements say about a journal: which day a row without a date is booked on, and whether a
// `payment` row (the issuer's own record of a bank debit) is the settlement that the journal books already.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "meisai/ports/exporter.h"

namespace meisai::exporters {

/// The day a row is booked on, and what that day is: `usage`, `posting_date`, `payment_due_date` or
/// `billing_month_end`.
struct BookingDay {
  LocalDate date;
  std::string_view basis;
};

class SettlementBook {
 public:
  explicit SettlementBook(const ExportContext& context);
  SettlementBook(const SettlementBook&) = delete;  // its tables point into its own settlements
  SettlementBook& operator=(const SettlementBook&) = delete;

  [[nodiscard]] const std::vector<Settlement>& all() const noexcept { return settlements_; }

  /// The usage date; for a row without one the day it was posted, else its statement's due date, else the
  /// last day of its statement's billing month. Empty where nothing is known.
  [[nodiscard]] std::optional<BookingDay> day_of(const Transaction& row) const;

  /// The statement whose bank debit this `payment` row is, if its due date is at most a week away and the
  /// amount is the card's share or the statement's total. Each debit answers for one row. A settlement that the
  /// journal of another month books counts as well.
  [[nodiscard]] const Statement* take_debit(const Transaction& payment, LocalDate booked_on);

 private:
  /// A debit that a payment row may be: of one card, or of the whole statement.
  struct Debit {
    const Statement* statement;
    std::int64_t amount_minor;
    std::vector<CardId> cards;  ///< empty: not known
    bool taken = false;
  };
  void expect_debits(const Settlement& settlement);
  void expect_debit(const Statement& statement);
  static bool overlap(const Debit& a, const Debit& b);

  std::vector<Settlement> settlements_;
  std::vector<Statement> others_;  ///< statements that this journal does not settle
  std::map<StatementId, const Statement*> by_id_;
  std::vector<Debit> debits_;
};

}  // namespace meisai::exporters
