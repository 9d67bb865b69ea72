// SPDX-License-Identifier: Apache-2.0
//
// One pass: the scan never goes back, whatever way the text is split, so the cost is linear in the document.
#include "adapters/japan_files/table_reader.h"

#include <algorithm>
#include <utility>

namespace meisai::japan_files {
namespace {

tl::unexpected<Error> failure_at(std::uint64_t line, Code code, std::string what) {
  Error error{.code = code, .what = std::move(what)};
  error.where.row = line;
  return fail(std::move(error));
}

}  // namespace

void TableReader::end_cell(std::size_t begin, std::size_t end) {
  cells_.push_back({begin, end});
  if (escaped_) unescape(cells_.back());
  escaped_ = false;
  state_ = State::cell_start;
}

void TableReader::unescape(Cell& cell) {
  std::size_t to = cell.begin;
  for (std::size_t from = cell.begin; from < cell.end; ++from) {
    text_[to++] = text_[from];
    if (text_[from] == '"') ++from;
  }
  cell.end = to;
}

void TableReader::emit(TableRow& row, bool terminated) {
  views_.clear();
  for (const Cell& cell : cells_) views_.emplace_back(text_.data() + cell.begin, cell.end - cell.begin);
  row = {views_, line_, terminated};
  emitted_ = true;
}

void TableReader::drop_read_text() {
  text_.erase(0, begin_);
  at_ -= begin_;
  cell_ -= begin_;
  for (Cell& cell : cells_) {
    cell.begin -= begin_;
    cell.end -= begin_;
  }
  begin_ = 0;
}

Result<bool> TableReader::next(TableRow& row) {
  if (emitted_) {
    emitted_ = false;
    cells_.clear();
    begin_ = cell_ = at_;
    line_ += std::exchange(lines_inside_, 0);
  }
  const char* const text = text_.data();
  const std::size_t size = text_.size();
  const auto too_long = [this] { return failure_at(line_, Code::record_too_long, "the record is longer than 1 MiB"); };
  const auto end_record = [&](std::size_t cell_end) -> Result<bool> {
    if (at_ - begin_ > longest_record) return too_long();
    const bool carriage = state_ == State::plain && cell_end > cell_ && text[cell_end - 1] == '\r';
    end_cell(cell_, carriage ? cell_end - 1 : cell_end);
    ++at_;
    ++lines_inside_;
    emit(row, true);
    return true;
  };

  while (at_ < size) {
    const char c = text[at_];
    switch (state_) {
      case State::cell_start:
        cell_ = at_;
        if (c == '"') {
          cell_ = ++at_;
          state_ = State::quoted;
        } else {
          state_ = State::plain;
        }
        break;
      case State::plain: {
        std::size_t at = at_;
        while (at < size && text[at] != ',' && text[at] != '\n') ++at;
        at_ = at;
        if (at == size) break;
        if (text[at] == '\n') return end_record(at);
        end_cell(cell_, at_++);
        // A comma always opens another cell, also an empty one at the end of the text.
        break;
      }
      case State::quoted: {
        std::size_t at = at_;
        for (; at < size && text[at] != '"'; ++at) lines_inside_ += text[at] == '\n' ? 1 : 0;
        at_ = at;
        if (at == size) break;
        ++at_;
        state_ = State::quote;
        break;
      }
      case State::quote:
        if (c == '"') {
          escaped_ = true;
          ++at_;
          state_ = State::quoted;
        } else if (c == ',') {
          end_cell(cell_, at_ - 1);
          ++at_;
        } else if (c == '\n') {
          return end_record(at_ - 1);
        } else if (c == '\r') {
          ++at_;
          state_ = State::quote_return;
        } else {
          return failure_at(line_, Code::document_unreadable, "text follows the closing quote of a cell");
        }
        break;
      case State::quote_return:
        if (c != '\n') return failure_at(line_, Code::document_unreadable, "text follows the closing quote of a cell");
        return end_record(at_ - 2);
    }
  }
  if (at_ - begin_ > longest_record) return too_long();
  if (begin_ > 0) drop_read_text();
  return false;
}

Result<bool> TableReader::last(TableRow& row, bool& inside_quotes) {
  inside_quotes = state_ == State::quoted;
  if (at_ == begin_) return false;
  const std::size_t behind = state_ == State::quote ? 1 : state_ == State::quote_return ? 2 : 0;
  const bool carriage = state_ == State::plain && text_[at_ - 1] == '\r';
  if (state_ == State::cell_start) cell_ = at_;
  end_cell(cell_, at_ - behind - (carriage ? 1 : 0));
  emit(row, false);
  return true;
}

}  // namespace meisai::japan_files
