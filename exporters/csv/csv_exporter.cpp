// SPDX-License-Identifier: Apache-2.0
//
// RFC 4180 with a byte order mark and CRLF, which Excel reads as UTF-8. A cell of text that a spreadsheet would
// run as a formula gets the full-width form of its first mark (`＝SUM商店`): no stray apostrophe stays in the
// name, and quoting alone does not stop a spreadsheet. Numbers are never touched: a refund begins with `-`.
#include "exporters/csv/csv_exporter.h"

#include <map>

#include "exporters/csv/columns.h"
#include "exporters/text.h"

namespace meisai::exporters {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view line_end = "\r\n";

/// Text from outside as a cell's value. Spaces in front do not protect: spreadsheets trim them.
std::string neutralized(std::string_view outside) {
  std::string value = single_line(outside);
  constexpr std::string_view ideographic_space = "\xE3\x80\x80";
  std::size_t first = 0;
  while (first < value.size()) {
    if (value[first] == ' ') {
      first += 1;
    } else if (value.compare(first, ideographic_space.size(), ideographic_space) == 0) {
      first += ideographic_space.size();
    } else {
      break;
    }
  }
  if (first < value.size() && std::string_view("=+-@").find(value[first]) != std::string_view::npos) {
    std::string wide;
    append_fullwidth(wide, value[first]);
    value.replace(first, 1, wide);
  }
  return value;
}

void append_quoted(std::string& out, std::string_view value) {
  if (value.find_first_of("\",\r\n") == std::string_view::npos) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvRun final : public ExportRun {
 public:
  explicit CsvRun(const ExportContext& context) {
    for (const Statement& statement : context.statements) statements_.emplace(statement.id, statement);
    for (const Settlement& settlement : context.settlements)
      statements_.emplace(settlement.statement.id, settlement.statement);
  }

  Result<std::string> head() override {
    std::string out(byte_order_mark);
    for (const CsvColumn& column : csv_columns()) {
      if (&column != csv_columns().data()) out += ',';
      out += column.name;
    }
    out += line_end;
    return out;
  }

  Result<std::string> rows(std::span<const Transaction> batch) override {
    std::string out;
    std::string cell;
    for (const Transaction& transaction : batch) {
      const CsvRow row{transaction, statement_of(transaction)};
      for (const CsvColumn& column : csv_columns()) {
        if (&column != csv_columns().data()) out += ',';
        cell.clear();
        column.append(cell, row);
        append_quoted(out, column.kind == CellKind::text ? neutralized(cell) : cell);
      }
      out += line_end;
    }
    return out;
  }

  Result<std::string> tail() override { return std::string(); }

 private:
  const Statement* statement_of(const Transaction& transaction) const {
    if (!transaction.statement_id) return nullptr;
    const auto found = statements_.find(*transaction.statement_id);
    return found == statements_.end() ? nullptr : &found->second;
  }

  std::map<StatementId, Statement> statements_;
};

class CsvExporter final : public Exporter {
 public:
  std::string_view target() const noexcept override { return "csv"; }
  std::string_view extension() const noexcept override { return "csv"; }
  std::string_view name_ja() const noexcept override { return "CSV（表計算ソフト向け）"; }
  std::string_view name_en() const noexcept override { return "CSV, for spreadsheets"; }
  std::unique_ptr<ExportRun> begin(const ExportContext& context) const override {
    return std::make_unique<CsvRun>(context);
  }
};

}  // namespace

std::unique_ptr<Exporter> make_csv_exporter() { return std::make_unique<CsvExporter>(); }

}  // namespace meisai::exporters
