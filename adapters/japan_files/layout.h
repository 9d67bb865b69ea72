// SPDX-License-Identifier: Apache-2.0
//
// The layout grammar of member-downloadable card files: this header is its manual. A layout is one constant
// table (adapters/issuers/<issuer>.cpp, one file an issuer); the engine in document_reader.cpp interprets it.
// The language is closed and small on purpose: every word below is an enum value or a plain text, so that a
// table can become a data file without a program in it.
//
// How a document is read
//   1. Bytes become UTF-8 lines (decoder.h), lines become records of cells (table_reader.h).
//   2. With `has_header`, records before the header are the preamble: a record whose key cell equals a
//      PreambleRule's key becomes a statement-level record, everything else there is passed over. The header is
//      the first record that holds at least half of the columns. Columns are found by name, in any order;
//      a column the layout does not know is kept as Field::extension and reported. Without a header, columns
//      are where the table says and every record has the same width. Where a section line tells the card, the
//      first record opens a section; where a cell does, the first record fits the rule of Action::transaction.
//   3. Each further record is compared with `rows`, top down; the first rule whose conditions all hold acts.
//      A record that no rule takes is a transaction.
//
// What is refused or rejected without any rule saying so
//   - A record of another width than the header's that would carry money keeps its date and merchant and loses
//     its money cells, so that the normalizer rejects it with its line: a comma too many or too few never
//     shifts amounts. In a layout without a header a wider record fails the document.
//   - The last record of a document is dropped, and DocumentFacts::last_record_incomplete is set, when the
//     document ends inside quotes or inside a character, or the record has fewer cells than the layout needs.
//   - A whole card number in a cell that tells cards apart fails the document (pan_detected).
//
// Texts in rules are compared with cells as decoded, white space around the cell ignored. Empty cells make no
// raw cell; other cells are handed on exactly as they stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "meisai/ports/adapter.h"

namespace meisai::japan_files {

/// What one piece of a split text looks like.
enum class Shape : std::uint8_t {
  number,     ///< ASCII or full-width digits with points and commas
  currency,   ///< three ASCII or full-width letters
  month_day,  ///< `08 22`, `8/22`
};
struct Piece {
  std::string_view before;  ///< literal text in front of the piece; empty: only white space
  Shape shape = Shape::number;
  Field field = Field::extension;
};
/// Takes a cell apart: pieces in order, white space between them ignored, then the literal `after`. A text that
/// does not fit the whole of it stays in one piece.
struct Split {
  Piece pieces[4] = {};
  std::size_t count = 0;
  std::string_view after = {};
};

/// What a column feeds.
enum class Use : std::uint8_t {
  cell,         ///< a raw cell of `field`
  card,         ///< tells the card, see CardRule
  reviewed_id,  ///< an id whose form was reviewed and cannot be a card number: not scanned
  known,        ///< kept as Field::extension, but no news
};
enum class Need : std::uint8_t { always, sometimes };
struct Column {
  std::string_view name;  ///< header cell; `#` stands for a month number. Without a header: only for messages
  Use use = Use::cell;
  Field field = Field::extension;
  Need need = Need::always;
  bool names_month = false;      ///< the header cell says which month is billed
  const Split* split = nullptr;  ///< a cell that fits becomes these cells instead
};

/// A statement-level line before the header: `key_cell` equals `key`, `value_cell` holds the value.
/// `payment_due_date`, `closing_date` and `billing_month` take the value; sums take key and value.
struct PreambleRule {
  std::size_t key_cell = 0;
  std::size_t value_cell = 0;
  std::string_view key;
  RecordKind kind = RecordKind::stated_total;
  std::string_view region = {};  ///< the region that a sum is about
};

/// Tests of one cell, named by its field.
enum class Test : std::uint8_t {
  none,       ///< holds always (an unused slot)
  all_empty,  ///< every cell of the record is empty
  empty,
  filled,
  equals,
  starts_with,
  ends_with,
  contains,
  only,              ///< this cell is filled and every other one is empty
  card_number,       ///< eight or more digits and `*` in groups
  date,              ///< begins like a date: `2026/8/3`
  year_month,        ///< a year and a month: `'26/08`, `26/8`, `2026/08`
  previous_mark_is,  ///< the transaction before has this correction mark
};
struct Condition {
  Test test = Test::none;
  Field field = Field::extension;
  std::string_view text = {};
};

enum class Action : std::uint8_t {
  skip,         ///< nothing is kept
  transaction,  ///< a transaction of its own; without header and sections also: what a record looks like
  fold,         ///< `moves` add cells to the transaction before; without one of the same card the rule is passed over
  component,    ///< a component; `word` is its kind
  subtotal,     ///< the open card section's sum; closes the section
  total,        ///< the document's sum
  open_card,    ///< a card's section line: number in the second cell, product in the third
  section,      ///< the rows below stand in section `word`
  refuse,       ///< nothing below can be read; `word` says why
};
struct Move {
  Field from = Field::extension;
  Field to = Field::extension;  ///< without a split, or where the text does not fit it
  const Split* split = nullptr;
};
struct RowRule {
  Condition when[5] = {};
  Action action = Action::transaction;
  std::string_view word = {};
  Move moves[2] = {};
  Field label = Field::merchant;  ///< of sums and components
  Field value = Field::billed;
};

/// Where the card stands and what of it may be shown. The key text is always the whole cell or line.
enum class CardFrom : std::uint8_t {
  role_cell,     ///< a cell with one of `words` (本人, ご家族); shown: the issuer's usual name and that word without ご
  masked_cell,   ///< number, product and holder in one cell; shown: the first part after the number if one of
                 ///< `words` is in it or no holder (様) follows, else the issuer's usual name; the last four digits
  section_line,  ///< Action::open_card; shown: the product
  number_cell,   ///< a running number of up to four digits; shown: the issuer's usual name and the number
};
struct CardRule {
  CardFrom from = CardFrom::role_cell;
  std::string_view words[8] = {};
};

/// A file of the same issuer that this layout does not read, told by a header cell that must not be there.
struct Refusal {
  std::string_view column;
  std::string_view why;
};

/// One dated layout. All texts and tables live as long as the program (or the test).
struct JapanLayout {
  std::string_view issuer;
  std::string_view name_ja;
  std::string_view name_en;
  std::string_view layout;
  Certainty certainty = Certainty::described;
  std::string_view since;  ///< `2026-06`, or empty where it is not known
  WindowRule window = WindowRule::statement;
  Vocabulary vocabulary;

  bool has_header = true;
  std::span<const PreambleRule> preamble = {};
  std::span<const Column> columns;
  std::span<const Refusal> refusals = {};
  std::span<const RowRule> rows = {};
  CardRule card = {};
  bool sections_end_with_sum = false;  ///< a section without its sum means that the end of the file is missing
};

}  // namespace meisai::japan_files
