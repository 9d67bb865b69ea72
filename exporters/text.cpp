// SPDX-License-Identifier: Apache-2.0
#include "exporters/text.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace meisai::exporters {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 1;    ///< bytes it takes
  bool malformed = false;  ///< then `size` is 1 and `value` means nothing
};

constexpr CodePoint malformed{0, 1, true};

/// The code point at the front of a text that is not empty; strict: no overlong forms, no surrogates.
CodePoint front(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, false};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return malformed;
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return malformed;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return malformed;
  return {value, size, false};
}

struct Range {
  char32_t first;
  char32_t last;
};

template <std::size_t N>
constexpr bool in(const std::array<Range, N>& ranges, char32_t value) {
  return std::ranges::any_of(ranges, [value](const Range& r) { return value >= r.first && value <= r.last; });
}

// C0, DEL and C1; bidirectional marks, embeddings, overrides and isolates; line and paragraph separator; the
// byte order mark.
constexpr std::array<Range, 8> breaks_a_line{{{0x00, 0x1F},
                                              {0x7F, 0x9F},
                                              {0x61C, 0x61C},
                                              {0x200E, 0x200F},
                                              {0x2028, 0x2029},
                                              {0x202A, 0x202E},
                                              {0x2066, 0x2069},
                                              {0xFEFF, 0xFEFF}}};

// White_Space of Unicode, without what single_line has replaced already.
constexpr std::array<Range, 7> spaces{{{0x20, 0x20},
                                       {0xA0, 0xA0},
                                       {0x1680, 0x1680},
                                       {0x2000, 0x200A},
                                       {0x202F, 0x202F},
                                       {0x205F, 0x205F},
                                       {0x3000, 0x3000}}};

}  // namespace

std::string single_line(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    const CodePoint point = front(utf8);
    if (point.malformed) {
      out += "\xEF\xBF\xBD";
    } else if (in(breaks_a_line, point.value)) {
      out += ' ';
    } else {
      out += utf8.substr(0, point.size);
    }
    utf8.remove_prefix(point.size);
  }
  return out;
}

std::string collapse_spaces(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  bool pending = false;
  while (!utf8.empty()) {
    const CodePoint point = front(utf8);
    if (!point.malformed && in(spaces, point.value)) {
      pending = !out.empty();
    } else {
      if (pending) out += ' ';
      pending = false;
      out += utf8.substr(0, point.size);
    }
    utf8.remove_prefix(point.size);
  }
  return out;
}

void append_fullwidth(std::string& out, char mark) {
  // U+FF01..U+FF5E mirror U+0021..U+007E: EF BC 81 to EF BC BF, then EF BD 80 to EF BD 9E.
  const unsigned offset = static_cast<unsigned char>(mark) - 0x20U;
  out += '\xEF';
  out += offset < 0x40U ? '\xBC' : '\xBD';
  out += static_cast<char>(0x80U + (offset & 0x3FU));
}

std::string widen_marks(std::string_view utf8, std::string_view marks) {
  std::string out;
  out.reserve(utf8.size());
  for (const char c : utf8) {
    if (marks.find(c) == std::string_view::npos) {
      out += c;
    } else {
      append_fullwidth(out, c);
    }
  }
  return out;
}

}  // namespace meisai::exporters
