// SPDX-License-Identifier: Apache-2.0
//
// A record and a vocabulary make a transaction: kinds and signs, plans, foreign detail, and what is refused.
#include <catch2/catch.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "normalizers/normalizers.h"

namespace meisai {
namespace {

using Cells = std::vector<std::pair<Field, std::string_view>>;

constexpr KindRule kinds[] = {
    {KindWhen::section_is, "cancel", TransactionKind::refund},
    {KindWhen::correction_mark_is, "取消", TransactionKind::refund},
    {KindWhen::merchant_contains, "ご入金", TransactionKind::payment},
    {KindWhen::undated_and_contains, "割引", TransactionKind::discount},
    {KindWhen::amount_empty, "", TransactionKind::adjustment},
    {KindWhen::amount_negative, "", TransactionKind::refund},
    {KindWhen::merchant_contains, "年会費", TransactionKind::fee},
};
constexpr Vocabulary vocabulary{.kinds = kinds, .overseas_word = "海外", .amount_if_empty = "-"};

tl::expected<TransactionFacts, Rejection> facts(const Cells& cells, const Vocabulary& words = vocabulary) {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 7, 0);
  for (const auto& [field, text] : cells) builder.cell(field, text);
  const RawPage page = builder.take();
  return make_normalizer()->transaction(page, page.records()[0], words);
}

Cells row(Cells more, std::string_view date = "2026/08/30", std::string_view merchant = "見本") {
  more.insert(more.begin(), {{Field::usage_date, date}, {Field::merchant, merchant}});
  return more;
}

bool flagged(const TransactionFacts& read, RowFlag which) { return (read.flags & static_cast<unsigned>(which)) != 0; }

Rejection refusal(const Cells& cells) {
  const auto read = facts(cells);
  REQUIRE_FALSE(read);
  CHECK(read.error().row == 7);
  return read.error();
}

PaymentPlan plan(std::string_view word, std::string_view index = "", const Vocabulary& words = vocabulary) {
  const auto read = facts(row({{Field::amount, "100"}, {Field::plan, word}, {Field::plan_index, index}}), words);
  REQUIRE(read);
  if (flagged(*read, RowFlag::field_dropped)) return {PaymentType::unknown, -1, -1};
  return read->plan;
}

}  // namespace

TEST_CASE("kinds decide the sign, whatever sign the document uses", "[transaction]") {
  struct Case {
    Cells cells;
    TransactionKind kind;
    std::int64_t amount;
    std::optional<std::int64_t> billed;
  };
  const Case cases[] = {
      {row({{Field::amount, "100"}, {Field::billed, "90"}}), TransactionKind::purchase, 100, 90},
      {row({{Field::amount, "-100"}, {Field::billed, "-100"}}), TransactionKind::refund, -100, -100},
      {row({{Field::amount, "100"}, {Field::billed, "100"}, {Field::section, "cancel"}}), TransactionKind::refund, -100,
       -100},
      {row({{Field::amount, "-100"}, {Field::section, "cancel"}}), TransactionKind::refund, -100, {}},
      {row({{Field::amount, "100"}, {Field::correction_mark, "取消"}}), TransactionKind::refund, -100, {}},
      {row({{Field::billed, "-1500"}}), TransactionKind::adjustment, -1500, -1500},
      {row({{Field::amount, "-"}, {Field::billed, "1500"}}), TransactionKind::adjustment, 1500, 1500},
      {row({{Field::amount, " "}, {Field::billed, "0"}}), TransactionKind::adjustment, 0, 0},
      {row({{Field::amount, "550"}}, "", "会費割引"), TransactionKind::discount, -550, {}},
      {row({{Field::amount, "550"}}, "2026/08/30", "割引券"), TransactionKind::purchase, 550, {}},
      {row({{Field::amount, "1,375"}}, "2026/08", "年会費"), TransactionKind::fee, 1375, {}},
      {row({{Field::amount, "-1,375"}}, "2026/08", "年会費"), TransactionKind::refund, -1375, {}},
      {row({{Field::amount, "5000"}}, "2026/08/30", "ご入金"), TransactionKind::payment, -5000, {}},
  };
  for (const Case& each : cases) {
    INFO("case " << &each - cases);
    const auto read = facts(each.cells);
    REQUIRE(read);
    CHECK(read->kind == each.kind);
    CHECK(read->amount_minor == each.amount);
    CHECK(read->billed_minor == each.billed);
  }
}

