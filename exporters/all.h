// SPDX-License-Identifier: Apache-2.0
//
// The one list of export targets. A new target is one folder plus one line in all.cpp.
#pragma once

#include <memory>
#include <vector>

#include "meisai/ports/exporter.h"

namespace meisai {

/// Every exporter that ships, by the name of its target.
[[nodiscard]] std::vector<std::unique_ptr<Exporter>> all_exporters();

}  // namespace meisai
