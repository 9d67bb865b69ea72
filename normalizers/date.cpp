// SPDX-License-Identifier: Apache-2.0
#include "normalizers/date.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "normalizers/text.h"

namespace meisai::normalizers {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;
using namespace std::chrono_literals;

constexpr int first_year = 1873;  // the calendar of before was another one
constexpr int last_year = 9999;

struct Era {
  std::string_view names[3];  ///< as NFKC leaves them; ㍻ and ㋿ become two kanji there
  int year_before_first;
  LocalDate from;
  LocalDate to;
};
/// 大正 and 昭和 began on the last day of the era before: that day has two right names.
constexpr std::array<Era, 5> eras{{
    {{"令和", "令", "R"}, 2018, 2019y / 5 / 1, year(last_year) / 12 / 31},
    {{"平成", "平", "H"}, 1988, 1989y / 1 / 8, 2019y / 4 / 30},
    {{"昭和", "昭", "S"}, 1925, 1926y / 12 / 25, 1989y / 1 / 7},
    {{"大正", "大", "T"}, 1911, 1912y / 7 / 30, 1926y / 12 / 25},
    {{"明治", "明", "M"}, 1867, 1873y / 1 / 1, 1912y / 7 / 30},
}};
/// Dates past their era that are accepted with a flag, because papers were printed before the era changed.
struct Overrun {
  int year_before_first;  ///< names the era
  LocalDate from;
  LocalDate to;
};
constexpr std::array<Overrun, 1> overruns{{{1988, 2019y / 5 / 1, 2019y / 12 / 31}}};

constexpr auto refused = tl::unexpected<Code>(Code::date_not_valid);
constexpr std::string_view year_mark = "年";
constexpr std::string_view month_mark = "月";
constexpr std::string_view day_mark = "日";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Takes 1 to `most` digits off the front; no more may follow.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  std::size_t size = 0;
  int value = 0;
  while (size < text.size() && is_digit(text[size])) {
    if (++size > most) return std::nullopt;
    value = value * 10 + (text[size - 1] - '0');
  }
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// What stands after the year: month and day, separated by one of `/ - .` or the marks 月 日, or a month alone.
struct MonthDay {
  int month = 0;
  std::optional<int> day;
};
std::optional<MonthDay> take_month_day(std::string_view text, char separator) {
  MonthDay read;
  const auto first = take_number(text, 2);
  if (!first) return std::nullopt;
  read.month = *first;
  if (separator != '\0') {
    if (text.empty()) return read;
    if (text.front() != separator) return std::nullopt;
    text.remove_prefix(1);
    read.day = take_number(text, 2);
    return read.day && text.empty() ? std::optional(read) : std::nullopt;
  }
  if (!take(text, month_mark)) return std::nullopt;
  if (text.empty() || text == "分") return read;
  read.day = take_number(text, 2);
  return read.day && take(text, day_mark) && text.empty() ? std::optional(read) : std::nullopt;
}

struct Parts {
  int year = 0;
  MonthDay rest;
};
/// The year is taken; `text` goes on with a separator or 年.
std::optional<Parts> parts_after_year(int year_number, std::string_view text) {
  std::optional<MonthDay> rest;
  if (take(text, year_mark))
    rest = take_month_day(text, '\0');
  else if (!text.empty() && (text[0] == '/' || text[0] == '-' || text[0] == '.'))
    rest = take_month_day(text.substr(1), text[0]);
  return rest ? std::optional(Parts{year_number, *rest}) : std::nullopt;
}

std::optional<LocalDate> day_of(int year_number, int month_number, int day_number) {
  const LocalDate date =
      year(year_number) / month(static_cast<unsigned>(month_number)) / day(static_cast<unsigned>(day_number));
  return date.ok() && year_number >= first_year && year_number <= last_year ? std::optional(date) : std::nullopt;
}

tl::expected<ReadDate, Code> date_of(const Parts& parts) {
  const auto date = day_of(parts.year, parts.rest.month, parts.rest.day.value_or(1));
  if (!date) return refused;
  return ReadDate{{date, parts.rest.day ? DatePrecision::day : DatePrecision::month}};
}

tl::expected<ReadDate, Code> date_in_era(const Era& era, const Parts& parts) {
  auto read = date_of(parts);
  if (!read) return read;
  const LocalDate first = *read->date.date;
  const LocalDate last = parts.rest.day ? first : LocalDate(first.year() / first.month() / std::chrono::last);
  if (last < era.from) return refused;
  if (first <= era.to) return read;
  for (const Overrun& span : overruns) {
    if (span.year_before_first != era.year_before_first || first < span.from || last > span.to) continue;
    read->era_overrun = true;
    return read;
  }
  return refused;
}

/// `YYMMDD` and `YYYYMMDD` without separators: JIS X 0301's basic form with an era, ISO 8601's without.
std::optional<Parts> basic_form(std::string_view digits, std::size_t year_digits, int year_before_first) {
  if (digits.size() != year_digits + 4 || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    std::string_view part = digits.substr(at, size);
    return take_number(part, size).value_or(0);
  };
  return Parts{year_before_first + number(0, year_digits), {number(year_digits, 2), number(year_digits + 2, 2)}};
}

tl::expected<ReadDate, Code> western(std::string_view text) {
  if (const auto parts = basic_form(text, 4, 0)) return date_of(*parts);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits != 4) return refused;
  const auto year_number = take_number(text, 4);
  const auto parts = parts_after_year(*year_number, text);
  return parts ? date_of(*parts) : refused;
}

