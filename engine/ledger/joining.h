// SPDX-License-Identifier: Apache-2.0
//
// Two cards that turned out to be one: their rows, statements, coverage and marks become one card's. What both know is
// one row; what only the other knows moves. Twins that both know are as many as the side that knows more of them.
#pragma once

#include "engine/ledger/merging.h"

namespace meisai::ledger {

struct Joined {
  CardRow card;
  std::uint64_t merged = 0;  ///< rows that both had
  std::uint64_t moved = 0;   ///< rows that only the other had
};

/// REQUIRES: two cards of one issuer, of which neither turned out to be another before.
[[nodiscard]] Result<Joined> join_cards(LedgerWrite& ledger, const CardRow& card, const CardRow& other, Instant at);

}  // namespace meisai::ledger
