// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "meisai/engine.h"

namespace meisai::kit {

/// The ports that are the same for every store: clock, randomness, adapters, normalizer, exporters.
[[nodiscard]] EnginePorts default_ports(std::optional<Instant> scripted);

}  // namespace meisai::kit
