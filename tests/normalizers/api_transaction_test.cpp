// SPDX-License-Identifier: Apache-2.0
//
// Rows of APIs: a word gives the sign, each row its currency, and the date is the one that the issuer wrote.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <map>

#include "meisai/ports/api_row.h"
#include "normalizers/normalizers.h"

namespace meisai {
namespace {

constexpr KindRule kinds[] = {{KindWhen::section_is, "PAY", TransactionKind::payment},
                              {KindWhen::section_is, "SALE", TransactionKind::purchase}};
constexpr PlanWord plans[] = {{"INST", PaymentType::installments, 0}, {"REV", PaymentType::revolving, 0}};
constexpr Vocabulary range{.kinds = kinds,
                           .plans = plans,
                           .currency = "",
                           .charge_word = "Debit",
                           .credit_word = "Credit",
                           .pending_word = "Pending",
                           .posted_word = "Booked",
                           .declined_word = "Rejected",
                           .usage_date_may_be_absent = true,
                           .decimal_amounts = true};

Vocabulary bill() {
  Vocabulary words = range;
  words.billed_column = false;
  return words;
}

using Cells = std::map<Field, std::string>;
Cells usual() {
  return {{Field::amount, "12.30"},
          {Field::currency, "GBP"},
          {Field::direction, "Debit"},
          {Field::status, "Booked"},
          {Field::posting_date, "2026-03-31T23:30:00-05:00"},
          {Field::merchant, "Shop"}};
}
tl::expected<TransactionFacts, Rejection> read(const Cells& changes, const Vocabulary& words = range) {
  Cells cells = usual();
  for (const auto& [field, text] : changes) cells[field] = text;
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 3, 0);
  for (const auto& [field, text] : cells)
    if (!text.empty()) builder.cell(field, text);
  const RawPage page = builder.take();
  return make_normalizer()->transaction(page, page.records()[0], words);
}
bool flagged(const TransactionFacts& facts, RowFlag flag) { return (facts.flags & static_cast<unsigned>(flag)) != 0; }

}  // namespace

TEST_CASE("a usual row of an API") {
  const TransactionFacts facts = read({}).value();
  CHECK(facts.amount_minor == 1230);
  CHECK(facts.currency.code() == "GBP");
  CHECK(facts.kind == TransactionKind::purchase);
  CHECK(iso(*facts.posting_date) == "2026-03-31");  // as written: no zone moves it
  CHECK(iso(*facts.date.date) == "2026-03-31");
  CHECK(facts.flags == static_cast<std::uint16_t>(RowFlag::date_is_posting));
  CHECK_FALSE(facts.billed_minor);
  CHECK(read({}, bill())->billed_minor == 1230);
}

TEST_CASE("a word says the sign; another word is refused") {
  CHECK(read({{Field::direction, "Credit"}})->amount_minor == -1230);
  CHECK(read({{Field::direction, "Credit"}})->kind == TransactionKind::refund);
  CHECK(read({{Field::direction, "Credit"}, {Field::section, "PAY"}})->kind == TransactionKind::payment);
  CHECK(read({{Field::direction, "Debit"}, {Field::section, "PAY"}})->amount_minor == 1230);  // a payment taken back
  CHECK(read({{Field::direction, "CREDIT"}}).error().field == Field::direction);
  CHECK(read({{Field::direction, ""}}).error().code == Code::field_empty);
}

TEST_CASE("amounts: up to five decimals, never more than the currency has, never a guess") {
  const auto amount = [](const char* text, const char* currency = "GBP") {
    return read({{Field::amount, text}, {Field::currency, currency}});
  };
  CHECK(amount("00995.1500")->amount_minor == 99515);
  CHECK(amount("7")->amount_minor == 700);
  CHECK(amount("1.5")->amount_minor == 150);
  CHECK(amount("5000.00", "JPY")->amount_minor == 5000);
  CHECK(amount("1.234", "KWD")->amount_minor == 1234);
  CHECK(amount("92233720368547758.07")->amount_minor == 9223372036854775807);
  CHECK(amount("92233720368547758.08").error().code == Code::amount_overflow);
  CHECK(amount("953372024763000.1234", "KWD").error().code == Code::amount_not_a_number);
  for (const char* bad :
       {"1.234", "1,23", "1e2", "-1.00", "+1.00", ".5", "5.", "1.000000", "¥100", "１２", "0x1", " 1", "1 "})
    CHECK(amount(bad).error().code == Code::amount_not_a_number);
  CHECK(amount("0.50", "JPY").error().code == Code::amount_not_a_number);
  CHECK(amount("").error().code == Code::field_empty);
  CHECK(amount("1", "").error().field == Field::currency);
  CHECK(amount("1", "ZZZ").error().code == Code::currency_unknown);
}

