// SPDX-License-Identifier: Apache-2.0
//
// What becomes of one transaction: fields by the family and by the profile, wrong types, drift, rows that come twice.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/obie/talk.h"

namespace meisai::test {
namespace {

/// One card, rows only.
Talk rows_talk(const std::string& rows, IssuerProfile profile = example_bank()) {
  profile.statements = false;
  return talk(issuer_of(std::move(profile)), whole_of_2017(),
              answers({{"/accounts", listing("Account", {card_account("c1", "************1234")})},
                       {"/accounts/c1/transactions", rows}}));
}

LocalDate day(const char* text) { return parse_iso_date(text).value(); }

std::string without(const std::string& text, const std::string& part) { return replaced(text, part, ""); }

TransactionFacts one(const Talk& said) {
  REQUIRE_FALSE(said.error);
  const auto facts = facts_of(said.documents.at(0));
  REQUIRE(facts.size() == 1);
  return facts[0];
}

bool flagged(const TransactionFacts& facts, RowFlag flag) { return (facts.flags & static_cast<unsigned>(flag)) != 0; }

IssuerProfile with_fields() {
  IssuerProfile profile = example_bank();
  profile.fields = {.usage_date = "/SupplementaryData/UsageDate",
                    .plan = "/SupplementaryData/Plan",
                    .plan_index = "/SupplementaryData/PlanIndex",
                    .plan_count = "/SupplementaryData/PlanCount",
                    .pending_reference = "/SupplementaryData/AuthorisationId",
                    .billed = "/SupplementaryData/Billed",
                    .remaining = "/SupplementaryData/Remaining",
                    .kind = "/ProprietaryBankTransactionCode/Code"};
  profile.kinds = {{"PAY", TransactionKind::payment}, {"FEE", TransactionKind::fee}};
  profile.plans = {{"INST", PaymentType::installments, 0}, {"ONE", PaymentType::one_time, 1}};
  return profile;
}

}  // namespace

TEST_CASE("every optional field of a row is taken where the profile says it stands") {
  const std::string full = row(
      "t1", "300.00",
      R"(,"MerchantDetails":{"MerchantName":"Bookshop","MerchantCategoryCode":"5942"})"
      R"(,"CurrencyExchange":{"SourceCurrency":"USD","ExchangeRate":1.2500,"QuotationDate":"2017-04-04T00:00:00Z",)"
      R"("InstructedAmount":{"Amount":"375.00","Currency":"USD"}},"ChargeAmount":{"Amount":"1.50","Currency":"GBP"})"
      R"(,"ProprietaryBankTransactionCode":{"Code":"FEE","Issuer":"Bank"},"NewIn312":{"a":[1,"x"]})"
      R"(,"SupplementaryData":{"UsageDate":"2017-04-03","Plan":"INST","PlanIndex":2,"PlanCount":"3","Billed":"100.00",)"
      R"("Remaining":"100.00","AuthorisationId":"auth-9","Other":true})");
  const Talk said = rows_talk(listing("Transaction", {full}), with_fields());
  const TransactionFacts facts = one(said);
  CHECK(iso(*facts.date.date) == "2017-04-03");
  CHECK(iso(*facts.posting_date) == "2017-04-05");
  CHECK(facts.merchant_raw == "Bookshop");
  CHECK(facts.kind == TransactionKind::fee);
  CHECK(facts.amount_minor == 30000);
  CHECK(facts.billed_minor == 10000);
  CHECK(facts.remaining_minor == 10000);
  CHECK(facts.plan == PaymentPlan{PaymentType::installments, 2, 3});
  REQUIRE(facts.foreign);
  CHECK(facts.foreign->amount_minor == 37500);
  CHECK(facts.foreign->currency->code() == "USD");
  CHECK(facts.foreign->rate->text() == "1.2500");  // as written: a number that was never binary
  CHECK(iso(*facts.foreign->rate_date) == "2017-04-04");
  CHECK(facts.issuer_reference == "t1");
  CHECK(facts.pending_reference == "auth-9");
  CHECK(facts.flags == 0);
  CHECK(said.documents[0].end.facts.unknown_columns == std::vector<std::string>{"NewIn312"});
  const std::string line = said.documents[0].lines()[0];
  CHECK(line.find(R"(NewIn312={"a":[1,"x"]})") != std::string::npos);
  CHECK(line.find("SupplementaryData/Other=true") != std::string::npos);
  CHECK(line.find("Issuer=Bank") == std::string::npos);  // known, and neither profile nor ledger reads it
  CHECK(line.find("remark") == std::string::npos);
}

TEST_CASE("other people's accounts and what nobody reads stay outside") {
  const std::string text =
      rows_talk(listing("Transaction", {row("t1", "1.00",
                                            R"(,"DebtorAccount":{"Name":"Somebody"},"CreditorAgent":{"Name":"Agent"},)"
                                            R"("Balance":{"Amount":{"Amount":"999.99"}},"AddressLine":"Coventry",)"
                                            R"("CardInstrument":{"Name":"Holder"})")}))
          .text();
  for (const char* left_out : {"Somebody", "Agent", "999.99", "Coventry", "Holder"})
    CHECK(text.find(left_out) == std::string::npos);
}

TEST_CASE("an optional field of a wrong type is left out, the row flagged and its text kept") {
  for (const auto& [right, wrong] : std::vector<std::pair<std::string, std::string>>{
           {R"("UsageDate":"2017-04-03")", R"("UsageDate":20170403)"},
           {R"("UsageDate":"2017-04-03")", R"("UsageDate":"2017-02-30")"},
           {R"("Plan":"INST")", R"("Plan":["INST"])"},
           {R"("PlanIndex":2)", R"("PlanIndex":{"n":2})"},
           {R"("Billed":"100.00")", R"("Billed":"1,00")"},
           {R"("Remaining":"5.00")", R"("Remaining":5e2)"},
       }) {
    const std::string good = row("t1", "300.00",
                                 R"(,"SupplementaryData":{"UsageDate":"2017-04-03","Plan":"INST","PlanIndex":2,)"
                                 R"("Billed":"100.00","Remaining":"5.00"})");
    CHECK_FALSE(flagged(one(rows_talk(listing("Transaction", {good}), with_fields())), RowFlag::field_dropped));
    const Talk said = rows_talk(listing("Transaction", {replaced(good, right, wrong)}), with_fields());
    CHECK(flagged(one(said), RowFlag::field_dropped));
  }
  const Talk said = rows_talk(listing("Transaction", {row("t1", "1.00", R"(,"CurrencyExchange":42)")}));
  CHECK(flagged(one(said), RowFlag::field_dropped));
  CHECK_FALSE(one(said).foreign);
}

TEST_CASE("a row that lacks what makes a transaction goes into quarantine, and only that one") {
  const std::string good = row("t1");
  const std::vector<std::pair<std::string, std::string>> breaks{
      {R"("Amount":"10.00")", R"("Amount":"10,00")"},
      {R"("Amount":"10.00")", R"("Amount":"1e3")"},
      {R"("Amount":"10.00")", R"("Amount":"-10.00")"},
      {R"("Amount":"10.00")", R"("Amount":"10.001")"},
      {R"("Amount":"10.00")", R"("Amount":{"Value":"10.00"})"},
      {R"("Amount":"10.00")", R"("Amount":null)"},
      {R"({"Amount":"10.00","Currency":"GBP"})", R"("10.00")"},
      {R"("Currency":"GBP")", R"("Currency":"GPB")"},
      {R"("Currency":"GBP")", R"("Money":"GBP")"},
      {R"("Debit")", R"("DEBIT")"},
      {R"("Booked")", R"("BOOK")"},
      {R"("Booked")", R"(true)"},
      {R"("BookingDateTime")", R"("BookedAt")"},
      {R"("2017-04-05T10:43:07+00:00")", R"("2017-04-05T10:43:07")"},
      {R"("2017-04-05T10:43:07+00:00")", R"("05/04/2017")"},
      {R"("2017-04-05T10:43:07+00:00")", R"("0001-01-01T00:00:00Z")"},
      {R"("2017-04-05T10:43:07+00:00")", R"(["2017-04-05T10:43:07+00:00"])"}};
  for (const auto& [right, wrong] : breaks) {
    CAPTURE(right, wrong);
    const Talk said =
        rows_talk(listing("Transaction", {good, replaced(good, right, wrong), replaced(good, "t1", "t3")}));
    CHECK_FALSE(said.error);
    const Counts counts = normalized(said);
    CHECK(counts.accepted == 2);
    CHECK(counts.rejected.size() == 1);
  }
  const Counts counts = normalized(rows_talk(listing("Transaction", {good, "17", good})));
  CHECK(counts.accepted == 2);
  CHECK(counts.rejected.size() == 1);
}

TEST_CASE("exactly half of a page unreadable is quarantine; more than half is drift") {
  const std::string good = row("t1");
  const std::string bad = replaced(good, R"("Amount":{)", R"("Sum":{)");
  const Talk half = rows_talk(listing("Transaction", {good, bad, bad, good}));
  CHECK_FALSE(half.error);
  CHECK(normalized(half).accepted == 2);
  CHECK(normalized(half).rejected == std::map<std::string, std::size_t>{{"field_empty", 2}});
  const Talk more = rows_talk(listing("Transaction", {good, bad, bad}));
  REQUIRE(more.error);
  CHECK(more.error->code == Code::schema_drift);
  CHECK(more.documents.empty());
  CHECK_FALSE(rows_talk(listing("Transaction", {})).error);
}

TEST_CASE("the drift count and the quarantine agree row by row") {
  // One broken row beside one good one is never drift; alone it is drift exactly when the normalizer refuses it.
  const std::string good = row("t1");
  for (const auto& [right, wrong] :
       std::vector<std::pair<std::string, std::string>>{{R"("10.00")", R"("10.000")"},
                                                        {R"("10.00")", R"("0010")"},
                                                        {R"("10.00")", R"(10.5)"},
                                                        {R"("10.00")", R"(".5")"},
                                                        {R"("10.00")", R"("5.")"},
                                                        {R"("10.00")", R"("99999999999999999999")"},
                                                        {R"("10.00")", R"("")"},
                                                        {R"("GBP")", R"("gbp")"},
                                                        {R"("Debit")", R"(" Debit")"},
                                                        {R"("Booked")", R"("Pending")"},
                                                        {R"("Booked")", R"("Rejected")"},
                                                        {"+00:00", "Z"},
                                                        {"+00:00", "+09:00"},
                                                        {"T10:43:07+00:00", ""},
                                                        {"T10:43:07", "T25:43:07"},
                                                        {"2017-04-05", "2017-13-05"}}) {
    CAPTURE(right, wrong);
    const std::string changed = replaced(good, right, wrong);
    const bool refused = normalized(rows_talk(listing("Transaction", {good, changed}))).rejected.size() == 1;
    CHECK(rows_talk(listing("Transaction", {changed})).error.has_value() == refused);
  }
}

TEST_CASE("an unreadable frame is drift") {
  for (const char* frame : {R"({})", R"([])", R"({"Data":[]})", R"({"Data":{}})", R"({"Data":{"Transaction":"none"}})",
                            R"({"data":{"Transaction":[]}})"}) {
    const Talk said = rows_talk(frame);
    REQUIRE(said.error);
    CHECK(said.error->code == Code::schema_drift);
    CHECK(said.error->what.find("Transaction") + said.error->what.find("Data") != 2 * std::string::npos);
  }
  CHECK_FALSE(rows_talk(R"({"Data":{"Transaction":)" + row("t1") + "}}").error);  // one object where a list belongs
}

TEST_CASE("status words: pending, posted, declined") {
  const auto read = [](const char* status) {
    return one(rows_talk(listing("Transaction", {replaced(row("t1"), "Booked", status)})));
  };
  CHECK(read("Pending").status == TransactionStatus::pending);
  CHECK(read("Booked").status == TransactionStatus::posted);
  const TransactionFacts declined = read("Rejected");
  CHECK(declined.kind == TransactionKind::authorization);
  CHECK(declined.billed_minor == 0);
  CHECK(flagged(declined, RowFlag::declined));
}

TEST_CASE("a row on two pages of one list counts once, rows without id and real twins never fewer") {
  const std::string list = std::string(base) + "/accounts/c1/transactions";
  const auto two_pages = [&](const std::vector<std::string>& first, const std::vector<std::string>& second,
                             bool stable = true) {
    IssuerProfile profile = example_bank();
    profile.statements = false;
    profile.transaction_id_is_stable = stable;
    const Talk said = talk(issuer_of(profile), whole_of_2017(),
                           answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                                    {"/accounts/c1/transactions", listing("Transaction", first, list + "?page=2")},
                                    {"/accounts/c1/transactions?page=2", listing("Transaction", second)}}));
    CHECK_FALSE(said.error);
    return normalized(said).accepted;
  };
  const std::string a = row("a");
  const std::string b = row("b");
  const std::string nameless = without(row("x"), R"("TransactionId":"x",)");
  CHECK(two_pages({a, b}, {b}) == 2);
  CHECK(two_pages({a, b}, {row("b", "11.00")}) == 3);  // same id, other bytes: the ledger takes the later one
  CHECK(two_pages({a, b}, {b}, false) == 3);           // ids that are not stable prove nothing
  CHECK(two_pages({nameless}, {nameless}) == 2);
  CHECK(two_pages({a, a}, {b}) == 3);     // twice on one page: the ledger takes one
  CHECK(two_pages({a, b}, {b, b}) == 3);  // one of the two is the overlap
}

