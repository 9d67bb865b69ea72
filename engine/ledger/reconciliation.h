// SPDX-License-Identifier: Apache-2.0
//
// Does a statement's arithmetic hold (I7)? Every sum that the issuer states is compared with what the
// ledger holds: the total with all billed rows and components, a card's subtotal with that card's, a
// region's with that region's.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::ledger {

/// One sum that the issuer states, beside ours.
struct ComparedSum {
  std::string label;  ///< of a subtotal; empty: the total
  std::int64_t stated_minor = 0;
  std::int64_t computed_minor = 0;
};

struct Balance {
  std::int64_t computed_minor = 0;
  std::optional<bool> balanced;                  ///< empty: nothing is stated
  std::optional<std::int64_t> difference_minor;  ///< stated − computed
  std::uint64_t transaction_count = 0;
  std::vector<ComparedSum> sums;  ///< the total first
};

/// `labels` gives each card's label as subtotals and components name it. `amount_overflow` if a sum does not fit.
[[nodiscard]] Result<Balance> reconcile(const StatementRow& statement, std::span<const BilledSum> sums,
                                        const std::map<CardKey, std::string>& labels);

}  // namespace meisai::ledger
