// SPDX-License-Identifier: Apache-2.0
//
// Statements: binding, stepping, columns. This is the hot path of an import, so nothing here allocates
// unless something fails.
#include <meisai_codec/private_sqlite3.h>

#include <bit>
#include <cstdint>
#include <utility>

#include "storage/sqlcipher/database.h"
#include "storage/sqlcipher/sqlite_error.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::string_view doing = "running a database statement";

// SQLite takes a null pointer for NULL, but an empty text is a text.
const char* never_null(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

// SQLITE_TRANSIENT and SQLITE_STATIC without their old-style casts.
sqlite3_destructor_type copying() { return std::bit_cast<sqlite3_destructor_type>(std::intptr_t{-1}); }
constexpr sqlite3_destructor_type not_copying = nullptr;

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : stmt_(std::exchange(other.stmt_, nullptr)), kept_error_(std::move(other.kept_error_)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    finalize();
    stmt_ = std::exchange(other.stmt_, nullptr);
    kept_error_ = std::move(other.kept_error_);
  }
  return *this;
}

Statement::~Statement() { finalize(); }

void Statement::finalize() noexcept {
  sqlite3_finalize(stmt_);
  stmt_ = nullptr;
}

Statement& Statement::note(int sqlite_code) {
  if (sqlite_code != SQLITE_OK && !kept_error_ && stmt_ != nullptr)
    kept_error_ = std::make_unique<Error>(
        sqlite_error(sqlite_code, sqlite3_db_handle(stmt_), "binding a value to a database statement"));
  return *this;
}

Statement& Statement::bind(int index, std::nullptr_t) {
  return stmt_ == nullptr ? *this : note(sqlite3_bind_null(stmt_, index));
}

Statement& Statement::bind_int64(int index, std::int64_t value) {
  return stmt_ == nullptr ? *this : note(sqlite3_bind_int64(stmt_, index, value));
}

Statement& Statement::bind(int index, std::string_view text) {
  if (stmt_ == nullptr) return *this;
  return note(sqlite3_bind_text64(stmt_, index, never_null(text), text.size(), copying(), SQLITE_UTF8));
}

Statement& Statement::bind_static(int index, std::string_view text) {
  if (stmt_ == nullptr) return *this;
  return note(sqlite3_bind_text64(stmt_, index, never_null(text), text.size(), not_copying, SQLITE_UTF8));
}

Statement& Statement::bind(int index, std::span<const std::byte> bytes) {
  if (stmt_ == nullptr) return *this;
  if (bytes.empty()) return note(sqlite3_bind_zeroblob(stmt_, index, 0));
  return note(sqlite3_bind_blob64(stmt_, index, bytes.data(), bytes.size(), copying()));
}

Statement& Statement::bind_static(int index, std::span<const std::byte> bytes) {
  if (stmt_ == nullptr) return *this;
  if (bytes.empty()) return note(sqlite3_bind_zeroblob(stmt_, index, 0));
  return note(sqlite3_bind_blob64(stmt_, index, bytes.data(), bytes.size(), not_copying));
}

Statement& Statement::bind_column(int index, const Statement& row, int column) {
  if (stmt_ == nullptr) return *this;
  return note(sqlite3_bind_value(stmt_, index, sqlite3_column_value(row.stmt_, column)));
}

Result<bool> Statement::step() {
  if (kept_error_) {
    Error error = *kept_error_;
    reset();
    return fail(std::move(error));
  }
  if (stmt_ == nullptr) return fail(Code::internal_bug, "an empty database statement was run");
  const int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = sqlite_error(rc, sqlite3_db_handle(stmt_), doing);
  reset();
  return fail(std::move(error));
}

Result<void> Statement::run() {
  for (;;) {
    auto more = step();
    if (!more) return fail(std::move(more.error()));
    if (!*more) return {};
  }
}

void Statement::reset() noexcept {
  if (stmt_ == nullptr) return;  // it never compiled: its error stays
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);  // no pointer of bind_static survives, nor does what was bound
  kept_error_.reset();
}

bool Statement::is_null(int column) const noexcept { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

std::int64_t Statement::int64(int column) const noexcept { return sqlite3_column_int64(stmt_, column); }

std::string_view Statement::text(int column) const noexcept {
  const unsigned char* data = sqlite3_column_text(stmt_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

std::span<const std::byte> Statement::blob(int column) const noexcept {
  const void* data = sqlite3_column_blob(stmt_, column);
  if (data == nullptr) return {};
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

std::optional<std::int64_t> Statement::optional_int64(int column) const noexcept {
  if (is_null(column)) return std::nullopt;
  return int64(column);
}

std::optional<std::string_view> Statement::optional_text(int column) const noexcept {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

int Statement::column_count() const noexcept { return sqlite3_column_count(stmt_); }

}  // namespace meisai::sqlcipher
