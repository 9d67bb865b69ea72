// SPDX-License-Identifier: Apache-2.0
//
// The model's values as a person reads them, in the person's language. One place, so that a closed
// statement is called the same in every table.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "apps/meisai/session.h"
#include "apps/meisai/table.h"

namespace meisai::cli {

[[nodiscard]] std::string_view word(const Session& session, TransactionKind kind);
[[nodiscard]] std::string_view word(const Session& session, StatementStatus status);
[[nodiscard]] std::string_view word(const Session& session, CardKind kind);
[[nodiscard]] std::string_view word(const Session& session, Certainty certainty);
[[nodiscard]] std::string_view word(const Session& session, ChangeKind kind);
[[nodiscard]] std::string_view word(const Session& session, Entity entity);
[[nodiscard]] std::string_view word(const Session& session, IncidentState state);

/// `instalments 2/3`, `one time`.
[[nodiscard]] std::string plan_text(const Session& session, const PaymentPlan& plan);
/// `2026-08-30`, `2026-08-??`, `–`.
[[nodiscard]] std::string date_text(const UsageDate& date);
[[nodiscard]] std::string date_text(const std::optional<LocalDate>& date);
[[nodiscard]] std::string month_text(const std::optional<BillingMonth>& month);
[[nodiscard]] std::string money_or_dash(const std::optional<std::int64_t>& minor, const Currency& currency);
/// Whether the statement's stated sums hold: `✓ balanced`, `✗ off by 120`, `– no total stated`.
[[nodiscard]] Cell balance_cell(const Session& session, const Statement& statement);
/// Sums by currency: `61,800`, `61,800 + 12.50 USD`.
class MoneySum {
 public:
  void add(std::int64_t minor, const Currency& currency);
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Money> sums_;
  bool overflowed_ = false;
};

/// Issuers by id, with the names a person knows.
class IssuerNames {
 public:
  IssuerNames(const Session& session, const Engine& engine);
  [[nodiscard]] std::string of(const IssuerId& id) const;

 private:
  Language language_;
  std::vector<LayoutInfo> layouts_;
};

/// Transactions as a table, as lists and dry runs show them.
[[nodiscard]] Table transaction_table(const Session& session, std::span<const Transaction> rows);
/// Prints a table for the terminal that stdout is.
void print_table(const Session& session, const Table& table);

}  // namespace meisai::cli
