// SPDX-License-Identifier: Apache-2.0
//
// The real clock and randomness, and the scripted ones that tests and simulated stores use in their place.
#pragma once

#include <atomic>
#include <cstdint>

#include "meisai/ports/clock.h"
#include "meisai/ports/entropy.h"

namespace meisai {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant wall() const override;
  [[nodiscard]] std::chrono::milliseconds monotonic() const override;
};

/// Stands where it is set. `advance` moves both hands, `set_wall` only the wall clock.
class ScriptedClock final : public Clock {
 public:
  explicit ScriptedClock(Instant wall) : wall_(wall.time_since_epoch()) {}
  [[nodiscard]] Instant wall() const override { return Instant(wall_.load()); }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return monotonic_.load(); }
  void set_wall(Instant wall) { wall_ = wall.time_since_epoch(); }
  void advance(std::chrono::milliseconds by) {
    wall_ = wall_.load() + by;
    monotonic_ = monotonic_.load() + by;
  }

 private:
  std::atomic<std::chrono::milliseconds> wall_;
  std::atomic<std::chrono::milliseconds> monotonic_{};
};

/// OpenSSL's CSPRNG for private material.
class SystemEntropy final : public Entropy {
 public:
  [[nodiscard]] Result<void> fill(std::span<std::byte> out) override;
};

/// Repeatable bytes from a seed (SplitMix64). Never for real keys.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] Result<void> fill(std::span<std::byte> out) override;

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace meisai
