// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"
#include "engine/reading/surroundings.h"

namespace meisai::reading {

/// The first look: cards and connections with how far and since when they are known, next debits, months, problems.
[[nodiscard]] Result<Status> status(LedgerReader& reader, LedgerView& view, const Facts& facts,
                                    const Surroundings& around);

}  // namespace meisai::reading
