// SPDX-License-Identifier: Apache-2.0
//
// Held batches and the quarantine, as a person reads them.
#pragma once

#include <vector>

#include "engine/reading/ledger_reader.h"

namespace meisai::reading {

struct KnownHold {
  Hold shown;
  HoldRow row;
  DocumentRow document;
};
/// Oldest first, those that ended as well.
[[nodiscard]] Result<std::vector<KnownHold>> holds(const LedgerReader& reader, LedgerView& view);
/// `not_found`, also for one that is sealed.
[[nodiscard]] Result<KnownHold> hold(const LedgerReader& reader, LedgerView& view, const HoldId& id);

/// Whether a later copy of its statement has made good for a rejected record.
[[nodiscard]] bool is_made_good(const QuarantineRow& row, const std::vector<StatementRow>& statements);
[[nodiscard]] Result<std::vector<QuarantinedRecord>> quarantine(const LedgerReader& reader, LedgerView& view);

}  // namespace meisai::reading
