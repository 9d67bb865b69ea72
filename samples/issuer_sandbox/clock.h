// SPDX-License-Identifier: Apache-2.0
//
// The sandbox's own time. Given an instant it stands still there until it is set again, so that a run can be
// repeated; given none it follows the machine. Both companies are Japanese: "civil" seconds are seconds since
// 1970-01-01T00:00:00 on a clock in Tokyo, which has no summer time.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace sandbox {

using Seconds = std::int64_t;  ///< since 1970-01-01T00:00:00Z
using Civil = std::int64_t;    ///< the same on the wall in Tokyo

constexpr Seconds day_length = 86'400;
constexpr Seconds tokyo_offset = 9 * 3'600;

class Clock {
 public:
  explicit Clock(std::optional<Seconds> fixed) : fixed_(fixed) {}
  [[nodiscard]] Seconds now() const;
  void set(Seconds instant);

 private:
  mutable std::mutex mutex_;
  std::optional<Seconds> fixed_;
};

/// Nanoseconds of the machine's steady clock (CLOCK_MONOTONIC): comparable between processes of one machine.
[[nodiscard]] std::int64_t steady_ns();

[[nodiscard]] inline Civil civil_of(Seconds instant) { return instant + tokyo_offset; }

/// `2026-10-01T09:00:00+09:00`, `...Z`; fractions are dropped. Nothing where it is no such text.
[[nodiscard]] std::optional<Seconds> read_instant(std::string_view text);
/// `2026-10-01` or `2026-10-01T09:00:00`, without a zone.
[[nodiscard]] std::optional<Civil> read_civil(std::string_view text);

[[nodiscard]] std::string instant_text(Seconds instant);                ///< `2026-10-01T00:00:00+00:00`
[[nodiscard]] std::string civil_text(Civil at);                         ///< `2026-10-01T09:00:00`
[[nodiscard]] std::string http_date(Seconds instant);                   ///< RFC 9110
[[nodiscard]] Civil civil_day(int year, unsigned month, unsigned day);  ///< its midnight; the last day where too late

struct Day {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
};
[[nodiscard]] Day day_of(Civil at);

}  // namespace sandbox
