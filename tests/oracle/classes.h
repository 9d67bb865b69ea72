// SPDX-License-Identifier: Apache-2.0
//
// What a truth and a history of its fetches put to the test: told from what was really shown in the course, not from
// what was wished for.
#pragma once

#include <set>
#include <string>

#include "tests/oracle/history.h"

namespace meisai::oracle {

/// Names of the classes that the two belong to; the list is in classes_test.cpp, with a floor for each.
[[nodiscard]] std::set<std::string> classes_of(const Truth& truth, const History& history);

}  // namespace meisai::oracle
