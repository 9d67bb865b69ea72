// SPDX-License-Identifier: Apache-2.0
//
// Which rule of a layout takes a record.
#pragma once

#include <span>
#include <string_view>

#include "adapters/japan_files/columns.h"
#include "adapters/japan_files/layout.h"

namespace meisai::japan_files {

/// One record, as the tests of a rule see it.
struct RecordView {
  std::span<const std::string_view> cells;
  const Columns& columns;
  std::string_view previous_mark;  ///< correction mark of the transaction before
};

[[nodiscard]] bool all_empty(std::span<const std::string_view> cells) noexcept;
[[nodiscard]] bool holds(const RowRule& rule, const RecordView& record) noexcept;
/// The first rule with this action that takes the record, else nullptr.
[[nodiscard]] const RowRule* rule_for(const JapanLayout& layout, Action action, const RecordView& record) noexcept;
/// Whether the action makes a raw record with money in it.
[[nodiscard]] constexpr bool carries_money(Action action) noexcept {
  return action == Action::transaction || action == Action::fold || action == Action::component ||
         action == Action::subtotal || action == Action::total;
}

}  // namespace meisai::japan_files
