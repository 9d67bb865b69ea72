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
struct PlanCells {
  std::string_view word;   ///< not empty
  std::string_view index;  ///< which payment this is; may be empty
  std::string_view count;  ///< of how many, where a cell of its own says so; may be empty
};
[[nodiscard]] ReadPlan read_plan(const PlanCells& cells, const Vocabulary& vocabulary);

}  // namespace meisai::normalizers
