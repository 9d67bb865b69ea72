// SPDX-License-Identifier: Apache-2.0
//
// The one door to SQLCipher: an encrypted database file and its statements, Result-based. Every cipher
// pragma, every guard (is this really the codec, is the file really encrypted, is the key right) and the
// mapping from SQLite's codes to ours live behind this header, so the store above it writes plain SQL.
// SQL is written for SQLite 3.15: no UPSERT, RETURNING, window functions or JSON1.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "meisai/error.h"
#include "meisai/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace meisai::sqlcipher {

/// SQL text that is a compile-time constant; its address is the key of the statement cache.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}
  [[nodiscard]] constexpr const char* c_str() const noexcept { return text_; }

 private:
  const char* text_;
};

/// One compiled statement. Errors of preparing and binding are kept and come out of the next `step` or
/// `run`, so calls chain: `db.prepared("INSERT INTO t VALUES(?,?)").bind_all(card, amount).run()`.
/// Must not outlive its Database. One thread at a time.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Binding, first parameter is 1. Text and bytes are copied.
  Statement& bind(int index, std::nullptr_t);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, std::span<const std::byte> bytes);
  template <std::integral T>
    requires(std::signed_integral<T> || sizeof(T) < sizeof(std::int64_t))
  Statement& bind(int index, T value) {
    return bind_int64(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }
  /// Binds parameters 1..n in order (copying).
  template <class... Args>
  Statement& bind_all(const Args&... args) {
    int index = 0;
    (bind(++index, args), ...);
    return *this;
  }

  /// As `bind`, without a copy: the memory must stay as it is until the statement has been reset
  /// (`run`, a `step` that returned false or failed, `reset`, or being handed out again by `prepared`).
  Statement& bind_static(int index, std::string_view text);
  Statement& bind_static(int index, std::span<const std::byte> bytes);

  /// Binds what a row of another statement (also of another database) holds in `column`. Copied.
  Statement& bind_column(int index, const Statement& row, int column);

  /// True: a row is there for the column getters. False: done, and the statement is already reset.
  /// A failure resets it too.
  [[nodiscard]] Result<bool> step();
  /// Steps to the end, ignoring rows, and resets.
  [[nodiscard]] Result<void> run();
  /// Ends the statement's read transaction and forgets its bindings and kept error. Call it (or use a
  /// `RowScope`) when leaving a result before its end: an open row holds its snapshot of the file.
  void reset() noexcept;

  // Columns of the current row, first is 0. Text and bytes are valid until the next step or reset.
  [[nodiscard]] bool is_null(int column) const noexcept;
  [[nodiscard]] std::int64_t int64(int column) const noexcept;
  [[nodiscard]] std::string_view text(int column) const noexcept;
  [[nodiscard]] std::span<const std::byte> blob(int column) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> optional_int64(int column) const noexcept;
  [[nodiscard]] std::optional<std::string_view> optional_text(int column) const noexcept;
  [[nodiscard]] int column_count() const noexcept;

 private:
  friend class Database;
  Statement() = default;
  Statement& bind_int64(int index, std::int64_t value);
  Statement& note(int sqlite_code);
  void finalize() noexcept;

  sqlite3_stmt* stmt_ = nullptr;
  std::unique_ptr<Error> kept_error_;
};

/// Resets a cached statement when the scope ends: for reads that may return in the middle of a result.
class RowScope {
 public:
  explicit RowScope(Statement& statement) noexcept : statement_(statement) {}
  RowScope(const RowScope&) = delete;
  RowScope& operator=(const RowScope&) = delete;
  ~RowScope() { statement_.reset(); }

 private:
  Statement& statement_;
};

/// `full`: a commit is on the disk when it returns (visible data). `normal`: a commit may be lost by a
/// power cut, never torn (staging).
enum class Synchronous : std::uint8_t { normal, full };

struct OpenOptions {
  /// The key came out of an authenticated key ring, so "cannot be decrypted" means a damaged file
  /// (`store_damaged`), not `wrong_key`; SQLCipher itself cannot tell the two apart.
  bool key_is_authentic = false;
  std::chrono::milliseconds busy_timeout = std::chrono::seconds(10);
};

