// SPDX-License-Identifier: Apache-2.0
#include "storage/gate_lock/file_gate_lock.h"

#include <utility>

#include "storage/gate_lock/locked_file.h"

namespace meisai {
namespace {

using gate_lock::LockedFile;
using gate_lock::LockKind;

constexpr int gate_byte = 0;          // shared by steps, exclusive to a cutoff
constexpr int announcement_byte = 1;  // exclusive to a cutoff that waits or holds; steps stay out meanwhile

class FileHold final : public Admission::Hold {
 public:
  explicit FileHold(LockedFile file) : file_(std::move(file)) {}

 private:
  LockedFile file_;
};

class FileGateLock final : public GateLock {
 public:
  explicit FileGateLock(std::filesystem::path path) : path_(std::move(path)) {}

  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds wait) override {
    MEISAI_ASSIGN(LockedFile file, LockedFile::open(path_));
    MEISAI_ASSIGN(const bool held, gate_lock::until(wait, [&]() -> Result<bool> {
                    MEISAI_ASSIGN(const bool announced, file.is_excluded(announcement_byte));
                    if (announced) return false;
                    return file.try_lock(LockKind::shared, gate_byte);
                  }));
    if (!held) return fail(Code::store_busy, "a cutoff is being opened", "try again", Retry::later);
    return std::make_unique<FileHold>(std::move(file));
  }

  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds wait) override {
    MEISAI_ASSIGN(LockedFile file, LockedFile::open(path_));
    bool announced = false;
    MEISAI_ASSIGN(const bool held, gate_lock::until(wait, [&]() -> Result<bool> {
                    if (!announced) {
                      MEISAI_ASSIGN(announced, file.try_lock(LockKind::exclusive, announcement_byte));
                    }
                    if (!announced) return false;
                    return file.try_lock(LockKind::exclusive, gate_byte);
                  }));
    if (!held) return fail(Code::store_busy, "steps under way did not end in time", "try again", Retry::later);
    return std::make_unique<FileHold>(std::move(file));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

Result<std::unique_ptr<GateLock>> open_file_gate_lock(const std::filesystem::path& file) {
  MEISAI_TRY(LockedFile::open(file));  // made now, and found unusable now rather than at the first commit
  return std::make_unique<FileGateLock>(file);
}

}  // namespace meisai
