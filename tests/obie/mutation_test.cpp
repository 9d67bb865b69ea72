// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes an issuer sends: records or an error, never a crash, never fewer rows than the answer holds; and the
// same answers give the same records (I10).
#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "tests/obie/talk.h"

namespace meisai::test {
namespace {

std::string good_rows(int count) {
  std::vector<std::string> rows;
  for (int i = 0; i < count; ++i) rows.push_back(row("t" + std::to_string(i), std::to_string(i) + ".00"));
  return listing("Transaction", rows);
}

Talk rows_talk(const std::string& accounts, const std::string& rows) {
  IssuerProfile profile = example_bank();
  profile.statements = false;
  return talk(issuer_of(profile), whole_of_2017(),
              [&](const std::string& url) { return url.find("/transactions") != std::string::npos ? rows : accounts; });
}

const std::string cards = listing("Account", {card_account("c1", "****1234")});

bool holds(const std::string& property, const std::function<void()>& body) { return rc::check(property, body); }

}  // namespace

TEST_CASE("changed bytes give records or an error") {
  CHECK(holds("one byte anywhere", [] {
    std::string rows = good_rows(5);
    const auto at = *rc::gen::inRange<std::size_t>(0, rows.size());
    rows[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    const Talk said = rows_talk(cards, rows);
    RC_ASSERT(said.error.has_value() != (said.documents.size() == 1));
    if (!said.error) {
      const Counts counts = normalized(said);
      std::size_t all = counts.accepted;
      for (const auto& [code, count] : counts.rejected) all += count;
      RC_ASSERT(all == 5U);
    }
  }));
  CHECK(holds("several pieces cut out or doubled", [] {
    std::string rows = good_rows(4);
    for (int i = *rc::gen::inRange(1, 5); i > 0 && !rows.empty(); --i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, rows.size());
      const auto size = *rc::gen::inRange<std::size_t>(0, 40);
      if (*rc::gen::arbitrary<bool>())
        rows.erase(at, size);
      else
        rows.insert(at, rows.substr(at, size));
    }
    const Talk said = rows_talk(cards, rows);
    RC_ASSERT(said.error.has_value() != (said.documents.size() == 1));
  }));
  CHECK(holds("accounts too", [] {
    std::string accounts = cards;
    accounts[*rc::gen::inRange<std::size_t>(0, accounts.size())] = static_cast<char>(*rc::gen::inRange(0, 256));
    const Talk said = rows_talk(accounts, good_rows(2));
    RC_ASSERT(said.error.has_value() != (said.documents.size() == 1));
  }));
}

TEST_CASE("a cut answer is an error at every byte") {
  const std::string rows = good_rows(2);
  for (std::size_t size = 0; size < rows.size(); ++size) {
    const Talk said = rows_talk(cards, rows.substr(0, size));
    REQUIRE(said.error);
    CHECK(said.error->code == Code::answer_not_valid);
    CHECK(said.documents.empty());
  }
}

TEST_CASE("same answers in, same records out; order of members does not matter to what is read") {
  const std::string forward = good_rows(50);
  CHECK(rows_talk(cards, forward).text() == rows_talk(cards, forward).text());
  const std::string turned = R"({"Links":{},"Data":{"Transaction":[{"TransactionInformation":"Shop","BookingDateTime":)"
                             R"("2017-04-05T10:43:07+00:00","Status":"Booked","CreditDebitIndicator":"Debit","Amount":)"
                             R"({"Currency":"GBP","Amount":"0.00"},"TransactionId":"t0","AccountId":"c1"}]}})";
  CHECK(facts_of(rows_talk(cards, turned).documents.at(0)) == facts_of(rows_talk(cards, good_rows(1)).documents.at(0)));
}

TEST_CASE("deep and long answers are refused, long lists are paged") {
  const auto deep = [](std::size_t levels) {
    return R"({"Data":{"Transaction":[]},"X":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  CHECK_FALSE(rows_talk(cards, deep(31)).error);
  CHECK(rows_talk(cards, deep(32)).error->code == Code::answer_not_valid);
  CHECK(rows_talk(cards, deep(1'000'000)).error->code == Code::answer_not_valid);

  IssuerProfile profile = example_bank();
  profile.statements = false;
  profile.limits.largest_body = 1'000;
  const Talk said = talk(issuer_of(profile), whole_of_2017(), [](const std::string& url) {
    return url.find("/transactions") != std::string::npos ? good_rows(100) : cards;
  });
  CHECK(said.error->code == Code::answer_too_large);

  const Talk many = rows_talk(cards, good_rows(2'500));
  CHECK_FALSE(many.error);
  CHECK(many.documents.at(0).pages.size() == 3);
  CHECK(normalized(many).accepted == 2'500);
  const RawPage& last = many.documents[0].pages.back();
  CHECK(last.records().back().kind == RecordKind::window_end);
  CHECK(last.records().back().row == 2'501);
}

}  // namespace meisai::test
