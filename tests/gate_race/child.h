// SPDX-License-Identifier: Apache-2.0
//
// A second process of a test: forked, gone with the test program, and ended by the test that started it.
#pragma once

#include <sys/types.h>

#include <functional>

namespace meisai::test {

class Child {
 public:
  /// Runs `body` in a process of its own and ends it with what `body` returns.
  explicit Child(const std::function<int()>& body);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  ///< kills it if it still runs

  /// Waits for the end; the exit status, or -1 if a signal ended it.
  int wait();
  /// SIGKILL, then waits.
  void kill();

 private:
  pid_t pid_ = -1;
};

}  // namespace meisai::test
