// SPDX-License-Identifier: Apache-2.0
//
// A throw-away folder with keys, and what the tests of the database share.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "storage/sqlcipher/database.h"
#include "tests/temporary_folder.h"

namespace meisai::sqlcipher::test {

using Folder = meisai::test::TemporaryFolder;

inline Secret key(unsigned char seed) {
  std::array<std::byte, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(seed + 7 * i);
  return Secret(bytes);
}

/// The value, or a test failure that shows the error.
template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// A database with `rows` rows (id, text) in table t, closed again.
inline void make_filled(const std::filesystem::path& file, int rows) {
  Database db = must(Database::create(file, key(1)));
  must(db.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)"));
  Transaction transaction = must(Transaction::begin(db));
  for (int i = 0; i < rows; ++i)
    must(db.prepared("INSERT INTO t VALUES(?,?)").bind_all(i, std::string(300, 'm')).run());
  must(transaction.commit());
}

}  // namespace meisai::sqlcipher::test
