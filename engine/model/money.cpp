// SPDX-License-Identifier: Apache-2.0
#include "meisai/money.h"

#include <algorithm>

namespace meisai {
namespace {

struct CurrencyRow {
  std::string_view code;
  int exponent;
};

// ISO 4217 (list of 2024-06), alphabetic order: currencies in circulation and CLF, which card bills name.
constexpr auto currencies = std::to_array<CurrencyRow>({
    {"AED", 2}, {"AFN", 2}, {"ALL", 2}, {"AMD", 2}, {"ANG", 2}, {"AOA", 2}, {"ARS", 2}, {"AUD", 2}, {"AWG", 2},
    {"AZN", 2}, {"BAM", 2}, {"BBD", 2}, {"BDT", 2}, {"BGN", 2}, {"BHD", 3}, {"BIF", 0}, {"BMD", 2}, {"BND", 2},
    {"BOB", 2}, {"BRL", 2}, {"BSD", 2}, {"BTN", 2}, {"BWP", 2}, {"BYN", 2}, {"BZD", 2}, {"CAD", 2}, {"CDF", 2},
    {"CHF", 2}, {"CLF", 4}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CRC", 2}, {"CUP", 2}, {"CVE", 2}, {"CZK", 2},
    {"DJF", 0}, {"DKK", 2}, {"DOP", 2}, {"DZD", 2}, {"EGP", 2}, {"ERN", 2}, {"ETB", 2}, {"EUR", 2}, {"FJD", 2},
    {"FKP", 2}, {"GBP", 2}, {"GEL", 2}, {"GHS", 2}, {"GIP", 2}, {"GMD", 2}, {"GNF", 0}, {"GTQ", 2}, {"GYD", 2},
    {"HKD", 2}, {"HNL", 2}, {"HTG", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"IRR", 2},
    {"ISK", 0}, {"JMD", 2}, {"JOD", 3}, {"JPY", 0}, {"KES", 2}, {"KGS", 2}, {"KHR", 2}, {"KMF", 0}, {"KPW", 2},
    {"KRW", 0}, {"KWD", 3}, {"KYD", 2}, {"KZT", 2}, {"LAK", 2}, {"LBP", 2}, {"LKR", 2}, {"LRD", 2}, {"LSL", 2},
    {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MGA", 2}, {"MKD", 2}, {"MMK", 2}, {"MNT", 2}, {"MOP", 2}, {"MRU", 2},
    {"MUR", 2}, {"MVR", 2}, {"MWK", 2}, {"MXN", 2}, {"MYR", 2}, {"MZN", 2}, {"NAD", 2}, {"NGN", 2}, {"NIO", 2},
    {"NOK", 2}, {"NPR", 2}, {"NZD", 2}, {"OMR", 3}, {"PAB", 2}, {"PEN", 2}, {"PGK", 2}, {"PHP", 2}, {"PKR", 2},
    {"PLN", 2}, {"PYG", 0}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"RUB", 2}, {"RWF", 0}, {"SAR", 2}, {"SBD", 2},
    {"SCR", 2}, {"SDG", 2}, {"SEK", 2}, {"SGD", 2}, {"SHP", 2}, {"SLE", 2}, {"SOS", 2}, {"SRD", 2}, {"SSP", 2},
    {"STN", 2}, {"SVC", 2}, {"SYP", 2}, {"SZL", 2}, {"THB", 2}, {"TJS", 2}, {"TMT", 2}, {"TND", 3}, {"TOP", 2},
    {"TRY", 2}, {"TTD", 2}, {"TWD", 2}, {"TZS", 2}, {"UAH", 2}, {"UGX", 0}, {"USD", 2}, {"UYU", 2}, {"UZS", 2},
    {"VED", 2}, {"VES", 2}, {"VND", 0}, {"VUV", 0}, {"WST", 2}, {"XAF", 0}, {"XCD", 2}, {"XOF", 0}, {"XPF", 0},
    {"YER", 2}, {"ZAR", 2}, {"ZMW", 2},
});
static_assert(std::ranges::is_sorted(currencies, {}, &CurrencyRow::code));

tl::unexpected<Error> bad_number(const char* why) { return fail(Code::amount_not_a_number, why); }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
  const auto* row = std::ranges::lower_bound(currencies, code, {}, &CurrencyRow::code);
  if (row == currencies.end() || row->code != code)
    return fail(Code::currency_unknown, "not an ISO 4217 currency code in circulation");
  return Currency({code[0], code[1], code[2]}, row->exponent);
}

Result<std::int64_t> add_minor(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return fail(Code::amount_overflow, "a sum does not fit into 64 bits");
  return sum;
}

Result<std::int64_t> subtract_minor(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference))
    return fail(Code::amount_overflow, "a difference does not fit into 64 bits");
  return difference;
}

Result<Money> add(const Money& a, const Money& b) {
  if (a.currency != b.currency) return fail(Code::mixed_currencies, "amounts of two currencies cannot be added");
  MEISAI_ASSIGN(const std::int64_t sum, add_minor(a.minor, b.minor));
  return Money{sum, a.currency};
}

Result<Money> subtract(const Money& a, const Money& b) {
  if (a.currency != b.currency) return fail(Code::mixed_currencies, "amounts of two currencies cannot be subtracted");
  MEISAI_ASSIGN(const std::int64_t difference, subtract_minor(a.minor, b.minor));
  return Money{difference, a.currency};
}

Result<Money> parse_decimal(std::string_view text, Currency currency) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return bad_number("digits are missing");
  if (!std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(fraction, is_digit))
    return bad_number("a character is neither a digit nor the decimal point");

  // Collected below zero, so that the smallest 64-bit number can be read as well.
  std::int64_t minor = 0;
  const auto push = [&minor](int digit) {
    return !__builtin_mul_overflow(minor, 10, &minor) && !__builtin_sub_overflow(minor, digit, &minor);
  };
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  for (const char c : whole)
    if (!push(c - '0')) return fail(Code::amount_overflow, "an amount does not fit into 64 bits");
  for (std::size_t i = 0; i < std::max(exponent, fraction.size()); ++i) {
    const int digit = i < fraction.size() ? fraction[i] - '0' : 0;
    if (i >= exponent) {
      if (digit != 0) return bad_number("more decimals than the currency has");
    } else if (!push(digit)) {
      return fail(Code::amount_overflow, "an amount does not fit into 64 bits");
    }
  }
  if (!negative && __builtin_sub_overflow(std::int64_t{0}, minor, &minor))
    return fail(Code::amount_overflow, "an amount does not fit into 64 bits");
  return Money{minor, currency};
}

std::string decimal_text(const Money& money) {
  std::string digits = std::to_string(money.minor);
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  const auto exponent = static_cast<std::size_t>(money.currency.exponent());
  if (exponent > 0) {
    if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
    digits.insert(digits.size() - exponent, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

Result<DecimalText> DecimalText::parse(std::string_view text) {
  const auto points = std::ranges::count(text, '.');
  const bool shaped = !text.empty() && points <= 1 && is_digit(text.front()) && is_digit(text.back()) &&
                      std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
  if (!shaped) return bad_number("not a decimal number");
  return DecimalText(std::string(text));
}

}  // namespace meisai
