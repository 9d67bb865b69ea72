// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/card_book.h"

#include <algorithm>
#include <utility>

#include "adapters/japan_files/cell_text.h"
#include "meisai/pan_guard.h"

namespace meisai::japan_files {
namespace {

constexpr std::size_t most_cards = 65'536;
constexpr std::size_t full_number_digits = 12;
constexpr std::string_view polite = "ご";  // ご本人 in one file is 本人 in another

Error failure_at(std::uint64_t line, Code code, std::string what, std::string remedy = {}) {
  Error error{.code = code, .what = std::move(what), .remedy = std::move(remedy)};
  error.where.row = line;
  return error;
}

/// A card cell or line that shows a whole number, whether its check digit is right or not.
bool shows_whole_number(std::string_view text) {
  if (pan::full_number_in(text)) return true;
  const auto [number, rest] = first_word(text);
  return is_card_number(number) && visible_digits(number) >= full_number_digits &&
         number.find_first_not_of("0123456789- ") == std::string_view::npos;
}

std::string last_four(std::string_view number) {
  if (number.size() < 4) return {};
  const std::string_view end = number.substr(number.size() - 4);
  return visible_digits(end) == 4 ? std::string(end) : std::string();
}

}  // namespace

Result<std::uint32_t> CardBook::of_cell(std::string_view cell, std::uint64_t line) {
  if (last_ != no_card && cards_[last_].key_text.reveal_text() == cell) return last_;
  if (const auto known = by_key_.find(cell); known != by_key_.end()) return last_ = known->second;
  if (shows_whole_number(trimmed(cell)))
    return fail(failure_at(line, Code::pan_detected, "the cell that tells the card shows a whole card number",
                           "ask the issuer for a file with masked numbers; nothing of this one is kept"));
  return known_or(cell, shown_of_cell(cell), line);
}

Result<std::uint32_t> CardBook::of_section(std::span<const std::string_view> cells, std::uint64_t line) {
  while (!cells.empty() && trimmed(cells.back()).empty()) cells = cells.first(cells.size() - 1);
  std::string key;
  bool whole_number = false;
  for (const std::string_view cell : cells) {
    if (!key.empty()) key += ',';
    key += cell;
    whole_number = whole_number || shows_whole_number(trimmed(cell));
  }
  const Secret secret(key);
  wipe(std::as_writable_bytes(std::span(key)));
  if (whole_number)
    return fail(failure_at(line, Code::pan_detected, "the line that opens a card's section shows a whole card number",
                           "ask the issuer for a file with masked numbers; nothing of this one is kept"));
  CardClue shown;
  if (cells.size() > 1) shown.last4 = last_four(trimmed(cells[1]));
  shown.name = cells.size() > 2 ? trimmed(cells[2]) : layout_.name_ja;
  pan::mask(shown.name);
  return known_or(secret.reveal_text(), std::move(shown), line);
}

Result<std::uint32_t> CardBook::known_or(std::string_view key, CardClue&& shown, std::uint64_t line) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) return last_ = known->second;
  if (cards_.size() == most_cards)
    return fail(failure_at(line, Code::document_unreadable, "the file names more than 65,536 cards"));
  shown.key_text = Secret(key);
  last_ = static_cast<std::uint32_t>(cards_.size());
  cards_.push_back(std::move(shown));
  by_key_.emplace(cards_.back().key_text.reveal_text(), last_);
  return last_;
}

CardClue CardBook::shown_of_cell(std::string_view cell) const {
  CardClue shown;
  shown.name = layout_.name_ja;
  const std::string_view text = trimmed(cell);
  const auto& words = layout_.card.words;
  switch (layout_.card.from) {
    case CardFrom::role_cell:
      if (!text.empty() && std::find(std::begin(words), std::end(words), text) != std::end(words))
        shown.role = text.substr(text.starts_with(polite) ? polite.size() : 0);
      break;
    case CardFrom::number_cell:
      if (!text.empty() && text.size() <= 4 && visible_digits(text) == text.size())
        shown.name += ' ', shown.name += text;
      break;
    case CardFrom::masked_cell: {
      const auto [number, rest] = first_word(text);
      if (!is_card_number(number)) break;
      shown.last4 = last_four(number);
      const auto [product, holder] = first_word(rest);
      // A holder's name must never be shown: the first part is the product only where that is certain.
      const bool certain = holder.empty() || std::any_of(std::begin(words), std::end(words), [&](auto word) {
                             return !word.empty() && product.find(word) != std::string_view::npos;
                           });
      if (certain && !product.empty() && product != "様" && !product.ends_with("様")) shown.name = product;
      break;
    }
    case CardFrom::section_line:
      break;
  }
  pan::mask(shown.name);
  return shown;
}

}  // namespace meisai::japan_files
