// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "meisai/ports/wire_lock.h"

namespace meisai::memory {

/// The wire lock among the threads of one process.
[[nodiscard]] std::unique_ptr<WireLock> make_wire_lock();

}  // namespace meisai::memory
