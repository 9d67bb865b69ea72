// SPDX-License-Identifier: Apache-2.0
//
// The model's values as a person reads them, in the person's language. One place, so that a closed
// statement is called the same in every table.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/meisai/session.h"
#include "apps/meisai/table.h"

namespace meisai::cli {

[[nodiscard]] std::string_view word(const Session& session, TransactionKind kind);
[[nodiscard]] std::string_view word(const Session& session, StatementStatus status);
[[nodiscard]] std::string_view word(const Session& session, MatchRule rule);
[[nodiscard]] std::string_view word(const Session& session, CardKind kind);
[[nodiscard]] std::string_view word(const Session& session, Certainty certainty);
[[nodiscard]] std::string_view word(const Session& session, ChangeKind kind);
[[nodiscard]] std::string_view word(const Session& session, Entity entity);
[[nodiscard]] std::string_view word(const Session& session, IncidentState state);
[[nodiscard]] std::string_view word(const Session& session, ConnectionState state);
[[nodiscard]] std::string_view word(const Session& session, SyncOutcome outcome);
[[nodiscard]] std::string_view word(const Session& session, HeldData held);
[[nodiscard]] std::string_view word(const Session& session, Revocation revocation);
/// In a whole sentence: `keep: your history stays, ...`.
[[nodiscard]] std::string_view sentence(const Session& session, EndTerms terms);

/// `instalments 2/3`, `one time`.
[[nodiscard]] std::string plan_text(const Session& session, const PaymentPlan& plan);
/// `2026-08-30`, `2026-08-??`, `–`.
[[nodiscard]] std::string date_text(const UsageDate& date);
[[nodiscard]] std::string date_text(const std::optional<LocalDate>& date);
[[nodiscard]] std::string month_text(const std::optional<BillingMonth>& month);
[[nodiscard]] std::string money_or_dash(const std::optional<std::int64_t>& minor, const Currency& currency);
/// Whether the statement's stated sums hold: `✓ balanced`, `✗ off by 120`, `– no total stated`.
[[nodiscard]] Cell balance_cell(const Session& session, const Statement& statement);
/// Whole days until the end, 0 once it has come.
[[nodiscard]] std::int64_t days_left(Instant end, Instant now);
/// How a consent stands at `now`, as JSON says it: `active`, `ending`, `expired`, `withdrawn`, `superseded`. One
/// whose end has come counts as expired also before the sweep has written so.
[[nodiscard]] std::string_view consent_state(ConsentEnd end, Instant not_after, Instant now);
/// The same in the person's language.
[[nodiscard]] Cell consent_cell(const Session& session, ConsentEnd end, Instant not_after);
/// `a, b`; a dash for nothing.
[[nodiscard]] std::string joined(std::span<const std::string> texts);
[[nodiscard]] std::string instant_text(const std::optional<Instant>& at);
/// Lines of `name  value` under each other.
void print_fields(const Session& session, std::span<const std::pair<std::string, std::string>> fields);
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
  /// Asks the engine once. Issuers that cannot be named are shown by their id.
  IssuerNames(const Session& session, Engine& engine);
  [[nodiscard]] std::string of(const IssuerId& id) const;

 private:
  std::map<std::string, std::string> names_;
};

/// Connections as a table, as `connections` and `status` show them.
[[nodiscard]] Table connection_table(const Session& session, const IssuerNames& issuers,
                                     std::span<const Connection> connections);
/// How sure it is that an API speaks like its profile says: a published family is as described, a sandbox is ours.
[[nodiscard]] Certainty certainty_of(const IssuerProfile& profile);
/// Whether the row counts to a sum of what was used: no payments, nothing provisional, nothing refused.
[[nodiscard]] bool moves_money(const TransactionFacts& facts);
/// What the person added to the row, as lines of `name  value`; empty: nothing.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> layer_fields(const Session& session,
                                                                            const Transaction& row);
/// Rows of a dry run are not stored: their ids lead nowhere.
enum class RowIds : bool { hidden, shown };
/// Transactions as a table, as lists and dry runs show them. Who the shop was by the person's word has a mark.
[[nodiscard]] Table transaction_table(const Session& session, std::span<const Transaction> rows, RowIds ids);
/// Prints a table for the terminal that stdout is.
void print_table(const Session& session, const Table& table);

}  // namespace meisai::cli
