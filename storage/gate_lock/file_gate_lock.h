// SPDX-License-Identifier: Apache-2.0
//
// The gate lock between processes: open-file-description locks on two bytes of `gate.lock`. Every hold has
// a description of its own, so two threads exclude each other like two processes do, and a crash or kill
// frees whatever was held. The file itself stays empty.
#pragma once

#include <filesystem>
#include <memory>

#include "meisai/ports/gate_lock.h"

namespace meisai {

/// `file` is made (mode 0600) if it is not there. Errors: `io_error`.
[[nodiscard]] Result<std::unique_ptr<GateLock>> open_file_gate_lock(const std::filesystem::path& file);

}  // namespace meisai
