// SPDX-License-Identifier: Apache-2.0
//
// Which layout a document is, told from its content alone, and what the user hears when it is none.
#include <catch2/catch.hpp>

#include "adapters/all.h"
#include "adapters/issuers/issuers.h"
#include "adapters/japan_files/japan_files.h"
#include "tests/adapters/reading.h"
#include "tests/adapters/usage_list_layout.h"

namespace meisai::test {
namespace {

const std::string rakuten = sample("rakuten/enavi202609(0000).csv");
const std::string rakuten_open = sample("rakuten-current/enavi202610(0000).csv");
const std::string smbc_open = sample("smbc-pending/202611.csv");
const std::string jcb = utf8(sample("jcb/202610meisai.csv"));

std::string layout_of(std::string_view bytes) {
  const Recognized found = recognize(bytes);
  return found.layout == nullptr ? "" : found.layout->layout;
}

/// Without the column of this number, from 0, in every line. No cell of the samples holds a comma.
std::string without_column(const std::string& text, int column) {
  std::string fewer;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    std::size_t cut = 0;
    for (int comma = 0; comma < column; ++comma) cut = line.find(',', cut) + 1;
    line.erase(cut, line.find(',', cut) + 1 - cut);
    fewer += line + "\n";
    at = end + 1;
  }
  return fewer;
}

Error only_near_miss(std::string_view bytes) {
  const Recognized found = recognize(bytes);
  REQUIRE(found.recognition.matches.empty());
  REQUIRE(found.recognition.near_misses.size() == 1);
  return found.recognition.near_misses.front().reason;
}

}  // namespace

