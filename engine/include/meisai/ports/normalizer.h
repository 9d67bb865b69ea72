// SPDX-License-Identifier: Apache-2.0
//
// What a value means: dates (和暦 too), money and sign, payment plan, merchant. A record becomes a typed
// candidate or a rejection with its place and reason; never a default value, never a guess.
#pragma once

#include <string>

#include "meisai/ledger.h"
#include "meisai/ports/adapter.h"

namespace meisai {

/// Why a record was refused. The masked bytes stay in quarantine (the raw page keeps the rest).
struct Rejection {
  std::uint64_t row = 0;
  Field field = Field::extension;
  Code code = Code::text_not_valid;
  std::string message;  ///< the shape, never the value
};

/// What the statement-level records of a window say, read.
struct StatementFacts {
  std::optional<BillingMonth> billing_month;
  std::string billing_month_source;
  std::optional<LocalDate> payment_due_date;
  std::optional<LocalDate> closing_date;
  std::optional<std::int64_t> stated_total_minor;
};

/// Stateless but for a bounded memo: one instance a thread.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// A record of kind `transaction`.
  [[nodiscard]] virtual tl::expected<TransactionFacts, Rejection> transaction(const RawPage& page,
                                                                              const RawRecord& record,
                                                                              const Vocabulary& vocabulary) = 0;
  /// The date text of a statement-level record.
  [[nodiscard]] virtual tl::expected<LocalDate, Rejection> date(const RawPage& page, const RawRecord& record) = 0;
  /// The money text (`value` cell) of a statement-level record, in minor units of the layout's currency.
  [[nodiscard]] virtual tl::expected<std::int64_t, Rejection> money(const RawPage& page, const RawRecord& record,
                                                                    const Vocabulary& vocabulary) = 0;
  /// The month that a billing_month record names: `9月支払金額` is month 9; a year too where the text has one.
  struct NamedMonth {
    unsigned month = 0;
    std::optional<int> year;
  };
  [[nodiscard]] virtual tl::expected<NamedMonth, Rejection> month(const RawPage& page, const RawRecord& record) = 0;
  /// When a row of a list that is no statement is to be paid; nothing where it does not say month and year.
  [[nodiscard]] virtual std::optional<BillingMonth> payment_month(const RawPage& page, const RawRecord& record) = 0;
  /// NFKC, trimmed, runs of white space one space.
  [[nodiscard]] virtual std::string text(std::string_view raw) = 0;
  /// The shop's own name in a normalized merchant: without the prefixes and the country that the issuer writes in
  /// one view of a row and not in another. Two views of one purchase have the same core; applying it twice changes
  /// nothing. A text that would have nothing left is its own core. For comparing only: never stored, never shown.
  [[nodiscard]] virtual std::string merchant_core(std::string_view normalized, const Vocabulary& vocabulary) = 0;
};

}  // namespace meisai
