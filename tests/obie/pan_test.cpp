// SPDX-License-Identifier: Apache-2.0
//
// A card number in any text of any answer reaches neither a raw page, a card's name nor an error (I5).
#include <catch2/catch.hpp>

#include "meisai/pan_guard.h"
#include "tests/obie/talk.h"

namespace meisai::test {
namespace {

const std::string pan = "4111111111111111";

IssuerProfile every_field() {
  IssuerProfile profile = example_bank();
  profile.fields = {.usage_date = "/SupplementaryData/UsageDate",
                    .plan = "/SupplementaryData/Plan",
                    .plan_index = "/SupplementaryData/PlanIndex",
                    .plan_count = "/SupplementaryData/PlanCount",
                    .pending_reference = "/SupplementaryData/AuthorisationId",
                    .billed = "/SupplementaryData/Billed",
                    .remaining = "/SupplementaryData/Remaining",
                    .kind = "/ProprietaryBankTransactionCode/Code"};
  return profile;
}

const std::string account =
    R"({"Data":{"Account":[{"AccountId":"c1","AccountSubType":"CreditCard","Currency":"GBP","Nickname":"Blue",)"
    R"("Description":"Blue Card","Account":[{"SchemeName":"UK.OBIE.PAN","Identification":"****1234","Name":"H"}]}]},)"
    R"("Links":{"Self":"x"}})";
const std::string statement =
    R"({"Data":{"Statement":[{"AccountId":"c1","StatementId":"s1","StatementReference":"r","Type":"RegularPeriodic",)"
    R"("EndDateTime":"2017-08-31T00:00:00Z","StatementDescription":["d"],"StatementAmount":[{"Type":"ClosingBalance",)"
    R"("CreditDebitIndicator":"Debit","Amount":{"Amount":"10.00","Currency":"GBP"}},{"Type":"PreviousClosingBalance",)"
    R"("CreditDebitIndicator":"Debit","Amount":{"Amount":"0.00","Currency":"GBP"}}],"StatementFee":[{"Type":"Fee",)"
    R"("CreditDebitIndicator":"Debit","Amount":{"Amount":"0.00","Currency":"GBP"}}],"StatementDateTime":)"
    R"([{"Type":"PaymentDue","DateTime":"2017-09-27T00:00:00Z"}]}]},"Links":{"Self":"x"}})";
const std::string rows =
    R"({"Data":{"Transaction":[{"AccountId":"c1","TransactionId":"t1","TransactionReference":"ref",)"
    R"("StatementReference":["s"],"CreditDebitIndicator":"Debit","Status":"Booked","TransactionMutability":"Immutable",)"
    R"("BookingDateTime":"2017-04-05T10:43:07Z","ValueDateTime":"2017-04-05T10:43:07Z","TransactionInformation":"Shop",)"
    R"("AddressLine":"a","Amount":{"Amount":"10.00","Currency":"GBP"},"ChargeAmount":{"Amount":"1.00",)"
    R"("Currency":"GBP"},"CurrencyExchange":{"SourceCurrency":"USD","TargetCurrency":"GBP","UnitCurrency":"USD",)"
    R"("QuotationDate":"2017-04-04T00:00:00Z","ContractIdentification":"k","InstructedAmount":{"Amount":"12.00",)"
    R"("Currency":"USD"}},"BankTransactionCode":{"Code":"b","SubCode":"s"},"ProprietaryBankTransactionCode":)"
    R"({"Code":"SALE","Issuer":"i"},"Balance":{"Type":"T"},"MerchantDetails":{"MerchantName":"Shop Ltd",)"
    R"("MerchantCategoryCode":"5942"},"DebtorAccount":{"Identification":"i"},"CardInstrument":{"Identification":"i"},)"
    R"("SupplementaryData":{"UsageDate":"2017-04-03","Plan":"p","PlanIndex":"1","PlanCount":"3","AuthorisationId":"x",)"
    R"("Billed":"1.00","Remaining":"1.00","More":"m"},"Unknown":{"Deep":["d"]}}]},"Links":{"Self":"x"}})";

/// Where each string value begins and ends, names left out.
std::vector<std::pair<std::size_t, std::size_t>> leaves(const std::string& json) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t at = json.find('"'); at != std::string::npos; at = json.find('"', at)) {
    const std::size_t end = json.find('"', at + 1);
    if (json[end + 1] != ':') found.emplace_back(at + 1, end);
    at = end + 1;
  }
  return found;
}

