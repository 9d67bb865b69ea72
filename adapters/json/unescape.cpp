// SPDX-License-Identifier: Apache-2.0
#include "adapters/json/unescape.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace meisai::json {
namespace {

std::optional<std::uint32_t> take_unit(std::string_view& text) {
  constexpr std::size_t digits = 4;
  if (text.size() < digits) return std::nullopt;
  std::uint32_t unit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, unit, 16);
  if (error != std::errc() || end != text.data() + digits) return std::nullopt;
  text.remove_prefix(digits);
  return unit;
}

void put_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3FU));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  }
}

/// What follows `\u`.
bool put_character(std::string_view& text, std::string& out) {
  const auto unit = take_unit(text);
  if (!unit || (*unit >= 0xDC00 && *unit <= 0xDFFF)) return false;
  if (*unit < 0xD800 || *unit > 0xDBFF) {
    put_utf8(out, *unit);
    return true;
  }
  if (!text.starts_with("\\u")) return false;
  text.remove_prefix(2);
  const auto low = take_unit(text);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
  put_utf8(out, 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00));
  return true;
}

}  // namespace

bool unescape(std::string_view text, std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  for (;;) {
    const std::size_t plain = text.find('\\');
    out += text.substr(0, plain);
    if (plain == std::string_view::npos) return true;
    text.remove_prefix(plain + 1);
    if (text.empty()) return false;
    const char letter = text.front();
    text.remove_prefix(1);
    if (letter == 'u') {
      if (!put_character(text, out)) return false;
      continue;
    }
    const std::size_t found = letters.find(letter);
    if (found == std::string_view::npos) return false;
    out += meant[found];
  }
}

}  // namespace meisai::json
