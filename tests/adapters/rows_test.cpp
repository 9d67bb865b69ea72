// SPDX-License-Identifier: Apache-2.0
//
// What the row rules make of unusual and broken rows: nothing shifts, nothing is lost without a sign.
#include <catch2/catch.hpp>

#include "adapters/issuers/issuers.h"
#include "adapters/japan_files/japan_files.h"
#include "normalizers/normalizers.h"
#include "tests/adapters/reading.h"
#include "tests/adapters/usage_list_layout.h"

namespace meisai::test {
namespace {

const std::string rakuten = sample("rakuten/enavi202609(0000).csv");
const std::string smbc = utf8(sample("smbc/202610.csv"));
const std::string rakuten_open = sample("rakuten-current/enavi202610(0000).csv");
const std::string smbc_open = utf8(sample("smbc-pending/202611.csv"));
const std::string jcb = utf8(sample("jcb/202610meisai.csv"));

/// What the normalizer says of every transaction: its amount, or why it was refused.
std::vector<std::string> outcomes(const ReadDocument& document, const Vocabulary& vocabulary) {
  const auto normalizer = make_normalizer();
  std::vector<std::string> all;
  for (const RawPage& page : document.pages)
    for (const RawRecord& record : page.records()) {
      if (record.kind != RecordKind::transaction) continue;
      const auto facts = normalizer->transaction(page, record, vocabulary);
      all.push_back(facts ? std::to_string(facts->amount_minor) : std::string(name_of(facts.error().code)));
    }
  return all;
}

std::size_t refused(const ReadDocument& document, const japan_files::JapanLayout& layout) {
  std::size_t count = 0;
  for (const std::string& each : outcomes(document, layout.vocabulary)) count += each == "field_empty" ? 1u : 0u;
  return count;
}

}  // namespace

TEST_CASE("a comma too many or too few rejects its row and shifts nothing", "[rows]") {
  for (const char* const row : {"\"2450\",\"0\",\"2450\"", "2,450,0,2450", "2450,0", "2,450,0,2450,"}) {
    const ReadDocument document = read(replaced(rakuten, "\"2450\",\"0\",\"2450\"", row));
    INFO(row);
    REQUIRE(!document.error);
    CHECK(document.count(RecordKind::transaction) == 15);
    CHECK(refused(document, issuers::rakuten_closed_2026_06) == (std::string_view(row).starts_with('"') ? 0 : 1));
  }
  CHECK(refused(read(replaced(jcb, "\"4,175\",\"１回\"", "4,175,\"１回\"")), issuers::jcb_closed) == 1);
  const ReadDocument wide = read(replaced(smbc, "5478,１,１,5478", "5,478,１,１,5478"));
  REQUIRE(wide.error);
  CHECK(wide.error->code == Code::document_unreadable);
  CHECK(wide.error->where.row == 4);
  CHECK(refused(read(replaced(smbc, "5478,１,１,5478,", "5478,１,5478,")), issuers::smbc_closed) == 1);
  // Half of a stated sum never passes for the whole.
  const ReadDocument total = read(replaced(jcb, "\"54,995\"", "54,995"));
  REQUIRE(total.error);
  CHECK(total.error->where.row == 2);
}

TEST_CASE("a comma too many or too few in an open month shifts nothing either", "[rows]") {
  const auto rows_refused = [](const std::string& bytes, const japan_files::JapanLayout& layout) {
    const ReadDocument document = read(bytes);
    REQUIRE(!document.error);
    return refused(document, layout);
  };
  CHECK(rows_refused(rakuten_open, issuers::rakuten_open_2026_06) == 0);
  CHECK(rows_refused(replaced(rakuten_open, "\"10000\",\"0\"", "10,000,0"), issuers::rakuten_open_2026_06) == 1);
  CHECK(rows_refused(replaced(smbc_open, "13990,13990,", "13990,"), issuers::smbc_open) == 1);
  const ReadDocument wide = read(replaced(smbc_open, "13990,13990", "13,990,13990"));
  REQUIRE(wide.error);
  CHECK(wide.error->code == Code::document_unreadable);
  CHECK(wide.error->where.row == 8);
}

TEST_CASE("a role is shown without its honorific, and is the key as it stands", "[rows]") {
  const ReadDocument document = read(smbc_open);
  REQUIRE(document.cards.size() == 2);
  CHECK(document.cards[1].role == "家族");
  CHECK(document.cards[1].key_text.reveal_text() == "ご家族");
  const ReadDocument unknown = read(replaced(smbc_open, "ご家族", "ごとう"));
  CHECK(unknown.cards[1].role.empty());
}

TEST_CASE("a document that ends in the middle is told from a whole one", "[rows]") {
  const auto incomplete = [](std::string_view bytes) {
    const Recognized found = recognize(bytes);
    if (found.layout == nullptr) return true;  // nothing is read at all
    const ReadDocument document = read_with(*found.adapter, *found.layout, bytes);
    return document.error.has_value() || document.facts.last_record_incomplete;
  };
  for (const std::string& whole : {rakuten, rakuten_open, smbc, smbc_open, jcb, sample("smbc/202610.csv"),
                                   sample("smbc-pending/202611.csv"), sample("jcb/202610meisai.csv")}) {
    const ReadDocument all = read(whole);
    CHECK_FALSE(all.facts.last_record_incomplete);
    std::size_t unnoticed = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::string_view part = std::string_view(whole).substr(0, size);
      if (incomplete(part)) continue;
      ++unnoticed;
      const ReadDocument document = read(part);
      const auto lines = document.lines();
      const auto all_lines = all.lines();
      // Then only whole rows are missing: everything read is as in the whole document, the last row included.
      for (std::size_t i = 0; i + 1 < lines.size(); ++i)
        if (lines[i] != all_lines[i] && !(i + 2 == lines.size() && all_lines[i].starts_with(lines[i])))
          FAIL("cut at " << size << ": " << lines[i]);
    }
    INFO("cuts between rows: " << unnoticed);
    CHECK(unnoticed < 130);
  }
}

