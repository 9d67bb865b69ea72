// SPDX-License-Identifier: Apache-2.0
//
// The one list of adapters and issuers. A new issuer of files is one file in adapters/issuers/ and one line here; a
// new issuer of an API is a profile.
#include "adapters/all.h"

#include <array>

#include "adapters/issuers/issuers.h"
#include "adapters/japan_files/japan_files.h"
#include "adapters/obie/obie.h"
#include "adapters/profile/profile.h"

namespace meisai {

std::vector<std::unique_ptr<Adapter>> all_adapters() {
  static constexpr std::array layouts{
      &issuers::rakuten_closed_2026_06,
      &issuers::rakuten_closed_before_2026_06,
      &issuers::rakuten_closed_fee_column,
      &issuers::rakuten_open_2026_06,
      &issuers::rakuten_open_before_2026_06,
      &issuers::rakuten_open_fee_column,
      &issuers::smbc_closed,
      &issuers::smbc_open,
      &issuers::jcb_closed,
  };
  std::vector<std::unique_ptr<Adapter>> adapters;
  adapters.push_back(japan_files::make_japan_files(layouts));
  return adapters;
}

std::vector<std::unique_ptr<LinkedAdapter>> all_linked_adapters() {
  std::vector<std::unique_ptr<LinkedAdapter>> adapters;
  adapters.push_back(obie::make_obie());
  return adapters;
}

std::unique_ptr<ProfileReader> make_profile_reader() { return profile::make_toml_profile_reader(); }

}  // namespace meisai
