// SPDX-License-Identifier: Apache-2.0
//
// The wire lock between processes: open-file-description locks on bytes of `wire.lock`. Each issuer has a
// stretch of bytes and each connection one byte in it (by hash: a collision only makes a cutoff wait for a
// transfer that it does not cover). A cutoff locks its byte, stretch or the whole file for an instant.
#pragma once

#include <filesystem>
#include <memory>

#include "meisai/ports/wire_lock.h"

namespace meisai {

/// `file` is made (mode 0600) if it is not there. Errors: `io_error`.
[[nodiscard]] Result<std::unique_ptr<WireLock>> open_file_wire_lock(const std::filesystem::path& file);

}  // namespace meisai
