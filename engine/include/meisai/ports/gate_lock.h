// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "meisai/error.h"
#include "meisai/permit.h"

namespace meisai {

/// Closes the race between a cutoff and a commit across processes (DESIGN section 5). Every admitted step
/// holds it shared; a cutoff announces itself, takes it exclusively, and only then returns. A new
/// holder that sees an announced cutoff steps back until it is through. A crash frees every hold.
/// Thread-safe.
class GateLock {
 public:
  virtual ~GateLock() = default;
  /// A shared hold, for one bounded step. `store_busy` after `wait`.
  [[nodiscard]] virtual Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds wait) = 0;
  /// The exclusive hold of a cutoff: announces first, so that new sharers step back. `store_busy` after `wait`.
  [[nodiscard]] virtual Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds wait) = 0;
};

}  // namespace meisai
