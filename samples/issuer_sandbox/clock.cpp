// SPDX-License-Identifier: Apache-2.0
//
// Instants in and out of text. The calendar is that of <chrono>.
#include "samples/issuer_sandbox/clock.h"

#include <array>
#include <charconv>
#include <chrono>

namespace sandbox {
namespace {

std::string digits(int number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::optional<int> number_at(std::string_view text, std::size_t position, std::size_t length) {
  if (position + length > text.size()) {
    return std::nullopt;
  }
  int value = 0;
  const char* const first = text.data() + position;
  const auto [end, error] = std::from_chars(first, first + length, value);
  if (error != std::errc{} || end != first + length || *first == '-') {
    return std::nullopt;
  }
  return value;
}

std::optional<Civil> read_date(std::string_view text) {
  const auto year = number_at(text, 0, 4);
  const auto month = number_at(text, 5, 2);
  const auto day = number_at(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days{date}.time_since_epoch().count() * day_length;
}

std::optional<Seconds> read_time(std::string_view text) {
  const auto hour = number_at(text, 0, 2);
  const auto minute = number_at(text, 3, 2);
  const auto second = number_at(text, 6, 2);
  if (!hour || !minute || !second || text[2] != ':' || text[5] != ':' || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return *hour * 3'600 + *minute * 60 + *second;
}

std::optional<Seconds> read_zone(std::string_view text) {
  if (text == "Z" || text == "z") {
    return 0;
  }
  const auto hour = number_at(text, 1, 2);
  const auto minute = number_at(text, 4, 2);
  if (text.size() != 6 || !hour || !minute || text[3] != ':' || (text[0] != '+' && text[0] != '-')) {
    return std::nullopt;
  }
  const Seconds offset = *hour * 3'600 + *minute * 60;
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

Seconds Clock::now() const {
  const std::lock_guard lock(mutex_);
  if (fixed_) {
    return *fixed_;
  }
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void Clock::set(Seconds instant) {
  const std::lock_guard lock(mutex_);
  fixed_ = instant;
}

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::optional<Seconds> read_instant(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != ' ')) {
    return std::nullopt;
  }
  const auto date = read_date(text.substr(0, 10));
  const auto time = read_time(text.substr(11, 8));
  std::size_t zone_at = 19;
  if (text[zone_at] == '.') {
    zone_at = text.find_first_not_of("0123456789", zone_at + 1);
  }
  if (zone_at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto zone = read_zone(text.substr(zone_at));
  if (!date || !time || !zone) {
    return std::nullopt;
  }
  return *date + *time - *zone;
}

std::optional<Civil> read_civil(std::string_view text) {
  if (text.size() == 10) {
    return read_date(text);
  }
  if (text.size() != 19 || text[10] != 'T') {
    return std::nullopt;
  }
  const auto date = read_date(text.substr(0, 10));
  const auto time = read_time(text.substr(11));
  if (!date || !time) {
    return std::nullopt;
  }
  return *date + *time;
}

std::string civil_text(Civil at) {
  const Day day = day_of(at);
  const auto second = static_cast<int>(((at % day_length) + day_length) % day_length);
  return digits(day.year, 4) + "-" + digits(static_cast<int>(day.month), 2) + "-" +
         digits(static_cast<int>(day.day), 2) + "T" + digits(second / 3'600, 2) + ":" + digits(second / 60 % 60, 2) +
         ":" + digits(second % 60, 2);
}

std::string instant_text(Seconds instant) { return civil_text(instant) + "+00:00"; }

std::string http_date(Seconds instant) {
  static constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Day day = day_of(instant);
  const std::chrono::sys_days date{std::chrono::year{day.year} / static_cast<int>(day.month) /
                                   static_cast<int>(day.day)};
  return std::string(weekdays.at(std::chrono::weekday{date}.c_encoding())) + ", " +
         digits(static_cast<int>(day.day), 2) + " " + months.at(day.month - 1) + " " + digits(day.year, 4) + " " +
         civil_text(instant).substr(11) + " GMT";
}

Civil civil_day(int year, unsigned month, unsigned day) {
  const std::chrono::year_month whole{std::chrono::year{year}, std::chrono::month{month}};
  const auto last = static_cast<unsigned>((whole / std::chrono::last).day());
  const std::chrono::sys_days date{whole / std::chrono::day{day < last ? day : last}};
  return Civil{date.time_since_epoch().count()} * day_length;
}

Day day_of(Civil at) {
  const std::chrono::sys_days days{
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{at}})};
  const std::chrono::year_month_day date{days};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())};
}

}  // namespace sandbox
