// SPDX-License-Identifier: Apache-2.0
//
// From SQLite's result codes to ours. The text names what we were doing and SQLite's own words about it;
// SQLite quotes SQL and column names in them, never bound values, so no statement content gets out.
#pragma once

#include <string_view>

#include "meisai/error.h"

struct sqlite3;

namespace meisai::sqlcipher {

/// How far a file that cannot be decrypted may be blamed on the key.
enum class KeyTrust : bool { unproved, proved };

/// The error for a failed call. `db` may be null (then only the code is known).
/// Throws std::bad_alloc when SQLite was out of memory.
[[nodiscard]] Error sqlite_error(int code, sqlite3* db, std::string_view doing, KeyTrust trust = KeyTrust::proved);

}  // namespace meisai::sqlcipher
