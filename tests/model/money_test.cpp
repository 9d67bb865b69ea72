// SPDX-License-Identifier: Apache-2.0
//
// Money never rounds, never overflows silently and never mixes currencies.
#include "meisai/money.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <limits>

using namespace meisai;

namespace {

Currency currency(std::string_view code) { return Currency::parse(code).value(); }
constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("currencies have the exponents of ISO 4217") {
  CHECK(currency("JPY").exponent() == 0);
  CHECK(currency("USD").exponent() == 2);
  CHECK(currency("KWD").exponent() == 3);
  CHECK(currency("CLF").exponent() == 4);
  CHECK(currency("JPY") == Currency::jpy());
  for (const char* unknown : {"", "JP", "JPYY", "jpy", "QQQ", "DEM", "円"}) {
    INFO(unknown);
    const auto parsed = Currency::parse(unknown);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == Code::currency_unknown);
  }
}

TEST_CASE("decimal text becomes minor units, or nothing") {
  CHECK(parse_decimal("1250.00", currency("USD"))->minor == 125000);
  CHECK(parse_decimal("1250.5", currency("USD"))->minor == 125050);
  CHECK(parse_decimal("-3", currency("JPY"))->minor == -3);
  CHECK(parse_decimal("30.000", currency("JPY"))->minor == 30);
  CHECK(parse_decimal("0.001", currency("KWD"))->minor == 1);
  CHECK(parse_decimal("9223372036854775807", currency("JPY"))->minor == most);
  CHECK(parse_decimal("-9223372036854775808", currency("JPY"))->minor == least);
  for (const char* wrong : {"", "-", ".", "1.", ".5", "1,000", "1e3", "+1", " 1", "1 ", "--1", "1.2.3", "１"}) {
    INFO(wrong);
    const auto parsed = parse_decimal(wrong, currency("USD"));
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == Code::amount_not_a_number);
  }
  CHECK(parse_decimal("1.005", currency("USD")).error().code == Code::amount_not_a_number);
  CHECK(parse_decimal("0.5", currency("JPY")).error().code == Code::amount_not_a_number);
  CHECK(parse_decimal("9223372036854775808", currency("JPY")).error().code == Code::amount_overflow);
  CHECK(parse_decimal("92233720368547758.08", currency("USD")).error().code == Code::amount_overflow);
}

TEST_CASE("sums and differences are exact or refused") {
  CHECK(add({1, currency("USD")}, {2, currency("USD")})->minor == 3);
  CHECK(subtract({1, currency("USD")}, {2, currency("USD")})->minor == -1);
  CHECK(add({1, currency("USD")}, {2, currency("JPY")}).error().code == Code::mixed_currencies);
  CHECK(add({most, Currency::jpy()}, {1, Currency::jpy()}).error().code == Code::amount_overflow);
  CHECK(subtract({least, Currency::jpy()}, {1, Currency::jpy()}).error().code == Code::amount_overflow);
  CHECK(add_minor(least, -1).error().code == Code::amount_overflow);
}

TEST_CASE("amounts that are written read back", "[property]") {
  CHECK(rc::check("decimal text of any amount parses to it", [](std::int64_t minor) {
    for (const char* code : {"JPY", "USD", "KWD", "CLF"}) {
      const Money money{minor, currency(code)};
      RC_ASSERT(parse_decimal(decimal_text(money), money.currency).value() == money);
    }
  }));
}

TEST_CASE("a rate stays as it reads") {
  CHECK(DecimalText::parse("1.000")->text() == "1.000");
  for (const char* wrong : {"", ".", "1.", ".1", "1,0", "-1", "1.0.0"})
    CHECK_FALSE(DecimalText::parse(wrong).has_value());
}
