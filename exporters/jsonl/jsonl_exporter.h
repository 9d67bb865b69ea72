// SPDX-License-Identifier: Apache-2.0
//
// `jsonl`: one JSON object a line for each transaction, in the words of `transactions --json`.
#pragma once

#include <memory>

#include "meisai/ports/exporter.h"

namespace meisai::exporters {

[[nodiscard]] std::unique_ptr<Exporter> make_jsonl_exporter();

}  // namespace meisai::exporters
