// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "meisai/engine.h"

namespace meisai::kit {

/// Shows an issuer's address to the person; empty: linking fails where it would be shown.
using OpenAddress = std::function<Result<void>(const std::string& url)>;

/// The ports that are the same for every store: clock, randomness, adapters, normalizer, exporters, transport.
[[nodiscard]] EnginePorts default_ports(std::optional<Instant> scripted, OpenAddress open_address = {});

}  // namespace meisai::kit
