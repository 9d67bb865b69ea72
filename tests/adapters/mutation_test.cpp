// SPDX-License-Identifier: Apache-2.0
//
// Thousands of damaged samples: never a crash, never text that is no UTF-8, never a whole card number, never a
// row that the original does not explain without a sign that something is wrong.
#include <catch2/catch.hpp>
#include <random>

#include "adapters/japan_files/utf8.h"
#include "meisai/pan_guard.h"
#include "normalizers/normalizers.h"
#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

std::string damaged(std::string bytes, std::mt19937_64& random) {
  constexpr std::string_view spice =
      "\",\n\r\0\\0981*-\xff\x81\xe3\xef\x20"
      "A";
  for (auto times = 1 + random() % 4; times > 0 && !bytes.empty(); --times) {
    const std::size_t at = random() % bytes.size();
    const std::size_t length = 1 + random() % 40;
    switch (random() % 6) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes[at] = static_cast<char>(random());
        break;
      case 2:
        bytes.insert(at, 1, spice[random() % spice.size()]);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(at, bytes.substr(random() % bytes.size(), length));
        break;
      default:
        bytes[at] = spice[random() % spice.size()];
    }
  }
  return bytes;
}

void check(const std::string& bytes, std::mt19937_64& random) {
  const Recognized found = recognize(bytes);
  if (found.layout == nullptr) return;
  const ReadDocument document = read_with(*found.adapter, *found.layout, bytes);
  if (!document.error && read_with(*found.adapter, *found.layout, bytes, 1 + random() % 50).text() != document.text())
    FAIL("another reading in pieces");
  const auto normalizer = make_normalizer();
  for (const RawPage& page : document.pages) {
    const auto stored = RawPage::decode(page.encode());
    if (!stored || stored->records().size() != page.records().size()) FAIL("the page does not come back");
    for (const RawRecord& record : page.records()) {
      if (record.card != no_card && record.card >= document.cards.size()) FAIL("a card that is not there");
      for (const RawCell& cell : page.cells(record)) {
        if (japan_files::check_utf8(page.text(cell)).valid != cell.length) FAIL("a cell is no UTF-8");
        if (pan::found_in(page.text(cell))) FAIL("a card number");
      }
      if (record.kind != RecordKind::transaction) continue;
      const auto facts = normalizer->transaction(page, record, found.layout->vocabulary);
      if (!facts && facts.error().row != record.row) FAIL("a rejection without its place");
      if (facts && !page.find(record, Field::amount) && !page.find(record, Field::billed))
        FAIL("an amount from nowhere");
    }
  }
}

}  // namespace

TEST_CASE("damaged documents never crash and never pass for whole ones", "[mutation]") {
  std::mt19937_64 random(20'261'120);
  for (const char* const name : {"rakuten/enavi202609(0000).csv", "rakuten-current/enavi202610(0000).csv",
                                 "smbc/202610.csv", "smbc-pending/202611.csv", "jcb/202610meisai.csv"}) {
    const std::string original = sample(name);
    for (int round = 0; round < 1'500; ++round) check(damaged(original, random), random);
  }
  SUCCEED();
}

}  // namespace meisai::test