TEST_CASE("queries are cut to the profile's longest range and carry no zone") {
  IssuerProfile profile = example_bank();
  profile.statements = false;
  profile.limits.longest_query = std::chrono::days(200);
  const Talk said = talk(issuer_of(profile), whole_of_2017(),
                         answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                                  {"/accounts/c1/transactions", listing("Transaction", {row("t1")})}}));
  CHECK(said.urls == std::vector<std::string>{"/accounts",
                                              "/accounts/c1/transactions?fromBookingDateTime=2017-01-01T00:00:00"
                                              "&toBookingDateTime=2017-07-19T23:59:59",
                                              "/accounts/c1/transactions?fromBookingDateTime=2017-07-20T00:00:00"
                                              "&toBookingDateTime=2017-12-31T23:59:59"});
  REQUIRE(said.documents.size() == 1);
  CHECK(said.documents[0].end.layout->window == WindowRule::card_range);
  CHECK(iso(*said.documents[0].end.complete_from) == "2017-01-01");
  CHECK(iso(*said.documents[0].end.complete_to) == "2017-12-31");
  CHECK(normalized(said).accepted == 1);  // an issuer that ignores the filter says the same twice
}

TEST_CASE("settled statements are not asked for again") {
  FetchPlan plan = whole_of_2017();
  plan.known_card = [&](const CardClue&) {
    return KnownCard{.from = plan.from, .settled = {{.reference = "s1", .closing_date = day("2017-08-31")}}};
  };
  const auto statement = [](const std::string& id) {
    return R"({"AccountId":"c1","StatementId":")" + id +
           R"(","Type":"RegularPeriodic","EndDateTime":"2017-08-31T00:00:00Z"})";
  };
  const Talk said =
      talk(issuer_of(example_bank()), plan,
           answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                    {"/accounts/c1/statements", listing("Statement", {statement("s1"), statement("s/2")})},
                    {"/accounts/c1/statements/", listing("Transaction", {row("t1")})},
                    {"/accounts/c1/transactions", listing("Transaction", {})}}));
  CHECK_FALSE(said.error);
  CHECK(said.urls.at(2) == "/accounts/c1/statements/s%2F2/transactions");
  CHECK(said.documents.size() == 2);
}

