// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "meisai/error.h"

namespace meisai {

/// Where "now" comes from (I11). Thread-safe. `wall` may jump either way; `monotonic` never goes back.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant wall() const = 0;
  [[nodiscard]] virtual std::chrono::milliseconds monotonic() const = 0;
};

}  // namespace meisai
