// SPDX-License-Identifier: Apache-2.0
//
// Opening, guarding and locking down a connection, and its transactions. The order inside `connect` is the
// point of the file: identify the codec, give it the key, prove key and file by a read, then settings whose
// answers are checked, and at last the authorizer that keeps SQL from changing any of it.
#include "storage/sqlcipher/database.h"

#include <fcntl.h>
#include <meisai_codec/private_sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "storage/sqlcipher/cipher.h"
#include "storage/sqlcipher/sqlite_error.h"

namespace meisai::sqlcipher {

struct Database::Connection {
  explicit Connection(std::filesystem::path file_path) : path(std::move(file_path)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    cache.clear();
    sqlite3_close_v2(handle);
  }

  std::filesystem::path path;
  sqlite3* handle = nullptr;
  bool internal = true;  ///< our own pragmas may run; false while SQL from outside is compiled
  int wal_pages = 0;     ///< length of the WAL after our last commit, once commits are kept short
  std::unordered_map<const char*, Statement> cache;
};

namespace {

/// Lets one of our own pragmas through the authorizer.
class InternalScope {
 public:
  explicit InternalScope(bool& flag) noexcept : flag_(flag), before_(std::exchange(flag, true)) {}
  InternalScope(const InternalScope&) = delete;
  InternalScope& operator=(const InternalScope&) = delete;
  ~InternalScope() { flag_ = before_; }

 private:
  bool& flag_;
  bool before_;
};

// Called while a statement is compiled. A file is never allowed to reach outside of itself, and nothing
// but this module changes how the connection works.
int authorize(void* internal, int action, const char*, const char* function, const char*, const char*) {
  if (*static_cast<const bool*>(internal)) return SQLITE_OK;
  switch (action) {
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA:
    case SQLITE_CREATE_VTABLE:
    case SQLITE_DROP_VTABLE:
      return SQLITE_DENY;
    case SQLITE_FUNCTION: {
      constexpr std::array<std::string_view, 3> denied = {"load_extension", "sqlcipher_export", "fts3_tokenizer"};
      const std::string_view name = function == nullptr ? "" : function;
      return std::find(denied.begin(), denied.end(), name) == denied.end() ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_OK;
  }
}

struct Limit {
  int id;
  int value;
};
// Far above what our own SQL needs and far below SQLite's defaults.
constexpr std::array limits = {
    Limit{SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024},
    Limit{SQLITE_LIMIT_SQL_LENGTH, 1024 * 1024},
    Limit{SQLITE_LIMIT_COLUMN, 200},
    Limit{SQLITE_LIMIT_EXPR_DEPTH, 200},
    Limit{SQLITE_LIMIT_COMPOUND_SELECT, 50},
    Limit{SQLITE_LIMIT_VDBE_OP, 250'000},
    Limit{SQLITE_LIMIT_FUNCTION_ARG, 32},
    Limit{SQLITE_LIMIT_ATTACHED, 0},
    Limit{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500},
    Limit{SQLITE_LIMIT_VARIABLE_NUMBER, 999},
    Limit{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
    Limit{SQLITE_LIMIT_WORKER_THREADS, 0},
};

struct Setting {
  const char* set;
  const char* read;
  std::string_view answer;
};
constexpr std::array settings = {
    Setting{"PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2"},
    Setting{"PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1"},
    Setting{"PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"},
    Setting{"PRAGMA cache_size = -8000", "PRAGMA cache_size", "-8000"},
    Setting{"PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1"},
    Setting{"PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys", "0"},
};

// "Meis": marks the file as ours for whoever holds the key; writing it makes the first commit.
constexpr const char* write_application_id = "PRAGMA application_id = 1298491763";

Result<void> set_up(sqlite3* db, const Setting& setting) {
  MEISAI_TRY(ask(db, setting.set));
  MEISAI_ASSIGN(const std::string answer, ask(db, setting.read));
  if (answer != setting.answer)
    return fail(Code::codec_unavailable, std::string("the database did not take the setting: ") + setting.set);
  return {};
}

Result<void> use_wal(sqlite3* db) {
  MEISAI_ASSIGN(const std::string mode, ask(db, "PRAGMA journal_mode = WAL"));
  if (mode != "wal")
    return fail(Code::io_error, "the database cannot use a write-ahead log here (mode " + mode + ")",
                "keep the store on a local disk that supports shared memory maps");
  return {};
}

void lock_down(sqlite3* db, bool& internal) {
  for (const Limit& limit : limits) sqlite3_limit(db, limit.id, limit.value);
#ifdef SQLITE_DBCONFIG_DEFENSIVE
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
#endif
#ifdef SQLITE_DBCONFIG_TRUSTED_SCHEMA
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
#endif
  sqlite3_set_authorizer(db, &authorize, &internal);
  internal = false;
}

Error system_error(Code code, std::string what, int number) {
  if (number == ENOSPC || number == EDQUOT) code = Code::disk_full;
  return {.code = code,
          .what = std::move(what) + ": " + std::system_category().message(number),
          .remedy = "check that the store's folder exists and is writable",
          .retry = Retry::later};
}

/// A file that did not exist before and goes away again, with what SQLite put beside it, unless kept.
class NewFile {
 public:
  static Result<NewFile> make(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
      const int number = errno;
      if (number == EEXIST) return fail(Code::store_exists, "there is a file already where the database would go");
      return fail(system_error(Code::io_error, "cannot make the database file", number));
    }
    ::close(descriptor);
    return NewFile(path);
  }
  NewFile(NewFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (path_.empty()) return;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path_.native() + suffix).c_str());
  }
  void keep() noexcept { path_.clear(); }

 private:
  explicit NewFile(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

Result<void> sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) return fail(system_error(Code::io_error, "cannot flush the store's folder to the disk", number));
  return {};
}

int milliseconds_of(std::chrono::milliseconds timeout) {
  return static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, std::numeric_limits<int>::max()));
}

