// SPDX-License-Identifier: Apache-2.0
//
// One stored document, read again by this program, against the rows that it made. What a later document or a person
// said of a row stays. Inside a write transaction that the caller commits or throws away.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/sync/document_import.h"

namespace meisai::sync {

/// As the difference of a row that was not there is called.
inline constexpr std::string_view new_row_field = "transaction";

/// Reads with `normalizer` what `document` (row `row`) holds, revises the rows that were read there last, and takes in
/// records of the quarantine that can be read now. Adds to `report`. True where the ledger was changed.
[[nodiscard]] Result<bool> replay_document(LedgerWrite& ledger, StagedDocument& document, const DocumentRow& row,
                                           Normalizer& normalizer, Instant now, ReplayReport& report);

}  // namespace meisai::sync
