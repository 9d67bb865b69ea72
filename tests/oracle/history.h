// SPDX-License-Identifier: Apache-2.0
//
// What somebody fetched of a truth, and when: looks at increasing times, each with several documents in any order, in
// pages, with repetition; some are broken off. After the last of them the truth is shown whole, until the issuer's term
// for pending rows is over.
#pragma once

#include <vector>

#include "meisai/ports/clock.h"
#include "tests/oracle/truth.h"

namespace meisai::oracle {

/// A document that a look asks for.
struct Document {
  bool is_bill = false;
  int card = 0;
  int back = 0;  ///< of a list: how many days before today it begins
  int bill = 0;  ///< of a bill: which
  int pages = 1;
  bool reversed = false;  ///< newest first
  bool overlaps = false;  ///< each page begins with the last row of the one before
};

enum class Break : std::uint8_t { none, issuer_fails, cutoff };

struct Look {
  int days_later = 0;  ///< than the one before
  std::vector<Document> documents;
  Break breaks = Break::none;
  int breaks_at = 0;  ///< which answer, modulo how many there are
};

struct History {
  std::vector<Look> looks;
  bool bills_first = false;  ///< in the looks that end it
};

constexpr Day course_ends = truth_ends + 2 * (pending_term + 1);

/// A look on its day.
struct Visit {
  Day day = 0;
  Look look;
};
[[nodiscard]] Instant noon_of(Day day);
/// The whole course: the looks of the history, and behind them those that see the final truth: everything, three times,
/// more than the issuer's term apart.
[[nodiscard]] std::vector<Visit> course_of(const History& history);

}  // namespace meisai::oracle
