// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/coverage.h"

#include <algorithm>
#include <array>

#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

using std::chrono::day;
using std::chrono::sys_days;
using Days = std::array<std::uint8_t, 31>;  // of one month, with what is known of each

constexpr std::uint8_t from_file = 1, from_api = 2, missing = 4;

void mark(Days& days, const CoverageOfCard::Range& range, std::chrono::year_month month, std::uint8_t as) {
  const sys_days first{month / day{1}}, last{month / std::chrono::last};
  const sys_days begin = std::max(first, sys_days{range.from}), end = std::min(last, sys_days{range.to});
  for (sys_days at = begin; at <= end; at += std::chrono::days{1})
    days[static_cast<std::size_t>((at - first).count())] |= as;
}

Tone tone_of(const std::string& cell) {
  if (cell.ends_with('!')) return Tone::bad;
  return cell.front() >= 'A' && cell.front() <= 'Z' ? Tone::good : Tone::plain;
}

/// First and last year of anything that is said of the card.
std::pair<int, int> years_of(const CoverageOfCard& card) {
  std::pair<int, int> years{9999, 0};
  for (const auto& range : card.ranges) {
    years.first = std::min(years.first, int{range.from.year()});
    years.second = std::max(years.second, int{range.to.year()});
  }
  return years;
}

void print_calendar(const Session& session, const CoverageOfCard& card) {
  std::vector<Column> columns = {{std::string(session.say(Text::coverage_year))}};
  for (unsigned month = 1; month <= 12; ++month) columns.push_back({std::to_string(month), Align::right});
  Table table(std::move(columns));
  const auto [first, last] = years_of(card);
  for (int year = first; year <= last; ++year) {
    std::vector<Cell> row = {std::to_string(year)};
    for (unsigned month = 1; month <= 12; ++month) {
      const std::string cell = coverage_cell(card, std::chrono::year(year) / std::chrono::month(month));
      row.emplace_back(cell, tone_of(cell));
    }
    table.add(std::move(row));
  }
  print_table(session, table);
}

void print_ranges(const Session& session, const CoverageOfCard& card) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_from)}, {head(Text::col_to)}, {head(Text::col_state)}, {head(Text::col_channel)}});
  struct Line {
    CoverageOfCard::Range range;
    bool known;
  };
  std::vector<Line> lines;
  for (const auto& range : card.ranges) lines.push_back({range, true});
  for (const auto& gap : card.gaps) lines.push_back({gap, false});
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.range.from < b.range.from; });
  for (const auto& [range, known] : lines)
    table.add({iso(range.from),
               iso(range.to),
               {session.say(known ? Text::coverage_known : Text::coverage_gap), known ? Tone::good : Tone::bad},
               known ? range.channel + ", " + range.certainty : ""});
  print_table(session, table);
}

}  // namespace

std::string coverage_cell(const CoverageOfCard& card, std::chrono::year_month month) {
  Days days{};
  for (const auto& range : card.ranges) mark(days, range, month, range.channel == "api" ? from_api : from_file);
  for (const auto& gap : card.gaps) mark(days, gap, month, missing);
  const auto length = static_cast<unsigned>((month / std::chrono::last).day());
  std::uint8_t all = 0;
  unsigned known = 0;
  for (const std::uint8_t one : days) {
    all |= one;
    if ((one & (from_file | from_api)) != 0) ++known;
  }
  constexpr std::array<std::string_view, 4> whole = {"·", "F", "A", "B"}, partly = {"", "f", "a", "b"};
  const std::size_t channel = all & (from_file | from_api);
  const bool gap = (all & missing) != 0;
  if (known == 0) return gap ? "!" : std::string(whole[0]);
  return std::string(known == length ? whole[channel] : partly[channel]) + (gap ? "!" : "");
}

void print_coverage(const Session& session, const CoverageOfCard& card, const std::string& name) {
  session.print("");
  session.print(toned(printable(name), Tone::head, session.colors()));
  if (!card.ranges.empty()) print_calendar(session, card);
  print_ranges(session, card);
}

}  // namespace meisai::cli
