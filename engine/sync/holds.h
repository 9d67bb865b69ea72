// SPDX-License-Identifier: Apache-2.0
//
// Batches that are held: kept with their raw pages and their diagnosis until a person decides, and ended when they do
// or when a later batch of the same source settles it. Inside a write transaction that the caller commits.
#pragma once

#include "engine/sync/staged_document.h"

namespace meisai::sync {

/// Whether a document that failed with this code, after it was staged, is held.
[[nodiscard]] constexpr bool is_hold(Code code) noexcept {
  return code == Code::statement_contradicted || code == Code::schema_drift || code == Code::card_ambiguous ||
         code == Code::batch_doubtful;
}

/// Keeps the document's raw pages and why it is held. A document that is held already keeps its hold; an older held
/// answer of the same source is outdated. `document` is the staging's.
[[nodiscard]] Result<HoldId> keep_hold(LedgerWrite& ledger, StagedDocument& document, const Error& why, Instant now);

/// Ends a hold; unless it was accepted, the document's raw pages go.
[[nodiscard]] Result<void> end_hold(LedgerWrite& ledger, HoldRow hold, HoldState state);
/// The document was taken in after all: what it waited for is settled.
[[nodiscard]] Result<void> outdate_hold_of(LedgerWrite& ledger, DocumentKey document);
/// Open holds of what came through the connection.
[[nodiscard]] Result<std::vector<HoldRow>> open_holds_of(LedgerWrite& ledger, const ConnectionId& connection);

}  // namespace meisai::sync