TEST_CASE("a section of 三井住友 without its sum is incomplete", "[rows]") {
  CHECK(read(replaced(smbc, ",,,,,6343,\r\n", "")).facts.last_record_incomplete);
  const std::string first_only = smbc.substr(0, smbc.find("見本　花子"));
  const ReadDocument whole_section = read(first_only);
  CHECK_FALSE(whole_section.facts.last_record_incomplete);
  CHECK(whole_section.cards.size() == 1);
}

TEST_CASE("foreign detail is taken apart only where it fits", "[rows]") {
  const auto cells = [](const std::string& bytes, Field field) {
    std::vector<std::string> found;
    const ReadDocument document = read(bytes);
    for (const RawPage& page : document.pages)
      for (const RawRecord& record : page.records())
        if (const auto text = page.find(record, field)) found.emplace_back(*text);
    return found;
  };
  CHECK(cells(smbc, Field::remark) == std::vector<std::string>{"ＭＨＮ＊ＳＡＭＰＬＥ"});
  CHECK(cells(smbc, Field::foreign_rate_date) == std::vector<std::string>{"08 22"});
  const std::string odd = replaced(smbc, "10.00　USD　110.712　08 22", "10.00　USDX　110.712");
  CHECK(cells(odd, Field::foreign_amount).empty());
  CHECK(cells(odd, Field::remark).size() == 2);
  CHECK(cells(rakuten, Field::foreign_amount) == std::vector<std::string>{"３０．０００", "７１９２．０００"});
  CHECK(cells(rakuten, Field::foreign_rate) == std::vector<std::string>{"１４２．０３３", "１．０００"});
  CHECK(cells(replaced(rakuten, "変換レート　１４２．０３３円", "レート不明"), Field::remark).size() == 1);
}

