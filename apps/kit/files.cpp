// SPDX-License-Identifier: Apache-2.0
//
// Files as the engine's documents and sinks. A sink's file appears under its name only when it is whole
// (written beside, flushed, renamed, mode 0600); what is given up is emptied and removed (INV-03).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "meisai/kit.h"

namespace meisai::kit {
namespace {

/// An open descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

std::string reason(int error) { return std::system_category().message(error); }

tl::unexpected<Error> write_failure(int error, const std::filesystem::path& file) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(Error{.code = full ? Code::disk_full : Code::io_error,
                    .what = "writing failed: " + reason(error),
                    .where = {.document = file.string()}});
}

tl::unexpected<Error> unreadable(std::string what, const std::filesystem::path& file) {
  return fail(Error{.code = Code::document_unreadable,
                    .what = std::move(what),
                    .where = {.document = file.string()},
                    .remedy = "check the path and that you may read it",
                    .retry = Retry::after_user});
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return write_failure(errno, file);
    }
  }
  return {};
}

/// What tells that a file was changed.
struct Version {
  off_t size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;
  friend bool operator==(const Version&, const Version&) = default;
};
Version version_of(const struct stat& facts) { return {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec}; }

class FileSource final : public ByteSource {
 public:
  FileSource(Descriptor descriptor, std::filesystem::path file, const struct stat& facts)
      : descriptor_(std::move(descriptor)),
        file_(std::move(file)),
        regular_(S_ISREG(facts.st_mode)),
        opened_(version_of(facts)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    ssize_t count = 0;
    do {
      count = ::read(descriptor_.get(), buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) return unreadable("reading failed: " + reason(errno), file_);
    struct stat now{};
    if (count == 0 && regular_ && ::fstat(descriptor_.get(), &now) == 0 && version_of(now) != opened_)
      return fail(Error{.code = Code::document_changed,
                        .what = "the file was changed while it was read",
                        .where = {.document = name()},
                        .remedy = "import it again",
                        .retry = Retry::later});
    return static_cast<std::size_t>(count);
  }
  std::string name() const override { return file_.filename().string(); }
  std::uint64_t size() const override { return regular_ ? static_cast<std::uint64_t>(opened_.size) : 0; }

 private:
  Descriptor descriptor_;
  std::filesystem::path file_;
  bool regular_;
  Version opened_;
};

/// A new file beside its final name.
class RenamedSink final : public ByteSink {
 public:
  RenamedSink(Descriptor descriptor, std::filesystem::path temporary, std::filesystem::path final_name)
      : descriptor_(std::move(descriptor)), temporary_(std::move(temporary)), final_(std::move(final_name)) {}
  ~RenamedSink() override {
    if (finished_) return;
    std::ignore = ::ftruncate(descriptor_.get(), 0);
    ::unlink(temporary_.c_str());
  }
  Result<void> write(std::string_view bytes) override { return write_all(descriptor_.get(), bytes, final_); }
  Result<void> finish() override {
    if (::fsync(descriptor_.get()) != 0 || ::rename(temporary_.c_str(), final_.c_str()) != 0)
      return write_failure(errno, final_);
    finished_ = true;
    const Descriptor folder(::open(final_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() >= 0) ::fsync(folder.get());
    return {};
  }

 private:
  Descriptor descriptor_;
  std::filesystem::path temporary_, final_;
  bool finished_ = false;
};

class DescriptorSink final : public ByteSink {
 public:
  explicit DescriptorSink(int descriptor) : descriptor_(descriptor) {}
  Result<void> write(std::string_view bytes) override { return write_all(descriptor_, bytes, "-"); }
  Result<void> finish() override { return {}; }

 private:
  int descriptor_;
};

/// A device or pipe that is there already: written in place, never replaced by a file.
class DeviceSink final : public ByteSink {
 public:
  DeviceSink(Descriptor descriptor, std::filesystem::path file)
      : descriptor_(std::move(descriptor)), file_(std::move(file)) {}
  Result<void> write(std::string_view bytes) override { return write_all(descriptor_.get(), bytes, file_); }
  Result<void> finish() override { return {}; }

 private:
  Descriptor descriptor_;
  std::filesystem::path file_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_document(const std::filesystem::path& file) {
  Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return unreadable("the file cannot be opened: " + reason(errno), file);
  struct stat facts{};
  if (::fstat(descriptor.get(), &facts) != 0) return unreadable("the file cannot be read: " + reason(errno), file);
  if (S_ISDIR(facts.st_mode)) return unreadable("this is a folder; name the files in it", file);
  return std::make_unique<FileSource>(std::move(descriptor), file, facts);
}

Result<std::unique_ptr<ByteSink>> create_file(const std::filesystem::path& file) {
  std::error_code error;
  // A link stays: what it leads to is replaced. weakly_canonical follows it also where nothing is there yet.
  const std::filesystem::path target = std::filesystem::weakly_canonical(file, error);
  if (error || target.filename().empty()) return fail(Code::io_error, "this cannot be a file's name");
  struct stat facts{};
  if (::stat(target.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    Descriptor device(::open(target.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) return write_failure(errno, target);
    return std::make_unique<DeviceSink>(std::move(device), target);
  }
  std::string temporary = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
  Descriptor descriptor(::mkostemp(temporary.data(), O_CLOEXEC));
  if (descriptor.get() < 0) return write_failure(errno, target);
  return std::make_unique<RenamedSink>(std::move(descriptor), temporary, target);
}

std::unique_ptr<ByteSink> descriptor_sink(int descriptor) { return std::make_unique<DescriptorSink>(descriptor); }

}  // namespace meisai::kit
