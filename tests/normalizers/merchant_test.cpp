// SPDX-License-Identifier: Apache-2.0
//
// What is left of a merchant when the issuer's own words around it are taken away.
#include "normalizers/merchant.h"

#include <rapidcheck.h>

#include <array>
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "normalizers/normalizers.h"

namespace meisai {
namespace {

constexpr std::array<std::string_view, 3> prefixes{"国内 @ ", "海外 # ", "変更WEB #"};
constexpr Vocabulary words{.merchant_prefixes = prefixes, .merchant_country_suffix = "利用国@"};

std::string core(std::string_view text, const Vocabulary& vocabulary = words) {
  return make_normalizer()->merchant_core(text, vocabulary);
}

}  // namespace

TEST_CASE("prefix and country are taken away where they have their shape", "[merchant]") {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"国内 MZZ 見本", "見本"},
      {"国内 VS MIHON STEREO", "MIHON STEREO"},
      {"海外 1 EXAMPLE CLOUD", "EXAMPLE CLOUD"},
      {"EXAMPLE CLOUD利用国USA", "EXAMPLE CLOUD"},
      {"海外 12 EXAMPLE 利用国US", "EXAMPLE"},
      {"変更WEB 0123見本", "見本"},
      {"変更WEB 0123国内 VS 見本", "見本"},  // both, in either order
      {"国内 VS 変更WEB 1見本", "見本"},
      // What only resembles them belongs to the shop.
      {"国内 MARUZEN BOOKS", "国内 MARUZEN BOOKS"},
      {"国内 M SHOP", "国内 M SHOP"},
      {"国内 vs 見本", "国内 vs 見本"},
      {"国内 VS見本", "国内 VS見本"},
      {"見本 国内 VS 見本", "見本 国内 VS 見本"},
      {"海外 A SHOP", "海外 A SHOP"},
      {"変更WEB 見本", "変更WEB 見本"},
      {"利用国USA見本", "利用国USA見本"},
      {"見本利用国USAX", "見本利用国USAX"},
      {"見本利用国", "見本利用国"},
      {"利用国際プラザ", "利用国際プラザ"},
      // Nothing would be left.
      {"国内 VS", "国内 VS"},
      {"利用国USA", "利用国USA"},
      {"変更WEB 123", "変更WEB 123"},
      {"", ""},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(core(text) == expected);
    CHECK(core(core(text)) == expected);
    CHECK(core(text, Vocabulary{}) == text);  // an issuer without such words
  }
}

TEST_CASE("any shop has the core that its open and its closed view have", "[merchant]") {
  CHECK(rc::check("views agree", [] {
    const auto word = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABC19 xyz")));
    const std::string shop = "見" + *word + "本";
    RC_ASSERT(core(shop) == shop);
    for (const char* const before : {"国内 MZZ ", "国内 QP ", "海外 1 ", "変更WEB 42"})
      for (const char* const after : {"", "利用国USA", "利用国TOK"}) RC_ASSERT(core(before + shop + after) == shop);
  }));
  CHECK(rc::check("the core is a part of the text, and its own core", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "国内 ", "MZZ ", "VS", " ", "海外 ", "1 ", "変更WEB ", "42", "利用国", "USA", "見本", "A", ""));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    const std::string part = core(text);
    RC_ASSERT(text.find(part) != std::string::npos);
    RC_ASSERT(part.empty() == text.empty());
    RC_ASSERT(core(part) == part);
  }));
}

}  // namespace meisai