tl::expected<ReadDate, Code> japanese(const Era& era, std::string_view text) {
  if (const auto parts = basic_form(text, 2, era.year_before_first))
    return text.starts_with("00") ? refused : date_in_era(era, *parts);
  const std::optional<int> number = take(text, "元") ? 1 : take_number(text, 2);
  if (!number || *number == 0) return refused;
  const auto parts = parts_after_year(era.year_before_first + *number, text);
  return parts ? date_in_era(era, *parts) : refused;
}

/// `2026/08/30` and `2026-08-30`, by far the most; nothing if the text is anything else.
std::optional<ReadDate> usual_form(std::string_view text) {
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.size() != 10 || text[4] != text[7] || (text[4] != '/' && text[4] != '-')) return std::nullopt;
  for (const std::size_t at : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
    if (!is_digit(text[at])) return std::nullopt;
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  const auto date = day_of(digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3), digit(5) * 10 + digit(6),
                           digit(8) * 10 + digit(9));
  return date ? std::optional(ReadDate{{date, DatePrecision::day}}) : std::nullopt;
}

/// Normalized text without the spaces beside separators; spaces between two digits stay and make it invalid.
std::string without_loose_spaces(std::string_view raw) {
  std::string text = normalized_text(raw);
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at + 1))
    if (!(is_digit(text[at - 1]) && is_digit(text[at + 1]))) text.erase(at--, 1);
  return text;
}

}  // namespace

tl::expected<ReadDate, Code> read_date(std::string_view raw) {
  if (raw.empty()) return ReadDate{};
  if (const auto usual = usual_form(raw)) return *usual;
  const std::string form = without_loose_spaces(raw);
  std::string_view text = form;
  if (text.empty()) return ReadDate{};
  if (is_digit(text.front())) return western(text);
  for (const Era& era : eras)
    for (const std::string_view name : era.names)
      if (take(text, name)) return japanese(era, text);
  return refused;
}

tl::expected<LocalDate, Code> read_month_day(std::string_view raw, LocalDate since) {
  const std::string form = normalized_text(raw);
  std::string_view text = form;
  const auto month_number = take_number(text, 2);
  if (!month_number || text.empty() || (text.front() != ' ' && text.front() != '/' && text.front() != '-'))
    return refused;
  text.remove_prefix(1);
  const auto day_number = take_number(text, 2);
  if (!day_number || !text.empty()) return refused;
  constexpr int leap_distance = 8;  // 29 February is at most eight years away
  for (int ahead = 0; ahead <= leap_distance; ++ahead) {
    const auto date = day_of(static_cast<int>(since.year()) + ahead, *month_number, *day_number);
    if (date && *date >= since) return *date;
  }
  return refused;
}

tl::expected<ReadMonth, Code> read_named_month(std::string_view raw) {
  if (const auto date = read_date(raw); date && date->date.date)
    return ReadMonth{static_cast<unsigned>(date->date.date->month()), static_cast<int>(date->date.date->year())};
  const std::string form = without_loose_spaces(raw);
  std::string_view text = form;
  std::optional<int> year_number;
  if (const std::size_t mark = text.find(year_mark); mark == 4) {
    year_number = take_number(text, 4);
    if (!year_number || !take(text, year_mark)) return refused;
  }
  const auto month_number = take_number(text, 2);
  if (!month_number || !take(text, month_mark) || *month_number < 1 || *month_number > 12) return refused;
  return ReadMonth{static_cast<unsigned>(*month_number), year_number};
}

std::optional<BillingMonth> read_payment_month(std::string_view raw) {
  constexpr int century = 2000;  // the lists that shorten the year have been written since 2018
  const std::string form = normalized_text(raw);
  std::string_view text = form;
  take(text, "'");  // keeps spreadsheets from making a date of it
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits != 2 && digits != 4) return std::nullopt;
  const int year_number = *take_number(text, 4) + (digits == 2 ? century : 0);
  if (!take(text, "/")) return std::nullopt;
  const auto month_number = take_number(text, 2);
  if (!month_number || !text.empty()) return std::nullopt;
  const auto first = day_of(year_number, *month_number, 1);
  return first ? std::optional(BillingMonth(first->year(), first->month())) : std::nullopt;
}

}  // namespace meisai::normalizers
