// SPDX-License-Identifier: Apache-2.0
#include "meisai/ports/api_row.h"

#include <algorithm>

namespace meisai {
namespace {

constexpr std::size_t most_decimals = 5;
constexpr std::size_t date_length = 10;
constexpr auto no_such_date = tl::unexpected<Code>(Code::date_not_valid);

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The two digits from `at` on as a number; more than 99 where they are none.
int pair_at(std::string_view text, std::size_t at) noexcept {
  constexpr int no_pair = 100;
  return is_digit(text[at]) && is_digit(text[at + 1]) ? (text[at] - '0') * 10 + (text[at + 1] - '0') : no_pair;
}

/// `T10:43:07+00:00`, `T10:43:07.123Z`.
bool is_time_with_zone(std::string_view text) noexcept {
  constexpr int last_hour = 23, last_minute = 59, last_second = 60;  // a leap second
  constexpr std::size_t time_length = 9, zone_length = 6;
  if (text.size() <= time_length || (text[0] != 'T' && text[0] != 't') || text[3] != ':' || text[6] != ':' ||
      pair_at(text, 1) > last_hour || pair_at(text, 4) > last_minute || pair_at(text, 7) > last_second)
    return false;
  std::string_view zone = text.substr(time_length);
  if (zone[0] == '.') {
    const std::size_t behind = std::min(zone.find_first_not_of("0123456789", 1), zone.size());
    if (behind == 1) return false;
    zone.remove_prefix(behind);
  }
  if (zone == "Z" || zone == "z") return true;
  return zone.size() == zone_length && (zone[0] == '+' || zone[0] == '-') && pair_at(zone, 1) <= last_hour &&
         zone[3] == ':' && pair_at(zone, 4) <= last_minute;
}

tl::unexpected<ApiRowFault> fault(Field field, Code code) { return tl::unexpected(ApiRowFault{field, code}); }

}  // namespace

tl::expected<std::int64_t, Code> read_api_amount(std::string_view text, const Currency& currency) {
  if (text.empty()) return tl::unexpected(Code::field_empty);
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const bool has_point = point < text.size();
  const std::string_view fraction = has_point ? text.substr(point + 1) : std::string_view{};
  const bool shaped = !whole.empty() && (!has_point || !fraction.empty()) && fraction.size() <= most_decimals &&
                      std::ranges::all_of(whole, is_digit) && std::ranges::all_of(fraction, is_digit);
  if (!shaped) return tl::unexpected(Code::amount_not_a_number);
  std::int64_t minor = 0;
  const auto push = [&minor](char digit) {
    return !__builtin_mul_overflow(minor, 10, &minor) && !__builtin_add_overflow(minor, digit - '0', &minor);
  };
  for (const char c : whole)
    if (!push(c)) return tl::unexpected(Code::amount_overflow);
  for (std::size_t i = 0; i < std::max(exponent, fraction.size()); ++i) {
    const char digit = i < fraction.size() ? fraction[i] : '0';
    if (i >= exponent && digit != '0') return tl::unexpected(Code::amount_not_a_number);
    if (i < exponent && !push(digit)) return tl::unexpected(Code::amount_overflow);
  }
  return minor;
}

tl::expected<LocalDate, Code> read_api_date(std::string_view text) {
  if (text.empty()) return tl::unexpected(Code::field_empty);
  if (text.size() < date_length || text[4] != '-' || text[7] != '-') return no_such_date;
  const int century = pair_at(text, 0), year = pair_at(text, 2), month = pair_at(text, 5), day = pair_at(text, 8);
  if (std::max({century, year, month, day}) > 99) return no_such_date;
  const LocalDate date{std::chrono::year(century * 100 + year), std::chrono::month(static_cast<unsigned>(month)),
                       std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return no_such_date;
  if (text.size() > date_length && !is_time_with_zone(text.substr(date_length))) return no_such_date;
  if (date.year() == std::chrono::year(1)) return tl::unexpected(Code::field_empty);
  return date;
}

tl::expected<ApiRow, ApiRowFault> read_api_row(const ApiRowTexts& texts, const Vocabulary& vocabulary) {
  ApiRow row;
  const std::string_view code = texts.currency.empty() ? vocabulary.currency : texts.currency;
  if (code.empty()) return fault(Field::currency, Code::field_empty);
  if (code != row.currency.code()) {  // most rows are in yen
    const auto currency = Currency::parse(code);
    if (!currency) return fault(Field::currency, currency.error().code);
    row.currency = *currency;
  }

  const auto amount = read_api_amount(texts.amount, row.currency);
  if (!amount) return fault(Field::amount, amount.error());
  if (texts.direction.empty()) return fault(Field::direction, Code::field_empty);
  row.credited = texts.direction == vocabulary.credit_word;
  if (!row.credited && texts.direction != vocabulary.charge_word) return fault(Field::direction, Code::text_not_valid);
  row.amount_minor = row.credited ? -*amount : *amount;

  if (!vocabulary.posted_word.empty()) {
    if (texts.status.empty()) return fault(Field::status, Code::field_empty);
    if (texts.status == vocabulary.pending_word)
      row.status = ApiRowStatus::pending;
    else if (texts.status == vocabulary.declined_word)
      row.status = ApiRowStatus::declined;
    else if (texts.status != vocabulary.posted_word)
      return fault(Field::status, Code::text_not_valid);
  }
  const auto posted_on = read_api_date(texts.posting_date);
  if (!posted_on) return fault(Field::posting_date, posted_on.error());
  row.posted_on = *posted_on;
  return row;
}

}  // namespace meisai
