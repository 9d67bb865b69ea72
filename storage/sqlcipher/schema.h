// SPDX-License-Identifier: Apache-2.0
//
// The shape of both databases, as forward-only migrations. A file remembers its version (user_version);
// one written by a newer program is refused, never guessed at. Version 1 is what a new file begins with.
#pragma once

#include <cstdint>
#include <span>

#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

struct Migration {
  std::int32_t version = 0;
  const char* sql = nullptr;
};

[[nodiscard]] std::span<const Migration> control_migrations() noexcept;
[[nodiscard]] std::span<const Migration> vault_migrations() noexcept;

/// Brings the file to the newest version, each step in a transaction of its own. `store_too_new` for a
/// file from the future; nothing is written where there is nothing to do.
[[nodiscard]] Result<void> migrate(Database& database, std::span<const Migration> migrations);

}  // namespace meisai::sqlcipher
