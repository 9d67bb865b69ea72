// SPDX-License-Identifier: Apache-2.0
//
// Copying row by row rather than with sqlcipher_export: nothing that was taken away ever reaches the new file,
// not even a page of it, and no key is written into an SQL text.
#include <string>
#include <vector>

#include "storage/sqlcipher/erase.h"

namespace meisai::sqlcipher {
namespace {

Result<std::vector<std::string>> table_names(Database& database) {
  std::vector<std::string> names;
  Statement& row =
      database.prepared("SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%' ORDER BY name");
  const RowScope scope(row);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return names;
    names.emplace_back(row.text(0));
  }
}

Result<void> copy_table(Database& from, Database& to, const std::string& name) {
  MEISAI_ASSIGN(Statement rows, from.prepare("SELECT * FROM main.\"" + name + "\""));
  std::string insert = "INSERT INTO \"" + name + "\" VALUES(?";
  for (int column = 1; column < rows.column_count(); ++column) insert += ",?";
  MEISAI_ASSIGN(Statement put, to.prepare(insert + ")"));
  for (;;) {
    MEISAI_ASSIGN(const bool more, rows.step());
    if (!more) return {};
    for (int column = 0; column < rows.column_count(); ++column) put.bind_column(column + 1, rows, column);
    MEISAI_TRY(put.run());
  }
}

}  // namespace

Result<void> copy_tables(Database& from, Database& to) {
  MEISAI_ASSIGN(const auto names, table_names(to));
  for (const std::string& name : names) MEISAI_TRY(copy_table(from, to, name));
  return {};
}

}  // namespace meisai::sqlcipher
