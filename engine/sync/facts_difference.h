// SPDX-License-Identifier: Apache-2.0
//
// What of a row reads otherwise when its raw record is read again, as texts for a person.
#pragma once

#include <string>
#include <vector>

#include "meisai/ledger.h"

namespace meisai::sync {

struct FieldDifference {
  std::string field;  ///< as JSON calls it
  std::string before;
  std::string after;
};

[[nodiscard]] std::vector<FieldDifference> differences(const TransactionFacts& before, const TransactionFacts& after);
/// A row that would be new, in one line.
[[nodiscard]] std::string in_one_line(const TransactionFacts& facts);

}  // namespace meisai::sync