/// An open encrypted database: WAL, synchronous FULL, temp store in memory, secure_delete on. SQL given
/// from outside cannot ATTACH, DETACH, run a PRAGMA, make a virtual table or load an extension.
/// One thread at a time; several Databases (also in several processes) may share a file. While a process has
/// a Database open it must not open and close that file by other means: on Linux closing any descriptor of a
/// file drops all locks that the process holds on it.
///
/// Errors of every call: `store_busy` (retry later), `disk_full`, `io_error`, `store_damaged`,
/// `internal_bug` (wrong SQL, broken constraint: ours).
class Database {
 public:
  /// Makes a new file (mode 0600), proves that what arrived on the disk is encrypted, and leaves it open.
  /// `key` is 32 raw bytes. `store_exists` when the path is taken; `store_not_encrypted` (the new file is
  /// removed) or `codec_unavailable` when the guard finds something else than the private codec.
  [[nodiscard]] static Result<Database> create(const std::filesystem::path& path, const Secret& key);

  /// Opens an existing file. `store_missing`, `store_not_encrypted` (a clear-text SQLite file),
  /// `wrong_key`, `store_damaged`, `codec_unavailable`. Never makes or changes a file it cannot read.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, const Secret& key,
                                             const OpenOptions& options = {});

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// Runs one or more statements without parameters (schema, migrations).
  [[nodiscard]] Result<void> exec(std::string_view sql);
  /// Compiles one statement whose text is made at run time.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// The cached statement for this literal, reset and without bindings. Compiled on first use; a failure
  /// to compile comes out of its `step` or `run`. Two uses of one literal must not be nested.
  [[nodiscard]] Statement& prepared(Sql literal);
  /// First column of the first row of a statement without parameters; `not_found` without a row.
  [[nodiscard]] Result<std::int64_t> query_int64(Sql literal);

  [[nodiscard]] std::int64_t last_insert_rowid() const noexcept;
  /// Rows changed by the last INSERT, UPDATE or DELETE.
  [[nodiscard]] std::int64_t changes() const noexcept;

  /// Takes the write lock at once, so that a later statement cannot fail for it.
  [[nodiscard]] Result<void> begin_immediate();
  /// Begins a read transaction: all reads until `commit` see one snapshot (taken at the first read).
  [[nodiscard]] Result<void> begin_read();
  /// On `store_busy` the transaction stays open and may be committed again or rolled back.
  [[nodiscard]] Result<void> commit();
  /// Nothing happens when no transaction is open.
  void rollback() noexcept;
  [[nodiscard]] bool in_transaction() const noexcept;

  /// Not inside a transaction.
  [[nodiscard]] Result<void> set_synchronous(Synchronous level);
  void set_busy_timeout(std::chrono::milliseconds timeout) noexcept;
  /// Moves the WAL into the file and truncates it; `store_busy` when readers hold it.
  [[nodiscard]] Result<void> checkpoint();
  /// From now on commits leave the WAL to `checkpoint_when_long`, so that a commit takes no longer than its
  /// own flush: for commits inside the gate lock.
  void keep_commits_short() noexcept;
  /// Brings what the open transaction has changed to the disk, still invisible, so that its COMMIT has little
  /// left to do. Worth its flush only for large transactions.
  [[nodiscard]] Result<void> flush_ahead_of_commit();
  /// Moves a long WAL into the file as far as no reader holds it; waits for nobody. Failing is harmless:
  /// the WAL holds everything, and the next call tries again.
  void checkpoint_when_long() noexcept;
  /// A number that changes when another connection has committed.
  [[nodiscard]] Result<std::int64_t> data_version();
  /// The file's own version number (PRAGMA user_version), for migrations.
  [[nodiscard]] Result<std::int64_t> user_version();
  [[nodiscard]] Result<void> set_user_version(std::int32_t version);
  /// Reads every page in use and checks its HMAC and structure; `store_damaged` when something is wrong.
  [[nodiscard]] Result<void> check_integrity();

  [[nodiscard]] const std::filesystem::path& path() const noexcept;

 private:
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection) noexcept;
  Statement compile(std::string_view sql);

  std::unique_ptr<Connection> connection_;
};

/// A write transaction that rolls back unless it was committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (database_ != nullptr) database_->rollback();
  }
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) noexcept : database_(&database) {}
  Database* database_;
};

/// What is compiled in: "3.4.1" or "4.x.y community"; the version of SQLite below it.
[[nodiscard]] Result<std::string> cipher_version();
[[nodiscard]] std::string sqlite_version();

}  // namespace meisai::sqlcipher
