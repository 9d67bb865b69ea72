// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

/// The change feed from a cursor on. Cursors hold the position behind the last one that the consumer knows, so that
/// they are never 0; they say nothing about what a consumer may see.
[[nodiscard]] Result<ChangeList> changes(const LedgerReader& reader, LedgerView& view, const std::string& cursor,
                                         std::size_t limit);
/// The cursor of now.
[[nodiscard]] Result<std::string> change_cursor(const LedgerReader& reader, LedgerView& view);

}  // namespace meisai::reading
