// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/user_layer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "meisai/pan_guard.h"

namespace meisai::ledger {
namespace {

constexpr std::size_t most_characters = 500;
constexpr std::size_t most_tags = 20;

/// The first code point, taken off `text`; empty: that is no UTF-8.
std::optional<char32_t> next(std::string_view& text) {
  const auto byte = [&text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80          ? 1
                             : lead >> 5U == 0x06 ? 2
                             : lead >> 4U == 0x0e ? 3
                             : lead >> 3U == 0x1e ? 4
                                                  : 0;
  if (length == 0 || length > text.size()) return std::nullopt;
  char32_t point = length == 1 ? lead : lead & (0x7fU >> length);
  for (std::size_t at = 1; at < length; ++at) {
    if (byte(at) >> 6U != 0x02) return std::nullopt;
    point = point << 6U | (byte(at) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

/// Control characters, line and paragraph separators, and those that turn the reading direction of what follows.
bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::array<std::string_view, 6> spaces = {" ", "\t", "\r", "\n", "\xc2\xa0", "\xe3\x80\x80"};
  const auto ends = [&](auto has) { return std::ranges::find_if(spaces, has); };
  for (auto at = spaces.end(); (at = ends([&](auto s) { return text.starts_with(s); })) != spaces.end();)
    text.remove_prefix(at->size());
  for (auto at = spaces.end(); (at = ends([&](auto s) { return text.ends_with(s); })) != spaces.end();)
    text.remove_suffix(at->size());
  return text;
}

Result<std::string> checked_text(std::string_view typed, const char* field) {
  const std::string_view text = trimmed(typed);
  std::size_t characters = 0;
  for (std::string_view rest = text; !rest.empty(); ++characters) {
    const auto point = next(rest);
    if (!point) return fail(Code::invalid_argument, std::string("the ") + field + " is not UTF-8 text");
    if (is_control(*point))
      return fail(Code::invalid_argument, std::string("the ") + field + " holds a control character",
                  "write it as one line of plain text");
  }
  if (characters > most_characters)
    return fail(Code::invalid_argument,
                std::string("the ") + field + " is too long: " + std::to_string(characters) + " characters",
                "at most " + std::to_string(most_characters));
  if (pan::found_in(text))
    return fail(Code::pan_detected, std::string("the ") + field + " holds a card number; nothing was stored");
  return std::string(text);
}

Result<std::optional<std::string>> checked_text(const std::optional<std::string>& typed, const char* field) {
  if (!typed) return std::nullopt;
  MEISAI_ASSIGN(std::string text, checked_text(std::string_view(*typed), field));
  return std::optional(std::move(text));
}

Result<std::vector<std::string>> checked_tags(const std::vector<std::string>& typed) {
  std::vector<std::string> tags;
  for (const std::string& each : typed) {
    MEISAI_ASSIGN(std::string tag, checked_text(std::string_view(each), "tag"));
    if (tag.empty()) return fail(Code::invalid_argument, "a tag is empty");
    // Wherever tags stand in one cell or line, a comma divides them.
    if (tag.find(',') != std::string::npos) return fail(Code::invalid_argument, "a tag holds a comma");
    tags.push_back(std::move(tag));
  }
  std::ranges::sort(tags);
  const auto again = std::ranges::unique(tags);
  tags.erase(again.begin(), again.end());
  if (tags.size() > most_tags)
    return fail(Code::invalid_argument, "too many tags: " + std::to_string(tags.size()),
                "at most " + std::to_string(most_tags) + " for a transaction");
  return tags;
}

}  // namespace

Result<UserEdit> checked(const UserEdit& edit) {
  if (!edit.note && !edit.category && !edit.tags && !edit.merchant && !edit.ignored)
    return fail(Code::invalid_argument, "this edit says nothing");
  UserEdit made;
  MEISAI_ASSIGN(made.note, checked_text(edit.note, "note"));
  MEISAI_ASSIGN(made.category, checked_text(edit.category, "category"));
  MEISAI_ASSIGN(made.merchant, checked_text(edit.merchant, "merchant"));
  if (edit.tags) {
    MEISAI_ASSIGN(made.tags, checked_tags(*edit.tags));
  }
  made.ignored = edit.ignored;
  return made;
}

UserLayer edited(const UserLayer& layer, const UserEdit& edit) {
  UserLayer made = layer;
  if (edit.note) made.note = *edit.note;
  if (edit.category) made.category = *edit.category;
  if (edit.tags) made.tags = *edit.tags;
  if (edit.merchant) made.merchant = *edit.merchant;
  if (edit.ignored) made.ignored = *edit.ignored;
  return made;
}

}  // namespace meisai::ledger
