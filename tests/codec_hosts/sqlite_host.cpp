// SPDX-License-Identifier: Apache-2.0
//
// A program that has its own SQLite linked and uses it before, around and after the codec.
#include <sqlite3.h>

#include <string>

#include "tests/codec_hosts/host.h"
#include "tests/codec_hosts/probe.h"

namespace {

int count_row(void* count, int, char**, char**) {
  ++*static_cast<int*>(count);
  return 0;
}

int rows(sqlite3* db, const char* sql) {
  int count = 0;
  const int rc = sqlite3_exec(db, sql, &count_row, &count, nullptr);
  host::expect(rc == SQLITE_OK, "the host's own query", rc);
  return count;
}

}  // namespace

int main() {
  const host::Folder folder;
  const std::string version = sqlite3_libversion();
  sqlite3* db = nullptr;
  host::expect(sqlite3_open(folder.file("host.db").c_str(), &db) == SQLITE_OK, "opening the host's database");
  rows(db, "CREATE TABLE mine(v); INSERT INTO mine VALUES('clear host row')");
  rows(db, "BEGIN; INSERT INTO mine VALUES('open while the codec works')");

  for (int i = 0; i < 3; ++i) {
    const int outcome = meisai_codec_probe(folder.path().c_str());
    host::expect(outcome == 0, "the probe", outcome);
  }

  rows(db, "COMMIT");
  host::expect(rows(db, "SELECT * FROM mine") == 2, "the host's rows are all there");
  host::expect(rows(db, "PRAGMA cipher_version") == 0, "the host's SQLite has not become a codec");
  host::expect(sqlite3_close(db) == SQLITE_OK, "closing the host's database");
  host::expect(host::bytes_of(folder.file("host.db")).starts_with("SQLite format 3"), "the host writes clear text");
  host::expect(version == sqlite3_libversion(), "the host's SQLite is the same as before");

  // The encrypted file is noise to the host's SQLite.
  host::expect(sqlite3_open(folder.file("probe.db").c_str(), &db) == SQLITE_OK, "opening the probe's file");
  const int rc = sqlite3_exec(db, "SELECT * FROM sqlite_master", nullptr, nullptr, nullptr);
  host::expect(rc == SQLITE_NOTADB, "the host cannot read the probe's file", rc);
  sqlite3_close(db);
  return 0;
}
