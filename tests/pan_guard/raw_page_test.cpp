// SPDX-License-Identifier: Apache-2.0
//
// Raw pages: the guard sits in the builder, and stored bytes come back as they were or are refused.
#include "meisai/raw_page.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace meisai {
namespace {

const std::string pan = "4000000000000002";

RawPage page_of_three() {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::billing_month, 1);
  builder.cell(Field::value, "9月支払金額");
  builder.begin_record(RecordKind::transaction, 2, 0);
  builder.cell(Field::usage_date, "2026/08/30");
  builder.cell(Field::merchant, "見本 " + pan);
  builder.cell(Field::amount, "");
  builder.begin_record(RecordKind::window_end, 400'000'000'000, 7);
  return builder.take();
}

std::string dump(const RawPage& page) {
  std::string all;
  for (const RawRecord& record : page.records()) {
    all += std::to_string(static_cast<int>(record.kind)) + "/" + std::to_string(record.row) + "/" +
           std::to_string(record.card) + ":";
    for (const RawCell& cell : page.cells(record))
      all += std::to_string(static_cast<int>(cell.field)) + (cell.pan_masked ? "*" : "") + "=" +
             std::string(page.text(cell)) + "|";
  }
  return all;
}

}  // namespace

TEST_CASE("no cell holds a card number, and the record says so", "[raw_page]") {
  const RawPage page = page_of_three();
  const auto records = page.records();
  CHECK(page.find(records[1], Field::merchant) == "見本 ************0002");
  CHECK(page.pan_masked(records[1]));
  CHECK_FALSE(page.pan_masked(records[0]));
  CHECK_FALSE(page.find(records[1], Field::billed).has_value());
  CHECK(page.find(records[1], Field::amount) == "");
}

TEST_CASE("a reviewed id is not scanned", "[raw_page]") {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 1);
  builder.reviewed_id_cell(Field::extension, pan);
  const RawPage page = builder.take();
  CHECK(page.find(page.records()[0], Field::extension) == pan);
}

TEST_CASE("stored bytes come back as they were", "[raw_page]") {
  const RawPage page = page_of_three();
  const std::string bytes = page.encode();
  const auto back = RawPage::decode(bytes);
  REQUIRE(back);
  CHECK(dump(*back) == dump(page));
  CHECK(back->encode() == bytes);
  CHECK(RawPage::decode(RawPage().encode()));
}

TEST_CASE("damaged bytes are refused or read as another whole page, never beyond the end", "[raw_page]") {
  const std::string bytes = page_of_three().encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = RawPage::decode(std::string_view(bytes).substr(0, size));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == Code::store_damaged);
  }
  CHECK_FALSE(RawPage::decode(bytes + "x"));
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string other = bytes;
    for (auto n = 1 + random() % 3; n > 0; --n) other[random() % other.size()] = static_cast<char>(random());
    if (const auto page = RawPage::decode(other)) CHECK(RawPage::decode(page->encode()));
  }
}

TEST_CASE("the record begun last can be dropped or moved to the next page", "[raw_page]") {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 1);
  builder.cell(Field::merchant, "one");
  builder.begin_record(RecordKind::transaction, 2, 3);
  builder.cell(Field::merchant, pan);
  const RawPage first = builder.take(true);
  CHECK(dump(first) == "0/1/4294967295:2=one|");
  builder.cell(Field::remark, "more");
  builder.begin_record(RecordKind::transaction, 3);
  builder.cell(Field::merchant, "gone");
  builder.drop_record();
  CHECK(dump(builder.take()) == "0/2/3:2*=************0002|13=more|");
  CHECK(builder.empty());
}

TEST_CASE("a page is full by records or by text", "[raw_page]") {
  RawPageBuilder builder;
  for (std::size_t i = 0; i < RawPageBuilder::full; ++i) {
    CHECK_FALSE(builder.is_full());
    builder.begin_record(RecordKind::transaction, i);
  }
  CHECK(builder.is_full());
  CHECK(builder.take().records().size() == RawPageBuilder::full);
  builder.begin_record(RecordKind::transaction, 1);
  builder.cell(Field::merchant, std::string(RawPageBuilder::full_bytes, 'a'));
  CHECK(builder.is_full());
}

}  // namespace meisai
