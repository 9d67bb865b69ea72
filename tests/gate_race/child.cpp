// SPDX-License-Identifier: Apache-2.0
#include "tests/gate_race/child.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>

namespace meisai::test {

Child::Child(const std::function<int()>& body) {
  std::cout.flush();
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::_exit(body());  // not exit(): the test runner's own state belongs to the parent
}

Child::~Child() {
  if (pid_ > 0) kill();
}

int Child::wait() {
  int status = 0;
  pid_t ended = -1;
  do {
    ended = ::waitpid(pid_, &status, 0);
  } while (ended < 0 && errno == EINTR);
  pid_ = -1;
  return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void Child::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}

}  // namespace meisai::test
