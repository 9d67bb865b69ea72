// SPDX-License-Identifier: Apache-2.0
//
// Which stored statement does a complete window belong to? By what its content says (a payment due date,
// a named month), else by the rows that it shares with a stored statement. Never by the file's name.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/ledger/matching.h"

namespace meisai::ledger {

struct StatementChoice {
  StatementKey known = 0;    ///< 0: a statement that is not stored yet
  bool doubtful = false;     ///< of the same time as a stored one, and neither clearly it nor clearly another
  StatementKey doubted = 0;  ///< that one
};

/// The stored statement that the content names, if any. `anchor` must not be empty.
[[nodiscard]] StatementChoice statement_named(std::span<const StatementRow> stored, const std::string& account,
                                              const std::string& anchor, std::span<const CardKey> cards);

/// Where the content names none: the stored statement that the window is another copy of, if any.
/// `newest`: the window's newest day of a purchase billed once.
[[nodiscard]] StatementChoice statement_like(std::span<const Likeness> stored, std::uint64_t window_size,
                                             std::optional<DayKey> newest);

/// Whether the statement lists one of the cards.
[[nodiscard]] bool lists_a_card(const StatementRow& statement, std::span<const CardKey> cards);

/// Whether the statement is closed and nothing of it is in doubt.
[[nodiscard]] bool is_settled(const StatementRow& statement) noexcept;

/// Whether the statement bills later than the other: the later one's part of a purchase is shown.
[[nodiscard]] bool bills_later(const StatementRow& a, const StatementRow& b) noexcept;

}  // namespace meisai::ledger
