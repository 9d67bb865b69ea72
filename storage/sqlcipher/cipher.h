// SPDX-License-Identifier: Apache-2.0
//
// The one place for everything that is SQLCipher and not SQLite: how a connection gets its key, which
// pragmas open our file format under which library, and how we prove that this is the codec and that what
// lies on the disk is encrypted. Files are always of format 3 (AES-256-CBC, HMAC-SHA1, page 4096, raw key),
// so a build with SQLCipher 4 reads and writes the same files.
#pragma once

#include <string>

#include "meisai/error.h"
#include "meisai/secret.h"

struct sqlite3;

namespace meisai::sqlcipher {

inline constexpr std::size_t key_size = 32;
inline constexpr int page_size = 4096;

/// The codec's version, after checking that it is one and the SQLite that we were compiled against.
/// `codec_unavailable` otherwise: unknown pragmas pass silently in plain SQLite, so silence proves nothing.
[[nodiscard]] Result<std::string> identify_codec(sqlite3* db);

/// Gives a fresh connection its raw key and the pragmas of our format. Reads nothing from the file.
[[nodiscard]] Result<void> apply_key(sqlite3* db, const std::string& cipher_version, const Secret& key);

/// `store_not_encrypted` when the file behind `db` begins as a clear-text SQLite database; `store_damaged`
/// when it is empty. Uses SQLite's own descriptor: closing another one would drop the process's locks.
[[nodiscard]] Result<void> refuse_clear_text(sqlite3* db);

/// After the first commit into a new file: its first page must be there and must look random.
[[nodiscard]] Result<void> prove_encrypted(sqlite3* db);

/// First column of the first row, "" without a row. For pragmas, whose answers must be checked.
[[nodiscard]] Result<std::string> ask(sqlite3* db, const char* sql);

}  // namespace meisai::sqlcipher
