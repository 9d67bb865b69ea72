// SPDX-License-Identifier: Apache-2.0
//
// The planner is held to the plans that were measured: each query over the transaction table goes through
// the unique key or a partial index, none scans it, none sorts in a temporary tree.
#include "storage/sqlcipher/row_queries.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

std::string plan(sqlcipher::Database& database, const char* sql) {
  auto statement = must(database.prepare(std::string("EXPLAIN QUERY PLAN ") + sql));
  std::string text;
  while (must(statement.step())) text += std::string(statement.text(3)) + "\n";
  return text;
}

}  // namespace

TEST_CASE("queries over the transaction table keep their plans", "[plans]") {
  using namespace sqlcipher;
  FolderWorld world;
  auto vault = world.raw_vault();
  const std::string unique = "SEARCH TABLE txn USING INDEX sqlite_autoindex_txn_1 (card=? AND tdate>? AND tdate<?)";
  CHECK(plan(vault, queries::rows_on_days) == unique + "\n");
  CHECK(plan(vault, queries::fingerprints_on_days) ==
        "SEARCH TABLE txn USING COVERING INDEX sqlite_autoindex_txn_1 (card=? AND tdate>? AND tdate<?)\n");
  CHECK(plan(vault, queries::next_day) ==
        "SEARCH TABLE txn USING COVERING INDEX sqlite_autoindex_txn_1 (card=? AND tdate>?)\n");
  CHECK(plan(vault, queries::pending_rows_on_days).find("USING INDEX txn_pending (card=?") != std::string::npos);
  CHECK(plan(vault, queries::next_pending_day).find("txn_pending (card=?") != std::string::npos);
  CHECK(plan(vault, queries::row_by_number) == "SEARCH TABLE txn USING INTEGER PRIMARY KEY (rowid=?)\n");
  for (const char* sql : {queries::rows_of_statement, queries::billed_by_statement}) {
    const std::string text = plan(vault, sql);
    INFO(text);
    CHECK(text.find("INDEX txn_stmt (stmt=?)") != std::string::npos);
    CHECK(text.find("SCAN TABLE") == std::string::npos);
  }
}

TEST_CASE("the transaction table has the indexes that were measured, and no other", "[plans]") {
  FolderWorld world;
  auto vault = world.raw_vault();
  auto statement =
      must(vault.prepare("SELECT name FROM sqlite_master WHERE type='index' AND tbl_name='txn' ORDER BY 1"));
  std::vector<std::string> names;
  while (must(statement.step())) names.emplace_back(statement.text(0));
  CHECK(names == std::vector<std::string>{"sqlite_autoindex_txn_1", "txn_pending", "txn_stmt"});
}

}  // namespace meisai::test
