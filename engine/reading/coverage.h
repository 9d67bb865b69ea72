// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/freshness.h"

namespace meisai::reading {

/// Known days of each card with what they are known by, and why the others are not.
[[nodiscard]] Result<std::vector<CoverageOfCard>> coverage(const LedgerReader& reader, LedgerView& view,
                                                           const Surroundings& around);

}  // namespace meisai::reading
