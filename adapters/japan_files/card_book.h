// SPDX-License-Identifier: Apache-2.0
//
// The cards of one document. A key text may hold a name or part of a number, so it lives in a Secret from the
// moment it is met; what may be shown is decided here, and a whole card number ends the reading.
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/japan_files/layout.h"
#include "meisai/error.h"
#include "meisai/raw_page.h"

namespace meisai::japan_files {

class CardBook {
 public:
  explicit CardBook(const JapanLayout& layout) : layout_(layout) {}

  /// The card of a card cell, new or known. Errors: pan_detected, document_unreadable (too many cards).
  [[nodiscard]] Result<std::uint32_t> of_cell(std::string_view cell, std::uint64_t line);
  /// The card that a section line opens: its cells joined by commas are the key.
  [[nodiscard]] Result<std::uint32_t> of_section(std::span<const std::string_view> cells, std::uint64_t line);

  [[nodiscard]] std::span<const CardClue> cards() const noexcept { return cards_; }

 private:
  Result<std::uint32_t> known_or(std::string_view key, CardClue&& shown, std::uint64_t line);
  CardClue shown_of_cell(std::string_view cell) const;

  const JapanLayout& layout_;
  std::vector<CardClue> cards_;
  std::unordered_map<std::string_view, std::uint32_t> by_key_;  // views into the secrets of cards_
  std::uint32_t last_ = no_card;
};

}  // namespace meisai::japan_files
