// SPDX-License-Identifier: Apache-2.0
//
// The card-number scanner. One pass over the text keeps the last 19 digits and mask characters that only
// separators part; wherever a group of digits ends, every earlier group's start within 12 to 19 places is
// tried. So a number is found however it is spaced, and a longer unbroken run of digits is none.
#include "meisai/pan_guard.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace meisai::pan {
namespace {

constexpr std::size_t shortest = 12;
constexpr std::size_t longest = 19;
constexpr std::size_t least_visible = 10;  // of a masked form that is masked further
constexpr std::size_t kept = 4;
constexpr std::size_t counted_masks = longest - least_visible;  // more masks in a row say nothing more

enum class Kind : std::uint8_t { other, digit, mask, separator };
struct Token {
  Kind kind = Kind::other;
  std::uint8_t value = 0;
  std::size_t length = 1;
};

struct CodePoint {
  char32_t value = 0xfffd;
  std::size_t length = 1;
};

/// The code point at `at`; bytes that are no UTF-8 are passed one by one.
CodePoint code_point(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || text.size() - at < length) return {};
  char32_t value = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  return {value, length};
}

/// The digit that a code point is after NFKC, or -1: full-width, mathematical, raised, lowered, circled.
int digit_of(char32_t c) noexcept {
  const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (in(U'0', U'9')) return static_cast<int>(c - U'0');
  if (in(0xff10, 0xff19)) return static_cast<int>(c - 0xff10);
  if (in(0x1d7ce, 0x1d7ff)) return static_cast<int>((c - 0x1d7ce) % 10);
  if (in(0x1fbf0, 0x1fbf9)) return static_cast<int>(c - 0x1fbf0);
  if (in(0x2460, 0x2468)) return static_cast<int>(c - 0x2460) + 1;
  if (in(0x2488, 0x2490)) return static_cast<int>(c - 0x2488) + 1;
  if (c == 0x24ea || c == 0x2070) return 0;
  if (c == 0xb9) return 1;
  if (c == 0xb2 || c == 0xb3) return static_cast<int>(c - 0xb0);
  if (in(0x2074, 0x2079)) return static_cast<int>(c - 0x2070);
  if (in(0x2080, 0x2089)) return static_cast<int>(c - 0x2080);
  return -1;
}

bool is_mask(char32_t c) noexcept { return c == U'*' || c == 0xff0a || c == 0x2217 || c == 0x25cf || c == 0x2022; }

/// Spaces, dashes, dots and what has no width: what people and programs put between digit groups.
bool is_separator(char32_t c) noexcept {
  const auto in = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c < 0x80) return c == U' ' || c == U'-' || c == U'.' || in(0x09, 0x0d);
  return c == 0x85 || c == 0xa0 || c == 0xad || c == 0xb7 || c == 0x2d7 || c == 0x34f || c == 0x61c || c == 0x1680 ||
         c == 0x180e || in(0x2000, 0x2015) || c == 0x2024 || c == 0x2027 || in(0x2028, 0x202f) || c == 0x2043 ||
         in(0x205f, 0x2064) || in(0x2066, 0x2069) || c == 0x207b || c == 0x208b || c == 0x20e3 || c == 0x2212 ||
         c == 0x2e3a || c == 0x2e3b || c == 0x3000 || c == 0x30fb || c == 0x30fc || in(0xfe00, 0xfe0f) || c == 0xfe58 ||
         c == 0xfe63 || c == 0xfeff || c == 0xff0d || c == 0xff0e || c == 0xff65 || c == 0xff70;
}

bool is_letter(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && ((text[at] | 0x20) >= 'a' && (text[at] | 0x20) <= 'z');
}

/// `x` masks only in a run of two or more that is not part of a word.
Token crosses(std::string_view text, std::size_t at) noexcept {
  constexpr std::size_t far = longest + 1;  // beyond that the run is no word whatever follows
  std::size_t first = at;
  std::size_t end = at;
  while (first > 0 && at - first < far && (text[first - 1] | 0x20) == 'x') --first;
  while (end < text.size() && end - at < far && (text[end] | 0x20) == 'x') ++end;
  const bool before = first > 0 && (text[first - 1] | 0x20) != 'x' && is_letter(text, first - 1);
  const bool after = end < text.size() && (text[end] | 0x20) != 'x' && is_letter(text, end);
  return {!before && !after && end - first >= 2 ? Kind::mask : Kind::other, 0, 1};
}

Token token_at(std::string_view text, std::size_t at) noexcept {
  const CodePoint c = code_point(text, at);
  if (const int digit = digit_of(c.value); digit >= 0) return {Kind::digit, static_cast<std::uint8_t>(digit), c.length};
  if (c.value == U'x' || c.value == U'X') return crosses(text, at);
  if (is_mask(c.value)) return {Kind::mask, 0, c.length};
  return {is_separator(c.value) ? Kind::separator : Kind::other, 0, c.length};
}

struct Place {
  std::size_t offset = 0;
  std::uint8_t length = 0;
  std::uint8_t value = 0;
  bool masked = false;
  bool starts = false;  ///< first of its group of digits or masks
};

bool luhn(std::span<const Place> digits) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i].value;
    if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return sum % 10 == 0;
}

