// SPDX-License-Identifier: Apache-2.0
//
// A shop as an issuer writes it while a month is open and after it is closed, over the sample files: the same
// purchase has one core, different shops never have the same.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/all.h"
#include "normalizers/normalizers.h"
#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

const Vocabulary& vocabulary_of(const Adapter& adapter, std::string_view layout) {
  for (const LayoutInfo& info : adapter.layouts())
    if (info.layout == layout) return info.vocabulary;
  throw std::logic_error("no such layout");
}

std::vector<std::string> merchants(const std::string& folder) {
  const auto expected = nlohmann::json::parse(sample(folder + "/expected.json"));
  std::vector<std::string> all;
  for (const auto& row : expected["transactions"]) all.push_back(row["merchant_raw"]);
  return all;
}

/// Each row of the sample of an open month, and how the closed month writes the same shop: without a prefix, with a
/// country, in another width.
struct Views {
  std::string folder;
  std::string_view layout_of_closed;
  std::map<std::string, std::string> closed;
};
const Views all_views[] = {
    {"rakuten-current",
     "rakuten_closed_2026_06",
     {{"マスター国内利用　MZZ ミホンストア　ＡＢＣ", "ミホンストア　　ＡＢＣ"},
      {"ＶＩＳＡ国内利用　VS MIHON STEREO", "ＭＩＨＯＮ　ＳＴＥＲＥＯ"},
      {"マスター国内利用　MYY ﾐﾎﾝﾊﾞｰｶﾞｰ", "ミホンバーガー"},
      {"海外利用　１　EXAMPLE CLOUD", "EXAMPLE CLOUD利用国USA"},
      {"ＪＣＢ国内利用　QP 見本コンビニ", "見本コンビニ"},
      {"マスター国内利用　MZZ 見本ガス", "見本ガス"},
      {"マスター国内利用　MZZ 見本スポーツ", "返済方法変更ＷＥＢ　０１見本スポーツ"},
      {"ＶＩＳＡ国内利用　VS 見本書林", "見本書林"},
      {"マスター国内利用　MZZ ソフト見本販売", "ソフト見本販売"},
      {"マスター国内利用　MZZ 十見本商会", "十見本商会"},
      {"ＶＩＳＡ国内利用　VS 見本モバイル料金", "見本モバイル料金"}}},
    {"smbc-pending",
     "smbc_closed_2019_12",
     {{"ミホンマート", "ﾐﾎﾝﾏｰﾄ"},
      {"ﾐﾎﾝ ﾓﾊﾞｲﾙ ﾘﾖｳｼﾞ", "ﾐﾎﾝ ﾓﾊﾞｲﾙ ﾘﾖｳｼﾞ"},
      {"ＡＰＰ見本  ＣＯＭ  ＢＩＬＬ", "ＡＰＰ見本　ＣＯＭ　ＢＩＬＬ"},
      {"EXAMPLE AI SUBSCRIPTION", "EXAMPLE AI SUBSCRIPTION"},
      {"EXAMPLE HOTEL PARIS", "EXAMPLE HOTEL PARIS"},
      {"見本バーガー", "見本バーガー"},
      {"スマート見本（特急券）", "スマート見本（特急券）"},
      {"見本家電", "見本家電"},
      {"見本百貨店", "見本百貨店"},
      {"見本ゴルフ", "見本ゴルフ"},
      {"見本スーツ", "見本スーツ"},
      {"キャッシュバック（ポイント交換）", "キャッシュバック（ポイント交換）"}}},
};

}  // namespace

TEST_CASE("a row of an open month has the core of its row in the closed month", "[merchant]") {
  const auto adapters = all_adapters();
  const auto normalizer = make_normalizer();
  for (const Views& views : all_views) {
    INFO(views.folder);
    const Vocabulary& words = vocabulary_of(*adapters.front(), views.layout_of_closed);
    const auto core = [&](const std::string& raw) { return normalizer->merchant_core(normalizer->text(raw), words); };
    std::set<std::string> shops;
    std::set<std::string> cores;
    for (const std::string& raw : merchants(views.folder)) {
      INFO(raw);
      REQUIRE(views.closed.contains(raw));
      CHECK(core(raw) == core(views.closed.at(raw)));
      shops.insert(raw);
      cores.insert(core(raw));
    }
    CHECK(shops.size() == views.closed.size());
    CHECK(cores.size() == shops.size());
  }
}

TEST_CASE("different shops of a closed month have different cores", "[merchant]") {
  const auto adapters = all_adapters();
  const auto normalizer = make_normalizer();
  for (const auto& [folder, layout] :
       {std::pair("rakuten", "rakuten_closed_2026_06"), std::pair("smbc", "smbc_closed_2019_12"),
        std::pair("jcb", "jcb_closed_2018_03")}) {
    const Vocabulary& words = vocabulary_of(*adapters.front(), layout);
    std::set<std::string> texts;
    std::set<std::string> cores;
    for (const std::string& raw : merchants(folder)) {
      texts.insert(normalizer->text(raw));
      cores.insert(normalizer->merchant_core(normalizer->text(raw), words));
    }
    CHECK(cores.size() == texts.size());
  }
}

TEST_CASE("every layout of an issuer names the same words around a shop", "[merchant]") {
  const auto adapters = all_adapters();
  std::map<std::string, const Vocabulary*> first;
  for (const LayoutInfo& info : adapters.front()->layouts()) {
    const Vocabulary& words = *first.try_emplace(info.issuer.text(), &info.vocabulary).first->second;
    INFO(info.layout);
    CHECK(std::ranges::equal(info.vocabulary.merchant_prefixes, words.merchant_prefixes));
    CHECK(info.vocabulary.merchant_country_suffix == words.merchant_country_suffix);
  }
}

}  // namespace meisai::test
