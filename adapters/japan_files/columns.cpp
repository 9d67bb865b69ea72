// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/columns.h"

#include <algorithm>
#include <utility>

#include "adapters/japan_files/cell_text.h"
#include "meisai/pan_guard.h"

namespace meisai::japan_files {
namespace {

Error header_problem(Code code, std::string what, std::uint64_t line) {
  Error error{.code = code, .what = std::move(what)};
  error.where.row = line;
  error.remedy = "download the file once more; if the issuer changed its layout, this version cannot read it yet";
  return error;
}

void place(Columns& columns, const Column& column, std::size_t cell) {
  columns.of_cell[cell] = &column;
  if (column.use == Use::card) columns.card_cell = static_cast<int>(cell);
  if (column.use == Use::cell) columns.cell_of[static_cast<std::size_t>(column.field)] = static_cast<int>(cell);
}

}  // namespace

HeaderFit fit_header(const JapanLayout& layout, std::span<const std::string_view> cells, std::uint64_t line) {
  HeaderFit fit;
  Columns& columns = fit.columns;
  columns.cell_of.fill(-1);
  columns.of_cell.assign(cells.size(), nullptr);
  columns.most = cells.size();
  const auto report = [&](Code code, std::string what) {
    if (!fit.problem) fit.problem = header_problem(code, std::move(what), line);
  };

  for (const Refusal& refusal : layout.refusals)
    if (std::any_of(cells.begin(), cells.end(), [&](auto cell) { return names_column(refusal.column, cell); }))
      report(Code::document_not_recognized, std::string(refusal.why));
  for (const Column& column : layout.columns) {
    const bool wanted = column.need == Need::always;
    fit.wanted += wanted ? 1 : 0;
    std::size_t found = 0;
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
      if (!names_column(column.name, cells[cell])) continue;
      if (found++ == 0) place(columns, column, cell);
      if (column.names_month) columns.month_cell = trimmed(cells[cell]);
    }
    fit.matched += wanted && found > 0 ? 1 : 0;
    if (found == 0 && wanted) {
      ++fit.missing;
      report(Code::column_missing, "the column " + std::string(column.name) + " is missing");
    }
    if (found > 1) report(Code::column_ambiguous, "the column " + std::string(column.name) + " is there twice");
  }
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const std::string_view name = trimmed(cells[cell]);
    if (name.empty()) continue;
    columns.least = cell + 1;
    if (columns.of_cell[cell] == nullptr) pan::mask(columns.unknown.emplace_back(name));
  }
  return fit;
}

Columns columns_in_order(const JapanLayout& layout, std::size_t width) {
  Columns columns;
  columns.cell_of.fill(-1);
  columns.of_cell.assign(std::max(width, layout.columns.size()), nullptr);
  for (std::size_t cell = 0; cell < layout.columns.size(); ++cell) place(columns, layout.columns[cell], cell);
  columns.least = columns.most = columns.of_cell.size();
  return columns;
}

}  // namespace meisai::japan_files
