// SPDX-License-Identifier: Apache-2.0
//
// A disk that fills up or fails: SQLite's own hook for system calls is made to fail the n-th write or sync,
// for every n, so each instant of a create and of a commit is tried once.
#include <fcntl.h>
#include <meisai_codec/private_sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <type_traits>

#include "tests/codec/database_fixture.h"

namespace meisai::sqlcipher::test {
namespace {

int calls_left = 0;
int fail_with = 0;

bool fails_now() { return calls_left-- <= 0; }

ssize_t failing_pwrite(int fd, const void* data, size_t size, off_t offset) {
  if (!fails_now()) return ::pwrite(fd, data, size, offset);
  errno = fail_with;
  return -1;
}
int failing_ftruncate(int fd, off_t size) {
  if (!fails_now()) return ::ftruncate(fd, size);
  errno = fail_with;
  return -1;
}

/// While it lives, all writes of SQLite after the first `good` fail with `number`.
class FailingDisk {
 public:
  FailingDisk(int good, int number) {
    calls_left = good;
    fail_with = number;
    set("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(&failing_pwrite));
    set("ftruncate", reinterpret_cast<sqlite3_syscall_ptr>(&failing_ftruncate));
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk() {
    set("pwrite", nullptr);
    set("ftruncate", nullptr);
  }
  [[nodiscard]] static bool was_hit() { return calls_left < 0; }

 private:
  static void set(const char* name, sqlite3_syscall_ptr call) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    REQUIRE(vfs->xSetSystemCall(vfs, name, call) == SQLITE_OK);
  }
};

Result<void> add_rows(Database& db) {
  MEISAI_ASSIGN(Transaction transaction, Transaction::begin(db));
  for (int i = 0; i < 40; ++i)
    MEISAI_TRY(db.prepared("INSERT INTO t(v) VALUES(?)").bind(1, std::string(300, 'n')).run());
  return transaction.commit();
}

void check_code(Code code, int number) {
  INFO(name_of(code));
  if (number == ENOSPC) {
    CHECK(code == Code::disk_full);
  } else {
    CHECK(code == Code::io_error);
  }
}

TEST_CASE("a commit on a full or failing disk changes nothing") {
  for (const int number : {ENOSPC, EIO}) {
    bool hit = true;
    for (int good = 0; hit; good += 3) {
      INFO("error " << number << " after " << good << " writes");
      const Folder folder;
      make_filled(folder / "a.db", 20);
      {
        Database db = must(Database::open(folder / "a.db", key(1)));
        Result<void> result;
        {
          const FailingDisk disk(good, number);
          result = add_rows(db);
          hit = FailingDisk::was_hit();
        }
        if (hit) check_code(code_of(result), number);
        CHECK(must(db.query_int64("SELECT count(*) FROM t")) == (hit ? 20 : 60));
      }
      Database again = must(Database::open(folder / "a.db", key(1)));
      CHECK(must(again.query_int64("SELECT count(*) FROM t")) == (hit ? 20 : 60));
      must(again.check_integrity());
    }
  }
}

TEST_CASE("a create on a full disk leaves no file") {
  bool hit = true;
  for (int good = 0; hit; ++good) {
    INFO("after " << good << " writes");
    const Folder folder;
    {
      const FailingDisk disk(good, ENOSPC);
      const auto made = Database::create(folder / "a.db", key(1));
      hit = FailingDisk::was_hit();
      if (!made) check_code(made.error().code, ENOSPC);
      if (!hit) CHECK(made.has_value());
      if (!made) CHECK(std::filesystem::is_empty(folder.path()));
    }
  }
}

}  // namespace
}  // namespace meisai::sqlcipher::test
