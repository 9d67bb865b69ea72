// SPDX-License-Identifier: Apache-2.0
#include "normalizers/text.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

namespace meisai {
namespace {

using normalizers::normalized_text;

}  // namespace

TEST_CASE("texts in one form", "[text]") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"ﾐﾎﾝﾊﾟﾝ ｺｳﾎﾞｳ ﾄｳｷﾖｳ", "ミホンパン コウボウ トウキヨウ"},
      {"ミホンマート　　新宿店", "ミホンマート 新宿店"},
      {"ＥＴＣ　見本", "ETC 見本"},
      {"ソフト見本㈱", "ソフト見本(株)"},
      {"ＭＨＮＥＯＳ－ＳＳ", "MHNEOS-SS"},
      {"ﾐﾎﾝ ﾃﾞﾊﾟ-ﾄ", "ミホン デパ-ト"},
      {"  a \t b\r\nc  ", "a b c"},
      {"　　", ""},
      {"a\u00a0\u2003\u3000b", "a b"},
      {"髙見", "髙見"},
      {"М\u2010\u2212", "М\u2010\u2212"},  // look-alikes stay what they are
      {"①②", "12"},
      {"e\u0301", "é"},
      {"\u200b見\u200b本", "\u200b見\u200b本"},
      {"\u1680a\u2028b\u205fc", "a b c"},
      {"鬱ぁ\u30fb", "鬱ぁ\u30fb"}};
  for (const auto& [raw, form] : cases) {
    INFO(raw);
    CHECK(normalized_text(raw) == form);
  }
  CHECK(normalized_text("a\xff") == "a\xff");
}

TEST_CASE("the form is its own form", "[text]") {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{
      "a", " ", "　", "ﾊ", "ﾟ", "Ａ", "\u00a0", "㈱", "\t", "\u2028", "髙", "\u0301", "\ufdfa", "´", "\u00b8", "‗"});
  CHECK(rc::check("idempotent", [&] {
    std::string text;
    for (const std::string& each : *rc::gen::container<std::vector<std::string>>(piece)) text += each;
    const std::string once = normalized_text(text);
    RC_ASSERT(normalized_text(once) == once);
  }));
}

TEST_CASE("the memo answers like the function and stays small", "[text]") {
  normalizers::TextMemo memo;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 70'000; ++i) {
      const std::string raw = "ﾐﾎﾝ　" + std::to_string(i);
      if (memo.normalized(raw) != "ミホン " + std::to_string(i)) FAIL(raw);
    }
  const std::string longer(100'000, 'a');
  CHECK(memo.normalized(longer) == longer);
  CHECK(memo.normalized("ｱ") == "ア");
}

}  // namespace meisai
