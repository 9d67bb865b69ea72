// SPDX-License-Identifier: Apache-2.0
//
// What the rows of files and of APIs have in common: their cells by field, refusal, kind, plan and merchant.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "meisai/ports/normalizer.h"
#include "normalizers/text.h"

namespace meisai::normalizers {

/// The first cell of each field, in one pass.
class Cells {
 public:
  Cells(const RawPage& page, const RawRecord& record) {
    for (const RawCell& cell : page.cells(record)) {
      std::string_view& text = text_[static_cast<std::size_t>(cell.field)];
      if (text.data() == nullptr) text = page.text(cell);
      if (cell.pan_masked) masked_ |= std::uint64_t{1} << static_cast<unsigned>(cell.field);
    }
  }
  std::string_view operator[](Field field) const noexcept { return text_[static_cast<std::size_t>(field)]; }
  bool masked() const noexcept { return masked_ != 0; }
  bool masked(Field field) const noexcept { return ((masked_ >> static_cast<unsigned>(field)) & 1U) != 0; }

 private:
  std::array<std::string_view, field_count> text_{};
  static_assert(field_count <= 64);
  std::uint64_t masked_ = 0;  ///< one bit a field
};

[[nodiscard]] tl::unexpected<Rejection> reject(const RawRecord& record, Field field, Code code);
void flag(TransactionFacts& facts, RowFlag which);

/// White space alone, or the word that a layout writes for "nothing".
[[nodiscard]] bool is_blank(std::string_view text, std::string_view word_for_empty = {});

/// The kind that the first rule which applies gives; nothing where none does.
[[nodiscard]] std::optional<TransactionKind> kind_by_rule(const Vocabulary& vocabulary, const TransactionFacts& facts,
                                                          const Cells& cells, bool amount_stated);
void read_payment_plan(TransactionFacts& facts, const Cells& cells, const Vocabulary& vocabulary);
void read_merchant(TransactionFacts& facts, std::string_view raw, TextMemo& memo);

}  // namespace meisai::normalizers
