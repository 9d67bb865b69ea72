// SPDX-License-Identifier: Apache-2.0
#include "normalizers/money.h"

#include <limits>
#include <optional>

#include "normalizers/text.h"

namespace meisai::normalizers {
namespace {

constexpr auto not_a_number = tl::unexpected<Code>(Code::amount_not_a_number);

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// `853`, `-640`: what nearly every cell holds. Nothing if it is anything else or long.
std::optional<std::int64_t> plain_integer(std::string_view text) noexcept {
  constexpr std::size_t longest = 15;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > longest) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

/// Signs and a yen mark in front, in either order, spaces between.
struct Prefix {
  bool negative = false;
  bool yen = false;
};
std::optional<Prefix> take_prefix(std::string_view& text) {
  Prefix prefix;
  bool sign = false;
  for (;;) {
    take(text, " ");
    if (text.empty()) return prefix;
    if (take(text, "¥") || take(text, "\\")) {
      if (prefix.yen) return std::nullopt;
      prefix.yen = true;
      continue;
    }
    bool minus = false;
    for (const std::string_view each : {"-", "\u2212", "\u2010", "▲", "△"}) minus = minus || take(text, each);
    if (!minus && !take(text, "+")) return prefix;
    if (sign) return std::nullopt;
    sign = true;
    prefix.negative = minus;
  }
}

/// Digits without the commas; nothing if a comma is not between groups of three.
std::optional<std::string> without_grouping(std::string_view whole) {
  std::string digits;
  digits.reserve(whole.size());
  std::size_t group = 0;
  bool grouped = false;
  for (const char c : whole) {
    if (c == ',') {
      if (group == 0 || group > 3 || (grouped && group != 3)) return std::nullopt;
      grouped = true;
      group = 0;
    } else if (is_digit(c)) {
      digits.push_back(c);
      ++group;
    } else {
      return std::nullopt;
    }
  }
  if (group == 0 || (grouped && (group != 3 || digits.front() == '0'))) return std::nullopt;
  return digits;
}

/// ASCII decimal without grouping and sign.
std::optional<std::string> plain_decimal(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  auto digits = without_grouping(text.substr(0, point));
  if (!digits || point == text.size()) return digits;
  const std::string_view fraction = text.substr(point);
  if (fraction.size() < 2 || fraction.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
  *digits += fraction;
  return digits;
}

}  // namespace

tl::expected<std::int64_t, Code> read_money(std::string_view raw, const Currency& currency) {
  if (currency.exponent() == 0)
    if (const auto plain = plain_integer(raw)) return *plain;
  const std::string form = normalized_text(raw);
  std::string_view text = form;
  if (text.empty()) return tl::unexpected(Code::field_empty);
  const auto prefix = take_prefix(text);
  if (!prefix) return not_a_number;
  bool yen = prefix->yen;
  if (text.ends_with("円")) {
    if (yen) return not_a_number;
    yen = true;
    text.remove_suffix(std::string_view("円").size());
    if (text.ends_with(' ')) text.remove_suffix(1);
  }
  if (yen && currency != Currency::jpy()) return not_a_number;
  const auto decimal = plain_decimal(text);
  if (!decimal) return not_a_number;
  const auto money = parse_decimal((prefix->negative ? "-" : "") + *decimal, currency);
  if (!money) return tl::unexpected(money.error().code);
  // The smallest number has no counterpart of the other sign.
  if (money->minor == std::numeric_limits<std::int64_t>::min()) return tl::unexpected(Code::amount_overflow);
  return money->minor;
}

tl::expected<DecimalText, Code> read_decimal(std::string_view raw) {
  const auto decimal = plain_decimal(normalized_text(raw));
  if (!decimal) return not_a_number;
  auto text = DecimalText::parse(*decimal);
  if (!text) return tl::unexpected(text.error().code);
  return *std::move(text);
}

}  // namespace meisai::normalizers
