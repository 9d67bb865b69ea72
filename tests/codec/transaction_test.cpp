// SPDX-License-Identifier: Apache-2.0
//
// Transactions, locks between connections, settings, the lock-down, and what a kill leaves behind.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "tests/codec/database_fixture.h"

namespace meisai::sqlcipher::test {
namespace {

Database with_table(const std::filesystem::path& file) {
  Database db = must(Database::create(file, key(1)));
  must(db.exec("CREATE TABLE t(v)"));
  return db;
}

std::int64_t rows(Database& db) { return must(db.query_int64("SELECT count(*) FROM t")); }

TEST_CASE("a transaction that is not committed leaves nothing") {
  const Folder folder;
  Database db = with_table(folder / "a.db");
  {
    Transaction transaction = must(Transaction::begin(db));
    must(db.exec("INSERT INTO t VALUES(1)"));
    CHECK(db.in_transaction());
  }
  CHECK_FALSE(db.in_transaction());
  CHECK(rows(db) == 0);
  Transaction transaction = must(Transaction::begin(db));
  must(db.exec("INSERT INTO t VALUES(1)"));
  must(transaction.commit());
  CHECK(rows(db) == 1);
  CHECK(code_of(transaction.commit()) == Code::internal_bug);
  db.rollback();
  CHECK(rows(db) == 1);
}

TEST_CASE("a second writer waits, then says busy") {
  const Folder folder;
  Database one = with_table(folder / "a.db");
  Database two = must(Database::open(folder / "a.db", key(1), {.busy_timeout = std::chrono::milliseconds(50)}));
  Transaction writing = must(Transaction::begin(one));
  const auto start = std::chrono::steady_clock::now();
  const auto busy = Transaction::begin(two);
  CHECK(code_of(busy) == Code::store_busy);
  CHECK(busy.error().retry == Retry::later);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(40));
  CHECK(rows(two) == 0);  // a writer never stops a reader
  must(writing.commit());
  two.set_busy_timeout(std::chrono::seconds(10));
  CHECK(Transaction::begin(two).has_value());
}

TEST_CASE("a reader keeps its snapshot until it lets go") {
  const Folder folder;
  Database one = with_table(folder / "a.db");
  Database two = must(Database::open(folder / "a.db", key(1)));
  must(two.begin_read());
  CHECK(rows(two) == 0);
  const auto version = must(two.data_version());
  must(one.exec("INSERT INTO t VALUES(1)"));
  CHECK(rows(two) == 0);
  must(two.commit());
  CHECK(rows(two) == 1);
  CHECK(must(two.data_version()) != version);
  {
    Statement& open_row = two.prepared("SELECT v FROM t");
    const RowScope scope(open_row);
    REQUIRE(must(open_row.step()));
    one.set_busy_timeout(std::chrono::milliseconds(1));
    must(one.exec("INSERT INTO t VALUES(2)"));
    CHECK(code_of(one.checkpoint()) == Code::store_busy);
  }
  must(one.checkpoint());
  CHECK(std::filesystem::file_size(folder / "a.db-wal") == 0);
}

TEST_CASE("SQL from outside cannot reach out of the file or change the connection") {
  const Folder folder;
  Database db = with_table(folder / "a.db");
  const std::string other = (folder / "other.db").string();
  for (const std::string& sql :
       {"ATTACH '" + other + "' AS o", "ATTACH '" + other + "' AS o KEY ''", std::string("DETACH main"),
        std::string("PRAGMA key = 'x'"), std::string("PRAGMA rekey = ''"), std::string("PRAGMA user_version"),
        std::string("PRAGMA journal_mode = OFF"), std::string("PRAGMA writable_schema = 1"),
        std::string("CREATE VIRTUAL TABLE f USING fts3(x)"), std::string("CREATE VIRTUAL TABLE r USING rtree(a,b,c)"),
        std::string("SELECT load_extension('x')"), std::string("SELECT sqlcipher_export('main')"),
        std::string("SELECT fts3_tokenizer('x')")}) {
    INFO(sql);
    CHECK_FALSE(db.exec(sql).has_value());
    CHECK_FALSE(db.prepare(sql).has_value());
  }
  CHECK_FALSE(db.exec("VACUUM").has_value());  // it attaches a file of its own when it runs
  CHECK_FALSE(std::filesystem::exists(other));
  // Our own pragmas still pass, and do not open the door behind them.
  must(db.set_synchronous(Synchronous::normal));
  must(db.set_synchronous(Synchronous::full));
  must(db.set_user_version(7));
  CHECK(must(db.user_version()) == 7);
  must(db.check_integrity());
  CHECK_FALSE(db.exec("PRAGMA user_version").has_value());
}

TEST_CASE("the file's version survives closing") {
  const Folder folder;
  {
    Database db = with_table(folder / "a.db");
    must(db.set_user_version(3));
  }
  Database db = must(Database::open(folder / "a.db", key(1)));
  CHECK(must(db.user_version()) == 3);
}

TEST_CASE("threads with a database each share one file") {
  const Folder folder;
  Database db = with_table(folder / "a.db");
  std::vector<std::thread> threads;
  std::vector<int> failed(3, 0);
  for (std::size_t t = 0; t < failed.size(); ++t) {
    threads.emplace_back([&, t] {
      auto mine = Database::open(folder / "a.db", key(1));
      for (int i = 0; i < 50 && mine; ++i) {
        auto transaction = Transaction::begin(*mine);
        if (!transaction || !mine->prepared("INSERT INTO t VALUES(?)").bind(1, i).run() || !transaction->commit())
          ++failed[t];
      }
      if (!mine) failed[t] = 1000;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == std::vector<int>{0, 0, 0});
  CHECK(rows(db) == 150);
}

// A child writes pairs of rows; killed anywhere, pairs are whole and every pair it reported is there.
TEST_CASE("a kill leaves whole transactions") {
  const Folder folder;
  {
    Database db = with_table(folder / "a.db");
  }
  std::int64_t reported = 0;
  for (int round = 0; round < 15; ++round) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto db = Database::open(folder / "a.db", key(1), {.key_is_authentic = true});
      while (db) {
        if (!db->begin_immediate() || !db->exec("INSERT INTO t VALUES(1)") || !db->exec("INSERT INTO t VALUES(2)") ||
            !db->commit() || ::write(pipe_ends[1], "c", 1) != 1)
          break;
      }
      ::_exit(1);
    }
    ::close(pipe_ends[1]);
    char byte = 0;
    for (int i = 0; i <= round; ++i) reported += ::read(pipe_ends[0], &byte, 1) == 1 ? 2 : 0;
    ::usleep(static_cast<useconds_t>(137 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe_ends[0], &byte, 1) == 1) reported += 2;
    ::close(pipe_ends[0]);
    Database db = must(Database::open(folder / "a.db", key(1), {.key_is_authentic = true}));
    const auto found = rows(db);
    CHECK(found % 2 == 0);
    CHECK(found >= reported);
    must(db.check_integrity());
    reported = found;
  }
  CHECK(reported > 15);
}

}  // namespace
}  // namespace meisai::sqlcipher::test
