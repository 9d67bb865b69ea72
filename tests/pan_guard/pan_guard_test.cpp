// SPDX-License-Identifier: Apache-2.0
//
// Card numbers of every brand and length in every disguise are found and masked, and ordinary text stays as it
// is. All numbers are made here from published ranges and a computed check digit; none belongs to a card.
#include "meisai/pan_guard.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace meisai {
namespace {

struct Brand {
  const char* name;
  const char* prefix;
  std::size_t length;
};
constexpr Brand brands[] = {
    {"Visa", "4", 13},        {"Visa", "4000", 16},       {"Visa", "49", 19},         {"Mastercard", "51", 16},
    {"Mastercard", "55", 16}, {"Mastercard", "2221", 16}, {"Mastercard", "2720", 16}, {"JCB", "3528", 16},
    {"JCB", "3589", 16},      {"JCB", "3540", 19},        {"Amex", "34", 15},         {"Amex", "37", 15},
    {"Diners", "300", 14},    {"Diners", "36", 14},       {"Diners", "38", 16},       {"Diners", "3095", 14},
    {"UnionPay", "62", 16},   {"UnionPay", "62", 19},     {"Discover", "6011", 16},   {"Discover", "65", 16},
    {"Maestro", "50", 12},    {"Maestro", "56", 13},      {"Maestro", "67", 18},      {"Maestro", "69", 19},
};

std::string with_check_digit(std::string digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 0 && (digit *= 2) > 9) digit -= 9;
    sum += digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string number_of(const Brand& brand, std::mt19937_64& random) {
  std::string digits = brand.prefix;
  while (digits.size() < brand.length - 1) digits += static_cast<char>('0' + random() % 10);
  return with_check_digit(digits);
}

std::string spelled(const std::string& digits, const std::vector<std::string>& forms, const std::string& between,
                    std::size_t group) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % group == 0) text += between;
    text += forms[static_cast<std::size_t>(digits[i] - '0')];
  }
  return text;
}

const std::vector<std::string> ascii = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
const std::vector<std::string> wide = {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};
const std::vector<std::string> circled = {"⓪", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"};
const std::vector<std::string> bold = {"𝟎", "𝟏", "𝟐", "𝟑", "𝟒", "𝟓", "𝟔", "𝟕", "𝟖", "𝟗"};
const std::vector<std::string> mixed = {"0", "１", "2", "３", "4", "５", "6", "７", "8", "９"};

std::size_t digits_in(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    count += text[at] >= '0' && text[at] <= '9' ? 1u : 0u;
    for (const auto* forms : {&wide, &circled, &bold})
      for (const std::string& form : *forms) count += text.compare(at, form.size(), form) == 0 ? 1u : 0u;
  }
  return count;
}

std::string masked(std::string text) {
  pan::mask(text);
  return text;
}

}  // namespace

TEST_CASE("every brand and length is found in every disguise", "[pan]") {
  std::mt19937_64 random(7);
  const std::string separators[] = {"",       " ",      "-",      ".",      "\u3000",      "\u00a0", "\u2009",
                                    "\u2010", "\u2011", "\u2012", "\u2013", "\u2014",      "\u2212", "\uff0d",
                                    "\u30fc", "\uff70", "\u30fb", "\uff0e", "\u200b",      "\u200d", "\ufeff",
                                    "\u00ad", "\u2060", " - ",    "\t",     "\u3000\u3000"};
  for (const Brand& brand : brands)
    for (int round = 0; round < 5; ++round) {
      const std::string digits = number_of(brand, random);
      for (const auto* forms : {&ascii, &wide, &mixed, &circled, &bold})
        for (const std::string& between : separators)
          for (const std::size_t group : {1u, 4u, 6u}) {
            for (const std::string around : {"", "カード", "No.", "見本店 "}) {
              const std::string text = around + spelled(digits, *forms, between, group) + around;
              const std::string after = masked(text);
              if (!pan::found_in(text) || digits_in(after) != 4 || pan::found_in(after) || masked(after) != after)
                FAIL(brand.name << " of " << brand.length << " digits, separator '" << between << "': " << text);
              if (!pan::full_number_in(text)) FAIL("not taken for a whole number: " << text);
            }
          }
    }
  SUCCEED();
}

TEST_CASE("a number is masked in place, all but its last four digits", "[pan]") {
  const std::string pan = with_check_digit("400000000000999");
  const std::string last = pan.substr(12);
  CHECK(masked("店 " + pan + " 様") == "店 ************" + last + " 様");
  CHECK(masked(pan.substr(0, 4) + "-" + pan.substr(4, 4) + "-" + pan.substr(8, 4) + "-" + last) ==
        "****-****-****-" + last);
  CHECK(masked("id" + pan) == "id************" + last);
  // Among other digits: the group's neighbours stay.
  CHECK(masked("2026 08 30 " + pan) == "2026 08 30 ************" + last);
  CHECK(masked("12 " + pan + " 34") == "12 ************" + last + " 34");
  CHECK(masked("*" + pan) == "*************" + last);
}

