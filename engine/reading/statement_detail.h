// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

/// A statement with its arithmetic told: every stated sum beside the computed one, what it bills of each of its rows,
/// and what may be missing from it. `not_found`, also where one of its cards is withheld.
[[nodiscard]] Result<StatementDetail> statement_detail(LedgerReader& reader, LedgerView& view, const StatementId& id);

}  // namespace meisai::reading
