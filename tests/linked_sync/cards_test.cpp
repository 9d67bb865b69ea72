// SPDX-License-Identifier: Apache-2.0
//
// A card survives what its company does to its marks: a consent that names every account anew, the same card linked
// twice, another number, another product. Where it is not certain, nothing is merged and the person is asked.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;

const std::vector<ApiLine> november = {{"T1", "2026-11-10", "見本書店", "900"},
                                       {"T2", "2026-11-11", "見本駅", "210"},
                                       {"T3", "2026-11-12", "見本湯", "450"},
                                       {"T4", "2026-11-12", "見本湯", "450"}};

std::vector<CardRow> cards(Household& home) { return home.view()->cards().value(); }

std::int64_t yen(Household& home) {
  std::int64_t sum = 0;
  const auto totals = home.view()->month_totals().value();
  for (const MonthTotal& total : totals) sum += total.amount_minor;
  return sum;
}

std::string last_alias_word(Household& home) { return home.last_entry("card_alias"); }

}  // namespace

TEST_CASE("a consent that renames every account id ends in the same ledger", "[cards]") {
  Household home;
  REQUIRE(home.look({listing(november)}).added == 4);
  const std::int64_t before = yen(home);
  home.issuer.card_key = "card one, named anew";
  const ConnectionReport report = home.look({listing(november)});
  CHECK(reason(report).empty());
  CHECK(report.added == 0);
  CHECK(cards(home).size() == 1);
  CHECK(cards(home).front().aliases.size() == 1);
  CHECK(home.rows().size() == 4);
  CHECK(yen(home) == before);
  CHECK(last_alias_word(home) == "done rows in common");
  SECTION("and the next look knows it at once, by either name") {
    CHECK(home.look({listing(november)}).outcome == SyncOutcome::unchanged);
    CHECK(cards(home).front().aliases.size() == 1);
    CHECK(home.issuer.plans.back().known_card({.key_text = Secret(std::string_view("card one, named anew"))}));
    CHECK(home.issuer.plans.back().known_card({.key_text = Secret(std::string_view("card one"))}));
  }
}

TEST_CASE("renamed accounts of two cards are told apart by their rows", "[cards]") {
  Household home;
  home.issuer.more_cards = {"card two"};
  const std::vector<ApiLine> other = {{"U1", "2026-11-10", "見本園", "1200"},
                                      {"U2", "2026-11-11", "見本局", "310"},
                                      {"U3", "2026-11-13", "見本堂", "780"}};
  const auto both = [&] {
    Exchange answer = listing(november);
    answer.documents.push_back({.lines = other, .from = "2026-11-01", .to = "2026-11-20", .card = 1});
    return Script{answer};
  };
  REQUIRE(home.look(both()).added == 7);
  home.issuer.card_key = "first anew";
  home.issuer.more_cards = {"second anew"};
  const ConnectionReport report = home.look(both());
  CHECK(reason(report).empty());
  CHECK(report.added == 0);
  REQUIRE(cards(home).size() == 2);
  for (const CardRow& card : cards(home)) CHECK(card.aliases.size() == 1);
  CHECK(home.rows().size() == 7);
}

TEST_CASE("an answer about unknown cards without a row in common is still about somebody else", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.issuer.card_key = "somebody else's";
  home.issuer.last4 = "7777";
  const ConnectionReport report = home.look({listing({{"X1", "2026-11-10", "他人店", "100"}})});
  CHECK(reason(report) == "wrong_owner");
  CHECK(cards(home).size() == 1);
  CHECK(home.rows().size() == 4);
}

TEST_CASE("the same card linked twice is one card with one ledger", "[cards]") {
  Household home;
  home.second.be(home.issuer.known.id);  // the same company, under another consent with other account ids
  home.second.card_key = "the same card by another consent";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing(november)};
  const auto outcomes = home.sync().value();
  REQUIRE(outcomes.size() == 2);
  for (const sync::LinkedOutcome& each : outcomes) CHECK(reason(each.report).empty());
  REQUIRE(cards(home).size() == 1);
  CHECK(cards(home).front().connections.size() == 2);
  CHECK(home.rows().size() == 4);
  CHECK(yen(home) == 900 + 210 + 450 + 450);
}

TEST_CASE("a card that may be a known one and has no day in common with it is asked about, not merged", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.second.be(home.issuer.known.id);
  home.second.card_key = "a card of the same last four digits";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing({{"Y1", "2026-11-02", "見本堂", "780"}}, "2026-11-01", "2026-11-03")};
  auto outcomes = home.sync().value();
  CHECK(reason(outcomes.back().report) == "card_ambiguous");
  CHECK(outcomes.back().report.reason->what.find(cards(home).front().label) != std::string::npos);
  CHECK(outcomes.back().report.held == 1);
  CHECK(cards(home).size() == 1);
  CHECK(home.rows().size() == 4);
}

TEST_CASE("another card of the same company with other digits and other rows is a new card, silently", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.second.be(home.issuer.known.id);
  home.second.card_key = "a spouse's card";
  home.second.last4 = "4321";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing({{"Y1", "2026-11-10", "見本書店", "900"}, {"Y2", "2026-11-11", "見本園", "800"}})};
  const auto outcomes = home.sync().value();
  CHECK(reason(outcomes.back().report).empty());
  CHECK(cards(home).size() == 2);
  CHECK(home.rows().size() == 6);
}

TEST_CASE("a renewed card under another number is known by the rows that its company carried over", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.issuer.card_key = "the new number";
  home.issuer.last4 = "9999";
  CHECK(reason(home.look({listing(november)})).empty());
  REQUIRE(cards(home).size() == 1);
  CHECK(home.rows().size() == 4);
}

TEST_CASE("another number and another product with the same rows is asked about", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.second.be(home.issuer.known.id);
  home.second.card_key = "the new product";
  home.second.last4 = "9999";
  home.second.card_name = "見本ゴールドカード";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing(november)};
  const auto outcomes = home.sync().value();
  CHECK(reason(outcomes.back().report) == "card_ambiguous");
  CHECK(home.rows().size() == 4);
}

TEST_CASE("a card that came without a row is found by its first rows", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.second.be(home.issuer.known.id);
  home.second.card_key = "the same card by another consent";
  home.second.last4 = "";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing({})};
  home.sync().value();
  REQUIRE(cards(home).size() == 2);
  home.second.script = {listing(november)};
  home.sync().value();
  const auto now = cards(home);
  CHECK(now.back().joined_into == now.front().key);
  CHECK(home.rows().size() == 4);
  CHECK(yen(home) == 900 + 210 + 450 + 450);
}

TEST_CASE("one equal row under digits that are not known is asked about", "[cards]") {
  Household home;
  home.look({listing(november)});
  home.second.be(home.issuer.known.id);
  home.second.card_key = "perhaps the same";
  home.second.last4 = "";
  home.link(other);
  home.issuer.script = {listing(november)};
  home.second.script = {listing({{"Y1", "2026-11-10", "見本書店", "900"}})};
  CHECK(reason(home.sync().value().back().report) == "card_ambiguous");
}
