// SPDX-License-Identifier: Apache-2.0
//
// Where an answer may send us: next links that lead astray, and accounts that cannot be told apart.
#include <catch2/catch.hpp>

#include "adapters/obie/obie.h"
#include "tests/obie/talk.h"

namespace meisai::test {
namespace {

Talk with_next(const std::string& next, IssuerProfile profile = example_bank()) {
  profile.statements = false;
  return talk(issuer_of(std::move(profile)), whole_of_2017(),
              answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                       {"/accounts/c1/transactions", listing("Transaction", {row("t1")}, next)},
                       {"/accounts/c1/transactions?page=2", listing("Transaction", {row("t2")})}}));
}

Code code_of(const Talk& said) {
  REQUIRE(said.error);
  CHECK(said.documents.empty());
  return said.error->code;
}

Talk with_accounts(const std::vector<std::string>& accounts) {
  IssuerProfile profile = example_bank();
  profile.statements = false;
  return talk(issuer_of(profile), whole_of_2017(),
              answers({{"/accounts", listing("Account", accounts)}, {"/accounts/", listing("Transaction", {})}}));
}

}  // namespace

TEST_CASE("a good next link is followed, however its origin is spelled") {
  for (const char* origin :
       {"https://api.alphabank.com", "HTTPS://API.AlphaBank.com", "https://api.alphabank.com:443"}) {
    const Talk said = with_next(std::string(origin) + "/open-banking/v3.1/aisp/accounts/c1/transactions?page=2");
    CHECK_FALSE(said.error);
    CHECK(said.urls.size() == 3);
    CHECK(normalized(said).accepted == 2);
  }
  CHECK(with_next("").urls.size() == 2);
}

TEST_CASE("a next link that leads astray ends the look") {
  CHECK(code_of(with_next("http://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2")) == Code::insecure_url);
  CHECK(code_of(with_next("ftp://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2")) == Code::insecure_url);
  for (const char* link : {
           "/open-banking/v3.1/aisp/accounts/c1/transactions?page=2",
           "accounts/c1/transactions?page=2",
           "//evil.example/open-banking/v3.1/aisp/accounts",
           "null/open-banking/v3.1/aisp/accounts?page=2",
           "nullhttps://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2",
           "https://evil.example/open-banking/v3.1/aisp/accounts?page=2",
           "https://api.alphabank.com.evil.example/open-banking/v3.1/aisp/accounts?page=2",
           "https://api.alphabank.com@evil.example/open-banking/v3.1/aisp/accounts?page=2",
           "https://api.alphabank.com:8443/open-banking/v3.1/aisp/accounts?page=2",
           "https://api.alphabank.com",
           "https://api.alphabank.com/other/accounts?page=2",
           "https://api.alphabank.com/open-banking/v3.1/aispx/accounts?page=2",
           "https://api.alphabank.com/open-banking/v3.1/aisp/../../admin",
           "https://api.alphabank.com/open-banking/v3.1/aisp/%2e%2E/admin",
           "https://api.alphabank.com/open-banking/v3.1/aisp/accounts/..%2f..%2fadmin",
           "https://api.alphabank.com/open-banking/v3.1/aisp/account-access-consents/c",
           "https://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2#x",
           "https://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2 HTTP/1.1",
           "https://api.alphabank.com/open-banking/v3.1/aisp/accounts?page=2\\r\\nX: y",
       }) {
    CAPTURE(link);
    CHECK(code_of(with_next(link)) == Code::answer_not_valid);
  }
}

TEST_CASE("links that never end are cut: the same page, a circle, ever new pages") {
  const std::string list = std::string(base) + "/accounts/c1/transactions";
  CHECK(code_of(with_next(list + "?fromBookingDateTime=2017-01-01T00:00:00&toBookingDateTime=2017-12-31T23:59:59")) ==
        Code::answer_not_valid);
  IssuerProfile profile = example_bank();
  profile.statements = false;
  profile.limits.most_pages = 7;
  int page = 1;
  const Talk said = talk(issuer_of(profile), whole_of_2017(), [&](const std::string& url) {
    if (url.ends_with("/accounts")) return listing("Account", {card_account("c1", "****1234")});
    const std::string here = std::to_string(page++);
    return listing("Transaction", {row("t" + here)}, list + "?page=" + std::to_string(page));
  });
  CHECK(code_of(said) == Code::answer_not_valid);
  CHECK(said.urls.size() == 1 + 7);
}

