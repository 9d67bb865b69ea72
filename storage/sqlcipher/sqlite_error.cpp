// SPDX-License-Identifier: Apache-2.0
//
// See sqlite_error.h.
#include "storage/sqlcipher/sqlite_error.h"

#include <meisai_codec/private_sqlite3.h>

#include <cerrno>
#include <new>
#include <string>
#include <system_error>

namespace meisai::sqlcipher {
namespace {

bool is_no_space(int system_error) { return system_error == ENOSPC || system_error == EDQUOT; }

Error disk_full(std::string what) {
  return {.code = Code::disk_full,
          .what = std::move(what) + ": no space left on the disk",
          .remedy = "free some space and do it again; the store is as it was before",
          .retry = Retry::later};
}

Error damaged(std::string what) {
  return {.code = Code::store_damaged,
          .what = std::move(what),
          .remedy = "restore the store from a backup; do not delete the damaged file before that worked"};
}

Error io_failed(int code, sqlite3* db, std::string what) {
  const int system_error = db == nullptr ? 0 : sqlite3_system_errno(db);
  if (is_no_space(system_error)) return disk_full(std::move(what));
  what += ": ";
  what += sqlite3_errstr(code & 0xff);
  if (system_error != 0) what += " (" + std::system_category().message(system_error) + ")";
  return {.code = Code::io_error,
          .what = std::move(what),
          .remedy = "check that the store's folder exists, is writable and its disk is healthy",
          .retry = Retry::later};
}

}  // namespace

Error sqlite_error(int code, sqlite3* db, std::string_view doing, KeyTrust trust) {
  const int extended = db == nullptr ? code : sqlite3_extended_errcode(db);
  if ((extended & 0xff) == (code & 0xff)) code = extended;
  std::string what(doing);
  if (code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) throw std::bad_alloc();
  if (code == SQLITE_IOERR_SHORT_READ) return damaged(what + ": the file is shorter than it says");
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {.code = Code::store_busy,
              .what = what + ": another process is writing to the store",
              .remedy = "wait until the other one is done and do it again",
              .retry = Retry::later};
    case SQLITE_FULL:
      return disk_full(std::move(what));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return io_failed(code, db, std::move(what));
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return damaged(what + ": the database file is damaged");
    case SQLITE_NOTADB:
      if (trust == KeyTrust::proved) return damaged(what + ": the database file cannot be decrypted with its own key");
      return {.code = Code::wrong_key,
              .what = what + ": the key does not open this database",
              .remedy = "use the key that the store was made with",
              .retry = Retry::after_user};
    case SQLITE_INTERRUPT:
      return {.code = Code::interrupted, .what = what + ": interrupted", .retry = Retry::later};
    default:
      what += ": ";
      what += db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
      return {.code = Code::internal_bug, .what = std::move(what)};
  }
}

}  // namespace meisai::sqlcipher
