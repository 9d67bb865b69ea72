// SPDX-License-Identifier: Apache-2.0
//
// Dates as people and issuers in Japan write them: western and 和暦 (JIS X 0301), padded or not, with any of the
// usual separators, in either width. A date that does not exist is refused, never moved.
#pragma once

#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "meisai/date.h"

namespace meisai::normalizers {

struct ReadDate {
  UsageDate date;
  bool era_overrun = false;  ///< past its era's end, within a span that is common on papers
};

/// A day (`2026/08/30`, `20260830`, `R8.8.30`, `令和八`… is not) or a month (`2026/08`, `令和8年8月`). White space
/// alone is precision `none`. The only error is `date_not_valid`. Two-digit years without an era are refused.
[[nodiscard]] tl::expected<ReadDate, Code> read_date(std::string_view raw);

/// `08 22` or `8/22`: the first such day on or after `since`.
[[nodiscard]] tl::expected<LocalDate, Code> read_month_day(std::string_view raw, LocalDate since);

/// The month that a text names: `9月支払金額`, `2026年9月分`, `2026/10/13`.
struct ReadMonth {
  unsigned month = 0;
  std::optional<int> year;
};
[[nodiscard]] tl::expected<ReadMonth, Code> read_named_month(std::string_view raw);

/// A month of payment with its year: `'26/08`, `26/8`, `2026/08`. Nothing where the year is not stated (`10月`).
[[nodiscard]] std::optional<BillingMonth> read_payment_month(std::string_view raw);

}  // namespace meisai::normalizers
