// SPDX-License-Identifier: Apache-2.0
//
// The generator reaches every class of histories that the properties are about, and often enough: a generator that
// quietly avoided the hard ones would prove nothing.
#include "tests/oracle/classes.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <map>

#include "tests/oracle/generate.h"

namespace meisai::oracle {
namespace {

constexpr int samples = 1000;

/// The least share of histories, in percent, that belong to a class.
const std::map<std::string, int> floors = {
    {"twins", 30},
    {"credits", 30},
    {"second card", 50},
    {"a row comes late to days that were listed", 5},
    {"pending, then posted under its id", 4},
    {"pending, then posted under another id that is linked", 4},
    {"pending, then posted under another id without a word", 4},
    {"posted with another amount", 5},
    {"a pending row that was shown is gone", 4},
    {"pending and absent for longer than the term", 2},
    {"listed, then absent for a while", 5},
    {"listed again after an absence", 5},
    {"revised after it was listed", 5},
    {"moved to another day", 5},
    {"billed before it is listed", 5},
    {"a bill that was open is closed", 5},
    {"an open bill grows", 5},
    {"a closed bill is revised", 5},
    {"several pages", 30},
    {"pages overlap", 30},
    {"newest first", 30},
    {"the same list twice", 5},
    {"lists overlap", 30},
    {"days between two lists are in none", 20},
    {"broken off by the issuer", 20},
    {"broken off by a cutoff", 20},
};

}  // namespace

TEST_CASE("the generator reaches each class of histories as often as it must", "[classes]") {
  const bool has_ids = GENERATE(true, false);
  CAPTURE(has_ids);
  std::map<std::string, int> counts;
  rc::Random random(4);
  for (int i = 0; i < samples; ++i) {
    const int size = i % (rc::kNominalSize + 1);  // as a run of rapidcheck grows it
    const Truth truth = truths({.stable_ids = has_ids})(random.split(), size).value();
    const History history = histories()(random.split(), size).value();
    for (const std::string& one : classes_of(truth, history)) ++counts[one];
  }
  for (const auto& [name, count] : counts) {
    INFO(name);
    CHECK(floors.contains(name));  // each class has a floor
    std::cout << "  " << count * 100 / samples << "% " << name << '\n';
  }
  for (const auto& [name, percent] : floors) {
    if (!has_ids && name.starts_with("pending, then posted under")) continue;  // told apart by ids
    INFO(name);
    CHECK(counts[name] * 100 >= percent * samples);
  }
}

}  // namespace meisai::oracle
