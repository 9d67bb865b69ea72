// SPDX-License-Identifier: Apache-2.0
//
// Statements: what goes in comes out, errors come out of step or run, the cache gives back one statement.
#include <rapidcheck.h>

#include <limits>
#include <vector>

#include "tests/codec/database_fixture.h"

namespace meisai::sqlcipher::test {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }
std::string as_text(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes) text += static_cast<char>(b);
  return text;
}

TEST_CASE("values come back as they were bound") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  must(db.exec("CREATE TABLE t(i INTEGER, s TEXT, b BLOB, o INTEGER)"));
  rc::check("integers, texts with NUL bytes, bytes, nothing", [&] {
    const auto i = *rc::gen::arbitrary<std::int64_t>();
    const auto s = *rc::gen::arbitrary<std::string>();
    std::optional<std::int64_t> o;
    if (*rc::gen::arbitrary<bool>()) o = *rc::gen::arbitrary<int>();
    must(db.exec("DELETE FROM t"));
    Statement& insert = db.prepared("INSERT INTO t VALUES(?,?,?,?)");
    if (*rc::gen::arbitrary<bool>()) {
      insert.bind_all(i, s, as_bytes(s), o);
    } else {
      insert.bind(1, i).bind_static(2, s).bind_static(3, as_bytes(s)).bind(4, o);
    }
    must(insert.run());
    RC_ASSERT(db.changes() == 1);
    Statement& read = db.prepared("SELECT i, s, b, o FROM t");
    RC_ASSERT(must(read.step()));
    RC_ASSERT(read.int64(0) == i);
    RC_ASSERT(read.text(1) == s);
    RC_ASSERT(as_text(read.blob(2)) == s);
    RC_ASSERT(read.optional_int64(3) == o);
    RC_ASSERT_FALSE(must(read.step()));
  });
}

TEST_CASE("empty text and bytes are not NULL") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  Statement& echo = db.prepared("SELECT ?, ?, ?, ?, ?");
  echo.bind(1, std::string_view()).bind(2, std::span<const std::byte>()).bind(3, nullptr);
  echo.bind_static(4, std::string_view()).bind(5, std::optional<std::string>());
  REQUIRE(must(echo.step()));
  CHECK(echo.column_count() == 5);
  CHECK_FALSE(echo.is_null(0));
  CHECK(echo.optional_text(0) == "");
  CHECK_FALSE(echo.is_null(1));
  CHECK(echo.is_null(2));
  CHECK_FALSE(echo.is_null(3));
  CHECK(echo.optional_text(4) == std::nullopt);
  echo.reset();
}

TEST_CASE("integers keep their ends") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  Statement& echo = db.prepared("SELECT ?, ?, ?");
  echo.bind_all(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint32_t>::max(), true);
  REQUIRE(must(echo.step()));
  CHECK(echo.int64(0) == std::numeric_limits<std::int64_t>::min());
  CHECK(echo.int64(1) == 4294967295);
  CHECK(echo.int64(2) == 1);
  echo.reset();
}

TEST_CASE("a mistake while binding comes out of the next step, once") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  Statement& echo = db.prepared("SELECT ?");
  CHECK(code_of(echo.bind(7, 1).bind(1, 5).step()) == Code::internal_bug);
  REQUIRE(must(echo.bind(1, 5).step()));
  CHECK(echo.int64(0) == 5);
  echo.reset();
}

TEST_CASE("a literal is compiled once, and again when it did not compile before") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  static constexpr char count[] = "SELECT count(*) FROM later";
  CHECK(code_of(db.query_int64(count)) == Code::internal_bug);
  CHECK(code_of(db.prepared(count).run()) == Code::internal_bug);
  CHECK(code_of(db.prepare("SELECT nonsense(")) == Code::internal_bug);
  must(db.exec("CREATE TABLE later(x)"));
  CHECK(must(db.query_int64(count)) == 0);
  CHECK(&db.prepared(count) == &db.prepared(count));
  must(db.exec("INSERT INTO later VALUES(1); ALTER TABLE later ADD COLUMN y; INSERT INTO later VALUES(2,3)"));
  CHECK(must(db.query_int64(count)) == 2);
}

TEST_CASE("a cached statement comes back without what was bound before") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  static constexpr char echo[] = "SELECT ?1";
  Statement& first = db.prepared(echo);
  REQUIRE(must(first.bind(1, "secret").step()));
  Statement& second = db.prepared(echo);
  REQUIRE(must(second.step()));
  CHECK(second.is_null(0));
  second.reset();
}

TEST_CASE("an error says what failed and never what was bound") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  must(db.exec("CREATE TABLE t(v TEXT UNIQUE)"));
  must(db.prepared("INSERT INTO t VALUES(?)").bind(1, "YAMADA").run());
  const auto conflict = db.prepared("INSERT INTO t VALUES(?)").bind(1, "YAMADA").run();
  CHECK(code_of(conflict) == Code::internal_bug);
  CHECK(conflict.error().what.find("t.v") != std::string::npos);
  CHECK(conflict.error().what.find("YAMADA") == std::string::npos);
  CHECK(must(db.query_int64("SELECT count(*) FROM t")) == 1);
}

TEST_CASE("a statement and a database can be moved") {
  const Folder folder;
  Database first = must(Database::create(folder / "a.db", key(1)));
  must(first.exec("CREATE TABLE t(v)"));
  Database db = std::move(first);
  Statement made = must(db.prepare("INSERT INTO t VALUES(?)"));
  Statement insert = std::move(made);
  must(insert.bind(1, 4).run());
  CHECK(db.last_insert_rowid() == 1);
  CHECK(code_of(db.query_int64("SELECT v FROM t WHERE v = 5")) == Code::not_found);
  CHECK(must(db.query_int64("SELECT v FROM t")) == 4);
  // The authorizer moved along.
  CHECK(code_of(db.exec("PRAGMA synchronous = OFF")) == Code::internal_bug);
  CHECK(must(db.user_version()) == 0);
}

TEST_CASE("a value beyond the limit is refused") {
  const Folder folder;
  Database db = must(Database::create(folder / "a.db", key(1)));
  const std::string big(65 * 1024 * 1024, 'x');
  CHECK(code_of(db.prepared("SELECT length(?)").bind_static(1, big).run()) == Code::internal_bug);
}

}  // namespace
}  // namespace meisai::sqlcipher::test
