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
const std::string jcb = utf8(sample("jcb/202610meisai.csv"));

std::string layout_of(std::string_view bytes) {
  const Recognized found = recognize(bytes);
  return found.layout == nullptr ? "" : found.layout->layout;
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
  CHECK(layout_of(sample("smbc/202610.csv")) == "smbc_closed_2019_12");
  CHECK(layout_of(sample("jcb/202610meisai.csv")) == "jcb_closed_2018_03");
  std::string large = rakuten;
  while (large.size() < 200'000)
    large +=
        "\"2026/08/"
        "10\",\"表参道ミホンカフェ\",\"本人\",\"1回払い\",\"1320\",\"0\",\"1320\",\"1320\",\"1320\",\"0\",\"*\"\n";
  CHECK(layout_of(large) == "rakuten_closed_2026_06");
}

TEST_CASE("the older generations of 楽天 are layouts of their own", "[recognize]") {
  std::string ten;
  for (std::size_t at = 0; at < rakuten.size();) {
    const std::size_t end = rakuten.find('\n', at);
    std::string line = rakuten.substr(at, end - at);
    std::size_t cut = 0;
    for (int comma = 0; comma < 8; ++comma) cut = line.find(',', cut) + 1;  // no cell of the sample holds a comma
    line.erase(cut, line.find(',', cut) + 1 - cut);
    ten += line + "\n";
    at = end + 1;
  }
  CHECK(layout_of(ten) == "rakuten_closed_before_2026_06");
  const ReadDocument document = read(ten);
  REQUIRE(!document.error);
  CHECK(document.count(RecordKind::transaction) == 15);
  CHECK(document.facts.unknown_columns.empty());
  const std::string older = replaced(ten, "手数料/利息", "支払手数料");
  CHECK(layout_of(older) == "rakuten_closed_fee_column");
  CHECK(read(cp932(older.substr(3))).count(RecordKind::transaction) == 15);
}

TEST_CASE("an open month of 楽天 is refused with the reason", "[recognize]") {
  const std::string open = replaced(rakuten, "\"9月支払金額\"", "\"支払月\",\"9月支払金額\"");
  const Error reason = only_near_miss(open);
  CHECK(reason.code == Code::document_not_recognized);
  CHECK(reason.what.find("open month") != std::string::npos);
  CHECK(reason.where.issuer == "rakuten_card");
}

TEST_CASE("the 13-column download of Vpass is refused with the reason", "[recognize]") {
  const Error reason = only_near_miss(cp932("2026/7/29,ミホンストア,ご本人,1回払い,,'26/08,1980,1980,,,,,\n"));
  CHECK(reason.code == Code::document_not_recognized);
  CHECK(reason.what.find("13-column") != std::string::npos);
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
  CHECK(seen.size() == 5);
}

}  // namespace meisai::test
