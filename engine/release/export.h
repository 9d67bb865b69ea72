// SPDX-License-Identifier: Apache-2.0
//
// Rows leave the store: batch by batch, each under its own release permit, rendered in memory and written
// when the gate lock is free again. A sink that waits for its reader holds nobody up (INV-03).
#pragma once

#include "engine/gate/gate.h"
#include "engine/reading/ledger_reader.h"

namespace meisai::release {

[[nodiscard]] Result<ExportReport> export_rows(Gate& gate, ReleaseView& view, reading::LedgerReader& reader,
                                               const Exporter& exporter, const TransactionFilter& filter,
                                               ByteSink& sink);

}  // namespace meisai::release
