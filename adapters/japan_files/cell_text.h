// SPDX-License-Identifier: Apache-2.0
//
// Small questions about the text of one cell, as the layout grammar asks them.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "adapters/japan_files/layout.h"

namespace meisai::japan_files {

/// Without ASCII and ideographic white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// The text up to the first white space, and the rest without the white space between.
[[nodiscard]] std::pair<std::string_view, std::string_view> first_word(std::string_view text) noexcept;
/// Whether a header cell is the column called `name`, in which `#` stands for a month number.
[[nodiscard]] bool names_column(std::string_view name, std::string_view header_cell) noexcept;
/// Eight or more digits and mask characters, hyphens and spaces between them.
[[nodiscard]] bool is_card_number(std::string_view text) noexcept;
/// How many digits of a card number the text shows.
[[nodiscard]] std::size_t visible_digits(std::string_view text) noexcept;
/// `2026/08/30`, `2026/8/3`, `2026-08-30`, `2026年…`: enough to tell a table's first column.
[[nodiscard]] bool looks_like_date(std::string_view text) noexcept;
/// `'26/08`, `26/8`, `2026/08`, in either width.
[[nodiscard]] bool is_year_month(std::string_view text) noexcept;

/// The pieces of `text`, in the order of `split.pieces`; nothing if it does not fit.
struct Taken {
  std::string_view text[4] = {};
};
[[nodiscard]] std::optional<Taken> take_apart(const Split& split, std::string_view text) noexcept;

}  // namespace meisai::japan_files