TEST_CASE("a continuation row without its row is rejected, not lost", "[rows]") {
  const std::string row =
      "\"\",\"現地利用額　３０．０００変換レート　１４２．０３３円\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"\n";
  const std::string orphan = rakuten.substr(0, rakuten.find('\n') + 1) + row + rakuten.substr(rakuten.find('\n') + 1);
  const ReadDocument document = read(orphan);
  CHECK(document.count(RecordKind::transaction) == 16);
  CHECK(refused(document, issuers::rakuten_closed_2026_06) == 1);
  const std::size_t second = rakuten.find("\"\",\"現地利用額");
  CHECK(refused(read(rakuten.substr(0, second) + row + rakuten.substr(second)), issuers::rakuten_closed_2026_06) == 1);
}

TEST_CASE("a returned payment belongs only to the cancelled row of its card above it", "[rows]") {
  const auto amounts = [](const std::string& bytes) { return outcomes(read(bytes), issuers::jcb_closed.vocabulary); };
  CHECK(amounts(jcb).size() == 14);
  const auto no_mark = amounts(replaced(jcb, "取消", ""));
  CHECK(no_mark.size() == 15);
  CHECK(no_mark.back() == "-5500");
  const std::size_t last = jcb.rfind("\"****-****-****-0001");
  const auto other_card = amounts(jcb.substr(0, last) + replaced(jcb.substr(last), "0001", "0002"));
  CHECK(other_card.size() == 15);
  CHECK(amounts(jcb + jcb.substr(last)).size() == 15);  // it takes one
}

TEST_CASE("an unknown section of 楽天 is refused rather than read as purchases", "[rows]") {
  const ReadDocument document = read(replaced(rakuten, "■ご利用キャンセルなど", "■お支払い済み"));
  REQUIRE(document.error);
  CHECK(document.error->code == Code::document_unreadable);
  CHECK(document.error->where.row == 18);
  CHECK(document.error->where.issuer == "rakuten_card");
}

TEST_CASE("a holder's name is never shown", "[rows]") {
  for (const auto& [cell, name, last4] : std::vector<std::array<std::string, 3>>{
           {"****-****-****-0000　ＪＣＢ見本カード　見本　太郎　様", "ＪＣＢ見本カード", "0000"},
           {"****-****-****-0000　見本　太郎　様", "JCB", "0000"},
           {"****-****-****-0000　HANAKO　MIHON　様", "JCB", "0000"},
           {"****-****-****-0000　見本様", "JCB", "0000"},
           {"****-****-****-0000　様", "JCB", "0000"},
           {"****-****-****-0000　ＪＣＢ", "ＪＣＢ", "0000"},
           {"****-****-****-****　ＪＣＢ", "ＪＣＢ", ""},
           {"****-****-****-0000", "JCB", "0000"},
           {"見本　太郎", "JCB", ""},
           {"", "JCB", ""}}) {
    INFO(cell);
    const ReadDocument document = read(replaced(jcb, "****-****-****-0000　ＪＣＢ見本カード　見本　太郎　様", cell));
    REQUIRE(!document.error);
    CHECK(document.cards[0].name == name);
    CHECK(document.cards[0].last4 == last4);
    CHECK(document.cards[0].key_text.reveal_text() == cell);
  }
}

TEST_CASE("a whole card number in an identity field refuses the document with its line", "[rows]") {
  const ReadDocument cell = read(replaced(jcb, "****-****-****-0001", "3540-0000-0000-0002"));
  REQUIRE(cell.error);
  CHECK(cell.error->code == Code::pan_detected);
  CHECK(cell.error->where.row == 18);
  CHECK(cell.error->what.find("3540") == std::string::npos);
  const ReadDocument line = read(replaced(smbc, "4980-01**-****-****", "4980-0100-0000-0001"));
  REQUIRE(line.error);
  CHECK(line.error->code == Code::pan_detected);
  CHECK(line.error->where.row == 16);
  // What some masks leave visible is only hashed, so the file is read.
  const ReadDocument masked = read(replaced(smbc, "4980-01**-****-****", "4980-0379-3988-4***"));
  REQUIRE(!masked.error);
  CHECK(masked.cards[1].last4.empty());
  CHECK(masked.cards[1].name == "三井住友カード（家族）");
}

