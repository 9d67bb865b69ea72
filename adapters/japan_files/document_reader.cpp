// SPDX-License-Identifier: Apache-2.0
//
// The order of things matters here: text is decoded, then every complete record of it is read, then an error of
// the decoder is told. So the records before an offence are the same however the bytes were split.
#include "adapters/japan_files/document_reader.h"

#include <algorithm>
#include <utility>

namespace meisai::japan_files {
namespace {

constexpr std::size_t slice = std::size_t{64} << 10;  // bytes decoded before their records are read
constexpr std::size_t most_rows_before_header = 64;
constexpr std::size_t month_length = 7;  // of `2026/08` at the start of a date

Error unreadable(std::uint64_t line, Code code, std::string what, std::string remedy = {}) {
  Error error{.code = code, .what = std::move(what), .remedy = std::move(remedy)};
  error.where.row = line;
  return error;
}

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

JapanFileReader::JapanFileReader(const JapanLayout& layout, const LayoutInfo& info)
    : layout_(layout), info_(info), cards_(layout) {
  if (layout.has_header) return;
  columns_ = columns_in_order(layout, layout.columns.size());
  in_rows_ = true;
}

Result<void> JapanFileReader::failed(Error error) {
  error.where.issuer = info_.issuer.text();
  error.where.layout = info_.layout;
  failure_ = std::move(error);
  return fail(*failure_);
}

Result<void> JapanFileReader::feed(std::string_view bytes) {
  if (failure_) return fail(*failure_);
  for (std::size_t at = 0; at < bytes.size(); at += slice)
    if (auto read = decode_and_read(bytes.substr(at, slice)); !read) return failed(std::move(read.error()));
  return {};
}

Result<void> JapanFileReader::decode_and_read(std::string_view bytes) {
  const std::uint64_t first_line = table_.line();
  auto decoded = decoder_.feed(bytes, table_.input());
  if (!decoded) {
    Error& error = decoded.error();
    const std::uint64_t line_of_text = error.where.row > 0 ? error.where.row - 1 : newlines(table_.input());
    error.where.row = first_line + line_of_text;
  }
  MEISAI_TRY(read_rows());
  return decoded;
}

Result<void> JapanFileReader::read_rows() {
  TableRow row;
  for (;;) {
    auto more = table_.next(row);
    if (!more) return fail(std::move(more.error()));
    if (!*more) return {};
    MEISAI_TRY(accept(row));
  }
}

Result<void> JapanFileReader::finish() {
  if (failure_) return fail(*failure_);
  const std::uint64_t first_line = table_.line();
  auto decoded = decoder_.finish(table_.input());
  if (!decoded)
    decoded.error().where.row =
        first_line + (decoded.error().where.row > 0 ? decoded.error().where.row - 1 : newlines(table_.input()));
  auto read = read_rows();
  if (read) read = std::move(decoded);
  if (read) read = read_last_row();
  if (!read) return failed(std::move(read.error()));
  if (!in_rows_)
    return failed(unreadable(0, Code::document_truncated, "the file ends before the header of its table",
                             "download the file once more"));

  facts_.encoding = decoder_.encoding();
  if (last_is_short_) {
    builder_.drop_record();
    facts_.last_record_incomplete = true;
  }
  if (layout_.sections_end_with_sum && card_open_) facts_.last_record_incomplete = true;
  begin(RecordKind::window_end, facts_.lines, window_card_);
  pages_.push_back(builder_.take());
  return {};
}

/// What follows the last line end. A record that the end of the document cuts is dropped, never half read.
Result<void> JapanFileReader::read_last_row() {
  TableRow row;
  bool inside_quotes = false;
  auto left = table_.last(row, inside_quotes);
  if (!left) return fail(std::move(left.error()));
  facts_.lines = table_.line() - 1 + (*left ? 1 + newlines(table_.input()) : 0);
  if (!*left) {
    facts_.last_record_incomplete = decoder_.cut_inside_character();
    return {};
  }
  const bool cut = inside_quotes || decoder_.cut_inside_character();
  const bool blank = row.cells.size() == 1 && all_empty(row.cells);  // what follows the last line end may be no record
  const bool is_short = in_rows_ && width_known_ && row.cells.size() < columns_.least && !blank;
  if (cut || is_short) {
    facts_.last_record_incomplete = true;
    last_is_short_ = last_is_transaction_ && !last_mark_.empty();  // the cut row may be the rest of a marked one
    return {};
  }
  return accept(row);
}

std::optional<RawPage> JapanFileReader::take_page() {
  if (pages_.empty()) return std::nullopt;
  RawPage page = std::move(pages_.front());
  pages_.pop_front();
  return page;
}

Result<void> JapanFileReader::accept(const TableRow& row) {
  return in_rows_ ? accept_record(row) : accept_before_header(row);
}

Result<void> JapanFileReader::accept_before_header(const TableRow& row) {
  HeaderFit fit = fit_header(layout_, row.cells, row.line);
  if (!fit.is_header()) {
    if (++rows_before_header_ > most_rows_before_header)
      return fail(unreadable(row.line, Code::document_not_recognized, "the table's header was not found"));
    return accept_preamble(row);
  }
  if (fit.problem) return fail(std::move(*fit.problem));
  in_rows_ = true;
  width_known_ = true;
  columns_ = std::move(fit.columns);
  facts_.unknown_columns = columns_.unknown;
  if (!columns_.month_cell.empty()) {
    begin(RecordKind::billing_month, row.line, no_card);
    builder_.cell(Field::value, columns_.month_cell);
    builder_.cell(Field::label, "header cell " + columns_.month_cell);
  }
  return {};
}

Result<void> JapanFileReader::accept_preamble(const TableRow& row) {
  for (const PreambleRule& rule : layout_.preamble) {
    if (rule.key_cell >= row.cells.size() || rule.value_cell >= row.cells.size()) continue;
    if (trimmed(row.cells[rule.key_cell]) != rule.key) continue;
    if (!all_empty(row.cells.subspan(rule.value_cell + 1)))  // half an amount must not pass for a whole one
      return fail(unreadable(row.line, Code::document_unreadable, "cells follow the value of a statement line",
                             "a comma inside an unquoted cell shifts the others; download the file once more"));
    begin(rule.kind, row.line, no_card);
    builder_.cell(Field::label, rule.key);
    builder_.cell(Field::value, row.cells[rule.value_cell]);
    if (!rule.region.empty()) builder_.cell(Field::region, rule.region);
  }
  return {};
}

Result<void> JapanFileReader::accept_record(const TableRow& row) {
  const RecordView view{row.cells, columns_, last_mark_};
  for (const RowRule& rule : layout_.rows) {
    if (!holds(rule, view)) continue;
    if (carries_money(rule.action) && !width_fits(row)) break;
    if (rule.action != Action::fold) return act(rule, row);
    auto folded = fold(rule, row);
    if (!folded) return fail(std::move(folded.error()));
    if (*folded) return {};
  }
  return transaction(row, width_fits(row));
}

Result<void> JapanFileReader::act(const RowRule& rule, const TableRow& row) {
  switch (rule.action) {
    case Action::skip:
      return {};
    case Action::refuse:
      return fail(unreadable(row.line, Code::document_unreadable, std::string(rule.word)));
    case Action::section:
      section_ = rule.word;
      last_is_transaction_ = false;
      return {};
    case Action::open_card: {
      auto card = cards_.of_section(row.cells, row.line);
      if (!card) return fail(std::move(card.error()));
      card_ = *card;
      card_open_ = true;
      last_is_transaction_ = false;
      return {};
    }
    case Action::component:
      sum(rule, RecordKind::component, row);
      return {};
    case Action::subtotal:
      sum(rule, RecordKind::stated_subtotal, row);
      card_open_ = false;
      return {};
    case Action::total:
      sum(rule, RecordKind::stated_total, row);
      return {};
    case Action::fold:
    case Action::transaction:
      break;
  }
  return transaction(row, true);
}

/// False: there is no transaction that this row could belong to.
Result<bool> JapanFileReader::fold(const RowRule& rule, const TableRow& row) {
  if (!last_is_transaction_ || last_is_short_) return false;
  const bool names_card =
      columns_.card_cell >= 0 && !trimmed(row.cells[static_cast<std::size_t>(columns_.card_cell)]).empty();
  if (names_card) {
    const std::uint32_t before = card_;
    auto card = card_of(row);
    if (!card) return fail(std::move(card.error()));
    card_ = before;
    if (*card != before) return false;
  }
  for (const Move& move : rule.moves) {
    const std::string_view text = columns_.text(row.cells, move.from);
    if (text.empty()) continue;
    const auto taken = move.split != nullptr ? take_apart(*move.split, text) : std::nullopt;
    if (taken)
      add_pieces(*move.split, *taken);
    else
      builder_.cell(move.to, text);
  }
  last_is_transaction_ = false;  // it takes one such row
  return true;
}

Result<void> JapanFileReader::transaction(const TableRow& row, bool with_money) {
  if (!layout_.has_header && !with_money && row.cells.size() > columns_.most)
    return fail(unreadable(row.line, Code::document_unreadable, "the row has more cells than the rows before it",
                           "a comma inside an unquoted cell shifts the others; download the file once more"));
  auto card = card_of(row);
  if (!card) return fail(std::move(card.error()));
  if (!layout_.has_header) {
    if (*card == no_card)
      return fail(unreadable(row.line, Code::document_unreadable, "a row stands before the first card's section"));
    if (!width_known_ && row.cells.size() >= columns_.least) {
      columns_ = columns_in_order(layout_, row.cells.size());
      width_known_ = true;
    }
    card_open_ = true;
  }
  follow_window(columns_.text(row.cells, Field::usage_date), *card);
  begin(RecordKind::transaction, row.line, *card);
  const std::size_t cells = std::min(row.cells.size(), columns_.of_cell.size());
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::string_view text = row.cells[cell];
    if (text.empty()) continue;
    const Column* const column = columns_.of_cell[cell];
    if (column == nullptr) {
      builder_.cell(Field::extension, text);
    } else if (with_money || column->field == Field::usage_date || column->field == Field::merchant) {
      add_cell(*column, text);
    }
  }
  if (!section_.empty()) builder_.cell(Field::section, section_);
  card_ = *card;
  last_is_transaction_ = true;
  last_is_short_ = row.cells.size() < columns_.least;
  last_mark_ = trimmed(columns_.text(row.cells, Field::correction_mark));
  return {};
}

void JapanFileReader::sum(const RowRule& rule, RecordKind kind, const TableRow& row) {
  begin(kind, row.line, kind == RecordKind::stated_total ? no_card : card_);
  builder_.cell(Field::label, trimmed(columns_.text(row.cells, rule.label)));
  builder_.cell(Field::value, columns_.text(row.cells, rule.value));
  if (kind == RecordKind::component) builder_.cell(Field::section, rule.word);
}

Result<std::uint32_t> JapanFileReader::card_of(const TableRow& row) {
  if (layout_.card.from == CardFrom::section_line) return card_;
  const auto cell = static_cast<std::size_t>(columns_.card_cell);
  return cards_.of_cell(cell < row.cells.size() ? row.cells[cell] : std::string_view{}, row.line);
}

bool JapanFileReader::width_fits(const TableRow& row) const noexcept {
  if (!width_known_) return row.cells.size() >= columns_.least;
  return row.cells.size() >= columns_.least && row.cells.size() <= columns_.most;
}

void JapanFileReader::begin(RecordKind kind, std::uint64_t line, std::uint32_t card) {
  if (builder_.is_full()) pages_.push_back(builder_.take());
  builder_.begin_record(kind, line, card);
  last_is_transaction_ = false;
  last_is_short_ = false;
}

void JapanFileReader::add_cell(const Column& column, std::string_view text) {
  switch (column.use) {
    case Use::card:
      return;
    case Use::reviewed_id:
      builder_.reviewed_id_cell(Field::extension, text);
      return;
    case Use::known:
      builder_.cell(Field::extension, text);
      return;
    case Use::cell:
      break;
  }
  const auto taken = column.split != nullptr ? take_apart(*column.split, text) : std::nullopt;
  if (taken)
    add_pieces(*column.split, *taken);
  else
    builder_.cell(column.field, text);
}

void JapanFileReader::add_pieces(const Split& split, const Taken& taken) {
  for (std::size_t i = 0; i < split.count; ++i) builder_.cell(split.pieces[i].field, taken.text[i]);
}

/// Closes the window of one card and month before the first row of the next.
void JapanFileReader::follow_window(std::string_view usage_date, std::uint32_t card) {
  if (layout_.window != WindowRule::card_month) return;
  const std::string_view month = usage_date.substr(0, month_length);
  if (card == window_card_ && month == window_month_) return;
  if (window_card_ != no_card) begin(RecordKind::window_end, table_.line() - 1, window_card_);
  window_card_ = card;
  window_month_ = month;
}

}  // namespace meisai::japan_files
