// SPDX-License-Identifier: Apache-2.0
//
// The command line without a process around it: main() hands in the real world, tests a made one.
#pragma once

#include <span>
#include <string>

#include "apps/meisai/session.h"

namespace meisai::cli {

/// Runs one command line (without the program's name) and returns how the process ends.
[[nodiscard]] Exit run(std::span<const std::string> arguments, Streams streams, const Environment& environment);

}  // namespace meisai::cli
