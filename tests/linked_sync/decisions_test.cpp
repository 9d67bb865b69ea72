// SPDX-License-Identifier: Apache-2.0
//
// What a person says of two rows that may be one: done once, kept for good, refused like any commit.
#include "engine/sync/decisions.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;

const IssuerId company("sample_card");

struct Asked : Household {
  Asked() {
    look({listing({{"P1", "2026-11-10", "見本ガス", "5000", true}, {"T2", "2026-11-12", "見本ガス", "4870"}})});
    const auto both = rows();
    REQUIRE(both.size() == 2);
    first = both.front().key;
    second = both.back().key;
    key = suggest();
  }
  SuggestionKey suggest() {
    const auto staging = stores.store->begin_staging({}, std::chrono::seconds(5)).value();
    const auto window = staging->begin_window().value();
    const SuggestionKey made =
        window->put_suggestion({.first = first, .second = second, .detail = "amount -130, 2 days later"}).value();
    REQUIRE(window->add_audit({.at = gate.now(), .actor = "engine", .operation = "sync", .result = "done"}));
    REQUIRE(window->commit(gate.ask<Commit>({.issuer = company}).value()));
    return made;
  }
  Result<SuggestionRow> decide(bool accept) { return sync::decide({gate, *stores.store}, company, key, accept); }
  SuggestionState state() { return view()->suggestions().value().front().state; }
  TransactionKey first = 0;
  TransactionKey second = 0;
  SuggestionKey key = 0;
};

}  // namespace

TEST_CASE("an accepted pair is one row, and the next look knows it by both ids", "[cards]") {
  Asked home;
  REQUIRE(home.decide(true).value().state == SuggestionState::accepted);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().key == home.first);
  CHECK(home.rows().front().facts.amount_minor == 4870);
  CHECK(home.view()->month_totals().value().front().amount_minor == 4870);
  CHECK(home.last_entry("suggestion") == "done accepted");
  CHECK(home.decide(false).error().code == Code::invalid_argument);
  CHECK(home.state() == SuggestionState::accepted);
  CHECK(home.look({listing({{"T2", "2026-11-12", "見本ガス", "4870"}})}).added == 0);
  CHECK(home.rows().size() == 1);
}

TEST_CASE("a refused pair stays two, and is never suggested again", "[cards]") {
  Asked home;
  REQUIRE(home.decide(false).value().state == SuggestionState::refused);
  CHECK(home.rows().size() == 2);
  CHECK(home.last_entry("suggestion") == "done refused");
  CHECK(home.suggest() == home.key);
  CHECK(home.state() == SuggestionState::refused);
  CHECK(home.decide(true).error().code == Code::invalid_argument);
}

TEST_CASE("under a cutoff nothing is decided", "[cards]") {
  Asked home;
  home.cut_off(CutoffScope::issuer);
  CHECK(home.decide(true).error().code == Code::cutoff_issuer);
  home.lift();
  CHECK(home.rows().size() == 2);
  CHECK(home.state() == SuggestionState::open);
}

TEST_CASE("a decision about nothing is not found", "[cards]") {
  Asked home;
  CHECK(sync::decide({home.gate, *home.stores.store}, company, 99, true).error().code == Code::not_found);
}