TEST_CASE("a mandatory field that is wrong refuses the row by its name", "[transaction]") {
  CHECK(refusal(row({{Field::amount, "1,2,3"}})).field == Field::amount);
  CHECK(refusal(row({{Field::amount, "1,2,3"}})).code == Code::amount_not_a_number);
  CHECK(refusal(row({{Field::amount, "5"}, {Field::billed, "x"}})).field == Field::billed);
  CHECK(refusal(row({{Field::amount, "99999999999999999999"}})).code == Code::amount_overflow);
  CHECK(refusal(row({})).code == Code::field_empty);
  CHECK(refusal(row({{Field::amount, "-"}})).code == Code::field_empty);
  const Rejection date = refusal(row({{Field::amount, "5"}}, "2026/02/30"));
  CHECK(date.field == Field::usage_date);
  CHECK(date.code == Code::date_not_valid);
  CHECK(date.message.find("2026") == std::string::npos);
}

TEST_CASE("an optional field that is wrong is left out and the row flagged", "[transaction]") {
  const auto whole =
      facts(row({{Field::amount, "5"}, {Field::remaining, "10,204"}, {Field::posting_date, "2026/09/01"}}));
  REQUIRE(whole);
  CHECK(whole->flags == 0);
  CHECK(whole->remaining_minor == 10204);
  CHECK(whole->posting_date.has_value());
  for (const auto& cell : Cells{{Field::remaining, "x"}, {Field::posting_date, "x"}, {Field::plan, "見本払い"}}) {
    const auto read = facts(row({{Field::amount, "5"}, cell}));
    REQUIRE(read);
    CHECK(flagged(*read, RowFlag::field_dropped));
    CHECK_FALSE(read->remaining_minor);
    CHECK_FALSE(read->posting_date);
    CHECK(read->plan == PaymentPlan{});
  }
}

TEST_CASE("payment plans", "[transaction]") {
  using P = PaymentType;
  const auto is = [](P type, std::optional<int> index = {}, std::optional<int> count = {}) {
    return PaymentPlan{type, index, count};
  };
  for (const std::string_view word : {"1回払い", "１回", "1回", "1回払", "一括払い", "一括", "一回払い"})
    CHECK(plan(word) == is(P::one_time));
  CHECK(plan("１回", "1") == is(P::one_time));
  CHECK(plan("2回払い") == is(P::two_times, {}, 2));
  CHECK(plan("２回", "1") == is(P::two_times, 1, 2));
  CHECK(plan("３回", "2") == is(P::installments, 2, 3));
  CHECK(plan("３回", "２回目") == is(P::installments, 2, 3));
  CHECK(plan("分割3回払い(2回目)") == is(P::installments, 2, 3));
  CHECK(plan("分割１２回払い（１２回目）") == is(P::installments, 12, 12));
  CHECK(plan("24回払い") == is(P::installments, {}, 24));
  CHECK(plan("分割払い") == is(P::installments));
  for (const std::string_view word : {"リボ変更", "リボ払い", "ﾘﾎﾞ", "リボルビング"})
    CHECK(plan(word) == is(P::revolving));
  CHECK(plan("ボーナス払い") == is(P::bonus_lump));
  CHECK(plan("ボーナス一括払い") == is(P::bonus_lump));
  CHECK(plan("ボーナス2回") == is(P::bonus_two));
  for (const std::string_view word : {"見本", "0回", "回", "3回払い(4回目)", "3回払い(", "99999回", "3回ほど", "1"})
    CHECK(plan(word) == is(P::unknown, -1, -1));
  for (const std::string_view index : {"4", "x", "0", "1/3"}) CHECK(plan("３回", index) == is(P::unknown, -1, -1));
}

