// SPDX-License-Identifier: Apache-2.0
#include "meisai/ports/system.h"

#include <openssl/rand.h>

namespace meisai {

Instant SystemClock::wall() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::chrono::milliseconds SystemClock::monotonic() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

Result<void> SystemEntropy::fill(std::span<std::byte> out) {
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1)
    return fail(Code::internal_bug, "the system's random number generator failed");
  return {};
}

Result<void> SeededEntropy::fill(std::span<std::byte> out) {
  for (std::byte& byte : out) {
    std::uint64_t z = state_.fetch_add(0x9E3779B97F4A7C15U) + 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    byte = static_cast<std::byte>((z ^ (z >> 31U)) & 0xffU);
  }
  return {};
}

}  // namespace meisai
