// SPDX-License-Identifier: Apache-2.0
//
// Exit codes are API: documented, never renumbered, new ones may be added. This is the only place that
// says which failure leaves the process with which number; scripts tell "nothing new" from "could not
// look" by it.
#pragma once

#include <span>

#include "meisai/linked.h"

namespace meisai::cli {

enum class Exit : int {
  done = 0,
  fault = 1,  ///< ours
  usage = 2,
  partial = 3,  ///< something rejected, held or not balanced, or a mixture of outcomes
  input = 4,    ///< not understood, or ambiguous
  not_found = 5,
  store_missing = 10,
  store_busy = 11,
  wrong_key = 12,
  sealed = 13,
  store_unsound = 14,  ///< not encrypted, damaged, rolled back or too new
  hold = 15,           ///< clock or audit
  storage = 16,        ///< disk full or I/O error
  consent = 20,
  cutoff = 21,
  person_needed = 22,
  maintenance = 23,
  rate_limited = 24,
  schema_drift = 25,
  approval = 26,
  policy = 27,
  issuer_failure = 30,
  configuration = 78,
  interrupted = 130,
};

[[nodiscard]] Exit exit_of(Code code) noexcept;
/// What one connection of a sync came to.
[[nodiscard]] Exit exit_of(const ConnectionReport& report) noexcept;

/// Several files or connections: all with one outcome give that outcome, any mixture is `partial`. None: `done`.
[[nodiscard]] Exit combined(std::span<const Exit> outcomes) noexcept;

}  // namespace meisai::cli