TEST_CASE("status words") {
  CHECK(read({{Field::status, "Pending"}}, bill())->status == TransactionStatus::pending);
  CHECK_FALSE(read({{Field::status, "Pending"}}, bill())->billed_minor);
  const TransactionFacts declined = read({{Field::status, "Rejected"}, {Field::section, "SALE"}}, bill()).value();
  CHECK(declined.kind == TransactionKind::authorization);
  CHECK(declined.billed_minor == 0);
  CHECK(flagged(declined, RowFlag::declined));
  CHECK(read({{Field::status, "BOOK"}}).error().field == Field::status);
  CHECK(read({{Field::status, ""}}).error().code == Code::field_empty);
}

TEST_CASE("dates as the issuer wrote them, 0001-01-01 for none") {
  const auto used = [](const char* text) { return read({{Field::usage_date, text}}).value(); };
  CHECK(iso(*used("2026-03-30T00:00:00+09:00").date.date) == "2026-03-30");
  CHECK(iso(*used("2026-03-30").date.date) == "2026-03-30");
  for (const char* good :
       {"2026-03-30T23:59:60Z", "2026-03-30t10:00:00z", "2026-03-30T10:00:00.123456Z", "2026-03-30T10:00:00.1-05:30"}) {
    CAPTURE(good);
    CHECK(iso(*used(good).date.date) == "2026-03-30");
    CHECK(used(good).flags == 0);
  }
  CHECK(used("2026-03-30").flags == 0);
  CHECK(flagged(used("0001-01-01"), RowFlag::date_is_posting));
  CHECK_FALSE(flagged(used("0001-01-01"), RowFlag::field_dropped));
  for (const char* bad :
       {"2026-02-30", "2026-03-30T10:00:00", "30/03/2026", "2026-3-30", "2026-03-30T24:00:00Z",
        "2026-03-30T10:00:00+25:00", "2026-03-30 10:00:00Z", "20260330", "2026-03-30T", "2026-03-30T10:00:00.Z",
        "2026-03-30T10:00:00.5", "2026-03-30T10:0O:00Z", "2026-03-30T10:00:61Z", "2026-03-30T10:00:00+0900",
        "2026-03-30T10:00:00+09:60", "2026-03-30T10:00:00Z ", "2O26-03-30"}) {
    CHECK(flagged(used(bad), RowFlag::field_dropped));
    CHECK(flagged(used(bad), RowFlag::date_is_posting));
  }
  CHECK(read({{Field::posting_date, "2026-03-31"}}));
  CHECK(read({{Field::posting_date, "0001-01-01T00:00:00Z"}}).error().code == Code::field_empty);
  CHECK(read({{Field::posting_date, "31 March"}}).error().code == Code::date_not_valid);
  Vocabulary strict = range;
  strict.usage_date_may_be_absent = false;
  CHECK(read({}, strict).error().field == Field::usage_date);
}

TEST_CASE("parts of an instalment plan") {
  const Cells part{{Field::plan, "INST"},   {Field::plan_index, "2"},   {Field::plan_count, "3"},
                   {Field::billed, "4.10"}, {Field::remaining, "4.10"}, {Field::usage_date, "2026-01-05"}};
  const TransactionFacts facts = read(part, bill()).value();
  CHECK(facts.plan == PaymentPlan{PaymentType::installments, 2, 3});
  CHECK(facts.billed_minor == 410);
  CHECK(facts.remaining_minor == 410);
  CHECK(facts.flags == 0);
  Cells broken = part;
  broken[Field::plan_index] = "4";
  CHECK(flagged(read(broken, bill()).value(), RowFlag::field_dropped));
  CHECK_FALSE(read(broken, bill())->plan.index);
  broken[Field::plan_index] = "two";
  CHECK(flagged(read(broken, bill()).value(), RowFlag::field_dropped));
  CHECK_FALSE(read({{Field::plan, "INST"}}, bill())->billed_minor);  // a part that is not stated is not invented
  CHECK_FALSE(read({{Field::plan, "REV"}}, bill())->billed_minor);
  CHECK(flagged(read({{Field::plan, "???"}}, bill()).value(), RowFlag::field_dropped));
}

TEST_CASE("an optional amount that cannot be read is left out and flagged") {
  const TransactionFacts facts = read({{Field::billed, "1,00"}, {Field::remaining, "{}"}}, bill()).value();
  CHECK_FALSE(facts.billed_minor);
  CHECK_FALSE(facts.remaining_minor);
  CHECK(flagged(facts, RowFlag::field_dropped));
  CHECK(read({{Field::direction, "Credit"}, {Field::billed, "1.00"}})->billed_minor == -100);
}

