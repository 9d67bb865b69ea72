// SPDX-License-Identifier: Apache-2.0
//
// What is debited by month and card, each yen once, and as sure as its least sure part.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

class MonthSums {
 public:
  explicit MonthSums(const LedgerReader& reader) : reader_(reader) {}

  /// A statement's amount by its cards; what its total has beside them belongs to no one card.
  [[nodiscard]] Result<void> add_statement(LedgerView& view, const StatementRow& row, const UpcomingDebit& debit);
  [[nodiscard]] Result<void> add_open(CardKey card, const UpcomingDebit& debit);
  [[nodiscard]] Result<void> add_remainder(CardKey card, const UpcomingRemainder& rest);

  /// By month; what nobody says the month of comes last.
  [[nodiscard]] Result<std::vector<UpcomingMonth>> months() const;

 private:
  struct Sum {
    std::int64_t amount_minor = 0;
    DebitCertainty certainty = DebitCertainty::stated;
    bool more_unknown = false;
  };
  using Place = std::pair<std::optional<BillingMonth>, std::string>;  // month, currency
  [[nodiscard]] Result<void> add(const std::optional<BillingMonth>& month, const Currency& currency, CardKey card,
                                 std::int64_t amount_minor, DebitCertainty certainty);

  const LedgerReader& reader_;
  std::map<Place, std::map<CardKey, Sum>> sums_;  // card 0: no one card's
  std::map<std::string, Currency> currencies_;
};

}  // namespace meisai::reading
