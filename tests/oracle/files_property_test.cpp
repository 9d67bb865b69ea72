// SPDX-License-Identifier: Apache-2.0
//
// I6 for files: closed months as JCB writes them, downloaded when they are out, some of them cut, imported in any order
// and again. A file has no ids and nothing pending; it is complete for its statement.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/oracle/file_desk.h"
#include "tests/oracle/generate.h"

namespace meisai::oracle {
namespace {

rc::Gen<std::vector<Download>> downloads() {
  namespace gen = rc::gen;
  const rc::Gen<Download> one = gen::build<Download>(
      gen::set(&Download::day, gen::inRange(closing_day(0), last_fetch)),
      gen::set(&Download::card, gen::weightedElement<int>({{3, 0}, {1, 1}})),
      gen::set(&Download::bill, gen::inRange(0, statement_count - 1)),
      gen::set(&Download::cut, gen::weightedOneOf<int>({{5, gen::just(0)}, {1, gen::inRange(1, 100)}})));
  return up_to(16, one);
}

/// A copy that comes for the first time counts as newer than what came before it: nothing in it says otherwise
/// (decision 0021). So an older copy comes behind a newer one only where it had come before that one, too.
std::vector<Download> as_they_appear(const std::vector<Download>& all) {
  std::vector<Download> kept;
  for (const Download& one : all) {
    const auto any = [&](const auto& fits) {
      return std::ranges::any_of(
          kept, [&](const Download& other) { return other.card == one.card && other.bill == one.bill && fits(other); });
    };
    const bool overtaken = any([&](const Download& other) { return other.day > one.day; });
    const bool known = any([&](const Download& other) { return other.day == one.day && other.cut == one.cut; });
    if (!overtaken || known) kept.push_back(one);
  }
  return kept;
}

}  // namespace

TEST_CASE("closed months in any order, again, and cut, end in the ledger of the truth", "[property]") {
  CHECK(rc::check("files", [] {
    const Truth truth = *truths(closed_months);
    const std::vector<Download> before = as_they_appear(*downloads());
    const std::vector<Download> after = final_downloads(*rc::gen::arbitrary<bool>());
    test::MemoryWorld world;
    FileDesk desk(world, truth);
    Prediction prediction(truth);
    for (const Download& one : before) desk.import(one, prediction);
    for (const Download& one : after) desk.import(one, prediction);
    desk.ledger().compare(prediction);
  }));
}

}  // namespace meisai::oracle
