// SPDX-License-Identifier: Apache-2.0
//
// hledger itself is the judge: it must accept every journal under --strict, and its balances must equal sums
// that are computed here from expected.json alone.
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/exporters/sample_ledger.h"

namespace meisai {
namespace {

using Json = nlohmann::json;
using Balances = std::map<std::string, std::int64_t>;

void require_strict(const std::string& journal) {
  const test::Outcome check = test::run_with_file("hledger -f {} check --strict", journal);
  INFO(journal);
  INFO(check.output);
  REQUIRE(check.exit == 0);
}

/// What hledger computes, in yen, without the accounts that hold nothing.
Balances balances(const std::string& journal, const std::string& options = "") {
  const test::Outcome run = test::run_with_file("hledger -f {} balance --flat --no-total -O csv " + options, journal);
  INFO(run.output);
  REQUIRE(run.exit == 0);
  Balances sums;
  std::istringstream lines(run.output);
  std::string line;
  std::getline(lines, line);
  REQUIRE(line == "\"account\",\"balance\"");
  while (std::getline(lines, line)) {
    const std::size_t between = line.find("\",\"");
    const std::string amount = line.substr(between + 3);
    REQUIRE(amount.ends_with(" JPY\""));
    sums[line.substr(1, between - 1)] = std::stoll(amount);
  }
  return sums;
}

/// Usage by kind, and what each card owes: Σ usage − what its statement bills, where that is settled.
Balances computed(const std::vector<std::string>& samples, const std::vector<std::string>& settled) {
  const std::map<std::string, std::string> accounts{
      {"purchase", "費用:未分類"}, {"refund", "費用:未分類"},     {"fee", "費用:手数料"},
      {"discount", "収益:値引"},   {"adjustment", "収益:雑収入"},
  };
  Balances sums;
  for (const std::string& sample : samples) {
    const Json truth = test::expected_json(sample);
    const bool pays = std::ranges::find(settled, sample) != settled.end();
    const auto card = [](const Json& label) { return "負債:未払金:" + label.get<std::string>(); };
    for (const Json& row : truth["transactions"]) {
      sums[accounts.at(row["kind"])] += row["amount_minor"].get<std::int64_t>();
      sums[card(row["card_label"])] -= row["amount_minor"].get<std::int64_t>();
      if (pays && !row["billed_minor"].is_null())
        sums[card(row["card_label"])] += row["billed_minor"].get<std::int64_t>();
    }
    if (!pays) continue;
    for (const Json& component : truth["statement"]["components"])
      sums[card(component["card_label"])] += component["amount_minor"].get<std::int64_t>();
    sums["資産:普通預金"] -= truth["statement"]["computed_total_minor"].get<std::int64_t>();
  }
  std::erase_if(sums, [](const auto& entry) { return entry.second == 0; });
  return sums;
}

test::Ledger one_row(Transaction row) {
  test::Ledger ledger;
  Card card;
  card.id = row.card_id;
  card.issuer = row.issuer;
  card.label = row.card_label;
  ledger.context.cards.push_back(card);
  ledger.rows.push_back(std::move(row));
  return ledger;
}

TEST_CASE("hledger agrees with sums computed from each sample") {
  for (const std::string sample : {"jcb", "rakuten", "smbc"}) {
    INFO(sample);
    const std::string journal = test::exported("hledger", test::sample_ledger({sample}));
    require_strict(journal);
    // Only the JCB file states when the bill is debited.
    const std::vector<std::string> settled =
        sample == "jcb" ? std::vector<std::string>{"jcb"} : std::vector<std::string>{};
    CHECK(balances(journal) == computed({sample}, settled));
    CHECK((journal.find("; no settlement:") == std::string::npos) == (sample == "jcb"));
  }
}

TEST_CASE("hledger agrees when every statement is settled, with 弁済金 and instalments") {
  const std::vector<std::string> all{"jcb", "rakuten", "smbc"};
  const test::Ledger ledger =
      test::sample_ledger(all, {{"rakuten", test::day("2026-09-28")}, {"smbc", test::day("2026-10-26")}});
  const std::string journal = test::exported("hledger", ledger);
  require_strict(journal);
  const Balances sums = balances(journal);
  CHECK(sums == computed(all, all));
  // By hand, from the family card's rows: 1,296 + 3,197 + 4,000 used, 1,296 + 5,047 debited.
  CHECK(sums.at("負債:未払金:三井住友カード（家族）") == -2150);
  CHECK(sums.at("資産:普通預金") == -(54995 + 61800 + 57233));
  // Before the first due date nothing has left the bank.
  CHECK_FALSE(balances(journal, "-e 2026-09-28").contains("資産:普通預金"));
}

TEST_CASE("the accounts carry their types") {
  const std::string journal = test::exported("hledger", test::sample_ledger({"jcb"}));
  const test::Outcome sheet = test::run_with_file("hledger -f {} balancesheet -O csv", journal);
  REQUIRE(sheet.exit == 0);
  CHECK(sheet.output.find("\"資産:普通預金\",\"-54995 JPY\"") != std::string::npos);
  CHECK(sheet.output.find("\"負債:未払金:ＪＣＢ見本カード •0000\",\"52000 JPY\"") != std::string::npos);
  const test::Outcome income = test::run_with_file("hledger -f {} incomestatement -O csv", journal);
  REQUIRE(income.exit == 0);
  CHECK(income.output.find("\"費用:手数料\",\"1485 JPY\"") != std::string::npos);
}

TEST_CASE("entries are in order of date and id, each once") {
  const test::Ledger ledger = test::sample_ledger({"jcb", "rakuten", "smbc"});
  const test::Outcome print = test::run_with_file("hledger -f {} print -O json", test::exported("hledger", ledger));
  REQUIRE(print.exit == 0);
  std::vector<std::pair<std::string, std::string>> keys;
  for (const Json& entry : Json::parse(print.output)) keys.emplace_back(entry["tdate"], entry["tcode"]);
  CHECK(std::ranges::is_sorted(keys));
  CHECK(std::ranges::adjacent_find(keys) == keys.end());
  CHECK(keys.size() == ledger.rows.size() + 1);  // and JCB's settlement
}

TEST_CASE("a row without a day is booked where its statement falls due, and says so") {
  const std::string journal = test::exported("hledger", test::sample_ledger({"jcb", "smbc"}));
  CHECK(journal.find("2026-10-13 * (TJ110) 2026年8月発送コンビニ用紙料\n"
                     "    ; meisai-id:TJ110, kind:fee, issuer:jcb_card, statement:SJ, date-precision:none, "
                     "booked-on:payment_due_date\n") != std::string::npos);
  CHECK(journal.find("2026-10-31 * (TS111) WEB明細書年会費割引\n") != std::string::npos);
  CHECK(journal.find("booked-on:billing_month_end") != std::string::npos);
  CHECK(journal.find("2026-08-01 * (TJ109) JCB見本カード年会費\n"
                     "    ; meisai-id:TJ109, kind:fee, issuer:jcb_card, statement:SJ, date-precision:month\n") !=
        std::string::npos);
}

TEST_CASE("a statement that is not settled here still dates its rows") {
  test::Ledger ledger = test::sample_ledger({"jcb", "smbc"});
  const std::string whole = test::exported("hledger", ledger);
  for (const Settlement& settlement : ledger.context.settlements)
    ledger.context.statements.push_back(settlement.statement);
  CHECK(test::exported("hledger", ledger) == whole);
  ledger.context.settlements.clear();
  const std::string journal = test::exported("hledger", ledger);
  require_strict(journal);
  CHECK(journal.find("kind:settlement") == std::string::npos);
  CHECK(journal.find("2026-10-13 * (TJ110) ") != std::string::npos);
  CHECK(journal.find("2026-10-31 * (TS111) ") != std::string::npos);
  CHECK(test::exported("csv", ledger) == test::exported("csv", test::sample_ledger({"jcb", "smbc"})));
}

TEST_CASE("a row without any date is left out and named") {
  Transaction row = test::purchase("ID1", test::day("2026-01-01"), "shop");
  row.facts.date = {};
  row.facts.date.precision = DatePrecision::none;
  const std::string journal = test::exported("hledger", one_row(row));
  require_strict(journal);
  CHECK(balances(journal).empty());
  CHECK(journal.find("; left out: ID1, 1000 JPY: ") != std::string::npos);
  row.facts.posting_date = test::day("2026-01-05");
  CHECK(test::exported("hledger", one_row(row)).find("2026-01-05 * (ID1) shop") != std::string::npos);
}

TEST_CASE("every kind lands on its account") {
  struct Case {
    TransactionKind kind;
    std::int64_t amount;
    const char* account;
  };
  for (const Case& c : {Case{TransactionKind::purchase, 700, "費用:未分類"},
                        {TransactionKind::refund, -700, "費用:未分類"},
                        {TransactionKind::fee, 700, "費用:手数料"},
                        {TransactionKind::interest, 700, "費用:支払利息"},
                        {TransactionKind::cash_advance, 700, "資産:現金"},
                        {TransactionKind::payment, -700, "資産:普通預金"},
                        {TransactionKind::adjustment, -700, "収益:雑収入"},
                        {TransactionKind::discount, -700, "収益:値引"}}) {
    INFO(c.account);
    Transaction row = test::purchase("ID1", test::day("2026-01-01"), "shop");
    row.facts.kind = c.kind;
    row.facts.amount_minor = c.amount;
    row.facts.billed_minor = c.kind == TransactionKind::payment ? std::nullopt : std::optional(c.amount);
    const std::string journal = test::exported("hledger", one_row(row));
    require_strict(journal);
    CHECK(balances(journal) == Balances{{c.account, c.amount}, {"負債:未払金:Card 1", -c.amount}});
  }
  Transaction row = test::purchase("ID1", test::day("2026-01-01"), "shop");
  row.facts.kind = TransactionKind::authorization;
  row.facts.billed_minor.reset();
  const std::string journal = test::exported("hledger", one_row(row));
  require_strict(journal);
  CHECK(balances(journal).empty());
  CHECK(journal.find("; not booked: ID1, 1000 JPY: ") != std::string::npos);
}

TEST_CASE("what a bill adds to or takes off the usage amount is booked beside it") {
  Transaction row = test::purchase("ID1", test::day("2026-01-01"), "shop");
  row.facts.amount_minor = 10000;
  row.facts.billed_minor = 10150;
  SECTION("a fee") {
    CHECK(balances(test::exported("hledger", one_row(row))) ==
          Balances{{"費用:未分類", 10000}, {"費用:手数料", 150}, {"負債:未払金:Card 1", -10150}});
  }
  SECTION("the interest of a cash advance") {
    row.facts.kind = TransactionKind::cash_advance;
    CHECK(balances(test::exported("hledger", one_row(row))) ==
          Balances{{"資産:現金", 10000}, {"費用:支払利息", 150}, {"負債:未払金:Card 1", -10150}});
  }
  SECTION("a discount") {
    row.facts.billed_minor = 9900;
    CHECK(balances(test::exported("hledger", one_row(row))) ==
          Balances{{"費用:未分類", 10000}, {"収益:値引", -100}, {"負債:未払金:Card 1", -9900}});
  }
  SECTION("not a stated zero, a part, or a row that is not yet final") {
    const Balances usage_only{{"費用:未分類", 10000}, {"負債:未払金:Card 1", -10000}};
    row.facts.billed_minor = 0;
    CHECK(balances(test::exported("hledger", one_row(row))) == usage_only);
    row.facts.billed_minor = 3400;
    row.facts.plan = {PaymentType::installments, 1, 3};
    CHECK(balances(test::exported("hledger", one_row(row))) == usage_only);
    row.facts.plan = {PaymentType::one_time, {}, {}};
    row.facts.status = TransactionStatus::pending;
    const std::string journal = test::exported("hledger", one_row(row));
    CHECK(balances(journal) == usage_only);
    CHECK(journal.find("2026-01-01 ! (ID1) shop") != std::string::npos);
  }
}

/// One purchase of 1,000 yen, its statement due on 2026-02-27, and the issuer's own record of a debit.
test::Ledger with_payment(const char* paid_on, std::int64_t amount) {
  test::Ledger ledger = one_row(test::purchase("ID1", test::day("2026-01-01"), "shop"));
  Settlement settlement;
  settlement.statement.id = StatementId("ST1");
  settlement.statement.issuer = IssuerId("invented_card");
  settlement.statement.payment_due_date = test::day("2026-02-27");
  settlement.shares.push_back({CardId("CARD1"), "Card 1", 1000});
  ledger.context.settlements.push_back(settlement);
  Transaction payment = test::purchase("ID2", test::day(paid_on), "bank debit");
  payment.facts.kind = TransactionKind::payment;
  payment.facts.amount_minor = amount;
  payment.facts.billed_minor.reset();
  ledger.rows.push_back(payment);
  return ledger;
}

TEST_CASE("a bank debit that is a settlement already is not booked again") {
  const Balances paid_once{{"費用:未分類", 1000}, {"資産:普通預金", -1000}};
  const std::string journal = test::exported("hledger", with_payment("2026-03-02", -1000));
  require_strict(journal);
  CHECK(balances(journal) == paid_once);
  CHECK(journal.find("; not booked: ID2, -1000 JPY: the settlement of ST1 is this debit\n") != std::string::npos);

  SECTION("each debit answers for one row") {
    test::Ledger twice = with_payment("2026-03-02", -1000);
    twice.rows.push_back(twice.rows.back());
    twice.rows.back().id = TransactionId("ID3");
    CHECK(balances(test::exported("hledger", twice)).at("資産:普通預金") == -2000);
  }
  SECTION("another amount, another time, another card or another issuer is another debit") {
    CHECK(balances(test::exported("hledger", with_payment("2026-03-02", -999))).at("資産:普通預金") == -1999);
    CHECK(balances(test::exported("hledger", with_payment("2026-03-27", -1000))).at("資産:普通預金") == -2000);
    test::Ledger other = with_payment("2026-03-02", -1000);
    other.rows.back().card_id = CardId("CARD2");
    CHECK(balances(test::exported("hledger", other)).at("資産:普通預金") == -2000);
    other = with_payment("2026-03-02", -1000);
    other.rows.back().issuer = IssuerId("other_card");
    CHECK(balances(test::exported("hledger", other)).at("資産:普通預金") == -2000);
  }
  SECTION("a settlement that another month's journal books is that debit too") {
    test::Ledger march = with_payment("2026-03-02", -1000);
    march.rows.erase(march.rows.begin());
    march.context.statements.push_back(march.context.settlements[0].statement);
    march.context.settlements.clear();
    march.context.statements[0].computed_total_minor = 1000;
    CHECK(balances(test::exported("hledger", march)).empty());
    march.context.statements[0].card_id = CardId("CARD2");
    CHECK(balances(test::exported("hledger", march)).at("資産:普通預金") == -1000);
  }
  SECTION("two cards on one statement: their shares, or the total, but not both") {
    test::Ledger two = with_payment("2026-03-02", -1000);
    two.context.settlements[0].shares.push_back({CardId("CARD2"), "Card 2", 500});
    CHECK(balances(test::exported("hledger", two)).at("資産:普通預金") == -1500);
    two.rows.back().facts.amount_minor = -1500;
    CHECK(balances(test::exported("hledger", two)).at("資産:普通預金") == -1500);
    two.rows.push_back(two.rows.back());
    two.rows.back().id = TransactionId("ID3");
    two.rows.back().facts.amount_minor = -1000;
    CHECK(balances(test::exported("hledger", two)).at("資産:普通預金") == -2500);
  }
}

TEST_CASE("a statement that does not balance, is open or bills nothing says so") {
  test::Ledger ledger = with_payment("2026-03-02", -1000);
  ledger.rows.pop_back();
  Settlement& settlement = ledger.context.settlements[0];
  settlement.statement.balanced = false;
  settlement.statement.status = StatementStatus::open;
  std::string journal = test::exported("hledger", ledger);
  require_strict(journal);
  CHECK(journal.find("2026-02-27 ! (ST1)") != std::string::npos);
  CHECK(journal.find("balanced:no") != std::string::npos);
  settlement.shares[0].amount_minor = 0;
  journal = test::exported("hledger", ledger);
  require_strict(journal);
  CHECK(journal.find("; no settlement: ST1, 0 JPY: nothing is billed\n") != std::string::npos);
}

TEST_CASE("another currency and an amount at the edge") {
  test::Ledger ledger = one_row(test::purchase("ID1", test::day("2026-01-01"), "shop"));
  ledger.rows[0].facts.currency = Currency::parse("USD").value();
  const std::string journal = test::exported("hledger", ledger);
  require_strict(journal);
  CHECK(journal.find("    費用:未分類  10.00 USD\n    負債:未払金:Card 1  -10.00 USD\n") != std::string::npos);

  ledger.rows[0].facts.amount_minor = INT64_MAX;
  ledger.rows[0].facts.billed_minor.reset();
  require_strict(test::exported("hledger", ledger));
  ledger.rows[0].facts.amount_minor = INT64_MIN;
  const auto exporters_run = [&ledger] { return test::exported("hledger", ledger); };
  CHECK_THROWS(exporters_run());  // amount_overflow, never a wrong sum
}

}  // namespace
}  // namespace meisai