Talk with(const std::string& accounts, const std::string& statements, const std::string& transactions) {
  return talk(issuer_of(every_field()), whole_of_2017(), [&](const std::string& url) {
    if (url.find("/transactions") != std::string::npos) return transactions;
    return url.find("/statements") != std::string::npos ? statements : accounts;
  });
}

std::string escaped(const std::string& digits) {
  std::string text;
  for (const char c : digits) text += "\\u003" + std::string(1, c);
  return text;
}

}  // namespace

TEST_CASE("the answers are read whole before a card number is planted") {
  const Talk said = with(account, statement, rows);
  CHECK_FALSE(said.error);
  CHECK(said.documents.size() == 2);
  CHECK(normalized(said).accepted == 2);
}

TEST_CASE("a card number in any text of any answer goes nowhere") {
  const std::string answers[3] = {account, statement, rows};
  const std::vector<std::string> forms{pan, escaped(pan), "4111-1111-1111-1111", "４１１１１１１１１１１１１１１１"};
  std::size_t planted = 0;
  for (std::size_t which = 0; which < 3; ++which) {
    for (const auto& [from, to] : leaves(answers[which])) {
      for (const std::string& form : forms) {
        std::string given[3] = {account, statement, rows};
        given[which].replace(from, to - from, form);
        CAPTURE(given[which].substr(from > 40 ? from - 40 : 0, 60));
        const Talk said = with(given[0], given[1], given[2]);
        ++planted;
        std::string text = said.text();
        for (std::size_t i = 0; i < said.urls.size(); ++i)
          if (which != 1) CHECK_FALSE(pan::found_in(said.urls[i]));
        CHECK(text.find(pan) == std::string::npos);
        for (const TalkDocument& document : said.documents)
          for (const RawPage& page : document.pages)
            for (const RawRecord& record : page.records())
              for (const RawCell& cell : page.cells(record)) {
                CAPTURE(page.text(cell));
                CHECK_FALSE(pan::found_in(page.text(cell)));
              }
        for (const std::string& card : said.cards) CHECK_FALSE(pan::found_in(card));
        if (said.error) CHECK_FALSE(pan::found_in(said.error->what));
      }
    }
  }
  CHECK(planted > 200);
}

TEST_CASE("a card number where an id belongs refuses the row") {
  const auto rejected = [](const std::string& from, const std::string& to) {
    return normalized(with(account, statement, replaced(rows, from, to))).rejected;
  };
  const std::map<std::string, std::size_t> both{{"pan_detected", 2}};  // on the statement and among the days
  CHECK(rejected(R"("TransactionId":"t1")", R"("TransactionId":")" + pan + '"') == both);
  CHECK(rejected(R"("AuthorisationId":"x")", R"("AuthorisationId":")" + pan + '"') == both);
  CHECK(rejected(R"({"AccountId":"c1","TransactionId")", R"({"AccountId":")" + pan + R"(","TransactionId")") == both);
}

TEST_CASE("in free text it is masked and the row kept") {
  const Talk said = with(account, statement, replaced(rows, "Shop Ltd", "Shop " + pan));
  const auto facts = facts_of(said.documents.at(1));
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].merchant_raw == "Shop ************1111");
  CHECK((facts[0].flags & static_cast<unsigned>(RowFlag::pan_masked)) != 0);
}

TEST_CASE("a whole number on the card itself is kept as its last four only, outside the secret") {
  const Talk said = with(replaced(account, "****1234", pan), statement, rows);
  CHECK_FALSE(said.error);
  CHECK(said.cards == std::vector<std::string>{"Blue Card 1111"});
  CHECK(said.text().find(pan) == std::string::npos);
}

TEST_CASE("an account whose id is a card number is not asked about") {
  const Talk said = with(replaced(account, R"("AccountId":"c1")", R"("AccountId":")" + pan + '"'), statement, rows);
  REQUIRE(said.error);
  CHECK(said.error->code == Code::pan_detected);
  CHECK(said.urls.size() == 1);
}

}  // namespace meisai::test
