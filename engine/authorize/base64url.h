// SPDX-License-Identifier: Apache-2.0
//
// base64url of RFC 4648 section 5 as JOSE uses it: no padding, no white space, one spelling for each value.
// A second spelling of the same bytes would let a token pass a comparison that it should fail.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace meisai::authorize {

[[nodiscard]] std::string base64url(std::span<const std::byte> bytes);
[[nodiscard]] std::string base64url(std::string_view text);
/// Nothing for anything that `base64url` would not have written.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

}  // namespace meisai::authorize
