// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace meisai::profile {

/// The candidate that differs from `word` by the fewest letters, if those are few; otherwise empty.
[[nodiscard]] std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace meisai::profile
