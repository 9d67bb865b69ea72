// SPDX-License-Identifier: Apache-2.0
//
// Three different things: a civil date of use, a billing month, and an instant. Text output is
// ISO 8601 / RFC 3339 only (METI-2.2-P3-a). Time zones enter at the edge, never here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meisai/error.h"

namespace meisai {

using LocalDate = std::chrono::year_month_day;
using BillingMonth = std::chrono::year_month;

/// How much of a usage date the issuer gave.
enum class DatePrecision : std::uint8_t {
  day,    ///< the whole date
  month,  ///< only year and month: the date is the month's first day
  none,   ///< nothing: there is no date
};
[[nodiscard]] std::string_view name_of(DatePrecision precision) noexcept;

/// A usage date (利用日) with what is known of it. `date` is empty exactly when precision is `none`.
struct UsageDate {
  std::optional<LocalDate> date;
  DatePrecision precision = DatePrecision::none;
  friend bool operator==(const UsageDate&, const UsageDate&) = default;
};

/// `2026-08-30`, `2026-08`, `2026-10-20T03:00:00.000Z`.
[[nodiscard]] std::string iso(LocalDate date);
[[nodiscard]] std::string iso(BillingMonth month);
[[nodiscard]] std::string rfc3339(Instant at);

/// The strict inverses; anything else (also 2026-02-30) is `date_not_valid`.
[[nodiscard]] Result<LocalDate> parse_iso_date(std::string_view text);
[[nodiscard]] Result<BillingMonth> parse_iso_month(std::string_view text);
[[nodiscard]] Result<Instant> parse_rfc3339(std::string_view text);

/// The civil date in Japan at an instant (UTC+9, no daylight saving since 1951).
[[nodiscard]] LocalDate date_in_japan(Instant at) noexcept;

}  // namespace meisai
