// SPDX-License-Identifier: Apache-2.0
#include "normalizers/merchant.h"

#include <algorithm>

namespace meisai::normalizers {
namespace {

constexpr std::size_t shortest_code = 2;
constexpr std::size_t longest_code = 3;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_code(char c) noexcept { return is_digit(c) || (c >= 'A' && c <= 'Z'); }

template <class Fits>
std::size_t run_at(std::string_view text, std::size_t at, const Fits& fits) noexcept {
  std::size_t end = at;
  while (end < text.size() && fits(text[end])) ++end;
  return end - at;
}

/// Bytes of `pattern` at the start of `text`, or 0.
std::size_t match(std::string_view pattern, std::string_view text) noexcept {
  std::size_t at = 0;
  for (const char c : pattern) {
    std::size_t length = 1;
    if (c == '#') {
      length = run_at(text, at, is_digit);
    } else if (c == '@') {
      length = run_at(text, at, is_code);
      if (length < shortest_code || length > longest_code) return 0;  // a longer word is no code
    } else if (at == text.size() || text[at] != c) {
      return 0;
    }
    if (length == 0) return 0;
    at += length;
  }
  return at;
}

/// Where `pattern` begins that ends `text`, or its size.
std::size_t start_of_suffix(std::string_view pattern, std::string_view text) noexcept {
  const std::string_view literal = pattern.substr(0, pattern.find_first_of("#@"));
  if (literal.empty()) return text.size();
  const std::size_t at = text.rfind(literal);
  if (at == std::string_view::npos || at + match(pattern, text.substr(at)) != text.size()) return text.size();
  return at;
}

std::string_view without_space_around(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string_view merchant_core(std::string_view normalized, const Vocabulary& vocabulary) noexcept {
  std::string_view core = normalized;
  for (bool again = true; again;) {
    again = false;
    const auto take = [&](std::string_view rest) {
      rest = without_space_around(rest);
      if (rest.empty() || rest.size() == core.size()) return;
      core = rest;
      again = true;
    };
    for (const std::string_view prefix : vocabulary.merchant_prefixes) take(core.substr(match(prefix, core)));
    take(core.substr(0, start_of_suffix(vocabulary.merchant_country_suffix, core)));
  }
  return core;
}

}  // namespace meisai::normalizers
