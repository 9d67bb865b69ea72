// SPDX-License-Identifier: Apache-2.0
//
// Stored raw records, read again by this program: shown in one write transaction that is thrown away, or applied, one
// commit a document.
#pragma once

#include <functional>

#include "engine/gate/gate.h"
#include "engine/sync/document_import.h"

namespace meisai::sync {

struct ReplayPorts {
  Gate& gate;
  Store& store;
  Normalizer& normalizer;
};

/// The layout that reads a document; nothing where this program has none.
using LayoutFinder = std::function<const LayoutInfo*(const DocumentRow&)>;

/// `documents`: those that a person may see, in any order; those that are no part of the ledger are passed over.
/// `apply` stops at the first refusal: what was committed before it is whole documents.
[[nodiscard]] Result<ReplayReport> replay(const ReplayPorts& ports, std::vector<DocumentRow> documents,
                                          const LayoutFinder& layout_of, bool apply);

}  // namespace meisai::sync
