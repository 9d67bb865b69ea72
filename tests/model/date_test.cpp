// SPDX-License-Identifier: Apache-2.0
//
// Dates and instants in the one form that we write, and strictly back.
#include "meisai/date.h"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

using namespace meisai;
using namespace std::chrono;

TEST_CASE("ISO dates are strict") {
  CHECK(parse_iso_date("2026-08-30").value() == LocalDate(year(2026), August, day(30)));
  CHECK(parse_iso_date("2024-02-29").has_value());
  for (const char* wrong : {"", "2026-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-01",
                            "2026/01/01", "20260101", "2026-01-01 ", "２０２６-01-01"}) {
    INFO(wrong);
    CHECK(parse_iso_date(wrong).error().code == Code::date_not_valid);
  }
  CHECK(parse_iso_month("2026-10").value() == BillingMonth(year(2026), October));
  for (const char* wrong : {"2026-13", "2026-00", "2026-1", "2026/10", "202610"})
    CHECK_FALSE(parse_iso_month(wrong).has_value());
}

TEST_CASE("instants carry their zone") {
  const Instant noon = sys_days(year(2026) / October / 20) + 12h;
  CHECK(parse_rfc3339("2026-10-20T12:00:00Z").value() == noon);
  CHECK(parse_rfc3339("2026-10-20T21:00:00+09:00").value() == noon);
  CHECK(parse_rfc3339("2026-10-20T12:00:00.250Z").value() == noon + 250ms);
  CHECK(rfc3339(noon) == "2026-10-20T12:00:00.000Z");
  for (const char* wrong : {"", "2026-10-20", "2026-10-20T12:00:00", "2026-02-30T12:00:00Z", "2026-10-20T25:00:00Z",
                            "now", "2026-10-20T12:00:00Z trailing"}) {
    INFO(wrong);
    CHECK_FALSE(parse_rfc3339(wrong).has_value());
  }
}

TEST_CASE("a day in Japan begins at 15:00 UTC") {
  const Instant midnight_before = sys_days(year(2026) / October / 19) + 15h - 1ms;
  CHECK(iso(date_in_japan(midnight_before)) == "2026-10-19");
  CHECK(iso(date_in_japan(midnight_before + 1ms)) == "2026-10-20");
}

TEST_CASE("dates that are written read back", "[property]") {
  CHECK(rc::check("dates and instants survive their text", [] {
    const auto days_since = *rc::gen::inRange(0, 60000);
    const LocalDate date{sys_days(days(days_since))};
    RC_ASSERT(parse_iso_date(iso(date)).value() == date);
    const Instant at = sys_days(days(days_since)) + milliseconds(*rc::gen::inRange(0, 86'399'999));
    RC_ASSERT(parse_rfc3339(rfc3339(at)).value() == at);
  }));
}