TEST_CASE("two numbers in one text are both masked", "[pan]") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    const std::string one = number_of(brands[1], random);
    const std::string two = number_of(brands[3], random);
    const std::string after = masked(one + " " + two);
    CHECK(digits_in(after) <= 8);
    CHECK(after.ends_with(two.substr(12)));
    CHECK_FALSE(pan::found_in(after));
  }
}

TEST_CASE("masked forms that leave ten or more digits are masked further", "[pan]") {
  CHECK(masked("4980-0379-3988-4***") == "****-****-*988-4***");
  CHECK(masked("498003******3988") == "************3988");
  CHECK(masked("4980 03xx xxxx 3988") == "**** **xx xxxx 3988");
  CHECK(masked("４９８００３＊＊＊＊＊＊３９８８") == "******＊＊＊＊＊＊３９８８");
  CHECK(masked("498003●●●●●●3988") == "******●●●●●●3988");
  CHECK(masked("498003••••••3988") == "******••••••3988");
  for (const std::string stays :
       {"****-****-****-0000", "4980-00**-****-****", "************3988", "4980-0***-****-3988", "* 1", "AMZ*MIHON",
        "SQ *MIHON 0312345678", "PAYPAL *4029357733"})
    CHECK(masked(stays) == stays);
}

TEST_CASE("an issuer's own masked form is no whole number", "[pan]") {
  for (const std::string form : {"4980-0379-3988-4***", "498003******3988", "****-****-****-1234",
                                 "見本　太郎　様,4980-0379-3988-4***,三井住友カード（ＮＬ）"})
    CHECK_FALSE(pan::full_number_in(form));
  // Also where the visible digits pass the check by chance.
  const std::string thirteen = with_check_digit("498003793988");
  CHECK_FALSE(pan::full_number_in(thirteen + "***"));
  CHECK_FALSE(pan::full_number_in("***" + thirteen));
  CHECK(pan::full_number_in("見本　太郎　様," + thirteen + ",三井住友カード"));
}

TEST_CASE("what only looks like a number stays", "[pan]") {
  for (const std::string text : {"",
                                 "1",
                                 "2026/08/30",
                                 "2026年8月30日",
                                 "2026-08-30",
                                 "03-1234-5678",
                                 "+81-90-1234-5678",
                                 "0120-000-000",
                                 "ご利用料金　１０月分",
                                 "EXAMPLE HOSTING (EXAMPLE.COM)",
                                 "ＥＴＣ　見本第一料金所",
                                 "現地利用額　　　　　　３０．０００",
                                 "1,234,567,890",
                                 "4111/1111/1111/1111",
                                 "4111111111111112",
                                 "0000000000000000",
                                 "1234567890123456",
                                 "12345678901234567890123456789012",
                                 "見本マート　新宿店　１２３号",
                                 "\xff\xfe 4",
                                 "xxxxxxxxxxxxxxxx"}) {
    INFO(text);
    CHECK_FALSE(pan::found_in(text));
    CHECK(masked(text) == text);
  }
}

TEST_CASE("a number within more than nineteen digits in a row is none", "[pan]") {
  const std::string pan = with_check_digit("400000000000999");
  CHECK_FALSE(pan::found_in("0000" + pan));
  CHECK_FALSE(pan::found_in(pan + "000000000000000000000000"));
  CHECK(pan::found_in("00000000000000000000 " + pan));
}

TEST_CASE("few random numbers are taken for card numbers", "[pan]") {
  std::mt19937_64 random(2026);
  int hits = 0;
  constexpr int tried = 1'000'000;
  std::string digits(16, '0');
  for (int i = 0; i < tried; ++i) {
    for (char& digit : digits) digit = static_cast<char>('0' + random() % 10);
    hits += pan::found_in(digits) ? 1 : 0;
  }
  const double share = 100.0 * hits / tried;
  INFO("taken for card numbers: " << share << " %");
  CHECK(share > 2.0);
  CHECK(share < 4.2);
}

TEST_CASE("masking is idempotent, and text without a number is never changed", "[pan]") {
  const auto piece = rc::gen::oneOf(rc::gen::elementOf(std::vector<std::string>{
                                        "4", "０", "9",  "1111", "3528", "411111", "*",      "＊", "x",    "xx",
                                        " ", "-",  "　", "店",   "A",    ".",      "\u200b", "①",  "\xe3", "\xff"}),
                                    rc::gen::map(rc::gen::inRange(0, 10), [](int d) { return std::to_string(d); }));
  CHECK(rc::check("mask", [&] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string text;
    for (const std::string& each : pieces) text += each;
    std::string once = text;
    const bool changed = pan::mask(once);
    RC_ASSERT(changed == pan::found_in(text));
    RC_ASSERT(changed == (once != text));
    RC_ASSERT(!pan::found_in(once));
    std::string twice = once;
    RC_ASSERT(!pan::mask(twice));
    RC_ASSERT(twice == once);
  }));
}

TEST_CASE("a long text costs time in proportion to its length", "[pan]") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "x1 ";
  CHECK_FALSE(pan::found_in(text.substr(0, 30)));
  CHECK_FALSE(pan::full_number_in(std::string(2'000'000, 'x') + "12345678901"));
  CHECK_FALSE(pan::found_in(std::string(2'000'000, '7')));
}

}  // namespace meisai
