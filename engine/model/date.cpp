// SPDX-License-Identifier: Apache-2.0
#include "meisai/date.h"

#include <date/date.h>

#include <array>
#include <cstdio>
#include <sstream>

namespace meisai {
namespace {

tl::unexpected<Error> not_a_date(const char* wanted) {
  return fail(Code::date_not_valid, std::string("not a valid ") + wanted);
}

/// The number in text[at, at+count), or -1 unless every character is an ASCII digit.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string iso(LocalDate date) {
  std::array<char, 16> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

std::string iso(BillingMonth month) { return iso(month / 1).substr(0, 7); }

std::string rfc3339(Instant at) {
  // The Hinnant library formats sub-second instants exactly; the standard one of GCC 12 cannot format at all.
  return date::format("%FT%TZ", date::sys_time<std::chrono::milliseconds>(at.time_since_epoch()));
}

Result<LocalDate> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return not_a_date("date (YYYY-MM-DD)");
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return not_a_date("date (YYYY-MM-DD)");
  const LocalDate date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                       std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return not_a_date("date: there is no such day");
  return date;
}

Result<BillingMonth> parse_iso_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return not_a_date("month (YYYY-MM)");
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const BillingMonth value{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month < 0 ? 0 : month))};
  if (year < 0 || month < 0 || !value.ok()) return not_a_date("month (YYYY-MM)");
  return value;
}

Result<Instant> parse_rfc3339(std::string_view text) {
  // RFC 3339 wants a zone; `Z` and `+09:00` are both taken, and a fraction of a second is optional.
  for (const char* format : {"%FT%TZ", "%FT%T%Ez"}) {
    std::istringstream in{std::string(text)};
    date::sys_time<std::chrono::milliseconds> at;
    in >> date::parse(format, at);
    if (!in.fail() && in.peek() == std::istringstream::traits_type::eof()) return Instant(at.time_since_epoch());
  }
  return not_a_date("instant (RFC 3339, for example 2026-10-20T12:00:00Z)");
}

LocalDate date_in_japan(Instant at) noexcept {
  return LocalDate(std::chrono::floor<std::chrono::days>(at + std::chrono::hours(9)));
}

}  // namespace meisai
