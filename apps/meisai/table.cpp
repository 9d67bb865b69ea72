// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/table.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <functional>

namespace meisai::cli {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The code point at `at` (negative: broken), and moves `at` behind it.
UChar32 next_point(std::string_view text, std::size_t& at) {
  auto offset = static_cast<std::int32_t>(at);
  UChar32 point = 0;
#pragma GCC diagnostic push  // ICU's macro narrows on purpose
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  U8_NEXT(bytes, offset, static_cast<std::int32_t>(text.size()), point);  // NOLINT(bugprone-inc-dec-in-conditions)
#pragma GCC diagnostic pop
  at = static_cast<std::size_t>(offset);
  return point;
}

int cells_of(UChar32 point) {
  if (point < 0x300) return point < 0 || (point >= 0x20 && point < 0x7f) || point >= 0xa0 ? 1 : 0;
  switch (u_charType(point)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

bool harmless(UChar32 point) {
  if (point < 0) return false;
  const auto type = u_charType(point);
  if (type == U_FORMAT_CHAR) return point == 0x200d || point == 0xad;  // joiner of emoji, soft hyphen
  return type != U_CONTROL_CHAR && type != U_SURROGATE && type != U_UNASSIGNED && point != 0x2028 && point != 0x2029;
}

/// May not begin a line (行頭禁則).
bool closes(UChar32 point) {
  constexpr std::u32string_view closing =
      U"、。，．・：；？！）」』】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)";
  return point > 0 && closing.find(static_cast<char32_t>(point)) != std::u32string_view::npos;
}

bool is_plain_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

int display_width(std::string_view text) {
  if (is_plain_ascii(text)) return static_cast<int>(text.size());
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += cells_of(next_point(text, at));
  return width;
}

std::string printable(std::string_view text) {
  if (is_plain_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const UChar32 point = next_point(text, at);
    if (point == '\n' || point == '\t' || point == '\r') {
      out += ' ';
    } else {
      out += harmless(point) ? text.substr(from, at - from) : replacement;
    }
  }
  return out;
}

std::string fitted(std::string_view text, int width) {
  if (display_width(text) <= width) return std::string(text);
  if (width <= 0) return {};
  int used = 1;  // the ellipsis
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    used += cells_of(next_point(text, at));
    if (used > width) break;
    end = at;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> wrapped(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::size_t begin = 0, last_break = 0;
  int used = 0, after_break = 0;  // cells of the line, and of what stands behind its last break
  bool wide_before = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const UChar32 point = next_point(text, at);
    const int cells = cells_of(point);
    const bool wide = cells == 2;
    if (from > begin && (text[from - 1] == ' ' || wide || wide_before) && point != ' ' && !closes(point)) {
      last_break = from;
      after_break = 0;
    }
    if (used + cells > width && from > begin && point != ' ') {
      const bool at_break = last_break > begin;
      const std::size_t end = at_break ? last_break : from;
      std::string_view line = text.substr(begin, end - begin);
      while (line.ends_with(' ')) line.remove_suffix(1);
      lines.emplace_back(line);
      begin = end;
      used = at_break ? after_break : 0;
      after_break = used;
    }
    used += cells;
    after_break += cells;
    wide_before = wide;
  }
  std::string_view rest = text.substr(begin);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (!rest.empty() || lines.empty()) lines.emplace_back(rest);
  return lines;
}

std::string money_text(std::int64_t minor, const Currency& currency) {
  std::string text = decimal_text({minor, currency});
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = point; at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  if (currency != Currency::jpy()) text.append(" ").append(currency.code());
  return text;
}

std::string toned(std::string_view text, Tone tone, bool colors) {
  if (!colors || tone == Tone::plain) return std::string(text);
  std::string_view code;
  switch (tone) {
    case Tone::plain:
      break;
    case Tone::head:
      code = "\x1b[1m";
      break;
    case Tone::good:
      code = "\x1b[32m";
      break;
    case Tone::bad:
      code = "\x1b[31m";
      break;
    case Tone::faint:
      code = "\x1b[2m";
      break;
  }
  return std::string(code) + std::string(text) + "\x1b[0m";
}

std::vector<int> Table::widths(int limit) const {
  std::vector<int> all;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    int width = display_width(columns_[c].head);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c].text));
    all.push_back(width);
  }
  const auto narrowest = [&](std::size_t c) {
    return columns_[c].shrinks ? std::min(all[c], std::max(8, display_width(columns_[c].head))) : all[c];
  };
  int total = -2;
  int least = -2;
  for (std::size_t c = 0; c < all.size(); ++c) {
    total += all[c] + 2;
    least += narrowest(c) + 2;
  }
  for (std::size_t c = 0; c < all.size() && limit > 0 && least > limit; ++c) {
    if (!columns_[c].leaves) continue;
    least -= all[c] + 2;
    total -= all[c] + 2;
    all[c] = 0;
  }
  for (std::size_t c = 0; c < all.size() && limit > 0 && total > limit; ++c) {
    if (!columns_[c].shrinks) continue;
    const int kept = std::max(narrowest(c), all[c] - (total - limit));
    if (kept >= all[c]) continue;
    total -= all[c] - kept;
    all[c] = kept;
  }
  return all;
}

std::string Table::text(int width, bool colors) const {
  const std::vector<int> sizes = widths(width);
  const std::size_t shown_columns =
      static_cast<std::size_t>(sizes.rend() - std::ranges::find_if(sizes.rbegin(), sizes.rend(), std::identity{}));
  std::string out;
  const auto line = [&](const auto& cell_at) {
    for (std::size_t c = 0; c < shown_columns; ++c) {
      if (sizes[c] == 0) continue;
      const Cell cell = cell_at(c);
      const std::string shown = fitted(cell.text, sizes[c]);
      const auto padding = static_cast<std::size_t>(std::max(0, sizes[c] - display_width(shown)));
      const bool last = c + 1 == shown_columns;
      if (columns_[c].align == Align::right) out.append(padding, ' ');
      out += toned(shown, cell.tone, colors);
      if (columns_[c].align == Align::left && !last) out.append(padding, ' ');
      if (!last) out += "  ";
    }
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  };
  line([&](std::size_t c) { return Cell(columns_[c].head, Tone::head); });
  std::size_t rule = 0;
  for (const int size : sizes) rule += size == 0 ? 0 : static_cast<std::size_t>(size) + 2;
  std::string dashes;
  for (std::size_t i = 2; i < rule; ++i) dashes += "─";
  out += toned(dashes, Tone::faint, colors) + '\n';
  for (const auto& row : rows_) line([&](std::size_t c) { return row[c]; });
  return out;
}

}  // namespace meisai::cli
