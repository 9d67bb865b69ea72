// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/row_rules.h"

#include <algorithm>

#include "adapters/japan_files/cell_text.h"

namespace meisai::japan_files {
namespace {

/// Every cell but the one of `field` is empty, and that one is not.
bool is_only(Field field, const RecordView& record) noexcept {
  const int own = record.columns.cell_of[static_cast<std::size_t>(field)];
  if (own < 0) return false;
  for (std::size_t cell = 0; cell < record.cells.size(); ++cell)
    if (trimmed(record.cells[cell]).empty() == (cell == static_cast<std::size_t>(own))) return false;
  return static_cast<std::size_t>(own) < record.cells.size();
}

bool passes(const Condition& condition, const RecordView& record) noexcept {
  const auto text = [&] { return trimmed(record.columns.text(record.cells, condition.field)); };
  switch (condition.test) {
    case Test::none:
      return true;
    case Test::all_empty:
      return all_empty(record.cells);
    case Test::empty:
      return text().empty();
    case Test::filled:
      return !text().empty();
    case Test::equals:
      return text() == condition.text;
    case Test::starts_with:
      return text().starts_with(condition.text);
    case Test::ends_with:
      return text().ends_with(condition.text);
    case Test::contains:
      return text().find(condition.text) != std::string_view::npos;
    case Test::only:
      return is_only(condition.field, record);
    case Test::card_number:
      return is_card_number(text());
    case Test::date:
      return looks_like_date(text());
    case Test::year_month:
      return is_year_month(text());
    case Test::previous_mark_is:
      return record.previous_mark == condition.text;
  }
  return false;
}

}  // namespace

bool all_empty(std::span<const std::string_view> cells) noexcept {
  return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) { return trimmed(cell).empty(); });
}

bool holds(const RowRule& rule, const RecordView& record) noexcept {
  return std::all_of(std::begin(rule.when), std::end(rule.when),
                     [&](const Condition& condition) { return passes(condition, record); });
}

const RowRule* rule_for(const JapanLayout& layout, Action action, const RecordView& record) noexcept {
  for (const RowRule& rule : layout.rows)
    if (rule.action == action && holds(rule, record)) return &rule;
  return nullptr;
}

}  // namespace meisai::japan_files
