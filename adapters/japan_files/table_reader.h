// SPDX-License-Identifier: Apache-2.0
//
// CSV (RFC 4180) out of text that arrives in pieces. Lines end with LF or CRLF, the last one may lack it.
// Cells are views into one buffer and hold until the next call; a record longer than 1 MiB is refused, so a
// document without line ends cannot take memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"

namespace meisai::japan_files {

struct TableRow {
  std::span<const std::string_view> cells;
  std::uint64_t line = 0;  ///< of the record's first character, from 1
  bool terminated = true;  ///< false: the document ended instead of the line
};

class TableReader {
 public:
  static constexpr std::size_t longest_record = std::size_t{1} << 20;

  /// Text not read yet; the decoder appends to it.
  [[nodiscard]] std::string& input() noexcept { return text_; }
  /// The line that the text not read yet begins in.
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

  /// The next complete record: true and `row`, or false when there is none yet.
  /// Errors: record_too_long; document_unreadable where text follows a closing quote.
  [[nodiscard]] Result<bool> next(TableRow& row);
  /// After the last byte and the last `next`: what is left as a record. False: nothing is left.
  /// `inside_quotes` tells that the document ended within a quoted cell.
  [[nodiscard]] Result<bool> last(TableRow& row, bool& inside_quotes);

 private:
  enum class State : std::uint8_t { cell_start, plain, quoted, quote, quote_return };
  struct Cell {
    std::size_t begin;
    std::size_t end;
  };

  void end_cell(std::size_t begin, std::size_t end);
  void unescape(Cell& cell);
  void emit(TableRow& row, bool terminated);
  void drop_read_text();

  std::string text_;
  std::size_t begin_ = 0;  // of the record
  std::size_t at_ = 0;     // of the scan
  std::size_t cell_ = 0;   // first character of the cell
  State state_ = State::cell_start;
  bool escaped_ = false;            // the cell holds doubled quotes
  bool emitted_ = false;            // the cells belong to a record that was handed out
  std::uint64_t line_ = 1;          // of the record
  std::uint64_t lines_inside_ = 0;  // line ends within the record
  std::vector<Cell> cells_;
  std::vector<std::string_view> views_;
};

}  // namespace meisai::japan_files
