// SPDX-License-Identifier: Apache-2.0
#include "tests/store/failing_disk.h"

#include <meisai_codec/private_sqlite3.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

namespace meisai::test {
namespace {

int calls_left = 0;
int fail_with = 0;  // 0: kill this process

bool fails_now() {
  if (calls_left-- > 0) return false;
  if (fail_with == 0) ::kill(::getpid(), SIGKILL);
  errno = fail_with;
  return true;
}
ssize_t failing_pwrite(int fd, const void* data, size_t size, off_t offset) {
  return fails_now() ? -1 : ::pwrite(fd, data, size, offset);
}
int failing_ftruncate(int fd, off_t size) { return fails_now() ? -1 : ::ftruncate(fd, size); }

void set(const char* name, sqlite3_syscall_ptr call) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  REQUIRE(vfs->xSetSystemCall(vfs, name, call) == SQLITE_OK);
}

void begin(int good, int number) {
  calls_left = good;
  fail_with = number;
  set("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&failing_pwrite));
  set("ftruncate", reinterpret_cast<sqlite3_syscall_ptr>(&failing_ftruncate));
}

}  // namespace

FailingDisk::FailingDisk(int good, int number) { begin(good, number); }
FailingDisk::~FailingDisk() {
  set("pwrite", nullptr);
  set("ftruncate", nullptr);
}
bool FailingDisk::was_hit() { return calls_left < 0; }
int FailingDisk::left() { return calls_left; }

void KilledAfter::writes(int count) { begin(count, 0); }

}  // namespace meisai::test
