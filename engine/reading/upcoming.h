// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

/// Statements that are due on `today` or later (by month where the issuer gives no date), and what later
/// statements will still bill of purchases paid in parts.
[[nodiscard]] Result<Upcoming> upcoming(LedgerReader& reader, LedgerView& view, LocalDate today);

}  // namespace meisai::reading
