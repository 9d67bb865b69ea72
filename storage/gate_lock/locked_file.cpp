// SPDX-License-Identifier: Apache-2.0
#include "storage/gate_lock/locked_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

namespace meisai::gate_lock {
namespace {

tl::unexpected<Error> lock_failure(const char* doing, int error) {
  return fail(error == ENOSPC || error == EDQUOT ? Code::disk_full : Code::io_error,
              std::string(doing) + " failed: " + std::generic_category().message(error),
              "the store folder must be on a local file system and writable");
}

struct flock bytes(short type, const LockRange& range) {
  struct flock request{};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  request.l_start = range.begin;
  request.l_len = range.length;
  return request;  // l_pid stays 0: required for open-file-description locks
}

}  // namespace

Result<LockedFile> LockedFile::open(const std::filesystem::path& path) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return lock_failure("opening a lock file", errno);
  return LockedFile(descriptor);
}

LockedFile::~LockedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<bool> LockedFile::try_lock(LockKind kind, int byte) const { return try_lock(kind, LockRange{byte, 1}); }

Result<bool> LockedFile::try_lock(LockKind kind, const LockRange& range) const {
  struct flock request = bytes(kind == LockKind::shared ? F_RDLCK : F_WRLCK, range);
  if (::fcntl(descriptor_, F_OFD_SETLK, &request) == 0) return true;
  if (errno == EAGAIN || errno == EACCES || errno == EINTR) return false;
  return lock_failure("locking", errno);
}

Result<bool> LockedFile::is_excluded(int byte) const {
  struct flock request = bytes(F_RDLCK, {byte, 1});
  if (::fcntl(descriptor_, F_OFD_GETLK, &request) != 0) return lock_failure("looking at a lock", errno);
  return request.l_type == F_WRLCK;
}

void LockedFile::unlock(int byte) const noexcept {
  struct flock request = bytes(F_UNLCK, {byte, 1});
  ::fcntl(descriptor_, F_OFD_SETLK, &request);
}

bool pause_before(unsigned number, std::chrono::steady_clock::time_point deadline) {
  using std::chrono::microseconds;
  const auto now = std::chrono::steady_clock::now();
  if (now >= deadline) return false;
  const microseconds nap(std::min(100U << std::min(number, 6U), 5000U));  // 0.1 ms growing to 5 ms
  std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(nap, deadline - now));
  return true;
}

}  // namespace meisai::gate_lock
