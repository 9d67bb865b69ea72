// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/cell_text.h"

#include <algorithm>

namespace meisai::japan_files {
namespace {

constexpr std::string_view ideographic_space = "\u3000";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::size_t leading_space(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    if (is_space(text[at]))
      ++at;
    else if (text.substr(at).starts_with(ideographic_space))
      at += ideographic_space.size();
    else
      break;
  }
  return at;
}

/// Bytes of a full-width or ASCII character in [first, last] at the start of `text`, else 0. Full-width forms
/// are EF BC 81 to EF BD 9E for `!` to `~`.
std::size_t either_width(std::string_view text, char first, char last) noexcept {
  if (text.empty()) return 0;
  if (text[0] >= first && text[0] <= last) return 1;
  if (text.size() < 3 || text[0] != '\xef') return 0;
  const auto high = static_cast<unsigned char>(text[1]);
  const auto low = static_cast<unsigned char>(text[2]);
  if ((high != 0xbc && high != 0xbd) || low < 0x80 || low > 0xbf) return 0;
  const int ascii = ((high & 1) << 6) + (low & 0x3f) + 0x20;
  return ascii >= first && ascii <= last ? 3 : 0;
}

std::size_t digits_at(std::string_view text, std::size_t most) noexcept {
  std::size_t at = 0;
  for (std::size_t n = 0; n < most; ++n) {
    const std::size_t length = either_width(text.substr(at), '0', '9');
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::size_t number_at(std::string_view text) noexcept {
  if (digits_at(text, 1) == 0) return 0;
  std::size_t at = 0;
  for (;;) {
    const std::string_view rest = text.substr(at);
    std::size_t length = either_width(rest, '0', '9');
    if (length == 0) length = either_width(rest, '.', '.');
    if (length == 0) length = either_width(rest, ',', ',');
    if (length == 0) return at;
    at += length;
  }
}

std::size_t currency_at(std::string_view text) noexcept {
  std::size_t at = 0;
  for (int letters = 0; letters < 3; ++letters) {
    const std::size_t length = either_width(text.substr(at), 'A', 'Z');
    if (length == 0) return 0;
    at += length;
  }
  return either_width(text.substr(at), 'A', 'Z') == 0 ? at : 0;
}

std::size_t month_day_at(std::string_view text) noexcept {
  const std::size_t month = digits_at(text, 2);
  if (month == 0) return 0;
  std::size_t between = either_width(text.substr(month), '/', '/');
  if (between == 0) between = leading_space(text.substr(month));
  const std::size_t day = digits_at(text.substr(month + between), 2);
  return between == 0 || day == 0 ? 0 : month + between + day;
}

std::size_t shape_at(Shape shape, std::string_view text) noexcept {
  switch (shape) {
    case Shape::number:
      return number_at(text);
    case Shape::currency:
      return currency_at(text);
    case Shape::month_day:
      return month_day_at(text);
  }
  return 0;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  text.remove_prefix(leading_space(text));
  while (!text.empty()) {
    if (is_space(text.back()))
      text.remove_suffix(1);
    else if (text.ends_with(ideographic_space))
      text.remove_suffix(ideographic_space.size());
    else
      break;
  }
  return text;
}

std::pair<std::string_view, std::string_view> first_word(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size() && leading_space(text.substr(end)) == 0) ++end;
  const std::string_view rest = text.substr(end);
  return {text.substr(0, end), rest.substr(leading_space(rest))};
}

bool names_column(std::string_view name, std::string_view header_cell) noexcept {
  const std::string_view cell = trimmed(header_cell);
  if (!name.starts_with('#')) return cell == name;
  const std::size_t month = digits_at(cell, 2);
  return month > 0 && cell.substr(month) == name.substr(1);
}

bool is_card_number(std::string_view text) noexcept {
  constexpr std::string_view wide_mask = "＊";
  std::size_t places = 0;
  for (std::size_t at = 0; at < text.size(); ++places) {
    if (is_digit(text[at]) || text[at] == '*' || text[at] == 'X' || text[at] == 'x')
      ++at;
    else if (text.substr(at).starts_with(wide_mask))
      at += wide_mask.size();
    else if ((text[at] == '-' || text[at] == ' ') && at > 0)
      ++at, --places;
    else
      return false;
  }
  return places >= 8;
}

std::size_t visible_digits(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
}

bool looks_like_date(std::string_view text) noexcept {
  text = trimmed(text);
  const std::size_t year = digits_at(text, 4);
  if (year != 4) return false;
  const std::string_view rest = text.substr(year);
  return (rest.starts_with('/') || rest.starts_with('-') || rest.starts_with("年")) &&
         rest.find_first_of("0123456789") != std::string_view::npos;
}

bool is_year_month(std::string_view text) noexcept {
  text = trimmed(text);
  text.remove_prefix(either_width(text, '\'', '\''));
  for (const std::size_t digits : {4u, 2u}) {
    const std::string_view year = text.substr(0, digits_at(text, digits));
    std::string_view rest = text.substr(year.size());
    const std::size_t slash = either_width(rest, '/', '/');
    if (digits_at(year, digits - 1) == year.size() || slash == 0) continue;
    rest.remove_prefix(slash);
    const std::size_t month = digits_at(rest, 2);
    return month > 0 && month == rest.size();
  }
  return false;
}

std::optional<Taken> take_apart(const Split& split, std::string_view text) noexcept {
  Taken taken;
  text = trimmed(text);
  for (std::size_t i = 0; i < split.count; ++i) {
    const Piece& piece = split.pieces[i];
    text.remove_prefix(leading_space(text));
    if (!text.starts_with(piece.before)) return std::nullopt;
    text.remove_prefix(piece.before.size());
    text.remove_prefix(leading_space(text));
    const std::size_t length = shape_at(piece.shape, text);
    if (length == 0) return std::nullopt;
    taken.text[i] = text.substr(0, length);
    text.remove_prefix(length);
  }
  text.remove_prefix(leading_space(text));
  if (text != split.after) return std::nullopt;
  return taken;
}

}  // namespace meisai::japan_files
