// SPDX-License-Identifier: Apache-2.0
//
// What will be debited, when, and how sure: each yen once.
#include <catch2/catch.hpp>

#include "tests/reading/desk.h"

namespace {

using namespace meisai;
using namespace meisai::test;

std::string text_of(const Upcoming& upcoming) {
  std::string text;
  for (const UpcomingMonth& month : upcoming.months) {
    text += (month.month ? iso(*month.month) : "?") + " " + std::to_string(month.amount_minor) + " " +
            std::string(name_of(month.certainty)) + (month.more_unknown ? " more" : "") + "\n";
  }
  return text;
}

/// A card with three statements: closed on the 15th, debited on the 10th of the next month.
struct Settled : Desk {
  CardKey main = card("main");
  StatementKey september = bill({main}, {"2026-10", "2026-10-13", "2026-09-15", 1000});
  StatementKey october = bill({main}, {"2026-11", "2026-11-10", "2026-10-15", 2000});
  StatementKey november = bill({main}, {"2026-12", "2026-12-10", "2026-11-15", 3000});
  Settled() {
    use(main, {.date = "2026-11-01", .amount = 3000, .statement = november});
    use(main, {.date = "2026-10-01", .amount = 2000, .statement = october});
  }
};

}  // namespace

TEST_CASE("a closed statement whose sums hold is stated; without a total, or unbalanced, it is computed") {
  Desk desk;
  const CardKey card = desk.card("main");
  const StatementKey one = desk.bill({card}, {"2026-12", "2026-12-10", {}, 3000});
  desk.use(card, {.date = "2026-11-01", .amount = 3000, .statement = one});
  const StatementKey two = desk.bill({card}, {"2027-01", "2027-01-10", {}, {}});
  desk.use(card, {.date = "2026-11-02", .amount = 500, .statement = two});
  const StatementKey three = desk.bill({card}, {"2027-02", "2027-02-10", {}, 900});
  desk.use(card, {.date = "2026-11-03", .amount = 800, .statement = three});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.debits.size() == 3);
  CHECK(upcoming.debits[0].certainty == DebitCertainty::stated);
  CHECK(upcoming.debits[1].certainty == DebitCertainty::computed);
  CHECK(upcoming.debits[1].amount_minor == 500);
  CHECK(upcoming.debits[2].certainty == DebitCertainty::computed);
  CHECK(upcoming.debits[2].amount_minor == 900);  // what the issuer says it will debit
  CHECK(text_of(upcoming) == "2026-12 3000 stated\n2027-01 500 computed\n2027-02 900 computed\n");
}

TEST_CASE("what was due before today is not upcoming, today is") {
  Settled desk;
  CHECK(desk.upcoming().debits.size() == 1);
  desk.today("2026-12-10");
  CHECK(desk.upcoming().debits.size() == 1);
  desk.today("2026-12-11");
  CHECK(desk.upcoming().debits.empty());
}

TEST_CASE("the open month: posted and pending uses behind the last closing, by the next debit") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-16", .amount = 700});
  desk.use(desk.main, {.date = "2026-11-19", .amount = 50, .status = TransactionStatus::pending});
  desk.use(desk.main, {.date = "2026-11-17", .amount = -200, .kind = TransactionKind::refund});
  desk.use(desk.main, {.date = "2026-11-18", .amount = 9999, .kind = TransactionKind::payment});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.debits.size() == 2);
  const UpcomingDebit& open = upcoming.debits[1];
  CHECK(open.statement.empty());
  CHECK(open.certainty == DebitCertainty::open);
  CHECK(open.amount_minor == 550);
  CHECK(open.pending_minor == 50);
  CHECK(open.billing_month == in("2027-01"));
  CHECK(open.due_is_expected);
  CHECK(iso(*open.due_date) == "2027-01-10");
  CHECK(iso(*open.used_from) == "2026-11-16");
  CHECK(text_of(upcoming) == "2026-12 3000 stated\n2027-01 550 open\n");
}

