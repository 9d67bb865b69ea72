// SPDX-License-Identifier: Apache-2.0
//
// The one list of adapters and issuers. A new issuer is one file in adapters/issuers/ and one line here.
#include "adapters/all.h"

#include <array>

#include "adapters/issuers/issuers.h"
#include "adapters/japan_files/japan_files.h"

namespace meisai {

std::vector<std::unique_ptr<Adapter>> all_adapters() {
  static constexpr std::array layouts{
      &issuers::rakuten_closed_2026_06,
      &issuers::rakuten_closed_before_2026_06,
      &issuers::rakuten_closed_fee_column,
      &issuers::smbc_closed,
      &issuers::jcb_closed,
  };
  std::vector<std::unique_ptr<Adapter>> adapters;
  adapters.push_back(japan_files::make_japan_files(layouts));
  return adapters;
}

}  // namespace meisai
