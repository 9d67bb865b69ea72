// SPDX-License-Identifier: Apache-2.0
//
// One open file description and the byte locks taken through it. Closing it (also by a crash) frees them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "meisai/error.h"

namespace meisai::gate_lock {

enum class LockKind : std::uint8_t { shared, exclusive };

/// Bytes `begin` to `begin + length`, the end excluded. They need not exist.
struct LockRange {
  std::int64_t begin = 0;
  std::int64_t length = 1;
};

class LockedFile {
 public:
  /// Opens for reading and writing; makes the file (mode 0600) if it is not there.
  [[nodiscard]] static Result<LockedFile> open(const std::filesystem::path& path);
  LockedFile(LockedFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  LockedFile& operator=(LockedFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~LockedFile();

  /// True if the byte was locked, false if somebody else's lock stands against it.
  [[nodiscard]] Result<bool> try_lock(LockKind kind, int byte) const;
  [[nodiscard]] Result<bool> try_lock(LockKind kind, const LockRange& range) const;
  /// True if somebody else holds the byte exclusively.
  [[nodiscard]] Result<bool> is_excluded(int byte) const;
  void unlock(int byte) const noexcept;

 private:
  explicit LockedFile(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// Asks again until it yields true (then true) or the time is over (then false). Short waits stay short.
template <class Attempt>
[[nodiscard]] Result<bool> until(std::chrono::milliseconds wait, const Attempt& attempt);

/// Sleeps before attempt `number` of a wait, at most to `deadline`; false when it has passed.
[[nodiscard]] bool pause_before(unsigned number, std::chrono::steady_clock::time_point deadline);

template <class Attempt>
Result<bool> until(std::chrono::milliseconds wait, const Attempt& attempt) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (unsigned number = 0;; ++number) {
    MEISAI_ASSIGN(const bool done, attempt());
    if (done) return true;
    if (!pause_before(number, deadline)) return false;
  }
}

}  // namespace meisai::gate_lock
