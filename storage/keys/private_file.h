// SPDX-License-Identifier: Apache-2.0
//
// Small files that only their owner may read (the key ring, key files): reading with the checks, replacing
// whole or not at all, and the lock that keeps two writers apart.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai::keys {

/// The whole content, or nothing when there is no such file. `key_file_unsafe` when the group or others
/// have any access, `io_error` when it cannot be read, is not a regular file or is beyond `limit`.
[[nodiscard]] Result<std::optional<Secret>> read_private_file(const std::filesystem::path& path, std::size_t limit);

/// A new file (0600) with this content, flushed with its folder; `invalid_argument` when the path is taken.
[[nodiscard]] Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view content);

enum class OldContent : bool { leave, overwrite };

/// Replaces the file atomically (write beside, flush, rename, flush the folder), mode 0600. With
/// `overwrite` the old content's blocks are overwritten afterwards, as far as the file system lets us.
/// Hold the FileLock of `path`.
[[nodiscard]] Result<void> replace_private_file(const std::filesystem::path& path, std::string_view content,
                                                OldContent old_content);

/// Excludes other writers of `path` in this and other processes, through `<path>.lock`. Let go on
/// destruction and by the system when the process dies.
class FileLock {
 public:
  /// `store_busy` when another holder does not let go in time.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& path, std::chrono::milliseconds timeout);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace meisai::keys
