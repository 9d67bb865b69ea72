// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "meisai/ports/adapter.h"

namespace meisai {

/// Every adapter that ships, each with every issuer it knows.
[[nodiscard]] std::vector<std::unique_ptr<Adapter>> all_adapters();

}  // namespace meisai