TEST_CASE("a plan cell that is a number of payments, and one that is empty", "[transaction]") {
  using P = PaymentType;
  constexpr Vocabulary counts{.kinds = kinds, .plan_is_count = true, .empty_plan = EmptyPlan::revolving};
  CHECK(plan("１", "１", counts) == PaymentPlan{P::one_time, {}, {}});
  CHECK(plan("3", "2", counts) == PaymentPlan{P::installments, 2, 3});
  CHECK(plan("2", "1", counts) == PaymentPlan{P::two_times, 1, 2});
  CHECK(plan("1回", "", counts) == PaymentPlan{P::unknown, -1, -1});
  CHECK(facts(row({{Field::amount, "5"}}), counts)->plan.type == P::revolving);
  CHECK(facts(row({{Field::amount, "5"}, {Field::billed, "5"}}), counts)->plan.type == P::unknown);
  CHECK(facts(row({{Field::billed, "-5"}}), counts)->plan.type == P::unknown);
  CHECK(facts(row({{Field::amount, "5"}}, "", "割引"), counts)->plan.type == P::unknown);
  CHECK(facts(row({{Field::amount, "5"}}))->plan.type == P::unknown);
  CHECK(facts(row({{Field::amount, "5"}}), {.empty_plan = EmptyPlan::one_time})->plan.type == P::one_time);
}

TEST_CASE("a count of payments may stand in a cell of its own", "[transaction]") {
  using P = PaymentType;
  const auto read = [](std::string_view word, std::string_view count) {
    const auto row_facts = facts(row({{Field::amount, "100"}, {Field::plan, word}, {Field::plan_count, count}}));
    REQUIRE(row_facts);
    const PaymentPlan& plan = row_facts->plan;
    return std::tuple(plan.type, plan.count.value_or(0), flagged(*row_facts, RowFlag::field_dropped));
  };
  CHECK(read("分割払い", "10") == std::tuple(P::installments, 10, false));
  CHECK(read("分割払い", "１０回") == std::tuple(P::installments, 10, false));
  CHECK(read("2回払い", "2") == std::tuple(P::two_times, 2, false));
  CHECK(read("ボーナス2回", "2") == std::tuple(P::bonus_two, 2, false));
  CHECK(read("1回払い", "1") == std::tuple(P::one_time, 0, false));
  CHECK(read("リボ払い", "") == std::tuple(P::revolving, 0, false));
  CHECK(read("2回払い", "3") == std::tuple(P::two_times, 2, true));  // the word stands, the contradiction is flagged
  for (const char* const odd : {"x", "0", "10/12"})
    CHECK(read("分割払い", odd) == std::tuple(P::installments, 0, true));
}

TEST_CASE("rows of an open month are pending", "[transaction]") {
  Vocabulary open = vocabulary;
  open.open_month = true;
  const Cells cells = row({{Field::amount, "100"}, {Field::billed, "100"}, {Field::payment_month, "'26/08"}});
  CHECK(facts(cells, open)->status == TransactionStatus::pending);
  CHECK(facts(cells)->status == TransactionStatus::posted);
}

TEST_CASE("without a billed column, one-time rows are billed at their amount", "[transaction]") {
  constexpr Vocabulary no_column{.kinds = kinds, .billed_column = false};
  CHECK(facts(row({{Field::amount, "5"}, {Field::plan, "1回払い"}}), no_column)->billed_minor == 5);
  CHECK_FALSE(facts(row({{Field::amount, "5"}, {Field::plan, "リボ払い"}}), no_column)->billed_minor);
  CHECK(facts(row({{Field::amount, "-5"}, {Field::plan, "1回払い"}}), no_column)->billed_minor == -5);
}

