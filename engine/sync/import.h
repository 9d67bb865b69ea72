// SPDX-License-Identifier: Apache-2.0
//
// One import from first byte to audit entry: recognize, stage, then commit window by window (small windows
// in groups), each commit under its own permit. Holds no state between imports.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/gate/gate.h"
#include "engine/sync/document_import.h"
#include "meisai/engine.h"

namespace meisai::sync {

struct ImportPorts {
  Gate& gate;
  Store& store;
  Normalizer& normalizer;
  std::span<const std::unique_ptr<Adapter>> adapters;
};

/// What an import came to, with internal numbers.
struct ImportOutcome {
  ImportReport report;  ///< without `statements` and `preview`
  std::vector<StatementKey> statements;
};

/// Reads one document and makes it part of the ledger. A hold is no Error: it is in the report. Every
/// outcome has an audit entry: effects in their transaction, everything else on its own.
[[nodiscard]] Result<ImportOutcome> import_document(const ImportPorts& ports, ByteSource& source,
                                                    const ImportOptions& options);

}  // namespace meisai::sync
