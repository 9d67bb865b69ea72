// SPDX-License-Identifier: Apache-2.0
//
// Which cell of a record feeds what, found from a header or taken from the layout's order.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/japan_files/layout.h"

namespace meisai::japan_files {

struct Columns {
  std::vector<const Column*> of_cell;      ///< nullptr: no column of the layout
  std::array<int, field_count> cell_of{};  ///< by Field; -1 where the document has none
  int card_cell = -1;
  std::size_t least = 0;             ///< cells that a record needs
  std::size_t most = 0;              ///< cells that a record may have
  std::string month_cell;            ///< the header cell that names the billed month
  std::vector<std::string> unknown;  ///< header cells of no column

  /// The text of the record's cell for `field`, empty where there is none.
  [[nodiscard]] std::string_view text(std::span<const std::string_view> cells, Field field) const noexcept {
    const int at = cell_of[static_cast<std::size_t>(field)];
    return at >= 0 && static_cast<std::size_t>(at) < cells.size() ? cells[static_cast<std::size_t>(at)]
                                                                  : std::string_view{};
  }
};

/// How well a record serves as the layout's header.
struct HeaderFit {
  std::size_t matched = 0;
  std::size_t wanted = 0;
  std::size_t missing = 0;
  std::optional<Error> problem;  ///< column_missing, column_ambiguous, or a refusal of the layout
  Columns columns;

  /// Enough of the layout's columns to be the header of this layout or a near relative.
  [[nodiscard]] bool is_header() const noexcept { return matched * 2 >= wanted; }
};
[[nodiscard]] HeaderFit fit_header(const JapanLayout& layout, std::span<const std::string_view> cells,
                                   std::uint64_t line);
/// The columns of a layout without a header, for records of `width` cells.
[[nodiscard]] Columns columns_in_order(const JapanLayout& layout, std::size_t width);

}  // namespace meisai::japan_files