TEST_CASE("foreign detail", "[transaction]") {
  const auto foreign = [](const Cells& more) {
    Cells cells = row({{Field::amount, "1107"}}, "2026/08/20");
    cells.insert(cells.end(), more.begin(), more.end());
    const auto read = facts(cells);
    REQUIRE(read);
    return std::pair(read->foreign, flagged(*read, RowFlag::field_dropped));
  };
  const auto [whole, whole_dropped] = foreign({{Field::foreign_amount, "10.00"},
                                               {Field::foreign_currency, "ＵＳＤ"},
                                               {Field::foreign_rate, "110.712"},
                                               {Field::foreign_rate_date, "08 22"}});
  REQUIRE(whole);
  CHECK_FALSE(whole_dropped);
  CHECK(whole->amount_text == "10.00");
  CHECK(whole->amount_minor == 1000);
  CHECK(whole->currency->code() == "USD");
  CHECK(whole->rate->text() == "110.712");
  CHECK(iso(*whole->rate_date) == "2026-08-22");

  const auto [plain, plain_dropped] =
      foreign({{Field::foreign_amount, "３０．０００"}, {Field::foreign_rate, "１．０００"}});
  CHECK_FALSE(plain_dropped);
  CHECK(plain->amount_text == "３０．０００");
  CHECK_FALSE(plain->amount_minor);
  CHECK_FALSE(plain->currency);
  CHECK(plain->rate->text() == "1.000");

  for (const auto& wrong :
       Cells{{Field::foreign_currency, "QQQ"}, {Field::foreign_rate, "x"}, {Field::foreign_rate_date, "02 30"}}) {
    const auto [part, dropped] = foreign({{Field::foreign_amount, "10.00"}, wrong});
    CHECK(dropped);
    CHECK(part->amount_text == "10.00");
    CHECK_FALSE(part->rate);
  }
  CHECK(foreign({{Field::foreign_rate, "1.5"}}) == std::pair(std::optional<ForeignAmount>{}, true));
  CHECK(foreign({}) == std::pair(std::optional<ForeignAmount>{}, false));
}

TEST_CASE("regions, eras and masked numbers", "[transaction]") {
  CHECK(facts(row({{Field::amount, "5"}, {Field::region, "海外"}}))->region == Region::overseas);
  CHECK(facts(row({{Field::amount, "5"}, {Field::region, "国内"}}))->region == Region::domestic);
  CHECK(facts(row({{Field::amount, "5"}}))->region == Region::unknown);
  CHECK(flagged(*facts(row({{Field::amount, "5"}}, "H31.8.3")), RowFlag::era_overrun));
  const auto masked = facts(row({{Field::amount, "5"}}, "2026/08/30", "店 4000000000000002"));
  CHECK(flagged(*masked, RowFlag::pan_masked));
  CHECK(masked->merchant_raw == "店 ************0002");
  CHECK(masked->merchant_normalized == "店 ************0002");
  // Two-digit circled numbers become digits only by folding.
  const auto folded = facts(row({{Field::amount, "5"}}, "2026/08/30", "㊵00⑩㊵㊵ 0000 0000"));
  if (folded->merchant_normalized.find('*') != std::string::npos)
    CHECK(folded->merchant_raw == folded->merchant_normalized);
}

TEST_CASE("the values of statement lines", "[transaction]") {
  const auto normalizer = make_normalizer();
  RawPageBuilder builder;
  const auto record = [&](RecordKind kind, std::string_view value) {
    builder.begin_record(kind, 3);
    builder.cell(Field::value, value);
    return builder.take();
  };
  const auto due = record(RecordKind::payment_due_date, " 2026/10/13");
  CHECK(iso(*normalizer->date(due, due.records()[0])) == "2026-10-13");
  for (const std::string_view bad : {"2026/10", "", "2026/02/30"}) {
    const auto page = record(RecordKind::payment_due_date, bad);
    const auto read = normalizer->date(page, page.records()[0]);
    REQUIRE_FALSE(read);
    CHECK(read.error().field == Field::value);
    CHECK(read.error().row == 3);
  }
  const auto total = record(RecordKind::stated_total, "54,995");
  CHECK(normalizer->money(total, total.records()[0], vocabulary) == 54995);
  const auto broken = record(RecordKind::stated_total, "54,99");
  CHECK(normalizer->money(broken, broken.records()[0], vocabulary).error().code == Code::amount_not_a_number);
  const auto month = record(RecordKind::billing_month, "9月支払金額");
  CHECK(normalizer->month(month, month.records()[0])->month == 9);
  CHECK(normalizer->text("ﾐﾎﾝ　　店") == "ミホン 店");
}

}  // namespace meisai
