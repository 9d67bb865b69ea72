// SPDX-License-Identifier: Apache-2.0
//
// The publisher's own example bytes: untouched, and with card accounts (make_card_copy.py) and nothing else changed.
#include <catch2/catch.hpp>

#include "tests/obie/talk.h"

namespace meisai::test {
namespace {

Answerer example_answers(const std::string& accounts) {
  const std::string rows = published("examples/transactions-01-get-account-transactions-response.json");
  const std::string statements = published("examples/statements-01-get-account-statements-response.json");
  return answers({{"/accounts", accounts},
                  {"/accounts/22289/", rows},
                  {"/accounts/31820/", rows},
                  {"/accounts/22289/statements", statements},
                  {"/accounts/31820/statements", statements},
                  {"/accounts/22289/statements/", rows}});
}

}  // namespace

TEST_CASE("the published accounts are no cards: nothing below /accounts is asked") {
  for (const char* name : {"01", "02", "03"}) {
    const Talk said = talk(
        issuer_of(example_bank()), whole_of_2017(),
        answers({{"/accounts", published("examples/accounts-" + std::string(name) + "-get-accounts-response.json")}}));
    REQUIRE(said.error);
    CHECK(said.error->code == Code::no_card_account);
    CHECK(said.urls == std::vector<std::string>{"/accounts"});
    CHECK(said.documents.empty());
    CHECK(said.loose.empty());
    CHECK(said.cards.empty());
  }
}

TEST_CASE("as cards, the published examples give exact counts for each breach of their schema") {
  const Talk said = talk(issuer_of(example_bank()), whole_of_2017(),
                         example_answers(card_copy("examples/accounts-01-get-accounts-response.json")));
  CHECK_FALSE(said.error);
  CHECK(said.urls == std::vector<std::string>{"/accounts", "/accounts/22289/statements",
                                              "/accounts/22289/statements/8sfhke-sifhkeuf-97813/transactions",
                                              "/accounts/22289/statements/34hj24u-324h33-31i3p4/transactions",
                                              "/accounts/22289/transactions?fromBookingDateTime=2017-01-01T00:00:00"
                                              "&toBookingDateTime=2017-12-31T23:59:59",
                                              "/accounts/31820/statements",
                                              "/accounts/31820/transactions?fromBookingDateTime=2017-01-01T00:00:00"
                                              "&toBookingDateTime=2017-12-31T23:59:59"});

  // Breach: OpeningDate is no date-time. Both accounts are taken; nothing reads that date.
  CHECK(said.cards == std::vector<std::string>{"Bills 3345", "Household 3348"});

  // Breach: Links and Meta stand inside Data. Both statements of the first card are read; the same answer for the
  // second card names the first one's, so there both are refused.
  REQUIRE(said.documents.size() == 4);
  CHECK(said.documents[0].lines() ==
        std::vector<std::string>{"8 1 0|20:8sfhke-sifhkeuf-97813", "9 2 0|20:closed",
                                 "5 3 0|20:2017-08-31T23:59:59+00:00|19:EndDateTime",
                                 "1 4 0|19:ClosingBalance|20:400.00|26:GBP|25:Credit",
                                 "3 5 0|19:PreviousClosingBalance|20:600.00|26:GBP|25:Credit|11:previous_balance",
                                 said.documents[0].lines()[5], "7 7 0"});
  CHECK(said.documents[1].lines().size() == 5);  // two previous balances, no closing one: no sum is stated

  const Counts counts = normalized(said);
  CHECK(counts.accepted == 3);  // one row of each statement, one of the days: all of the first card
  CHECK(counts.rejected == std::map<std::string, std::size_t>{{"wrong_owner", 3}});
}

TEST_CASE("the published row is read as it stands") {
  const Talk said = talk(issuer_of(example_bank()), whole_of_2017(),
                         example_answers(card_copy("examples/accounts-02-get-accounts-response.json")));
  REQUIRE(said.documents.size() == 3);
  const auto facts = facts_of(said.documents[2]);
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].amount_minor == -1000);
  CHECK(facts[0].currency.code() == "GBP");
  CHECK(facts[0].kind == TransactionKind::refund);
  CHECK(iso(*facts[0].date.date) == "2017-04-05");
  CHECK(facts[0].flags == static_cast<std::uint16_t>(RowFlag::date_is_posting));
  CHECK(facts[0].merchant_raw == "Cash from Aubrey");
  CHECK(facts[0].issuer_reference == "123");
  CHECK_FALSE(facts[0].billed_minor);
  CHECK(facts_of(said.documents[0]).at(0).billed_minor == -1000);  // on a statement it is billed whole
}

TEST_CASE("accounts without identification are known by their id, for want of anything better") {
  const Talk said = talk(issuer_of(example_bank()), whole_of_2017(),
                         example_answers(card_copy("examples/accounts-03-get-accounts-response.json")));
  CHECK_FALSE(said.error);
  CHECK(said.keys == std::vector<std::string>{"AccountId\n22289", "AccountId\n31820"});
}

TEST_CASE("published consents are read") {
  const auto issuer = issuer_of(example_bank());
  const auto read = [&](const char* name) { return issuer->read_consent(published(std::string("examples/") + name)); };
  const auto waiting = read("account-access-consents-02-post-account-access-consents-response.json");
  REQUIRE(waiting);
  CHECK(waiting->reference == "urn-alphabank-intent-88379");
  CHECK_FALSE(waiting->authorized);
  CHECK_FALSE(waiting->ended);
  CHECK(rfc3339(waiting->ends_at.value()) == "2017-08-02T00:00:00.000Z");
  CHECK(waiting->permissions.size() == 15);
  CHECK(read("account-access-consents-04-get-account-access-consents-response.json")->authorized);
  CHECK_FALSE(read("account-access-consents-01-post-account-access-consents-request.json"));
}

}  // namespace meisai::test
