// SPDX-License-Identifier: Apache-2.0
//
// Uses that no statement bills yet, by the month that will debit them.
#pragma once

#include <set>
#include <span>

#include "engine/reading/card_cycles.h"

namespace meisai::reading {

/// A card's uses of one month to come.
struct OpenMonth {
  CardKey card = 0;
  UpcomingDebit debit;
};

[[nodiscard]] inline bool is_declined(const TransactionFacts& facts) noexcept {
  return (facts.flags & static_cast<std::uint16_t>(RowFlag::declined)) != 0;
}
/// Whether the whole amount of a row is debited with the next statement: no payments, nothing refused, and nothing
/// that is paid in parts of which the first is not stated.
[[nodiscard]] bool debited_at_once(const TransactionFacts& facts) noexcept;

/// `rows` are rows of no statement. `stated`: months of cards for which an open statement states a total; what is
/// posted is in it already, and only what is pending comes on top.
using MonthOfCard = std::pair<CardKey, BillingMonth>;
[[nodiscard]] Result<std::vector<OpenMonth>> open_months(const LedgerReader& reader, std::span<const StoredRow> rows,
                                                         const CardCycles& cycles, const std::set<MonthOfCard>& stated,
                                                         LocalDate today);

}  // namespace meisai::reading
