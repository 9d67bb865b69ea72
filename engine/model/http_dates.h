// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "meisai/error.h"

namespace meisai {

/// `Tue, 20 Oct 2026 03:00:00 GMT` (RFC 9110); anything else is nothing.
[[nodiscard]] std::optional<Instant> http_date(std::string_view text);

/// When a `Retry-After` allows the next request: seconds from `now` or a date, at most a day ahead.
[[nodiscard]] std::optional<Instant> retry_after(std::string_view text, Instant now);

}  // namespace meisai
