// SPDX-License-Identifier: Apache-2.0
//
// The brake (DESIGN section 4): a list that makes most of a known stretch look new, turns the signs of known rows or
// moves them by one constant is a mistake of somebody's far more often than it is news. It is held as a whole, before
// anything is written. Only what would double is held: where no stored row is left unlisted, new rows are late ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/ledger/matching.h"

namespace meisai::ledger {

/// So many rows at least must be in doubt: a few are late postings.
constexpr std::uint64_t least_doubtful_rows = 5;
/// And more than one in this many.
constexpr std::uint64_t doubtful_share = 2;
/// The newest days of what is known are left out: issuers post for about a week after a purchase.
constexpr DayKey posting_delay_days = 7;
/// A constant that dates moved by is looked for up to here.
constexpr DayKey longest_shift_days = 31;

/// What the brake looks at. Spans are only read.
struct BrakeView {
  std::span<const Entry> entries;
  std::span<const Decision> decisions;  ///< by ordinal
  std::span<const CardKey> cards;       ///< by Entry::card; 0: new
  std::span<const StoredRow> rows;      ///< stored ones of these cards that the entries do not list, or list otherwise
  std::span<const CoverageRow> known;   ///< of these cards
};
struct BrakeFinding {
  std::string diagnosis;  ///< "41 of 44 rows on days that are known look new"
  DayKey shift = 0;       ///< days by which all rows are later than known
};

/// Why the window is doubtful; empty: it is not.
[[nodiscard]] std::optional<BrakeFinding> brake(const BrakeView& view);

}  // namespace meisai::ledger
