// SPDX-License-Identifier: Apache-2.0
//
// Which stored statement does a complete window belong to? By what its content says (a payment due date,
// a named month), else by the rows that it shares with a stored statement. Never by the file's name.
#pragma once

#include <map>
#include <span>
#include <string>

#include "meisai/ports/store.h"

namespace meisai::ledger {

struct StatementChoice {
  StatementKey known = 0;  ///< 0: a statement that is not stored yet
  bool doubtful = false;   ///< shares too much with a stored one to be new, too little to be the same
};

/// `anchor`: what the content says, may be empty. `overlap`: of WindowMatch. `window_size`: dated,
/// once-billed entries of the window.
[[nodiscard]] StatementChoice choose_statement(std::span<const StatementRow> stored, const std::string& account,
                                               const std::string& anchor, std::span<const CardKey> cards,
                                               const std::map<StatementKey, std::uint64_t>& overlap,
                                               std::uint64_t window_size);

/// Whether the statement bills later than the other: the later one's part of a purchase is shown.
[[nodiscard]] bool bills_later(const StatementRow& a, const StatementRow& b) noexcept;

}  // namespace meisai::ledger