TEST_CASE("a use that came too late for the statement that closed last is billed by the next; older ones by nobody") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-14", .amount = 70});   // in the month that closed last
  desk.use(desk.main, {.date = "2026-10-10", .amount = 800});  // before it
  CHECK(text_of(desk.upcoming()) == "2026-12 3000 stated\n2027-01 70 open\n");
}

TEST_CASE("a statement takes its open month over: nothing is counted twice") {
  Settled desk;
  const TransactionKey row = desk.use(desk.main, {.date = "2026-11-16", .amount = 700});
  CHECK(text_of(desk.upcoming()) == "2026-12 3000 stated\n2027-01 700 open\n");
  REQUIRE(row != 0);
  Settled later;
  later.today("2026-12-20");
  const StatementKey december = later.bill({later.main}, {"2027-01", "2027-01-12", "2026-12-15", 700});
  later.use(later.main, {.date = "2026-11-16", .amount = 700, .statement = december});
  CHECK(text_of(later.upcoming()) == "2027-01 700 stated\n");
}

TEST_CASE("an open statement gives way to the closed one of its month") {
  Settled desk;
  const StatementKey open = desk.bill({desk.main}, {"2027-01", "2027-01-12", "2026-12-15", 400, StatementStatus::open});
  desk.use(desk.main, {.date = "2026-11-16", .amount = 400, .statement = open});
  desk.use(desk.main, {.date = "2026-11-18", .amount = 60});  // posted: the stated total has it
  desk.use(desk.main, {.date = "2026-11-19", .amount = 5, .status = TransactionStatus::pending});
  CHECK(text_of(desk.upcoming()) == "2026-12 3000 stated\n2027-01 405 open\n");
  const StatementKey closed = desk.bill({desk.main}, {"2027-01", "2027-01-12", "2026-12-15", 460});
  desk.use(desk.main, {.date = "2026-11-17", .amount = 460, .statement = closed});
  desk.today("2026-12-20");
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(!upcoming.debits.empty());
  CHECK(upcoming.debits[0].amount_minor == 460);
  CHECK(upcoming.debits[0].certainty == DebitCertainty::stated);
  for (const UpcomingDebit& debit : upcoming.debits) CHECK(debit.amount_minor != 400);
}

TEST_CASE("without closing dates, what is newer than all that the last statement lists is open") {
  Desk desk;
  const CardKey card = desk.card("main");
  const StatementKey last = desk.bill({card}, {"2026-11", "2026-11-27", {}, 900});
  desk.use(card, {.date = "2026-10-30", .amount = 900, .statement = last});
  desk.use(card, {.date = "2026-10-29", .amount = 11});
  desk.use(card, {.date = "2026-11-02", .amount = 22});
  CHECK(text_of(desk.upcoming()) == "2026-11 900 stated\n2026-12 22 open\n");
}

TEST_CASE("a card of which nobody says when it is billed is shown by month of use, and not for ever") {
  Desk desk;
  const CardKey card = desk.card("main");
  desk.use(card, {.date = "2026-09-30", .amount = 1});
  desk.use(card, {.date = "2026-10-05", .amount = 20});
  desk.use(card, {.date = "2026-11-05", .amount = 300});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.debits.size() == 2);
  CHECK(upcoming.debits[0].amount_minor == 20);
  CHECK(upcoming.debits[1].amount_minor == 300);
  CHECK_FALSE(upcoming.debits[0].billing_month);
  CHECK_FALSE(upcoming.debits[0].due_date);
  CHECK(text_of(upcoming) == "? 320 open\n");
}

TEST_CASE("the profile's closing day serves where no statement says it, and makes no statement") {
  Desk desk;
  desk.limits().closing_day = 15;
  desk.limits().payment_day = 10;
  const CardKey card = desk.card("main", "CN1");
  desk.use(card, {.date = "2026-10-16", .amount = 100});
  desk.use(card, {.date = "2026-11-15", .amount = 20});
  desk.use(card, {.date = "2026-11-16", .amount = 3});
  desk.use(card, {.date = "2026-10-15", .amount = 999});  // debited on the 10th of November
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.debits.size() == 2);
  CHECK(upcoming.debits[0].certainty == DebitCertainty::computed);  // closed five days ago
  CHECK(upcoming.debits[0].statement.empty());
  CHECK(iso(*upcoming.debits[0].due_date) == "2026-12-10");
  CHECK(upcoming.debits[0].due_is_expected);
  CHECK(text_of(upcoming) == "2026-12 120 computed\n2027-01 3 open\n");
}

