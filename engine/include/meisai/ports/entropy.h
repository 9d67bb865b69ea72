// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "meisai/error.h"

namespace meisai {

/// Where randomness comes from: the system's CSPRNG, or a seeded one in tests. Thread-safe.
class Entropy {
 public:
  virtual ~Entropy() = default;
  /// Fills `out` or fails (`internal_bug`); never leaves it partly filled with success.
  [[nodiscard]] virtual Result<void> fill(std::span<std::byte> out) = 0;
};

}  // namespace meisai
