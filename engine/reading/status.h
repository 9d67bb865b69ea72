// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

/// The first look: cards and how far they are known, next debits, months, problems.
[[nodiscard]] Result<Status> status(LedgerReader& reader, LedgerView& view, const Facts& facts, LocalDate today);

/// Known days of each card, and the gaps between them.
[[nodiscard]] Result<std::vector<CoverageOfCard>> coverage(const LedgerReader& reader, LedgerView& view);

}  // namespace meisai::reading
