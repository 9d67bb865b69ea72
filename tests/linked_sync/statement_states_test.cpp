// SPDX-License-Identifier: Apache-2.0
//
// The states of an issuer's statement under its own id: open, closed, revised, and what no longer stands in it.
#include <catch2/catch.hpp>

#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};
const ApiLine lunch{"T3", "2026-11-12", "見本食堂", "800"};

StatementRow only(Household& home) {
  const auto all = home.view()->statements().value();
  REQUIRE(all.size() == 1);
  return all.front();
}

}  // namespace

TEST_CASE("open, closed, revised: one statement under the issuer's id") {
  Household home;
  home.look({statement("S1", {book}, "900", "open")});
  const StatementKey key = only(home).key;
  CHECK(only(home).status == StatementStatus::open);
  home.look({statement("S1", {book, station}, "1110", "open")});
  CHECK(only(home).status == StatementStatus::open);  // an open month only grows
  home.look({statement("S1", {book, station}, "1110")});
  CHECK(only(home).status == StatementStatus::closed);
  CHECK(only(home).balanced == true);
  home.look({statement("S1", {book, station}, "1110")});
  CHECK(only(home).status == StatementStatus::closed);  // the same again is no revision
  home.look({statement("S1", {book, station, lunch}, "1910")});
  CHECK(only(home).status == StatementStatus::revised);
  CHECK(only(home).balanced == true);
  CHECK(only(home).key == key);
  home.look({statement("S1", {book, station, lunch}, "1910")});
  CHECK(only(home).status == StatementStatus::revised);  // and stays one
}

TEST_CASE("a row that the issuer's newest copy lacks is noted, until it is listed again") {
  Household home;
  home.look({statement("S1", {book, station, lunch}, "1910")});
  const StatementKey key = only(home).key;
  CHECK(home.view()->unlisted_of(key).value().empty());
  home.look({statement("S1", {book, lunch}, "1700")});
  const auto unlisted = home.view()->unlisted_of(key).value();
  REQUIRE(unlisted.size() == 1);
  home.look({statement("S1", {book, station, lunch}, "1910")});
  CHECK(home.view()->unlisted_of(key).value().empty());
}
