// SPDX-License-Identifier: Apache-2.0
//
// The two small clear-text files of a store folder: `store.json`, whose presence makes a folder a store,
// and `init.json`, which says what a half-made one consists of. They hold no secret and no content.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "meisai/error.h"

namespace meisai::sqlcipher {

struct ClearFile {
  std::string store_id;
  std::filesystem::path key_ring;
};

/// Nothing when there is no such file. `store_too_new`, `store_damaged`, `io_error`.
[[nodiscard]] Result<std::optional<ClearFile>> read_clear_file(const std::filesystem::path& path);
/// Written whole or not at all (beside it, flushed, renamed).
[[nodiscard]] Result<void> write_clear_file(const std::filesystem::path& path, const ClearFile& content);

/// Makes the folder and those above it (0700). True if the folder was not there.
[[nodiscard]] Result<bool> make_folder(const std::filesystem::path& folder);
[[nodiscard]] Result<void> flush_folder(const std::filesystem::path& folder);

}  // namespace meisai::sqlcipher