TEST_CASE("a due day of month end is the month's last day; a weekend is not guessed") {
  Desk desk;
  const CardKey card = desk.card("main");
  for (const char* month : {"2026-08", "2026-10", "2026-12"})
    desk.bill({card}, {month, std::string(month) + "-31", {}, 10});
  desk.bill({card}, {"2027-02", {}, {}, 10});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.debits.size() == 2);
  CHECK_FALSE(upcoming.debits[0].due_is_expected);
  CHECK(upcoming.debits[1].due_is_expected);
  CHECK(iso(*upcoming.debits[1].due_date) == "2027-02-28");  // a Sunday
}

TEST_CASE("remaining instalments by month, behind those that statements bill") {
  Settled desk;
  const TransactionKey row = desk.use(desk.main, {.date = "2026-09-20",
                                                  .amount = 10000,
                                                  .statement = desk.november,
                                                  .billed = 3334,
                                                  .plan = {PaymentType::installments, 1, 3}});
  desk.part(row, desk.november, 3334, 1);
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.remainders.size() == 1);
  const UpcomingRemainder& rest = upcoming.remainders[0];
  CHECK(rest.remaining_parts == 2);
  REQUIRE(rest.parts.size() == 2);
  CHECK(rest.parts[0].index == 2);
  CHECK(rest.parts[0].month == in("2027-01"));
  CHECK(rest.parts[0].amount_minor == 3333);
  CHECK(rest.parts[0].estimated);
  CHECK(rest.parts[1].month == in("2027-02"));
  CHECK(rest.certainty == DebitCertainty::planned);
  // The statement states 3,000 and lists 6,334: it is the issuer's total that is debited.
  CHECK(text_of(upcoming) == "2026-12 3000 computed\n2027-01 3333 planned\n2027-02 3333 planned\n");
}

TEST_CASE("what the issuer states is left counts, shared out; the last single payment is no estimate") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-09-20",
                       .amount = 9000,
                       .statement = desk.november,
                       .billed = 0,
                       .plan = {PaymentType::installments, 1, 4},
                       .remaining = 6100});
  desk.use(desk.main, {.date = "2026-09-21",
                       .amount = 500,
                       .statement = desk.november,
                       .billed = 0,
                       .plan = {PaymentType::two_times, 1, {}},
                       .remaining = 250});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.remainders.size() == 2);
  CHECK(upcoming.remainders[0].parts[0].amount_minor == 2034);  // what does not divide comes first
  CHECK(upcoming.remainders[0].parts[2].amount_minor == 2033);
  CHECK(upcoming.remainders[0].parts[0].estimated);
  REQUIRE(upcoming.remainders[1].parts.size() == 1);
  CHECK(upcoming.remainders[1].parts[0].amount_minor == 250);
  CHECK_FALSE(upcoming.remainders[1].parts[0].estimated);
  CHECK(text_of(upcoming) == "2026-12 3000 stated\n2027-01 2284 planned\n2027-02 2033 planned\n2027-03 2033 planned\n");
}

TEST_CASE("an instalment purchase of the open month is debited by its payments, never whole") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-18", .amount = 1200, .plan = {PaymentType::installments, {}, 12}});
  const Upcoming upcoming = desk.upcoming();
  CHECK(upcoming.debits.size() == 1);
  REQUIRE(upcoming.remainders.size() == 1);
  CHECK(upcoming.remainders[0].parts.size() == 12);
  CHECK(upcoming.remainders[0].parts[0].month == in("2027-01"));
  CHECK(upcoming.remainders[0].parts[0].amount_minor == 100);
  CHECK(upcoming.months.back().month == in("2027-12"));
}

TEST_CASE("an open row that states its payment is in the open month, and its rest behind it") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-18", .amount = 1200, .billed = 400, .plan = {PaymentType::installments, 1, 3}});
  CHECK(text_of(desk.upcoming()) ==
        "2026-12 3000 stated\n2027-01 400 open\n2027-02 400 planned\n2027-03 400 planned\n");
}