/// A keyed connection that has read nothing yet.
Result<void> connect(sqlite3*& handle, const std::filesystem::path& path, const Secret& key,
                     std::chrono::milliseconds busy_timeout) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  const int rc = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, handle, "opening the database file"));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, milliseconds_of(busy_timeout));
  MEISAI_ASSIGN(const std::string version, identify_codec(handle));
  return apply_key(handle, version, key);
}

Result<void> first_read(sqlite3* db, KeyTrust trust) {
  const int rc = sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, db, "opening the database", trust));
  return {};
}

Result<void> settle(sqlite3* db) {
  for (const Setting& setting : settings) MEISAI_TRY(set_up(db, setting));
  return use_wal(db);
}

}  // namespace

Result<Database> Database::create(const std::filesystem::path& path, const Secret& key) {
  MEISAI_ASSIGN(NewFile file, NewFile::make(path));
  auto connection = std::make_unique<Connection>(path);
  MEISAI_TRY(connect(connection->handle, path, key, OpenOptions{}.busy_timeout));
  MEISAI_TRY(ask(connection->handle, write_application_id));
  MEISAI_TRY(prove_encrypted(connection->handle));
  MEISAI_TRY(settle(connection->handle));
  MEISAI_TRY(sync_folder_of(path));
  lock_down(connection->handle, connection->internal);
  file.keep();
  return Database(std::move(connection));
}

Result<Database> Database::open(const std::filesystem::path& path, const Secret& key, const OpenOptions& options) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return fail(Code::store_missing, "there is no database file");
    return fail(system_error(Code::io_error, "cannot look at the database file", errno));
  }
  auto connection = std::make_unique<Connection>(path);
  MEISAI_TRY(connect(connection->handle, path, key, options.busy_timeout));
  MEISAI_TRY(refuse_clear_text(connection->handle));
  MEISAI_TRY(first_read(connection->handle, options.key_is_authentic ? KeyTrust::proved : KeyTrust::unproved));
  MEISAI_TRY(settle(connection->handle));
  lock_down(connection->handle, connection->internal);
  return Database(std::move(connection));
}

Database::Database(std::unique_ptr<Connection> connection) noexcept : connection_(std::move(connection)) {}
Database::Database(Database&& other) noexcept = default;
Database& Database::operator=(Database&& other) noexcept = default;
Database::~Database() = default;

Result<void> Database::exec(std::string_view sql) {
  const std::string text(sql);
  const int rc = sqlite3_exec(connection_->handle, text.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, connection_->handle, "running database statements"));
  return {};
}

Statement Database::compile(std::string_view sql) {
  Statement statement;
  const int rc = sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())
                     ? SQLITE_TOOBIG
                     : sqlite3_prepare_v2(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                          &statement.stmt_, nullptr);
  if (rc != SQLITE_OK)
    statement.kept_error_ =
        std::make_unique<Error>(sqlite_error(rc, connection_->handle, "compiling a database statement"));
  return statement;
}

Result<Statement> Database::prepare(std::string_view sql) {
  Statement statement = compile(sql);
  if (statement.kept_error_) return fail(std::move(*statement.kept_error_));
  return statement;
}

Statement& Database::prepared(Sql literal) {
  const auto found = connection_->cache.find(literal.c_str());
  if (found == connection_->cache.end())
    return connection_->cache.emplace(literal.c_str(), compile(literal.c_str())).first->second;
  Statement& statement = found->second;
  if (statement.stmt_ == nullptr) {
    statement = compile(literal.c_str());  // it may compile now, for example after a migration
  } else {
    statement.reset();
  }
  return statement;
}

