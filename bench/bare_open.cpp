// SPDX-License-Identifier: Apache-2.0
//
// The least that opening an encrypted database can cost: Debian's SQLCipher, a raw key, our page size, and
// the first read of the schema. What opening a store is compared with (P9).
//
//   bare_open DATABASE KEY_AS_64_HEX_DIGITS
#include <iostream>
#include <string>

#define SQLITE_HAS_CODEC
#include <sqlcipher/sqlite3.h>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bare_open DATABASE KEY_AS_64_HEX_DIGITS\n";
    return 2;
  }
  sqlite3* db = nullptr;
  bool good = sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK;
  for (const std::string& sql :
       {"PRAGMA key=\"x'" + std::string(argv[2]) + "'\"", std::string("PRAGMA cipher_page_size=4096"),
        std::string("PRAGMA journal_mode=WAL"), std::string("SELECT count(*) FROM sqlite_master")})
    good = good && sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  if (!good) std::cerr << "bare_open: " << sqlite3_errmsg(db) << '\n';
  sqlite3_close(db);
  return good ? 0 : 1;
}
