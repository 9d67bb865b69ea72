// SPDX-License-Identifier: Apache-2.0
//
// How a row became what it is: its versions, the reasons that were noted, and what a person may still say of it.
#pragma once

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

[[nodiscard]] Result<Explanation> explain(const LedgerReader& reader, LedgerView& view, const TransactionId& id);

/// Without those about rows or cards that are withheld, in the order of their making.
[[nodiscard]] Result<std::vector<Suggestion>> suggestions(const LedgerReader& reader, LedgerView& view);

}  // namespace meisai::reading