TEST_CASE("a settled statement of which the list says something else is asked for again") {
  const std::string head =
      R"({"AccountId":"c1","StatementId":"s1","Type":"RegularPeriodic","EndDateTime":"2017-08-31T00:00:00Z",)"
      R"("StatementDateTime":[{"DateTime":"2017-09-27T00:00:00Z","Type":"PaymentDue"}],"StatementAmount":[)"
      R"({"Type":"ClosingBalance","CreditDebitIndicator":"Debit","Amount":{"Amount":"400.00","Currency":"GBP"}}]})";
  const auto is_asked = [](const std::string& now) {
    FetchPlan plan = whole_of_2017();
    plan.known_card = [&](const CardClue&) {
      return KnownCard{.from = plan.from,
                       .settled = {{.reference = "s1",
                                    .closing_date = day("2017-08-31"),
                                    .payment_due_date = day("2017-09-27"),
                                    .stated_total_minor = 40000,
                                    .currency = Currency::parse("GBP").value()}}};
    };
    const Talk said = talk(issuer_of(example_bank()), plan,
                           answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                                    {"/accounts/c1/statements", listing("Statement", {now})},
                                    {"/accounts/c1/statements/s1/transactions", listing("Transaction", {row("t1")})},
                                    {"/accounts/c1/transactions", listing("Transaction", {})}}));
    CHECK_FALSE(said.error);
    return std::ranges::count(said.urls, "/accounts/c1/statements/s1/transactions") == 1;
  };
  CHECK_FALSE(is_asked(head));
  CHECK_FALSE(is_asked(replaced(head, "400.00", "400.0")));
  CHECK(is_asked(replaced(head, "400.00", "410.00")));
  CHECK(is_asked(replaced(head, "400.00", "4e2")));
  CHECK(is_asked(replaced(head, "\"Debit\"", "\"Credit\"")));
  CHECK(is_asked(replaced(head, "GBP", "EUR")));
  CHECK(is_asked(replaced(head, "2017-08-31", "2017-08-30")));
  CHECK(is_asked(replaced(head, "2017-08-31", "2018-08-31")));  // open again
  CHECK(is_asked(replaced(head, "2017-09-27", "2017-10-27")));
  CHECK(is_asked(replaced(head, "2017-09-27", "2017-13-27")));
  CHECK_FALSE(is_asked(replaced(head, "PaymentDue", "Other")));  // no longer said is no other word
}

