// SPDX-License-Identifier: Apache-2.0
//
// METI-2.2-P3-b: money is read exactly or not at all.
#include "normalizers/money.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <limits>
#include <string>

namespace meisai {
namespace {

std::string outcome(std::string_view text, const Currency& currency) {
  const auto money = normalizers::read_money(text, currency);
  return money ? std::to_string(*money) : std::string(name_of(money.error()));
}
std::string yen(std::string_view text) { return outcome(text, Currency::jpy()); }

std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace

TEST_CASE("yen in every form", "[money]") {
  const std::pair<std::string_view, std::string_view> cases[] = {{"853", "853"},
                                                                 {"-640", "-640"},
                                                                 {"0", "0"},
                                                                 {"54,995", "54995"},
                                                                 {"1,234,567", "1234567"},
                                                                 {"0000192265", "192265"},
                                                                 {"-5,500", "-5500"},
                                                                 {"+1,000", "1000"},
                                                                 {"¥1,000", "1000"},
                                                                 {"￥1,000", "1000"},
                                                                 {"\\1,000", "1000"},
                                                                 {"1,000円", "1000"},
                                                                 {"１，０００円", "1000"},
                                                                 {"８５３", "853"},
                                                                 {"－６４０", "-640"},
                                                                 {"−640", "-640"},
                                                                 {"‐640", "-640"},
                                                                 {"▲640", "-640"},
                                                                 {"△640", "-640"},
                                                                 {"▲1,500円", "-1500"},
                                                                 {"-¥1,000", "-1000"},
                                                                 {"¥-1,000", "-1000"},
                                                                 {"△ ￥ 500", "-500"},
                                                                 {" 853 ", "853"},
                                                                 {"　853　", "853"},
                                                                 {"853.00", "853"},
                                                                 {"853.0", "853"},
                                                                 {"500 円", "500"},
                                                                 {"-0", "0"},
                                                                 {"000", "0"},
                                                                 {"9223372036854775807", "9223372036854775807"}};
  for (const auto& [text, amount] : cases) {
    INFO(text);
    CHECK(yen(text) == amount);
  }
}

TEST_CASE("what is no amount is refused", "[money]") {
  for (const std::string_view text :
       {"1,2,3", "1234,567", "12,34", ",123",  "123,",   "1,,000",  "0,123",      "000,123", "1,23",    "1,2345",
        "853.5", "853.",     ".5",    "1.2.3", "--5",    "-+5",     "-",          "¥",       "円",      "¥¥5",
        "¥5円",  "\\5円",    "5円円", "1 000", "1,000-", "(1,000)", "1000 JPY",   "$5",      "5ドル",   "1e3",
        "0x10",  "ー640",    "五百",  "一",    "abc",    "1O0",     "１，２，３", "1、000",  "1.000,00"}) {
    INFO(text);
    CHECK(yen(text) == "amount_not_a_number");
  }
  for (const std::string_view text : {"", " ", "　"}) CHECK(yen(text) == "field_empty");
  for (const std::string_view text :
       {"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "99999999999999999999",
        "9,999,999,999,999,999,999", "１２３４５６７８９０１２３４５６７８９０"}) {
    INFO(text);
    CHECK(yen(text) == "amount_overflow");
  }
}

TEST_CASE("other currencies keep their decimals and know no yen mark", "[money]") {
  const Currency usd = *Currency::parse("USD");
  CHECK(outcome("10.00", usd) == "1000");
  CHECK(outcome("1,250.00", usd) == "125000");
  CHECK(outcome("３０．００", usd) == "3000");
  CHECK(outcome("30.000", usd) == "3000");
  CHECK(outcome("30.001", usd) == "amount_not_a_number");
  CHECK(outcome("-0.6", usd) == "-60");
  CHECK(outcome("5", usd) == "500");
  CHECK(outcome("¥5", usd) == "amount_not_a_number");
  CHECK(outcome("5円", usd) == "amount_not_a_number");
  CHECK(outcome("1.234", *Currency::parse("KWD")) == "1234");
}

TEST_CASE("a rate keeps how it reads", "[money]") {
  const auto rate = [](std::string_view text) {
    const auto read = normalizers::read_decimal(text);
    return read ? read->text() : std::string("refused");
  };
  CHECK(rate("１４２．０３３") == "142.033");
  CHECK(rate("１．０００") == "1.000");
  CHECK(rate("110.712") == "110.712");
  CHECK(rate("1,110.5") == "1110.5");
  for (const std::string_view text : {"", ".", "1.", "-1", "1円", "1.2.3", "abc"}) CHECK(rate(text) == "refused");
}

TEST_CASE("every amount is read back from every form it is written in", "[money]") {
  CHECK(rc::check("parse after format", [] {
    const auto value = *rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max());
    const std::string digits = std::to_string(value);
    RC_ASSERT(yen(digits) == digits);
    RC_ASSERT(yen(grouped(digits)) == digits);
    RC_ASSERT(yen("￥" + grouped(digits)) == digits);
    RC_ASSERT(yen("▲" + grouped(digits) + "円") == (value == 0 ? "0" : "-" + digits));
  }));
}

TEST_CASE("any text is an amount or refused, never a surprise", "[money]") {
  const auto piece = rc::gen::elementOf(
      std::vector<std::string>{"0", "1", "9", "12", "345", ",", ".", "-", "¥", "円", " ", "▲", "３", "\xff", "a"});
  CHECK(rc::check("digits decide", [&] {
    std::string text;
    for (const std::string& each : *rc::gen::container<std::vector<std::string>>(piece)) text += each;
    const auto read = normalizers::read_money(text, Currency::jpy());
    if (!read) return;
    std::string digits;
    for (std::size_t at = 0; at < text.size() && text[at] != '.'; ++at) {
      if (text[at] >= '0' && text[at] <= '9') digits += text[at];
      if (text.compare(at, 3, "３") == 0) digits += '3';
    }
    RC_ASSERT(std::to_string(*read < 0 ? -*read : *read) == std::to_string(std::stoll(digits)));
  }));
}

}  // namespace meisai
