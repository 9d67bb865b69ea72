// SPDX-License-Identifier: Apache-2.0
//
// What an issuer says of a foreign amount. Everything but the text is optional: what cannot be read is left out.
#pragma once

#include <optional>
#include <string_view>

#include "meisai/ledger.h"

namespace meisai::normalizers {

struct ForeignCells {
  std::string_view amount;
  std::string_view currency;
  std::string_view rate;
  std::string_view rate_date;
};
struct ReadForeign {
  std::optional<ForeignAmount> foreign;
  bool dropped = false;  ///< a part was there and could not be read
};
[[nodiscard]] ReadForeign read_foreign(const ForeignCells& cells, const UsageDate& used);

}  // namespace meisai::normalizers