TEST_CASE("a card that is not known is asked for its whole history, and its statements are its own") {
  FetchPlan plan = whole_of_2017();
  plan.known_card = [&](const CardClue& card) -> std::optional<KnownCard> {
    if (card.last4 != "1234") return std::nullopt;
    return KnownCard{.from = day("2017-11-17"),
                     .settled = {{.reference = "201708", .closing_date = day("2017-08-31")}}};
  };
  const std::string statement =
      R"({"StatementId":"201708","Type":"RegularPeriodic","EndDateTime":"2017-08-31T00:00:00Z"})";
  const std::string statements = listing("Statement", {statement});
  const Talk said =
      talk(issuer_of(example_bank()), plan,
           answers({{"/accounts", listing("Account", {card_account("c1", "****1234"), card_account("c2", "****5678")})},
                    {"/accounts/c1/statements", statements},
                    {"/accounts/c2/statements", statements},
                    {"/accounts/c2/statements/201708/", listing("Transaction", {})},
                    {"/accounts/c1/transactions", listing("Transaction", {})},
                    {"/accounts/c2/transactions", listing("Transaction", {})}}));
  CHECK_FALSE(said.error);
  REQUIRE(said.documents.size() == 3);
  CHECK(iso(*said.documents[0].end.complete_from) == "2017-11-17");
  CHECK(said.documents[1].end.name == "/accounts/{AccountId}/statements/{StatementId}/transactions");
  CHECK(said.documents[1].end.card == 1);
  CHECK(iso(*said.documents[2].end.complete_from) == "2017-01-01");
}

}  // namespace meisai::test
