// SPDX-License-Identifier: Apache-2.0
//
// May this happen now? A pure function of the question, the facts and two readings of time: no clock, no
// I/O, no memory. The gate asks it when it hands out a permit and again, inside the gate lock, when the
// permit is used. Adding an incident can only turn an allow into a refusal, never the reverse.
#pragma once

#include <chrono>
#include <cstdint>

#include "meisai/error.h"
#include "meisai/permit.h"
#include "meisai/ports/control.h"

namespace meisai::policy {

/// How far the wall clock may stand behind the high-water mark before everything waits.
inline constexpr std::chrono::seconds clock_tolerance{60};

struct Question {
  Purpose purpose = Purpose::read;
  PermitScope scope;
  std::uint64_t asked_at_epoch = 0;  ///< the cutoff epoch when the permit was asked for
};

struct Allowed {
  Instant at{};  ///< the deny-clock instant
};

/// Allowed, or exactly one refusal of the closed list.
using Decision = Result<Allowed>;

/// The two readings of time (requirements 10.8).
struct Times {
  Instant wall{};  ///< as the clock shows it; may have been set back
  Instant deny{};  ///< max(wall, high-water mark + time elapsed since)
};

[[nodiscard]] Decision decide(const Question& question, const Facts& facts, const Times& now);

}  // namespace meisai::policy
