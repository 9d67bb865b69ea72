// SPDX-License-Identifier: Apache-2.0
//
// I6: for any order, overlap, repetition and interruption of fetches over one truth the ledger ends as the truth is.
// Each issuer has habits of its own; RC_PARAMS (seed, max_success) of the output replays a run or makes it longer.
#include <catch2/catch.hpp>

#include "tests/oracle/desk.h"
#include "tests/oracle/generate.h"

namespace meisai::oracle {
namespace {

void play_whole(test::World& world, const Truth& truth, const History& history) {
  Desk desk(world, truth);
  Prediction prediction(truth);
  const std::vector<Visit> course = course_of(history);
  for (const Visit& visit : course) desk.play(visit, prediction);
  desk.ledger().compare(prediction);
  desk.look_again(course.back().look);
}

bool holds(const char* name, const Habits& habits) {
  return rc::check(name, [habits] {
    const Truth truth = *truths(habits);
    const History history = *histories();
    test::MemoryWorld world;
    play_whole(world, truth, history);
  });
}

constexpr Habits no_ids{.stable_ids = false, .revises = false, .moves_dates = false};

Habits with(Habits habits, bool Habits::* habit, bool value) {
  habits.*habit = value;
  return habits;
}

}  // namespace

TEST_CASE("lists and statements under stable ids end in the ledger of the truth", "[property]") {
  CHECK(holds("stable ids", {}));
}

TEST_CASE("lists and statements without ids or pending rows end in the ledger of the truth", "[property]") {
  CHECK(holds("no ids, nothing pending", with(no_ids, &Habits::pending_rows, false)));
}

TEST_CASE("lists and statements without ids end in the ledger of the truth", "[property]") {
  CHECK(holds("no ids", no_ids));
}

TEST_CASE("an encrypted store ends in the ledger of the truth as well", "[property][encrypted]") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    rc::Random random(seed);
    const Truth truth = truths(seed == 2 ? no_ids : Habits{})(random.split()).value();
    const History history = histories()(random.split()).value();
    test::FolderWorld world;
    CHECK_NOTHROW(play_whole(world, truth, history));
    CHECK(world.findings().empty());
  }
}

// Without ids no rule can follow all of these: what is promised of them is weaker_promise_test.cpp. Run by name.
TEST_CASE("no ids: amounts that the issuer revises", "[.waits]") {
  CHECK(holds("no ids, revised", with(no_ids, &Habits::revises, true)));
}

TEST_CASE("no ids: dates that the issuer moves", "[.waits]") {
  CHECK(holds("no ids, moved", with(no_ids, &Habits::moves_dates, true)));
}

}  // namespace meisai::oracle
