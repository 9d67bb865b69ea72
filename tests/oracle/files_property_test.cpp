// SPDX-License-Identifier: Apache-2.0
//
// I6 for files: closed months as JCB writes them, downloaded when they are out, some of them cut, imported in any order
// and again. A file has no ids and nothing pending; it is complete for its statement.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <set>

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

/// What these downloads put to the test.
std::set<std::string> classes_of(const Truth& truth, const std::vector<Download>& course) {
  std::set<std::string> found;
  std::map<std::pair<int, int>, std::pair<Day, std::vector<std::string>>> copies;  // by card and bill: newest so far
  for (const Download& one : course) {
    const auto bill = bill_on(truth, one.card, one.bill, one.day);
    if (!bill || bill->rows.empty()) continue;
    if (one.cut != 0) {
      found.insert("cut");
      continue;
    }
    std::vector<std::string> lines;
    for (const Row& row : bill->rows) {
      lines.push_back(line_of(row));
      if (row.parts > 1 && bill->index > row.bill) found.insert("a later payment of a purchase in instalments");
    }
    std::ranges::sort(lines);
    if (std::ranges::adjacent_find(lines) != lines.end()) found.insert("twins");
    for (const auto& [other, copy] : copies)
      if (other.first == one.card && other.second > one.bill) found.insert("a month after a later month");
    const auto [known, is_new] = copies.try_emplace({one.card, one.bill}, one.day, lines);
    if (is_new) continue;
    auto& [day, rows] = known->second;
    if (rows == lines) found.insert("the same again");
    if (rows != lines)
      found.insert(one.day < day ? "an older copy after a newer one that differs" : "a copy that differs");
    if (rows.size() == lines.size() && rows != lines) found.insert("a copy with a revised amount");
    known->second = {one.day, lines};
  }
  return found;
}

const std::map<std::string, int> floors = {{"cut", 30},
                                           {"a later payment of a purchase in instalments", 30},
                                           {"twins", 30},
                                           {"a month after a later month", 30},
                                           {"the same again", 30},
                                           {"a copy that differs", 8},
                                           {"an older copy after a newer one that differs", 3},
                                           {"a copy with a revised amount", 1}};

/// A copy that comes for the first time counts as newer than what came before it: nothing in it says otherwise
/// (decision 0021; found_test.cpp tells what that means for an amount). So an older copy comes behind a newer one only
/// where it had come before that one, too.
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

TEST_CASE("the generator of downloads reaches each class as often as it must", "[classes]") {
  constexpr int samples = 1000;
  std::map<std::string, int> counts;
  rc::Random random(5);
  for (int i = 0; i < samples; ++i) {
    const Truth truth = truths(closed_months)(random.split(), i % (rc::kNominalSize + 1)).value();
    auto course = downloads()(random.split(), i % (rc::kNominalSize + 1)).value();
    std::ranges::copy(final_downloads(false), std::back_inserter(course));
    for (const std::string& one : classes_of(truth, course)) ++counts[one];
  }
  for (const auto& [name, count] : counts) std::cout << "  " << count * 100 / samples << "% " << name << '\n';
  for (const auto& [name, percent] : floors) {
    INFO(name);
    CHECK(counts[name] * 100 >= percent * samples);
  }
}

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