/// Whether an issuer's numbers of this length start like this (ISO/IEC 7812 ranges in public use).
bool plausible(std::span<const Place> digits) noexcept {
  const std::size_t n = digits.size();
  const int two = digits[0].value * 10 + digits[1].value;
  const int four = two * 100 + digits[2].value * 10 + digits[3].value;
  const auto in = [](int value, int first, int last) { return value >= first && value <= last; };
  if (two / 10 == 4) return n == 13 || n == 16 || n == 19;      // Visa
  if (in(two, 51, 55) || in(four, 2221, 2720)) return n == 16;  // Mastercard
  if (two == 34 || two == 37) return n == 15;                   // American Express
  if (in(four, 3528, 3589)) return n >= 16;                     // JCB
  if (in(four, 3000, 3059) || four == 3095) return n >= 14;     // Diners Club
  if (two == 36 || two == 38 || two == 39) return n >= 14;      // Diners Club
  return two == 50 || in(two, 56, 69);                          // Maestro, and within 60 to 69 Discover and UnionPay
}

bool is_card_number(std::span<const Place> places) noexcept { return luhn(places) && plausible(places); }

/// Calls `hit(places, end)` for each card number or masked form; stops when it returns true.
template <class Hit>
bool scan(std::string_view text, Hit&& hit) noexcept(noexcept(hit(std::span<const Place>{}, std::size_t{}))) {
  std::array<Place, longest> places;
  std::size_t count = 0;
  std::size_t in_row = 0;  // digits or masks without anything between
  Kind previous = Kind::other;

  const auto push = [&](const Place& place) {
    if (count == longest)
      std::copy(places.begin() + 1, places.end(), places.begin());
    else
      ++count;
    places[count - 1] = place;
  };
  const auto group_ends = [&](std::size_t end) {
    if (previous == Kind::digit && in_row > longest) {  // a longer number is no card's
      count = 0;
      return false;
    }
    std::size_t masks = 0;
    for (std::size_t i = count; i-- > 0;) {
      masks += places[i].masked ? 1u : 0u;
      const std::size_t size = count - i;
      if (!places[i].starts || size < shortest) continue;
      const std::span<const Place> found(places.data() + i, size);
      const bool is_hit = masks > 0 ? size - masks >= least_visible : is_card_number(found);
      if (is_hit && hit(found, end)) return true;
    }
    return false;
  };

  for (std::size_t at = 0; at < text.size();) {
    const Token token = token_at(text, at);
    if (token.kind != previous && (previous == Kind::digit || previous == Kind::mask) && group_ends(at)) return true;
    in_row = token.kind == previous ? in_row + 1 : 1;
    if (token.kind == Kind::digit || (token.kind == Kind::mask && in_row <= counted_masks))
      push({at, static_cast<std::uint8_t>(token.length), token.value, token.kind == Kind::mask, in_row == 1});
    if (token.kind == Kind::other) count = 0;
    previous = token.kind;
    at += token.length;
  }
  return (previous == Kind::digit || previous == Kind::mask) && group_ends(text.size());
}

/// At most how many digits the text can hold; cheap, because it runs over every cell of every document.
bool may_hold(std::string_view text) noexcept {
  if (text.size() < least_visible) return false;
  static constexpr auto weight = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = '0'; c <= '9'; ++c) table[c] = 1;
    // One byte of every other digit form; of full-width ones the second, so that half-width katakana do not count.
    for (const std::size_t byte : {0xc2u, 0xe2u, 0xbcu, 0xf0u}) table[byte] = 1;
    return table;
  }();
  std::size_t digits = 0;
  for (const char c : text) digits += weight[static_cast<unsigned char>(c)];
  return digits >= least_visible;
}

/// Mask characters that continue the number at `end`, across separators.
std::size_t masks_after(std::string_view text, std::size_t end) noexcept {
  std::size_t masks = 0;
  while (end < text.size() && masks <= longest) {
    const Token token = token_at(text, end);
    if (token.kind == Kind::mask)
      ++masks;
    else if (token.kind != Kind::separator)
      break;
    end += token.length;
  }
  return masks;
}

/// Mask characters that stand right before the number at `begin`, across separators.
std::size_t masks_before(std::string_view text, std::size_t begin) noexcept {
  std::size_t masks = 0;
  constexpr std::size_t far = 8 * longest;  // bytes; a longer way back is not one number
  for (std::size_t at = begin > far ? begin - far : 0; at < begin;) {
    const Token token = token_at(text, at);
    if (token.kind == Kind::mask)
      ++masks;
    else if (token.kind != Kind::separator)
      masks = 0;
    at += token.length;
  }
  return masks;
}

bool mask_once(std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> covered;  // offset, length
  scan(text, [&](std::span<const Place> found, std::size_t) {
    std::size_t visible = 0;
    for (std::size_t i = found.size(); i-- > 0;)
      if (!found[i].masked && ++visible > kept) covered.emplace_back(found[i].offset, found[i].length);
    return false;
  });
  if (covered.empty()) return false;
  std::sort(covered.begin(), covered.end());
  covered.erase(std::unique(covered.begin(), covered.end()), covered.end());
  std::string masked;
  masked.reserve(text.size());
  std::size_t at = 0;
  for (const auto& [offset, length] : covered) {
    masked.append(text, at, offset - at).push_back('*');
    at = offset + length;
  }
  masked.append(text, at, std::string::npos);
  text = std::move(masked);
  return true;
}

}  // namespace

bool found_in(std::string_view text) noexcept {
  return may_hold(text) && scan(text, [](std::span<const Place>, std::size_t) noexcept { return true; });
}

bool full_number_in(std::string_view text) noexcept {
  if (!may_hold(text)) return false;
  return scan(text, [&](std::span<const Place> found, std::size_t end) noexcept {
    if (std::any_of(found.begin(), found.end(), [](const Place& place) { return place.masked; })) return false;
    const std::size_t masks = masks_before(text, found.front().offset) + masks_after(text, end);
    return masks == 0 || found.size() + masks > longest;
  });
}

bool mask(std::string& text) {
  if (!may_hold(text)) return false;
  bool any = false;
  while (mask_once(text)) any = true;  // what is left of one number can complete another
  return any;
}

}  // namespace meisai::pan