TEST_CASE("foreign amounts: all or nothing, the rate as it reads") {
  const Cells full{{Field::foreign_amount, "20.00"},
                   {Field::foreign_currency, "USD"},
                   {Field::foreign_rate, "0.6150"},
                   {Field::foreign_rate_date, "2026-03-29T00:00:00Z"}};
  const TransactionFacts facts = read(full).value();
  REQUIRE(facts.foreign);
  CHECK(facts.foreign->amount_minor == 2000);
  CHECK(facts.foreign->rate->text() == "0.6150");
  CHECK(iso(*facts.foreign->rate_date) == "2026-03-29");
  CHECK_FALSE(flagged(facts, RowFlag::field_dropped));
  for (const auto& [field, text] : Cells{{Field::foreign_amount, "x"}, {Field::foreign_currency, "??"}}) {
    Cells broken = full;
    broken[field] = text;
    CHECK_FALSE(read(broken)->foreign);
    CHECK(flagged(read(broken).value(), RowFlag::field_dropped));
  }
  Cells rate = full;
  rate[Field::foreign_rate] = "6.15e-1";
  CHECK_FALSE(read(rate)->foreign->rate);
  CHECK(flagged(read(rate).value(), RowFlag::field_dropped));
}

TEST_CASE("ids: copied, and never a card number") {
  const TransactionFacts facts = read({{Field::issuer_reference, "tx-1"}, {Field::pending_reference, "au-1"}}).value();
  CHECK(facts.issuer_reference == "tx-1");
  CHECK(facts.pending_reference == "au-1");
  for (const Field id : {Field::issuer_reference, Field::pending_reference, Field::other_account})
    CHECK(read({{id, "4111111111111111"}}).error().code == Code::pan_detected);
  CHECK(read({{Field::other_account, "another"}}).error().code == Code::wrong_owner);
  const TransactionFacts masked = read({{Field::merchant, "Shop 4111111111111111"}}).value();
  CHECK(masked.merchant_raw == "Shop ************1111");
  CHECK(flagged(masked, RowFlag::pan_masked));
}

TEST_CASE("sums and dates of a statement") {
  const auto sum = [](const Cells& cells) {
    RawPageBuilder builder;
    builder.begin_record(RecordKind::stated_total, 1, 0);
    for (const auto& [field, text] : cells) builder.cell(field, text);
    const RawPage page = builder.take();
    return make_normalizer()->money(page, page.records()[0], range);
  };
  CHECK(sum({{Field::value, "400.00"}, {Field::currency, "GBP"}, {Field::direction, "Debit"}}) == 40000);
  CHECK(sum({{Field::value, "400"}, {Field::currency, "JPY"}, {Field::direction, "Credit"}}) == -400);
  CHECK(sum({{Field::value, "-400.00"}, {Field::currency, "GBP"}, {Field::direction, "Debit"}}).error().field ==
        Field::value);
  CHECK(sum({{Field::value, "1"}, {Field::currency, "GBP"}}).error().field == Field::direction);
  CHECK(sum({{Field::value, "1"}, {Field::direction, "Debit"}}).error().field == Field::currency);

  RawPageBuilder builder;
  builder.begin_record(RecordKind::closing_date, 1, 0);
  builder.cell(Field::value, "2017-08-31T23:59:59+00:00");
  const RawPage page = builder.take();
  CHECK(iso(make_normalizer()->date(page, page.records()[0]).value()) == "2017-08-31");
}

TEST_CASE("what is written as a decimal is read back exactly") {
  CHECK(rc::check("round trip of decimals", [] {
    const auto minor = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53U);
    const auto currency = Currency::parse(*rc::gen::element<std::string>("JPY", "GBP", "KWD")).value();
    std::string text = decimal_text({minor, currency});
    if (*rc::gen::arbitrary<bool>()) text = "00" + text;
    RC_ASSERT(read_api_amount(text, currency) == minor);
  }));
  CHECK(rc::check("any bytes are a number or a reason", [] {
    const auto text = *rc::gen::arbitrary<std::string>();
    const auto amount = read_api_amount(text, Currency::jpy());
    RC_ASSERT(amount.has_value() == (text.find_first_not_of("0123456789") == std::string::npos && !text.empty()) ||
              text.find('.') != std::string::npos || text.size() > 18);
    static_cast<void>(read_api_date(text));
  }));
}

}  // namespace meisai