TEST_CASE("each layout is recognized, also from its first lines alone", "[recognize]") {
  CHECK(layout_of(rakuten) == "rakuten_closed_2026_06");
  CHECK(layout_of(rakuten_open) == "rakuten_open_2026_06");
  CHECK(layout_of(sample("smbc/202610.csv")) == "smbc_closed_2019_12");
  CHECK(layout_of(smbc_open) == "smbc_open_2018_07");
  CHECK(layout_of(sample("jcb/202610meisai.csv")) == "jcb_closed_2018_03");
  std::string large = rakuten;
  while (large.size() < 200'000)
    large +=
        "\"2026/08/"
        "10\",\"表参道ミホンカフェ\",\"本人\",\"1回払い\",\"1320\",\"0\",\"1320\",\"1320\",\"1320\",\"0\",\"*\"\n";
  CHECK(layout_of(large) == "rakuten_closed_2026_06");
}

TEST_CASE("the older generations of 楽天 are layouts of their own", "[recognize]") {
  const std::string ten = without_column(rakuten, 8);
  CHECK(layout_of(ten) == "rakuten_closed_before_2026_06");
  const ReadDocument document = read(ten);
  REQUIRE(!document.error);
  CHECK(document.count(RecordKind::transaction) == 15);
  CHECK(document.facts.unknown_columns.empty());
  const std::string older = replaced(ten, "手数料/利息", "支払手数料");
  CHECK(layout_of(older) == "rakuten_closed_fee_column");
  CHECK(read(cp932(older.substr(3))).count(RecordKind::transaction) == 15);
}

TEST_CASE("an open month of 楽天 is told from a closed one in every generation", "[recognize]") {
  const std::string eleven = without_column(rakuten_open, 9);
  const std::string older = replaced(eleven, "手数料/利息", "支払手数料");
  const std::pair<const std::string&, const char*> generations[] = {
      {rakuten_open, "rakuten_open_2026_06"},
      {eleven, "rakuten_open_before_2026_06"},
      {older, "rakuten_open_fee_column"},
  };
  for (const auto& [text, layout] : generations) {
    INFO(layout);
    CHECK(layout_of(text) == layout);
    CHECK(layout_of(text.substr(0, text.find('\n') + 1)) == layout);  // by the header, not by what rows say
    const ReadDocument document = read(text);
    REQUIRE(!document.error);
    CHECK(document.count(RecordKind::transaction) == 13);
    CHECK(document.count(RecordKind::billing_month) == 0);
    CHECK(document.facts.unknown_columns.empty());
    CHECK(read(cp932(text.substr(3))).lines() == document.lines());
  }
  // 支払月 in a closed month's header, or none in an open one's: neither is read as the other.
  const Error added = only_near_miss(replaced(rakuten, "\"9月支払金額\"", "\"支払月\",\"9月支払金額\""));
  CHECK(added.code == Code::document_not_recognized);
  CHECK(added.what.find("open month") != std::string::npos);
  CHECK(added.where.issuer == "rakuten_card");
  for (const std::string& neither : {without_column(rakuten_open, 7), without_column(eleven, 7),
                                     replaced(rakuten, "\"新規サイン\"", "\"11月以降請求額\"")})
    CHECK(only_near_miss(neither).code == Code::document_not_recognized);
}

TEST_CASE("a reader of 楽天's open month refuses a closed one, and the other way round", "[recognize]") {
  const auto adapters = all_adapters();
  int refused = 0;
  for (const LayoutInfo& info : adapters.front()->layouts()) {
    INFO(info.layout);
    if (info.layout.starts_with("rakuten_open")) CHECK(read_with(*adapters.front(), info, rakuten).error);
    if (info.layout.starts_with("rakuten_closed")) CHECK(read_with(*adapters.front(), info, rakuten_open).error);
    refused += info.layout.starts_with("rakuten") ? 1 : 0;
  }
  CHECK(refused == 6);
}

TEST_CASE("the list of Vpass is told by what a row looks like", "[recognize]") {
  const auto row = [](const std::string& text) { return layout_of(cp932(text + "\n")); };
  CHECK(row("2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,1980,1980,,,,,") == "smbc_open_2018_07");
  CHECK(row("2018/7/3,ミホンストア,ご本人,1回払い,,18/8,1980,1980,,,,,") == "smbc_open_2018_07");
  CHECK(row("\n2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,1980,1980,,,,,,,") == "smbc_open_2018_07");
  for (const char* const other : {"2026/7/29,ミホンストア,ご本人,1回払い,,8月,1980,1980,,,,,",
                                  "2026/7/29,ミホンストア,ご本人,1回払い,,,1980,1980,,,,,",
                                  "2026/7/29,ミホンストア,ご本人,1回払い,,2026/8/26,1980,1980,,,,,",
                                  "2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,,1980,,,,,"}) {
    INFO(other);
    const Error reason = only_near_miss(cp932(other + std::string("\n")));
    CHECK(reason.code == Code::document_not_recognized);
    CHECK(reason.where.layout == "smbc_open_2018_07");
    CHECK(reason.where.row == 1);
    CHECK(reason.what.find("1980") == std::string::npos);
  }
  CHECK(row("2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,1980,1980,,,,") == "");
  CHECK(row("2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,1980,1980,,,,,,9") == "");
  CHECK(row("ミホンストア,2026/7/29,ご本人,1回払い,,'26/08,1980,1980,,,,,") == "");
}

TEST_CASE("a missing or doubled column is named", "[recognize]") {
  const Error missing = only_near_miss(replaced(rakuten, "\"利用金額\"", "\"金額\""));
  CHECK(missing.code == Code::column_missing);
  CHECK(missing.what.find("利用金額") != std::string::npos);
  CHECK(missing.where.row == 1);
  const Error twice = only_near_miss(replaced(jcb, "\"備考\"", "\"ご利用日\""));
  CHECK(twice.code == Code::column_ambiguous);
  CHECK(twice.where.row == 6);
}

TEST_CASE("the reader of a layout refuses a document of another", "[recognize]") {
  const auto adapters = all_adapters();
  const LayoutInfo& first = adapters.front()->layouts()[0];
  CHECK(read_with(*adapters.front(), first, replaced(rakuten, "\"利用金額\"", "\"金額\"")).error->code ==
        Code::column_missing);
  CHECK(read_with(*adapters.front(), first, jcb).error->code == Code::document_truncated);
  CHECK(read_with(*adapters.front(), first, std::string(100, '\n')).error->code == Code::document_not_recognized);
  CHECK(read_with(*adapters.front(), first, "").error->code == Code::document_truncated);
}

TEST_CASE("what is no statement fits nothing", "[recognize]") {
  for (const std::string& bytes :
       {std::string(), std::string("\n\n"), std::string("date,amount\n2026-08-30,5\n"),
        std::string("%PDF-1.7\n%\xe2\xe3"), std::string("{\"a\":1}"), std::string(70'000, 'x')}) {
    const Recognized found = recognize(bytes);
    CHECK(found.recognition.matches.empty());
  }
  const Recognized binary =
      recognize(std::string("\x7f"
                            "ELF\0\0\0",
                            7));
  REQUIRE(binary.recognition.near_misses.size() == 1);
  CHECK(binary.recognition.near_misses.front().layout == nullptr);
  CHECK(binary.recognition.near_misses.front().reason.code == Code::not_text);
}

TEST_CASE("a short document in two encodings fits nothing, and the reason carries its line", "[recognize]") {
  const std::size_t half = rakuten.find("\"2026/08/10");
  const Recognized found = recognize(rakuten.substr(3, half - 3) + cp932(rakuten.substr(half)));
  REQUIRE(found.recognition.near_misses.size() == 1);
  CHECK(found.recognition.near_misses.front().reason.code == Code::mixed_encodings);
  CHECK(found.recognition.near_misses.front().reason.where.row == 14);
}

TEST_CASE("two profiles that claim one layout both match", "[recognize]") {
  japan_files::JapanLayout other = issuers::jcb_closed;
  other.issuer = "mihon_card";
  const std::array<const japan_files::JapanLayout*, 2> both{&issuers::jcb_closed, &other};
  const auto adapter = japan_files::make_japan_files(both);
  const Recognition recognition = adapter->recognize(jcb, true);
  REQUIRE(recognition.matches.size() == 2);
  CHECK(recognition.matches[0].layout->issuer.text() == "jcb_card");
  CHECK(recognition.matches[1].layout->issuer.text() == "mihon_card");
  CHECK(read_with(*adapter, *recognition.matches[1].layout, jcb).count(RecordKind::transaction) == 14);
}

TEST_CASE("layout and issuer ids are snake_case and unique", "[recognize]") {
  std::vector<std::string> seen;
  for (const auto& adapter : all_adapters())
    for (const LayoutInfo& info : adapter->layouts()) {
      CHECK(info.layout.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
      CHECK(IssuerId::parse(info.issuer.text()));
      CHECK(std::find(seen.begin(), seen.end(), info.layout) == seen.end());
      seen.push_back(info.layout);
    }
  CHECK(seen.size() == 9);
}

}  // namespace meisai::test
