// SPDX-License-Identifier: Apache-2.0
//
// Random truths and histories. Small on purpose: few shops, few amounts, days that meet, so that rows collide.
#pragma once

#include <rapidcheck.h>

#include <ostream>
#include <utility>
#include <vector>

#include "tests/oracle/history.h"

namespace meisai::oracle {

/// At most about `most` of these, each from the whole range of its kind: inRange keeps to the lower end while the size
/// is small, and what is inside of a short list would all be plain.
template <class T>
rc::Gen<std::vector<T>> up_to(int most, rc::Gen<T> one) {
  return rc::gen::resize(most, rc::gen::container<std::vector<T>>(rc::gen::resize(rc::kNominalSize, std::move(one))));
}

[[nodiscard]] rc::Gen<Truth> truths(const Habits& habits);
[[nodiscard]] rc::Gen<History> histories();

/// As C++ that a named test can take over.
std::ostream& operator<<(std::ostream& out, const Truth& truth);
std::ostream& operator<<(std::ostream& out, const History& history);

}  // namespace meisai::oracle