TEST_CASE("a card number in a shop's name is masked and marked", "[rows]") {
  for (const char* const number :
       {"4000000000000002", "４０００　００００　００００　０００２", "4000-0000-0000-0002"}) {
    const ReadDocument document = read(replaced(rakuten, "表参道ミホンカフェ", std::string("店") + number));
    const std::string all = document.text();
    CHECK(all.find(number) == std::string::npos);
    CHECK(all.find("2*=店****") != std::string::npos);
  }
}

TEST_CASE("the words of the grammar that no shipped layout needs yet", "[rows]") {
  using namespace japan_files;
  static constexpr std::array<Column, 4> columns{{{"利用日", Use::cell, Field::usage_date},
                                                  {"店", Use::cell, Field::merchant},
                                                  {"会員", Use::card},
                                                  {"請求額", Use::cell, Field::billed}}};
  static constexpr std::array<PreambleRule, 2> preamble{
      {{0, 1, "締切日", RecordKind::closing_date}, {0, 1, "お支払日", RecordKind::payment_due_date}}};
  static constexpr std::array<RowRule, 4> rows{{
      {.when = {{Test::equals, Field::merchant, "【合計】"}, {Test::empty, Field::usage_date}},
       .action = Action::total},
      {.when = {{Test::equals, Field::merchant, "【小計】"}}, .action = Action::subtotal},
      {.when = {{Test::contains, Field::merchant, "注"}, {Test::empty, Field::billed}}, .action = Action::skip},
      {.when = {{Test::filled, Field::usage_date}}, .action = Action::transaction},
  }};
  static constexpr JapanLayout layout{.issuer = "mihon_card",
                                      .name_ja = "見本カード",
                                      .name_en = "Mihon",
                                      .layout = "mihon_2026",
                                      .vocabulary = {},
                                      .preamble = preamble,
                                      .columns = columns,
                                      .rows = rows,
                                      .card = {CardFrom::role_cell, {"本人"}}};
  const std::array<const JapanLayout*, 1> layouts{&layout};
  const auto adapter = make_japan_files(layouts);
  const ReadDocument document =
      read_with(*adapter, adapter->layouts()[0],
                "締切日,2026/08/31\n知らない行,1\nお支払日,2026/09/27\n利用日,店,会員,請求額\n"
                "2026/08/01,見本,本人,10\n2026/08/02,見本,他人,20\n,注記,,\n"
                ",【小計】,,30\n,【合計】,,30\n");
  REQUIRE(!document.error);
  const std::vector<std::string> expected = {"5 card 4294967295 | 19=締切日 | 20=2026/08/31",
                                             "4 card 4294967295 | 19=お支払日 | 20=2026/09/27",
                                             "0 card 0 | 0=2026/08/01 | 2=見本 | 6=10",
                                             "0 card 1 | 0=2026/08/02 | 2=見本 | 6=20",
                                             "2 card 1 | 19=【小計】 | 20=30",
                                             "1 card 4294967295 | 19=【合計】 | 20=30",
                                             "7 card 4294967295"};
  CHECK(document.lines() == expected);
  CHECK(document.cards[0].role == "本人");
  CHECK(document.cards[1].role.empty());
}

TEST_CASE("a usage list is cut into windows of one card and month", "[rows]") {
  const std::array<const japan_files::JapanLayout*, 1> layouts{&usage_list};
  const auto adapter = japan_files::make_japan_files(layouts);
  const std::string text =
      "id,card,date,merchant,amount\n"
      "40000000000000020000000000000000,1,2026-08-30,見本,100\n"
      "4000000000000002,1,2026-08-31,見本,-200\n"
      "c,1,2026-09-01,見本,300\n"
      "d,2,2026-09-01,見本,400\n";
  REQUIRE(adapter->recognize(text, true).matches.size() == 1);
  for (const std::string& bytes : {text, cp932(text)}) {
    const ReadDocument document = read_with(*adapter, adapter->layouts()[0], bytes);
    REQUIRE(!document.error);
    const auto lines = document.lines();
    REQUIRE(lines.size() == 7);
    CHECK(lines[0] == "0 card 0 | 21=40000000000000020000000000000000 | 0=2026-08-30 | 2=見本 | 3=100");
    CHECK(lines[1].find("21=4000000000000002 ") != std::string::npos);  // reviewed: not scanned
    CHECK(lines[2] == "7 card 0");
    CHECK(lines[4] == "7 card 0");
    CHECK(lines[6] == "7 card 1");
    CHECK(document.cards[1].name == "カード 2");
  }
}

