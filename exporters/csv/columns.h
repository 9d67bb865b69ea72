// SPDX-License-Identifier: Apache-2.0
//
// The columns of the flat table, as data: one item a column, none joined (METI-2.2-P1-a). Names are those of
// the JSON contract; `amount`, `billed` and `remaining` lose the `_minor`, because a spreadsheet shows them in
// the currency's own unit (`12.50`). A new column goes to the end: sheets refer to columns by their letter.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "meisai/ledger.h"

namespace meisai::exporters {

/// What a cell is made from. `statement` is null where the row has none or the export does not know it.
struct CsvRow {
  const Transaction& transaction;
  const Statement* statement = nullptr;
};

enum class CellKind {
  ours,  ///< numbers, dates, ids and words of our own: written as they are
  text,  ///< characters from outside: cleaned, neutralized, quoted
};

struct CsvColumn {
  std::string_view name;
  CellKind kind;
  void (*append)(std::string& cell, const CsvRow& row);  ///< an empty cell means null
};

[[nodiscard]] std::span<const CsvColumn> csv_columns() noexcept;

}  // namespace meisai::exporters