Result<std::int64_t> Database::query_int64(Sql literal) {
  Statement& statement = prepared(literal);
  const RowScope scope(statement);
  MEISAI_ASSIGN(const bool row, statement.step());
  if (!row) return fail(Code::not_found, "a database query has no row");
  return statement.int64(0);
}

std::int64_t Database::last_insert_rowid() const noexcept { return sqlite3_last_insert_rowid(connection_->handle); }
std::int64_t Database::changes() const noexcept { return sqlite3_changes(connection_->handle); }
bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_->handle) == 0; }
const std::filesystem::path& Database::path() const noexcept { return connection_->path; }

Result<void> Database::begin_immediate() { return prepared("BEGIN IMMEDIATE").run(); }
Result<void> Database::begin_read() { return prepared("BEGIN").run(); }
Result<void> Database::commit() { return prepared("COMMIT").run(); }

void Database::rollback() noexcept {
  // A failed ROLLBACK means that SQLite had rolled back already (disk full, I/O error).
  if (in_transaction()) sqlite3_exec(connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Database::set_synchronous(Synchronous level) {
  const InternalScope scope(connection_->internal);
  return level == Synchronous::full
             ? set_up(connection_->handle, {"PRAGMA synchronous = FULL", "PRAGMA synchronous", "2"})
             : set_up(connection_->handle, {"PRAGMA synchronous = NORMAL", "PRAGMA synchronous", "1"});
}

void Database::set_busy_timeout(std::chrono::milliseconds timeout) noexcept {
  sqlite3_busy_timeout(connection_->handle, milliseconds_of(timeout));
}

Result<void> Database::checkpoint() {
  const int rc = sqlite3_wal_checkpoint_v2(connection_->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, connection_->handle, "moving the write-ahead log into the file"));
  return {};
}

void Database::keep_commits_short() noexcept {
  // The hook takes the place of the one that checkpoints inside COMMIT.
  const auto note_length = [](void* pages, sqlite3*, const char*, int count) -> int {
    *static_cast<int*>(pages) = count;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection_->handle, note_length, &connection_->wal_pages);
}

Result<void> Database::flush_ahead_of_commit() {
  const int rc = sqlite3_db_cacheflush(connection_->handle);
  if (rc != SQLITE_OK && rc != SQLITE_BUSY)  // busy: some pages are in use and wait for COMMIT
    return fail(sqlite_error(rc, connection_->handle, "writing ahead of a commit"));
  // SQLite keeps no locks on the WAL itself, so a descriptor of our own may come and go.
  const int descriptor = ::open((connection_->path.native() + "-wal").c_str(), O_RDWR | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fdatasync(descriptor) == 0;
  const int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) return fail(system_error(Code::io_error, "cannot flush the write-ahead log to the disk", number));
  return {};
}

void Database::checkpoint_when_long() noexcept {
  constexpr int long_wal = 1000;  // pages: SQLite's own measure
  if (connection_->wal_pages < long_wal) return;
  sqlite3_wal_checkpoint_v2(connection_->handle, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  connection_->wal_pages = 0;
}

Result<std::int64_t> Database::data_version() {
  const InternalScope scope(connection_->internal);
  return query_int64("PRAGMA data_version");
}

Result<std::int64_t> Database::user_version() {
  const InternalScope scope(connection_->internal);
  return query_int64("PRAGMA user_version");
}

Result<void> Database::set_user_version(std::int32_t version) {
  const InternalScope scope(connection_->internal);
  const std::string pragma = "PRAGMA user_version = " + std::to_string(version);
  MEISAI_TRY(ask(connection_->handle, pragma.c_str()));
  return {};
}

Result<void> Database::check_integrity() {
  const InternalScope scope(connection_->internal);
  MEISAI_ASSIGN(const std::string answer, ask(connection_->handle, "PRAGMA integrity_check(1)"));
  if (answer != "ok")
    return fail(Code::store_damaged, "the database's structure is damaged", "restore the store from a backup");
  return {};
}

Result<Transaction> Transaction::begin(Database& database) {
  MEISAI_TRY(database.begin_immediate());
  return Transaction(database);
}

Result<void> Transaction::commit() {
  if (database_ == nullptr) return fail(Code::internal_bug, "the transaction is over already");
  MEISAI_TRY(database_->commit());
  database_ = nullptr;
  return {};
}

Result<std::string> cipher_version() {
  sqlite3* db = nullptr;
  const int rc = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> closing(db, &sqlite3_close_v2);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, db, "asking the codec for its version"));
  return identify_codec(db);
}

std::string sqlite_version() { return sqlite3_libversion(); }

}  // namespace meisai::sqlcipher
