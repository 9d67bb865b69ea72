// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/form.h"

#include <algorithm>
#include <optional>
#include <span>

namespace meisai::authorize {
namespace {

constexpr std::size_t longest_query = 16 * 1024;
constexpr std::size_t most_parameters = 32;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

/// Decoded in place of a copy: bytes never pass through memory that is not wiped.
std::optional<Secret> decoded(std::string_view text) {
  std::vector<std::byte> bytes;
  bytes.reserve(text.size());
  bool good = true;
  for (std::size_t i = 0; i < text.size() && good; ++i) {
    if (text[i] == '+') {
      bytes.push_back(std::byte{' '});
    } else if (text[i] != '%') {
      bytes.push_back(static_cast<std::byte>(text[i]));
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      good = high && low;
      if (good) bytes.push_back(static_cast<std::byte>(*high * 16 + *low));
      i += 2;
    }
  }
  std::optional<Secret> result;
  if (good) result.emplace(std::span<const std::byte>(bytes));
  wipe(bytes);
  return result;
}

}  // namespace

Form::~Form() { wipe(std::as_writable_bytes(std::span(text_))); }

Form& Form::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) put('&');
  put_encoded(name);
  put('=');
  put_encoded(value);
  return *this;
}

void Form::put(char c) {
  if (text_.size() == text_.capacity()) {
    std::string larger;
    larger.reserve(std::max<std::size_t>(4096, text_.capacity() * 2));
    larger = text_;
    larger.swap(text_);
    wipe(std::as_writable_bytes(std::span(larger)));
  }
  text_.push_back(c);
}

void Form::put_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_plain(c)) {
      put(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    put('%');
    put(digits[byte >> 4U]);
    put(digits[byte & 0xfU]);
  }
}

Result<std::vector<std::pair<std::string, Secret>>> read_query(std::string_view query) {
  if (query.size() > longest_query) return fail(Code::answer_not_valid, "a query is too long");
  std::vector<std::pair<std::string, Secret>> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value) return fail(Code::answer_not_valid, "a query holds a broken escape");
    std::string key(name->reveal_text());
    if (std::ranges::find(parameters, key, &std::pair<std::string, Secret>::first) != parameters.end())
      return fail(Code::answer_not_valid, "a query has a parameter twice");
    if (parameters.size() == most_parameters) return fail(Code::answer_not_valid, "a query has too many parameters");
    parameters.emplace_back(std::move(key), std::move(*value));
  }
  return parameters;
}

std::string with_query(const std::string& url, const Form& form) {
  return url + (url.find('?') == std::string::npos ? '?' : '&') + std::string(form.text());
}

}  // namespace meisai::authorize
