// SPDX-License-Identifier: Apache-2.0
//
// What is known of a card as a calendar: one line a year, one cell a month, so that a gap is seen before it is
// read; below it the days themselves with the channel that they came through.
#pragma once

#include <string>

#include "apps/meisai/session.h"

namespace meisai::cli {

/// One month: `F` from files, `A` from the issuer's API, `B` both, in lower case where only a part of the month
/// is known; `!` added where a day between known ranges is missing; `·` for nothing.
[[nodiscard]] std::string coverage_cell(const CoverageOfCard& card, std::chrono::year_month month);

void print_coverage(const Session& session, const CoverageOfCard& card, const std::string& name);

}  // namespace meisai::cli
