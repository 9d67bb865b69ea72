// SPDX-License-Identifier: Apache-2.0
//
// What later statements will still bill of a purchase that is paid in parts, month by month.
#pragma once

#include "engine/reading/card_cycles.h"

namespace meisai::reading {

/// Empty where nothing is left of it. Parts whose month is over, or whose month a closed statement of the card bills,
/// are not listed: that statement says what was debited.
[[nodiscard]] Result<std::optional<UpcomingRemainder>> remainder_of(const LedgerReader& reader, LedgerView& view,
                                                                    const StoredRow& row, const BillingCycle& cycle,
                                                                    LocalDate today);

}  // namespace meisai::reading
