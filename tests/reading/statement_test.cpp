// SPDX-License-Identifier: Apache-2.0
//
// A statement's arithmetic, told: sums, shares, and what may be missing.
#include <catch2/catch.hpp>

#include "tests/reading/desk.h"

namespace {

using namespace meisai;
using namespace meisai::test;

}  // namespace

TEST_CASE("every stated sum stands beside the computed one, the total first") {
  Desk desk;
  const CardKey main = desk.card("main");
  const StatementKey bill =
      desk.bill({main}, {"2026-12",
                         "2026-12-10",
                         "2026-11-15",
                         1500,
                         StatementStatus::closed,
                         {{.kind = ComponentKind::revolving_repayment, .label = "弁済金", .amount_minor = 300}}});
  desk.use(main, {.date = "2026-11-02", .amount = 700, .statement = bill});
  desk.use(main, {.date = "2026-11-01", .amount = 400, .statement = bill});
  desk.use(main, {.date = "2026-11-03", .amount = 999});
  const StatementDetail detail = desk.statement(bill).value();
  REQUIRE(detail.sums.size() == 1);
  CHECK(detail.sums[0].label.empty());
  CHECK(detail.sums[0].stated_minor == 1500);
  CHECK(detail.sums[0].computed_minor == 1400);
  CHECK(detail.statement.balanced == false);
  CHECK(detail.statement.difference_minor == 100);
  REQUIRE(detail.transactions.size() == 2);
  CHECK(iso(*detail.transactions[0].facts.date.date) == "2026-11-01");  // by date
  CHECK(detail.statement.components.size() == 1);
  CHECK(detail.no_longer_listed.empty());
}

TEST_CASE("a purchase paid in parts is shown with the share of this statement, its usage amount apart") {
  Desk desk;
  const CardKey main = desk.card("main");
  const StatementKey first = desk.bill({main}, {"2026-11", "2026-11-10", {}, 400});
  const StatementKey second = desk.bill({main}, {"2026-12", "2026-12-10", {}, 300});
  const TransactionKey row = desk.use(main, {.date = "2026-10-01",
                                             .amount = 1000,
                                             .statement = second,
                                             .billed = 300,
                                             .plan = {PaymentType::installments, 2, 3}});
  desk.part(row, first, 400, 1);
  desk.part(row, second, 300, 2);
  const auto shown = [&](StatementKey key) { return desk.statement(key).value().transactions.at(0).facts; };
  CHECK(shown(first).billed_minor == 400);
  CHECK(shown(first).plan.index == 1);
  CHECK(shown(first).amount_minor == 1000);
  CHECK(shown(second).billed_minor == 300);
  CHECK(shown(second).plan.index == 2);
  CHECK(desk.statement(first).value().statement.balanced == true);
}

TEST_CASE("the difference is explained by rows that are not listed any more and by rejected ones") {
  Desk desk;
  const CardKey main = desk.card("main");
  const StatementKey bill = desk.bill({main}, {"2026-12", "2026-12-10", {}, 700});
  desk.use(main, {.date = "2026-11-01", .amount = 700, .statement = bill});
  const TransactionKey gone =
      desk.use(main, {.date = "2026-11-02", .amount = 50, .statement = bill, .merchant = "gone"});
  desk.unlisted(bill, {gone});
  desk.rejected(bill, "2026/11/03,shop,1,2O0");
  const StatementDetail detail = desk.statement(bill).value();
  REQUIRE(detail.no_longer_listed.size() == 1);
  CHECK(detail.no_longer_listed[0].facts.merchant_raw == "gone");
  REQUIRE(detail.quarantined.size() == 1);
  CHECK(detail.quarantined[0].row == 7);
  CHECK(detail.quarantined[0].code == Code::amount_not_a_number);
  CHECK(detail.quarantined[0].masked_text == "2026/11/03,shop,1,2O0");
  CHECK(detail.quarantined[0].made_good);  // no row of it is held: a later copy holds
  CHECK(detail.quarantined[0].statement == detail.statement.id);
}

TEST_CASE("a statement that is not there is not found") {
  Desk desk;
  const auto none = desk.statement(99);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Code::not_found);
}
