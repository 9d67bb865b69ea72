// SPDX-License-Identifier: Apache-2.0
//
// What one value alone, or several values together, must satisfy.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/issuer_profile.h"

namespace meisai::profile {

struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
struct Mistake {
  Place place;
  std::string what;
};

/// Empty where the value is right, otherwise what is wrong with it.
[[nodiscard]] std::string check_url(std::string_view url);
[[nodiscard]] std::string check_pem(std::string_view text);

/// Rules over several keys. `places` says where each given key stands.
void check_together(const IssuerProfile& profile, const std::map<std::string, Place>& places,
                    std::vector<Mistake>& mistakes);

}  // namespace meisai::profile
