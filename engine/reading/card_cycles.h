// SPDX-License-Identifier: Apache-2.0
//
// The billing cycle of every card that a view shows, with what only the rows of its last statement tell.
#pragma once

#include <map>

#include "engine/reading/billing_cycle.h"
#include "engine/reading/ledger_reader.h"
#include "engine/reading/surroundings.h"

namespace meisai::reading {

using CardCycles = std::map<CardKey, BillingCycle>;
[[nodiscard]] Result<CardCycles> cycles_of_cards(const LedgerReader& reader, LedgerView& view,
                                                 const Surroundings& around);

}  // namespace meisai::reading
