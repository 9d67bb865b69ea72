// SPDX-License-Identifier: Apache-2.0
//
// Tables for people: columns that line up in a terminal although half of the characters are two cells wide
// (East Asian width; ambiguous ones count as narrow), amounts to the right. Text that an issuer wrote is
// made printable first: a shop's name cannot move the cursor or colour the screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meisai/money.h"

namespace meisai::cli {

/// Terminal cells of UTF-8 text.
[[nodiscard]] int display_width(std::string_view text);
/// Control, bidi and unassigned characters and broken UTF-8 become U+FFFD; newlines and tabs become spaces.
[[nodiscard]] std::string printable(std::string_view text);
/// The longest beginning of `text` that fits `width` cells, with an ellipsis if something was cut.
[[nodiscard]] std::string fitted(std::string_view text, int width);

/// `text` in lines of at most `width` cells, cut at spaces and between wide characters; a word that is longer is
/// cut where it must be. Closing punctuation never begins a line. One empty line for no text.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, int width);

/// `12,345`, `-9,800`, `1,250.00 USD`: yen without a word, other currencies with theirs.
[[nodiscard]] std::string money_text(std::int64_t minor, const Currency& currency);

enum class Align { left, right };
enum class Tone { plain, head, good, bad, faint };

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
  Cell(std::string_view t) : text(printable(t)) {}           // NOLINT(google-explicit-constructor)
  Cell(const std::string& t) : Cell(std::string_view(t)) {}  // NOLINT(google-explicit-constructor)
  Cell(const char* t) : Cell(std::string_view(t)) {}         // NOLINT(google-explicit-constructor)
  Cell(std::string_view t, Tone with) : text(printable(t)), tone(with) {}
};

struct Column {
  std::string head;
  Align align = Align::left;
  bool shrinks = false;  ///< gives way where the terminal is too narrow
  bool leaves = false;   ///< is left out where that is not enough
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// REQUIRES: as many cells as columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  /// All lines. `width`: cells of the terminal, 0 for no limit.
  [[nodiscard]] std::string text(int width, bool colors) const;

 private:
  /// 0: the column is left out.
  [[nodiscard]] std::vector<int> widths(int limit) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// `text` in the tone's colour.
[[nodiscard]] std::string toned(std::string_view text, Tone tone, bool colors);

}  // namespace meisai::cli
