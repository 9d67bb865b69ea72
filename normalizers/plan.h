// SPDX-License-Identifier: Apache-2.0
//
// 支払区分: the layout's own words first, then the forms that every issuer uses.
#pragma once

#include <optional>
#include <string_view>

#include "meisai/ports/adapter.h"

namespace meisai::normalizers {

struct ReadPlan {
  PaymentPlan plan;
  bool dropped = false;  ///< a word or a number could not be read
};
/// `word` is the plan cell, not empty; `index` the cell that says which payment this is, may be empty.
[[nodiscard]] ReadPlan read_plan(std::string_view word, std::string_view index, const Vocabulary& vocabulary);

}  // namespace meisai::normalizers