TEST_CASE("pages hold at most a thousand records and lose none", "[rows]") {
  const std::array<const japan_files::JapanLayout*, 1> layouts{&usage_list};
  const auto adapter = japan_files::make_japan_files(layouts);
  std::string text = "id,card,date,merchant,amount\n";
  for (int i = 0; i < 5'000; ++i) text += std::to_string(i) + ",1,2026-08-30,見本," + std::to_string(i) + "\n";
  const ReadDocument document = read_with(*adapter, adapter->layouts()[0], text, 10'000);
  REQUIRE(!document.error);
  std::int64_t expected = 0;
  for (const RawPage& page : document.pages) {
    CHECK(page.records().size() <= RawPageBuilder::full);
    for (const RawRecord& record : page.records())
      if (record.kind == RecordKind::transaction) {
        CHECK(page.find(record, Field::amount) == std::to_string(expected));
        CHECK(record.row == static_cast<std::uint64_t>(expected + 2));
        ++expected;
      }
  }
  CHECK(expected == 5'000);
  CHECK(document.facts.lines == 5'001);
}

TEST_CASE("bytes that are no text are refused with their line, however they arrive", "[rows]") {
  const std::string rows = rakuten.substr(rakuten.find("\"2026/08/10"));
  std::string large = rakuten.substr(0, rakuten.find("\"2026/08/10"));
  for (int i = 0; i < 2'000; ++i)
    large += "\"2026/08/10\",\"表\",\"本人\",\"1回払い\",\"1\",\"0\",\"1\",\"1\",\"1\",\"0\",\"*\"\n";
  const auto line_after = [](const std::string& text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  };
  struct Case {
    std::string bytes;
    Code code;
    std::uint64_t row;
  };
  const std::string sjis = cp932(large.substr(3));
  const Case cases[] = {
      {large + std::string("\"\0\"\n", 4) + rows, Code::not_text, line_after(large)},
      {sjis + std::string("\0", 1), Code::not_text, line_after(large)},
      {large + cp932(rows), Code::mixed_encodings, line_after(large)},
      {sjis + rows, Code::mixed_encodings, line_after(large)},
      {sjis + cp932("表\n") + "\x81\x20\n" + cp932(rows), Code::mixed_encodings, line_after(large) + 1},
  };
  for (const Case& each : cases)
    for (const std::size_t step : {0u, 1u, 777u, 65'536u}) {
      INFO("case " << &each - cases << ", step " << step);
      const ReadDocument document = read(each.bytes, step);
      REQUIRE(document.error);
      CHECK(document.error->code == each.code);
      CHECK(document.error->where.row == each.row);
      CHECK_FALSE(document.error->remedy.empty());
    }
}

TEST_CASE("a ten-megabyte line fails early", "[rows]") {
  const std::string head = rakuten.substr(0, rakuten.find('\n') + 1);
  const Recognized found = recognize(head);
  REQUIRE(found.layout != nullptr);
  const auto reader = found.adapter->open(*found.layout);
  REQUIRE(reader->feed(head));
  const std::string piece(100'000, 'a');
  std::size_t fed = 0;
  Result<void> done;
  while (done && fed < 10'000'000) {
    done = reader->feed(piece);
    fed += piece.size();
  }
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Code::record_too_long);
  CHECK(done.error().where.row == 2);
  CHECK(fed < 1'200'000);
  CHECK(reader->feed("x").error().code == Code::record_too_long);
  CHECK(reader->finish().error().code == Code::record_too_long);
}

}  // namespace meisai::test
