// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/table.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace meisai::cli {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("widths count East Asian characters as a terminal shows them") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("楽天カード 本人") == 15);
  CHECK(display_width("ﾐﾎﾝﾊﾟﾝ") == 6);    // half-width katakana, the voicing mark too
  CHECK(display_width("ＡＢＣ") == 6);    // full-width Latin
  CHECK(display_width("か\u3099") == 2);  // combining mark
  CHECK(display_width("–…α") == 3);       // ambiguous ones are narrow
  CHECK(display_width("✓") == 1);
  CHECK(display_width("a\u200bb") == 2);  // zero width
  CHECK(display_width("𠮷野家") == 6);
}

TEST_CASE("a column that may leave does so where shrinking is not enough") {
  Table table({{"Merchant", Align::left, true}, {"Amount", Align::right}, {"ID", Align::left, false, true}});
  table.add({"a very long merchant", "1,980", "T1234"});
  CHECK(lines_of(table.text(0, false))[2] == "a very long merchant   1,980  T1234");
  CHECK(lines_of(table.text(23, false))[2] == "a very …   1,980  T1234");
  for (const int narrow : {22, 20}) {
    const auto lines = lines_of(table.text(narrow, false));
    CHECK(lines[0].find("ID") == std::string::npos);
    CHECK(lines[2].find("T1234") == std::string::npos);
    CHECK(lines[2].ends_with("1,980"));
    for (const std::string& line : lines) CHECK(display_width(line) <= narrow);
  }
}

TEST_CASE("columns line up with mixed scripts") {
  Table table({{"Card"}, {"Amount", Align::right}, {"Plan"}});
  table.add({"楽天カード", "1,980", "one time"});
  table.add({"JCB", "-12,345", "–"});
  const auto lines = lines_of(table.text(0, false));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "Card         Amount  Plan");
  CHECK(lines[2] == "楽天カード    1,980  one time");
  CHECK(lines[3] == "JCB         -12,345  –");
}

TEST_CASE("a narrow terminal cuts the columns that may shrink, on a character border") {
  Table table({{"Date"}, {"Merchant", Align::left, true}, {"Amount", Align::right}});
  table.add({"2026-08-30", "ミホンマート新宿店本館", "2,450"});
  for (const std::string& line : lines_of(table.text(34, false))) {
    INFO(line);
    CHECK(display_width(line) <= 34);
  }
  CHECK(table.text(34, false).find("ミホンマ") != std::string::npos);
  CHECK(table.text(34, false).find("…") != std::string::npos);
  CHECK(table.text(0, false).find("ミホンマート新宿店本館") != std::string::npos);
}

TEST_CASE("fitted never splits a character and never exceeds the width") {
  const std::string text = "ミホンパン工房 Tokyo";
  for (int width = 0; width < 25; ++width) {
    const std::string cut = fitted(text, width);
    INFO(width << ": " << cut);
    CHECK(display_width(cut) <= width);
    CHECK(printable(cut) == cut);
  }
}

TEST_CASE("text of an issuer cannot act on the terminal") {
  CHECK(printable("shop\x1b[2J\x07") == "shop\xEF\xBF\xBD[2J\xEF\xBF\xBD");
  CHECK(printable("a\u202eb") ==
        "a\xEF\xBF\xBD"
        "b");  // right-to-left override
  CHECK(printable("a\u009bb") ==
        "a\xEF\xBF\xBD"
        "b");  // C1 control sequence introducer
  CHECK(printable("a\nb\tc") == "a b c");
  CHECK(printable("\xff\xfe") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(printable("見本\u3000店") == "見本\u3000店");
  Table table({{"Merchant"}});
  table.add({std::string("x\x1b[31mred")});
  CHECK(table.text(0, false).find('\x1b') == std::string::npos);
}

TEST_CASE("money has thousands separators and no rounding") {
  const Currency usd = Currency::parse("USD").value();
  CHECK(money_text(0, Currency::jpy()) == "0");
  CHECK(money_text(999, Currency::jpy()) == "999");
  CHECK(money_text(1000, Currency::jpy()) == "1,000");
  CHECK(money_text(-1234567, Currency::jpy()) == "-1,234,567");
  CHECK(money_text(-100, Currency::jpy()) == "-100");
  CHECK(money_text(125000, usd) == "1,250.00 USD");
  CHECK(money_text(5, usd) == "0.05 USD");
  CHECK(money_text(std::numeric_limits<std::int64_t>::max(), Currency::jpy()) == "9,223,372,036,854,775,807");
}

TEST_CASE("colours only where they are asked for") {
  Table table({{"A"}});
  table.add({{"x", Tone::bad}});
  CHECK(table.text(0, false).find('\x1b') == std::string::npos);
  CHECK(table.text(0, true).find("\x1b[31m") != std::string::npos);
}

}  // namespace
}  // namespace meisai::cli
