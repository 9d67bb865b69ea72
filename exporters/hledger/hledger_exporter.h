// SPDX-License-Identifier: Apache-2.0
//
// `hledger`: a double-entry journal. accounts.h says how each kind of row is booked.
#pragma once

#include <memory>

#include "meisai/ports/exporter.h"

namespace meisai::exporters {

[[nodiscard]] std::unique_ptr<Exporter> make_hledger_exporter();

}  // namespace meisai::exporters
