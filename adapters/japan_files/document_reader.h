// SPDX-License-Identifier: Apache-2.0
//
// Interprets one layout table over one document: decoder, table reader, columns, row rules, raw pages.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "adapters/japan_files/card_book.h"
#include "adapters/japan_files/cell_text.h"
#include "adapters/japan_files/columns.h"
#include "adapters/japan_files/decoder.h"
#include "adapters/japan_files/layout.h"
#include "adapters/japan_files/row_rules.h"
#include "adapters/japan_files/table_reader.h"

namespace meisai::japan_files {

class JapanFileReader final : public DocumentReader {
 public:
  JapanFileReader(const JapanLayout& layout, const LayoutInfo& info);

  Result<void> feed(std::string_view bytes) override;
  Result<void> finish() override;
  std::optional<RawPage> take_page() override;
  std::span<const CardClue> cards() const override { return cards_.cards(); }
  const DocumentFacts& facts() const override { return facts_; }

 private:
  Result<void> decode_and_read(std::string_view bytes);
  Result<void> read_rows();
  Result<void> read_last_row();
  Result<void> failed(Error error);

  Result<void> accept(const TableRow& row);
  Result<void> accept_before_header(const TableRow& row);
  Result<void> accept_preamble(const TableRow& row);
  Result<void> accept_record(const TableRow& row);
  Result<void> act(const RowRule& rule, const TableRow& row);
  Result<bool> fold(const RowRule& rule, const TableRow& row);
  Result<void> transaction(const TableRow& row, bool with_money);
  void sum(const RowRule& rule, RecordKind kind, const TableRow& row);

  Result<std::uint32_t> card_of(const TableRow& row);
  bool width_fits(const TableRow& row) const noexcept;
  void begin(RecordKind kind, std::uint64_t line, std::uint32_t card);
  void add_cell(const Column& column, std::string_view text);
  void add_pieces(const Split& split, const Taken& taken);
  void follow_window(std::string_view usage_date, std::uint32_t card);

  const JapanLayout& layout_;
  const LayoutInfo& info_;
  Decoder decoder_;
  TableReader table_;
  Columns columns_;
  CardBook cards_;
  RawPageBuilder builder_;
  std::deque<RawPage> pages_;
  DocumentFacts facts_;
  std::optional<Error> failure_;

  bool in_rows_ = false;      ///< past the header
  bool width_known_ = false;  ///< of a layout without a header
  std::size_t rows_before_header_ = 0;
  std::string_view section_;      ///< word of the section rule that acted last
  std::uint32_t card_ = no_card;  ///< of the open section, or of the transaction before
  bool card_open_ = false;        ///< a card's section has no sum yet
  bool last_is_transaction_ = false;
  bool last_is_short_ = false;  ///< the record begun last has fewer cells than the layout needs
  std::string last_mark_;
  std::string window_month_;
  std::uint32_t window_card_ = no_card;
};

}  // namespace meisai::japan_files
