// SPDX-License-Identifier: Apache-2.0
//
// Money is a whole number of minor units of one ISO 4217 currency. Nothing here rounds, and no floating
// point comes near it (METI-2.2-P3-b).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meisai/error.h"

namespace meisai {

/// An ISO 4217 currency with a known exponent.
class Currency {
 public:
  /// The currency with this alphabetic code (`JPY`), else `currency_unknown`.
  [[nodiscard]] static Result<Currency> parse(std::string_view code);
  [[nodiscard]] static Currency jpy() noexcept { return Currency({'J', 'P', 'Y'}, 0); }

  [[nodiscard]] std::string_view code() const noexcept { return {code_.data(), code_.size()}; }
  /// Digits after the decimal point: JPY 0, USD 2, KWD 3, CLF 4.
  [[nodiscard]] int exponent() const noexcept { return exponent_; }
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  Currency(std::array<char, 3> code, int exponent) noexcept : code_(code), exponent_(exponent) {}
  std::array<char, 3> code_;
  int exponent_;
};

/// An amount. Charge positive, refund negative.
struct Money {
  std::int64_t minor = 0;
  Currency currency = Currency::jpy();
  friend bool operator==(const Money&, const Money&) = default;
};

/// Sum and difference; `mixed_currencies` or `amount_overflow` instead of a wrong number.
[[nodiscard]] Result<Money> add(const Money& a, const Money& b);
[[nodiscard]] Result<Money> subtract(const Money& a, const Money& b);
/// Overflow-checked sum and difference of minor units of one currency.
[[nodiscard]] Result<std::int64_t> add_minor(std::int64_t a, std::int64_t b);
[[nodiscard]] Result<std::int64_t> subtract_minor(std::int64_t a, std::int64_t b);

/// Decimal text (`1250.00`, `-3`) in `currency`'s minor units. ASCII digits, one point at most, no
/// grouping; more decimals than the currency has are refused unless they are zeros (never rounded).
[[nodiscard]] Result<Money> parse_decimal(std::string_view text, Currency currency);
/// The inverse: `1250.00` for 125000 USD cents, `-3` for JPY.
[[nodiscard]] std::string decimal_text(const Money& money);

/// A decimal number kept as it reads (`110.712`, `1.000`), for exchange rates. Never a float.
class DecimalText {
 public:
  /// ASCII digits with one point at most; else `amount_not_a_number`.
  [[nodiscard]] static Result<DecimalText> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  friend bool operator==(const DecimalText&, const DecimalText&) = default;

 private:
  explicit DecimalText(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace meisai
