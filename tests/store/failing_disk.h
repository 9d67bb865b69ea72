// SPDX-License-Identifier: Apache-2.0
//
// Disks that fail, and processes that die, after so many writes of SQLite.
#pragma once

namespace meisai::test {

/// While it lives, all writes of SQLite after the first `good` fail with `number` (of errno).
class FailingDisk {
 public:
  FailingDisk(int good, int number);
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk();
  [[nodiscard]] static bool was_hit();
  /// Writes that are left before they fail.
  [[nodiscard]] static int left();
};

/// Kills this process at the write after so many.
struct KilledAfter {
  static void writes(int count);
};

}  // namespace meisai::test