TEST_CASE("links of a wrong type are an error, links inside Data are taken") {
  IssuerProfile profile = example_bank();
  profile.statements = false;
  const auto with_links = [&](const std::string& answer) {
    return talk(issuer_of(profile), whole_of_2017(),
                answers({{"/accounts", listing("Account", {card_account("c1", "****1234")})},
                         {"/accounts/c1/transactions", answer},
                         {"/accounts/c1/transactions?page=2", listing("Transaction", {})}}));
  };
  CHECK(code_of(with_links(R"({"Data":{"Transaction":[]},"Links":[]})")) == Code::answer_not_valid);
  CHECK(code_of(with_links(R"({"Data":{"Transaction":[]},"Links":{"Next":2}})")) == Code::answer_not_valid);
  CHECK_FALSE(with_links(R"({"Data":{"Transaction":[]},"Links":{"Next":null}})").error);
  const Talk inside = with_links(R"({"Data":{"Transaction":[],"Links":{"Next":")" + std::string(base) +
                                 R"(/accounts/c1/transactions?page=2"}}})");
  CHECK_FALSE(inside.error);
  CHECK(inside.urls.size() == 3);
}

TEST_CASE("two cards that show the same number cannot be told apart") {
  CHECK(code_of(with_accounts({card_account("a", "****1234"), card_account("b", "****1234")})) == Code::card_ambiguous);
  CHECK_FALSE(with_accounts({card_account("a", "****1234"), card_account("b", "****1235")}).error);
  CHECK_FALSE(with_accounts({card_account("a", "****1234"), card_account("a", "****1234")}).error);  // named twice
}

TEST_CASE("a card is the same card under another consent") {
  const Talk before = with_accounts({card_account("a-2017", "****1234")});
  const Talk after = with_accounts({card_account("b-2018", "****1234")});
  CHECK(before.keys == after.keys);
  CHECK(before.cards == std::vector<std::string>{"アルファ 1234"});
}

TEST_CASE("ids that could change an address are escaped or refused") {
  const Talk said = with_accounts({card_account("a/../b?c=d#e", "****1234")});
  CHECK_FALSE(said.error);
  CHECK(said.urls.at(1).starts_with("/accounts/a%2F..%2Fb%3Fc%3Dd%23e/transactions?"));
  CHECK(code_of(with_accounts({card_account("..", "****1234")})) == Code::answer_not_valid);
}

TEST_CASE("answers of another kind are refused before they are read") {
  const auto issuer = issuer_of(example_bank());
  const std::string body = listing("Account", {card_account("c1", "****1234")});
  for (const auto& [status, type] : std::vector<std::pair<int, std::string>>{{200, "text/html"},
                                                                             {200, "application/jose+jwe"},
                                                                             {200, ""},
                                                                             {200, "application/json; charset=cp932"},
                                                                             {206, "application/json"},
                                                                             {404, "application/json"}}) {
    const auto conversation = issuer->converse(whole_of_2017());
    const auto done = conversation->accept({.url = "", .status = status, .content_type = type, .body = body});
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::answer_not_valid);
    CHECK_FALSE(conversation->next_request());  // it stays broken
  }
  CHECK(issuer->converse(whole_of_2017())
            ->accept({.url = "", .status = 200, .content_type = "Application/JSON;charset=\"UTF-8\"", .body = body}));
}

TEST_CASE("what the family needs of a profile, and its addresses") {
  const auto refused = [](auto change) {
    IssuerProfile profile = example_bank();
    change(profile);
    const auto issuer = obie::make_obie()->issuer(std::move(profile));
    return !issuer && issuer.error().code == Code::profile_not_valid;
  };
  CHECK(refused([](IssuerProfile& p) { p.api_version = "4.0.0"; }));
  CHECK(refused([](IssuerProfile& p) { p.api_version = "3.0.0"; }));
  CHECK(refused([](IssuerProfile& p) { p.api_version = "31.1"; }));
  CHECK(refused([](IssuerProfile& p) { p.family = "berlin_group"; }));
  CHECK(refused([](IssuerProfile& p) { p.credit_word = "Debit"; }));
  CHECK_FALSE(refused([](IssuerProfile& p) { p.api_version = "3.2.0"; }));

  const auto issuer = issuer_of(example_bank());
  REQUIRE(issuer->resource_paths().size() == 1);
  CHECK(issuer->resource_paths()[0].method == HttpMethod::get);
  CHECK(issuer->resource_paths()[0].prefix == std::string(base) + "/");
  CHECK(issuer->consent_paths().size() == 3);
  const ConsentCall made =
      issuer->create_consent(parse_rfc3339("2017-10-20T03:00:00Z").value(), LocalDate(std::chrono::year(2016) / 1 / 2));
  CHECK(made.url == std::string(base) + "/account-access-consents");
  CHECK(made.body == R"({"Data":{"Permissions":["ReadAccountsDetail","ReadTransactionsDetail"],)"
                     R"("ExpirationDateTime":"2017-10-20T03:00:00.000Z",)"
                     R"("TransactionFromDateTime":"2016-01-02T00:00:00Z"},"Risk":{}})");
  CHECK(issuer->revoke_consent("urn:a/b").url == made.url + "/urn%3Aa%2Fb");
  CHECK(issuer->revoke_consent("x").method == HttpMethod::delete_);
}

}  // namespace meisai::test
