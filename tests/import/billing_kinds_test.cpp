// SPDX-License-Identifier: Apache-2.0
//
// Usage amount and billed amount are two things, over the samples' own bytes: instalments, two payments, revolving,
// fees, refunds, cash back; and what each statement explains of itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "meisai/kit.h"
#include "tests/import/person.h"
#include "tests/import/statement_files.h"

namespace {

using namespace meisai;
using namespace meisai::test;

/// An engine on a day on which the three samples' statements are due, or just were.
struct Desk {
  std::unique_ptr<Engine> engine = kit::memory_engine(parse_rfc3339("2026-09-20T03:00:00Z").value());
  void import(const std::string& path) {
    std::ifstream in(std::string(MEISAI_SOURCE_DIR "/samples/statements/") + path, std::ios::binary);
    REQUIRE(in.is_open());
    TextSource source(std::filesystem::path(path).filename(), {std::istreambuf_iterator<char>(in), {}});
    REQUIRE(engine->import_document(source, {}).has_value());
  }
  StatementDetail only_statement() {
    const auto all = engine->statements().value();
    REQUIRE(all.size() == 1);
    return engine->statement(all.front().id).value();
  }
  static TransactionFacts row(const StatementDetail& detail, const std::string& merchant) {
    const auto found = std::ranges::find_if(detail.transactions, [&](const Transaction& t) {
      return t.facts.merchant_raw.find(merchant) != std::string::npos;
    });
    REQUIRE(found != detail.transactions.end());
    return found->facts;
  }
};

void is(const TransactionFacts& facts, PaymentType type, std::int64_t used, std::optional<std::int64_t> billed) {
  INFO(facts.merchant_raw);
  CHECK(facts.plan.type == type);
  CHECK(facts.amount_minor == used);
  CHECK(facts.billed_minor == billed);
}

}  // namespace

TEST_CASE("楽天: instalment 2 of 3, two payments, a purchase that became revolving, refunds") {
  Desk desk;
  desk.import("rakuten/enavi202609(0000).csv");
  const StatementDetail detail = desk.only_statement();
  is(Desk::row(detail, "ﾐﾎﾝﾃﾞﾝｷ"), PaymentType::installments, 30000, 10204);
  is(Desk::row(detail, "見本旅行社"), PaymentType::two_times, 44000, 22000);
  is(Desk::row(detail, "見本家具センター"), PaymentType::revolving, 15800, 0);
  CHECK(Desk::row(detail, "返品").kind == TransactionKind::refund);
  CHECK(detail.sums.empty());  // this layout states no sum
  CHECK(detail.statement.computed_total_minor == 61800);

  const Upcoming upcoming = desk.engine->upcoming().value();
  REQUIRE(upcoming.debits.size() == 1);
  CHECK(upcoming.debits[0].certainty == DebitCertainty::computed);
  CHECK_FALSE(upcoming.debits[0].due_date);
  REQUIRE(upcoming.remainders.size() == 3);
  const auto rest_of = [&](PaymentType type) {
    return *std::ranges::find_if(upcoming.remainders, [&](const auto& rest) { return rest.plan.type == type; });
  };
  const auto two = rest_of(PaymentType::two_times);
  REQUIRE(two.parts.size() == 1);
  CHECK(two.parts[0].amount_minor == 22000);
  CHECK(iso(*two.parts[0].month) == "2026-10");
  const auto three = rest_of(PaymentType::installments);
  REQUIRE(three.parts.size() == 1);
  CHECK(three.parts[0].index == 3);
  CHECK(rest_of(PaymentType::revolving).certainty == DebitCertainty::unknown);
}

TEST_CASE("三井住友: the revolving repayment is a component, no purchase; fee, discount and cash back are rows") {
  Desk desk;
  desk.import("smbc/202610.csv");
  const StatementDetail detail = desk.only_statement();
  is(Desk::row(detail, "髙見本家電"), PaymentType::installments, 60000, 20400);
  is(Desk::row(detail, "見本トラベル"), PaymentType::two_times, 40000, 20000);
  is(Desk::row(detail, "見本フラワー"), PaymentType::revolving, 3197, std::nullopt);
  CHECK(Desk::row(detail, "年会費割引").kind == TransactionKind::discount);
  CHECK(Desk::row(detail, "キャッシュバック").kind == TransactionKind::adjustment);
  REQUIRE(detail.statement.components.size() == 1);
  CHECK(detail.statement.components[0].kind == ComponentKind::revolving_repayment);
  CHECK(detail.statement.components[0].amount_minor == 5047);
  REQUIRE(detail.sums.size() == 2);  // a sum for each section, no grand total
  for (const auto& sum : detail.sums) CHECK(sum.stated_minor == sum.computed_minor);
  CHECK(desk.engine->upcoming().value().debits.at(0).certainty == DebitCertainty::stated);
}

TEST_CASE("JCB: total, domestic and overseas sums stand beside the computed ones") {
  Desk desk;
  desk.import("jcb/202610meisai.csv");
  const StatementDetail detail = desk.only_statement();
  is(Desk::row(detail, "見本家電"), PaymentType::installments, 60000, 20000);
  is(Desk::row(detail, "見本トラベル"), PaymentType::two_times, 24000, 12000);
  CHECK(Desk::row(detail, "年会費").kind == TransactionKind::fee);
  CHECK(std::ranges::count_if(detail.transactions, [](const Transaction& t) {
          return t.facts.kind == TransactionKind::refund && t.facts.amount_minor == -5500 &&
                 t.facts.billed_minor == -5500;
        }) == 1);
  REQUIRE(detail.sums.size() == 3);
  CHECK(detail.sums[0].label.empty());
  CHECK(detail.sums[0].stated_minor == 54995);
  for (const auto& sum : detail.sums) CHECK(sum.stated_minor == sum.computed_minor);
  const Upcoming upcoming = desk.engine->upcoming().value();
  CHECK(upcoming.debits.at(0).certainty == DebitCertainty::stated);
  CHECK_FALSE(upcoming.debits.at(0).due_is_expected);
}

TEST_CASE("a row that a newer copy lacks explains the difference") {
  Person person;
  const std::vector<Line> all = {once("2026-08-16", "BOOK", 1000), once("2026-08-18", "LUNCH", 700),
                                 once("2026-08-20", "TRAIN", 500), once("2026-08-22", "CINEMA", 1900)};
  const auto copy = [&](std::vector<Line> lines) { return jcb_file("2026-10-13", "0000", std::move(lines)); };
  const auto detail = [&] { return person.engine().statement(person.statements().front().id).value(); };
  person.must_import("a.csv", copy(all));
  CHECK(detail().no_longer_listed.empty());
  CHECK(detail().statement.status == StatementStatus::closed);
  person.must_import("b.csv", copy({all[0], all[1], all[3]}));
  CHECK(detail().statement.status == StatementStatus::revised);
  REQUIRE(detail().no_longer_listed.size() == 1);
  CHECK(detail().no_longer_listed[0].facts.merchant_raw.find("TRAIN") != std::string::npos);
  CHECK(detail().statement.difference_minor == -500);
  // Listed again, it explains nothing any more.
  person.must_import("a.csv", copy(all));
  CHECK(detail().no_longer_listed.empty());
  CHECK(detail().statement.balanced == true);
}
