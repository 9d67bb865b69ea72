// SPDX-License-Identifier: Apache-2.0
//
// What is known of a card as a calendar: one line a month, one character a day, so that a gap is seen before it is
// read, also without colours and in 80 columns; below it in words what is not known, and why.
#pragma once

#include <string>

#include "apps/meisai/session.h"

namespace meisai::cli {

/// The days of a month, one character each: `=` a statement bills them, `#` everything was looked at, `~` looked at,
/// and may still grow, `!` a gap, `?` not looked at yet, `.` before what is known, a space for days to come.
[[nodiscard]] std::string calendar_days(const CoverageOfCard& card, std::chrono::year_month month, LocalDate today);

void print_coverage(const Session& session, const CoverageOfCard& card, const std::string& name);

/// Since when nothing new came through a connection, whether everything was looked at, and why not.
[[nodiscard]] std::string freshness_text(const Session& session, const ConnectionFreshness& fresh);

}  // namespace meisai::cli