TEST_CASE("parts whose month is over or billed are not upcoming; when all are, the purchase is paid") {
  Desk desk;
  const CardKey card = desk.card("main");
  const StatementKey old = desk.bill({card}, {"2026-06", "2026-06-10", {}, 100});
  desk.use(card, {.date = "2026-05-01",
                  .amount = 800,
                  .statement = old,
                  .billed = 100,
                  .plan = {PaymentType::installments, 1, 8}});
  desk.use(card, {.date = "2026-05-02",
                  .amount = 300,
                  .statement = old,
                  .billed = 100,
                  .plan = {PaymentType::installments, 1, 3}});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.remainders.size() == 1);
  REQUIRE(upcoming.remainders[0].parts.size() == 2);  // the 10th of November is over
  CHECK(upcoming.remainders[0].parts[0].month == in("2026-12"));
  CHECK(upcoming.remainders[0].parts[0].index == 7);
  // A statement of December that does not list it decides.
  desk.bill({card}, {"2026-12", "2026-12-10", {}, 5});
  CHECK(desk.upcoming().remainders[0].parts[0].month == in("2027-01"));
}

TEST_CASE("bonus payments have no month, a revolving repayment no amount: both are said, neither is guessed") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-17", .amount = 5000, .plan = {PaymentType::bonus_lump, {}, {}}});
  desk.use(desk.main, {.date = "2026-11-18", .amount = 6000, .plan = {PaymentType::bonus_two, {}, {}}});
  desk.use(desk.main, {.date = "2026-11-19", .amount = 7000, .plan = {PaymentType::revolving, {}, {}}});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.remainders.size() == 3);
  CHECK(upcoming.remainders[0].parts.size() == 1);
  CHECK_FALSE(upcoming.remainders[0].parts[0].month);
  CHECK(upcoming.remainders[0].parts[0].amount_minor == 5000);
  CHECK(upcoming.remainders[1].parts.size() == 2);
  CHECK(upcoming.remainders[2].certainty == DebitCertainty::unknown);
  CHECK(upcoming.remainders[2].parts[0].month == in("2027-01"));
  CHECK_FALSE(upcoming.remainders[2].parts[0].amount_minor);
  CHECK(text_of(upcoming) == "2026-12 3000 stated\n2027-01 0 unknown more\n? 11000 planned\n");
}

TEST_CASE("a statement of several cards is shared out; what belongs to no one card stays visible") {
  Desk desk;
  const CardKey main = desk.card("main"), family = desk.card("family");
  const StatementKey both = desk.bill(
      {main, family},
      {"2026-12",
       "2026-12-10",
       {},
       1000,
       StatementStatus::closed,
       {{.kind = ComponentKind::revolving_repayment, .label = "弁済金", .card_label = "main", .amount_minor = 200}}});
  desk.use(main, {.date = "2026-11-01", .amount = 300, .statement = both});
  desk.use(family, {.date = "2026-11-02", .amount = 400, .statement = both});
  const Upcoming upcoming = desk.upcoming();
  REQUIRE(upcoming.months.size() == 1);
  REQUIRE(upcoming.months[0].cards.size() == 3);
  CHECK(upcoming.months[0].amount_minor == 1000);
  CHECK(upcoming.months[0].cards[0].card.empty());
  CHECK(upcoming.months[0].cards[0].amount_minor == 100);
  CHECK(upcoming.months[0].cards[1].card_label == "main");
  CHECK(upcoming.months[0].cards[1].amount_minor == 500);
  CHECK(upcoming.months[0].cards[2].amount_minor == 400);
}

TEST_CASE("refused rows and authorizations debit nothing") {
  Settled desk;
  desk.use(desk.main, {.date = "2026-11-18", .amount = 100, .kind = TransactionKind::authorization});
  desk.use(desk.main, {.date = "2026-11-18", .amount = 100, .status = TransactionStatus::removed});
  CHECK(text_of(desk.upcoming()) == "2026-12 3000 stated\n");
}
