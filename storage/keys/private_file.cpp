// SPDX-License-Identifier: Apache-2.0
//
// See private_file.h.
#include "storage/keys/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace meisai::keys {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

tl::unexpected<Error> system_failure(std::string doing, int number) {
  Error error{.code = number == ENOSPC || number == EDQUOT ? Code::disk_full : Code::io_error,
              .what = std::move(doing) + ": " + std::system_category().message(number),
              .remedy = "check that the folder exists, is writable and its disk has space",
              .retry = Retry::later};
  return fail(std::move(error));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Result<void> write_and_flush(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_failure("cannot write a key file", errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return system_failure("cannot flush a key file", errno);
  return {};
}

Result<void> flush_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open() || ::fsync(descriptor.get()) != 0)
    return system_failure("cannot flush the folder of a key file", errno);
  return {};
}

/// Makes `path`, which must not exist, with this content; removes it again when that fails.
Result<void> write_exclusively(const std::filesystem::path& path, std::string_view content) {
  const Descriptor descriptor(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor.open()) {
    if (errno == EEXIST)
      return fail(Code::invalid_argument, "there is a file already where the key file would go",
                  "choose another name; an existing file is never replaced");
    return system_failure("cannot make a key file", errno);
  }
  auto done = write_and_flush(descriptor.get(), content);
  if (!done) ::unlink(path.c_str());
  return done;
}

// Best effort by nature: journals, snapshots and flash keep copies that no program can reach.
void overwrite(int descriptor) {
  struct stat about{};
  if (::fstat(descriptor, &about) != 0) return;
  constexpr std::array<char, 4096> zeros{};
  for (off_t at = 0; at < about.st_size; at += static_cast<off_t>(zeros.size())) {
    const auto size = std::min<off_t>(about.st_size - at, static_cast<off_t>(zeros.size()));
    if (::pwrite(descriptor, zeros.data(), static_cast<std::size_t>(size), at) != size) break;
  }
  ::fsync(descriptor);
}

}  // namespace

Result<std::optional<Secret>> read_private_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.open()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<Secret>();
    return system_failure("cannot read a key file", errno);
  }
  struct stat about{};
  if (::fstat(descriptor.get(), &about) != 0) return system_failure("cannot look at a key file", errno);
  if (!S_ISREG(about.st_mode)) return fail(Code::io_error, "the key file is not a regular file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Code::key_file_unsafe, "others than the owner have access to " + path.filename().string(),
                "chmod 600 " + path.string(), Retry::after_user);
  if (static_cast<std::uint64_t>(about.st_size) > limit) return fail(Code::io_error, "the key file is too large");
  std::vector<std::byte> bytes(static_cast<std::size_t>(about.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(descriptor.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      wipe(bytes);
      return got < 0 ? system_failure("cannot read a key file", errno)
                     : fail(Code::io_error, "the key file changed while it was read", "", Retry::later);
    }
    filled += static_cast<std::size_t>(got);
  }
  Secret content(bytes);
  wipe(bytes);
  return std::optional<Secret>(std::move(content));
}

Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view content) {
  MEISAI_TRY(write_exclusively(path, content));
  return flush_folder(folder_of(path));
}

Result<void> replace_private_file(const std::filesystem::path& path, std::string_view content, OldContent old_content) {
  std::filesystem::path beside = path;
  beside += ".new";
  ::unlink(beside.c_str());  // left by a writer that was killed; we hold the lock
  MEISAI_TRY(write_exclusively(beside, content));
  const Descriptor old(old_content == OldContent::overwrite ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC) : -1);
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int number = errno;
    ::unlink(beside.c_str());
    return system_failure("cannot replace a key file", number);
  }
  MEISAI_TRY(flush_folder(folder_of(path)));
  if (old.open()) overwrite(old.get());
  return {};
}

Result<FileLock> FileLock::take(const std::filesystem::path& path, std::chrono::milliseconds timeout) {
  std::filesystem::path lock_path = path;
  lock_path += ".lock";
  Descriptor descriptor(::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor.open()) return system_failure("cannot make the lock of a key file", errno);
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    struct flock whole_file{};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    if (::fcntl(descriptor.get(), F_OFD_SETLK, &whole_file) == 0) return FileLock(descriptor.release());
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return system_failure("cannot lock a key file", errno);
    if (std::chrono::steady_clock::now() >= end)
      return fail(Code::store_busy, "another process is changing the key ring", "do it again", Retry::later);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace meisai::keys
