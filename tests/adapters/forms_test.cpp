// SPDX-License-Identifier: Apache-2.0
//
// The same document in other clothes gives the same records: however the bytes arrive, whatever a user's
// program saved. Where only the bytes differ, the rows are the same too.
#include <catch2/catch.hpp>

#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

const char* const samples[] = {"rakuten/enavi202609(0000).csv", "rakuten-current/enavi202610(0000).csv",
                               "smbc/202610.csv", "smbc-pending/202611.csv", "jcb/202610meisai.csv"};

std::string as_utf8(const std::string& name) {
  const std::string bytes = sample(name);
  return bytes.starts_with("\xef\xbb\xbf") ? bytes.substr(3) : utf8(bytes);
}

/// Without the quotes of every cell that does not need them.
std::string unquoted(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '"') {
      plain += text[at++];
      continue;
    }
    const std::size_t end = text.find('"', at + 1);
    const std::string cell = text.substr(at + 1, end - at - 1);
    plain += cell.find(',') == std::string::npos ? cell : '"' + cell + '"';
    at = end + 1;
  }
  return plain;
}

std::string cards_of(const ReadDocument& document) {
  const std::string all = document.text();
  return all.substr(all.find("\ncard"), all.rfind('\n') - all.find("\ncard"));
}

}  // namespace

TEST_CASE("any two splits of the bytes give the same records", "[forms]") {
  for (const char* const name : samples) {
    INFO(name);
    const std::string bytes = sample(name);
    const Recognized found = recognize(bytes);
    REQUIRE(found.layout != nullptr);
    const std::string whole = read_with(*found.adapter, *found.layout, bytes).text();
    for (const std::size_t step : {1u, 2u, 3u, 7u, 16u, 61u, 1000u})
      CHECK(read_with(*found.adapter, *found.layout, bytes, step).text() == whole);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      const auto reader = found.adapter->open(*found.layout);
      REQUIRE(reader->feed(std::string_view(bytes).substr(0, cut)));
      REQUIRE(reader->feed(std::string_view(bytes).substr(cut)));
      REQUIRE(reader->finish());
      ReadDocument document;
      while (auto page = reader->take_page()) document.pages.push_back(std::move(*page));
      for (const CardClue& card : reader->cards())
        document.cards.push_back({card.key_text.clone(), card.name, card.last4, card.role});
      document.facts = reader->facts();
      if (document.text() != whole) FAIL("another reading when cut at byte " << cut);
    }
  }
}

TEST_CASE("a re-saved document gives the same records", "[forms]") {
  for (const char* const name : samples) {
    const std::string text = as_utf8(name);
    const std::string lf = replaced(text, "\r\n", "\n");
    const ReadDocument original = read(sample(name));
    REQUIRE(!original.error);
    const std::string bom = "\xef\xbb\xbf";
    const std::pair<const char*, std::string> variants[] = {
        {"UTF-8, LF", lf},
        {"UTF-8, LF, BOM", bom + lf},
        {"UTF-8, CRLF", replaced(lf, "\n", "\r\n")},
        {"CP932, LF", cp932(lf)},
        {"CP932, CRLF", cp932(replaced(lf, "\n", "\r\n"))},
        {"CP932, no last newline", cp932(lf.substr(0, lf.size() - 1))},
        {"UTF-8, no last newline", lf.substr(0, lf.size() - 1)},
        {"blank columns at the end of each line", replaced(lf, "\n", ",,\n")},
        {"blank lines at the end", lf + "\n\n"},
        {"quotes only where a cell holds a comma", unquoted(lf)},
    };
    for (const auto& [what, bytes] : variants) {
      INFO(name << ", " << what);
      const ReadDocument document = read(bytes);
      REQUIRE(!document.error);
      CHECK(document.lines() == original.lines());
      CHECK(cards_of(document) == cards_of(original));
      CHECK_FALSE(document.facts.last_record_incomplete);
    }
  }
}

TEST_CASE("the columns of a header may stand in any order", "[forms]") {
  const std::string text = as_utf8(samples[0]);
  std::string turned;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    const std::size_t last = line.rfind(',');
    turned += line.substr(last + 1) + "," + line.substr(0, last) + "\n";
    at = end + 1;
  }
  const ReadDocument document = read(turned);
  REQUIRE(!document.error);
  CHECK(document.count(RecordKind::transaction) == 15);
  CHECK(document.count(RecordKind::billing_month) == 1);
}

TEST_CASE("unknown columns are kept and counted", "[forms]") {
  std::string text = replaced(as_utf8(samples[0]), "\"新規サイン\"\n", "\"新規サイン\",\"ポイント\"\n");
  text = replaced(text, "\"*\"\n", "\"*\",\"8\"\n");
  text = replaced(text, "\"\"\n", "\"\",\"\"\n");
  const ReadDocument document = read(text);
  REQUIRE(!document.error);
  CHECK(document.facts.unknown_columns == std::vector<std::string>{"ポイント"});
  CHECK(document.count(RecordKind::transaction) == 15);
  CHECK(document.lines()[1].ends_with("=8"));
}

}  // namespace meisai::test
