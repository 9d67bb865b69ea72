// SPDX-License-Identifier: Apache-2.0
//
// Making and opening files: what is on the disk is encrypted, a wrong key is refused, and anything that is
// not a whole database of ours ends in an error, never in a crash or in a new empty database.
#include <fcntl.h>
#include <rapidcheck.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/codec/database_fixture.h"

namespace meisai::sqlcipher::test {
namespace {

const std::string secret_marker = "YAMADA SHOTEN 山田書店 4242";

/// Opens the file and reads all of it; the error of whatever fails first.
Result<std::int64_t> read_all(const std::filesystem::path& file, bool authentic) {
  MEISAI_ASSIGN(Database db, Database::open(file, key(1), {.key_is_authentic = authentic}));
  MEISAI_TRY(db.check_integrity());
  return db.query_int64("SELECT sum(length(v)) FROM t");
}

TEST_CASE("a new database keeps its rows and shows none of them on the disk") {
  const Folder folder;
  const auto file = folder / "a.db";
  {
    Database db = must(Database::create(file, key(1)));
    must(db.exec("CREATE TABLE t(v TEXT)"));
    must(db.prepared("INSERT INTO t VALUES(?)").bind(1, secret_marker).run());
    for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
      INFO(name);
      REQUIRE(std::filesystem::exists(folder / name));
      struct stat about{};
      REQUIRE(::stat((folder / name).c_str(), &about) == 0);
      CHECK((about.st_mode & 0777) == 0600);
      const std::string bytes = bytes_of(folder / name);
      CHECK(bytes.find("YAMADA") == std::string::npos);
      CHECK(bytes.find("CREATE TABLE") == std::string::npos);
      CHECK(bytes.find("SQLite format") == std::string::npos);
    }
  }
  CHECK_FALSE(std::filesystem::exists(folder / "a.db-wal"));
  Database again = must(Database::open(file, key(1)));
  Statement& read = again.prepared("SELECT v FROM t");
  REQUIRE(must(read.step()));
  CHECK(read.text(0) == secret_marker);
  CHECK_FALSE(must(read.step()));
}

TEST_CASE("a wrong key is refused, and damage is told apart when the key is known to be right") {
  const Folder folder;
  make_filled(folder / "a.db", 10);
  const std::string before = bytes_of(folder / "a.db");
  auto refused = Database::open(folder / "a.db", key(2));
  CHECK(code_of(refused) == Code::wrong_key);
  CHECK(refused.error().retry == Retry::after_user);
  CHECK(code_of(Database::open(folder / "a.db", key(2), {.key_is_authentic = true})) == Code::store_damaged);
  CHECK(bytes_of(folder / "a.db") == before);
  CHECK(read_all(folder / "a.db", false).value() == 3000);
}

TEST_CASE("a key of another length is refused before anything is written") {
  const Folder folder;
  CHECK(code_of(Database::create(folder / "a.db", Secret(std::string_view("short")))) == Code::wrong_key);
  CHECK_FALSE(std::filesystem::exists(folder / "a.db"));
}

TEST_CASE("create never touches what is there, open never makes what is not") {
  const Folder folder;
  write_bytes(folder / "taken", "mine");
  CHECK(code_of(Database::create(folder / "taken", key(1))) == Code::store_exists);
  CHECK(bytes_of(folder / "taken") == "mine");
  CHECK(code_of(Database::open(folder / "none", key(1))) == Code::store_missing);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
  CHECK(code_of(Database::create(folder / "no/such/folder.db", key(1))) == Code::io_error);
  CHECK(code_of(Database::open(folder.path(), key(1))) == Code::io_error);
}

TEST_CASE("a symbolic link is not followed to make a database") {
  const Folder folder;
  std::filesystem::create_symlink(folder / "elsewhere", folder / "link");
  CHECK(code_of(Database::create(folder / "link", key(1))) == Code::store_exists);
  CHECK_FALSE(std::filesystem::exists(folder / "elsewhere"));
}

TEST_CASE("a clear-text SQLite file is refused as such") {
  const Folder folder;
  write_bytes(folder / "clear.db", std::string("SQLite format 3\0", 16) + std::string(4080, '\0'));
  CHECK(code_of(Database::open(folder / "clear.db", key(1))) == Code::store_not_encrypted);
  CHECK(bytes_of(folder / "clear.db").size() == 4096);
}

TEST_CASE("empty, tiny and garbage files are damage") {
  const Folder folder;
  write_bytes(folder / "empty", "");
  CHECK(code_of(Database::open(folder / "empty", key(1))) == Code::store_damaged);
  CHECK(bytes_of(folder / "empty").empty());
  for (const std::size_t size : {1UL, 15UL, 100UL, 1024UL, 4095UL, 4096UL, 70000UL}) {
    INFO(size);
    write_bytes(folder / "garbage", std::string(size, 'g'));
    CHECK(code_of(read_all(folder / "garbage", true)) == Code::store_damaged);
    // Shorter than any page is damage for sure; else it may as well be another key's file.
    if (size > 100) CHECK(code_of(read_all(folder / "garbage", false)) == Code::wrong_key);
    write_bytes(folder / "garbage", std::string(size, '\0'));
    CHECK(code_of(read_all(folder / "garbage", true)) == Code::store_damaged);
  }
}

TEST_CASE("a changed byte in any page is noticed") {
  const Folder folder;
  make_filled(folder / "a.db", 200);
  const std::string whole = bytes_of(folder / "a.db");
  REQUIRE(whole.size() > 10 * 4096);
  const auto damaged = folder / "damaged.db";
  for (std::size_t page = 0; page < whole.size() / 4096; ++page) {
    for (const std::size_t offset : {0UL, 17UL, 2000UL, 4050UL, 4095UL}) {
      INFO("page " << page << " offset " << offset);
      std::string bytes = whole;
      bytes[page * 4096 + offset] = static_cast<char>(bytes[page * 4096 + offset] ^ 0x20);
      write_bytes(damaged, bytes);
      // The last bytes of a page's reserve are padding behind the HMAC: changing them changes nothing.
      const auto result = read_all(damaged, true);
      if (offset < 4096 - 48 + 36) {
        CHECK(code_of(result) == Code::store_damaged);
      } else {
        CHECK((result.has_value() ? *result == 60000 : result.error().code == Code::store_damaged));
      }
    }
  }
}

TEST_CASE("a file cut anywhere is noticed") {
  const Folder folder;
  make_filled(folder / "a.db", 200);
  const std::string whole = bytes_of(folder / "a.db");
  for (std::size_t size = 1; size < whole.size(); size += 3001) {
    INFO(size);
    write_bytes(folder / "cut.db", whole.substr(0, size));
    CHECK(code_of(read_all(folder / "cut.db", true)) == Code::store_damaged);
  }
}

TEST_CASE("no damage of file or log crashes or shows wrong rows") {
  const Folder folder;
  const auto file = folder / "a.db";
  std::string whole;
  std::string log;
  {
    make_filled(file, 50);
    Database db = must(Database::open(file, key(1)));
    must(db.exec("INSERT INTO t SELECT id + 1000, v FROM t"));
    whole = bytes_of(folder / "a.db");
    log = bytes_of(folder / "a.db-wal");
    REQUIRE(log.size() > 4096);
  }
  rc::check("any change of any bytes", [&] {
    std::string db_bytes = whole;
    std::string log_bytes = log;
    std::string& target = *rc::gen::arbitrary<bool>() ? db_bytes : log_bytes;
    const auto changes = *rc::gen::inRange(1, 20);
    for (int i = 0; i < changes; ++i)
      target[*rc::gen::inRange<std::size_t>(0, target.size())] = *rc::gen::arbitrary<char>();
    if (*rc::gen::arbitrary<bool>()) target.resize(*rc::gen::inRange<std::size_t>(0, target.size()));
    std::filesystem::remove(folder / "x.db-shm");
    write_bytes(folder / "x.db", db_bytes);
    write_bytes(folder / "x.db-wal", log_bytes);
    const auto result = read_all(folder / "x.db", true);
    // A log that is not whole counts as never written: before or after, nothing between.
    if (result) RC_ASSERT(*result == 15000 || *result == 30000);
    if (!result) RC_ASSERT(result.error().code == Code::store_damaged);
  });
}

TEST_CASE("the file opens with the pragmas that the documents give, and its page size is 4096") {
  const Folder folder;
  make_filled(folder / "a.db", 5);
  CHECK(bytes_of(folder / "a.db").size() % 4096 == 0);
  CHECK_FALSE(must(cipher_version()).empty());
  CHECK(sqlite_version().starts_with("3."));
}

TEST_CASE("two new files under one key share no bytes at their start") {
  const Folder folder;
  make_filled(folder / "a.db", 5);
  make_filled(folder / "b.db", 5);
  CHECK(bytes_of(folder / "a.db").substr(0, 16) != bytes_of(folder / "b.db").substr(0, 16));
}

}  // namespace
}  // namespace meisai::sqlcipher::test
