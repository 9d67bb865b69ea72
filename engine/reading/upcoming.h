// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"
#include "engine/reading/surroundings.h"

namespace meisai::reading {

/// What will be debited: statements that are due today or later, uses that no statement bills yet, payments of
/// instalment plans that are still to come, and all of it by month, each yen once.
[[nodiscard]] Result<Upcoming> upcoming(LedgerReader& reader, LedgerView& view, const Surroundings& around);

}  // namespace meisai::reading
