// SPDX-License-Identifier: Apache-2.0
//
// What a person decides about links: two rows, or two cards, are one, or are not. One window each, like an import.
#pragma once

#include "engine/gate/gate.h"
#include "engine/ledger/joining.h"
#include "meisai/ports/store.h"

namespace meisai::sync {

struct DecisionPorts {
  Gate& gate;
  Store& store;
};

/// The suggestion as it is now. `not_found`; `invalid_argument` where it is not open.
[[nodiscard]] Result<SuggestionRow> decide(const DecisionPorts& ports, const IssuerId& issuer, SuggestionKey suggestion,
                                           bool accept);

/// Makes one card of two of an issuer. `not_found`; `invalid_argument` where they are one already.
[[nodiscard]] Result<ledger::Joined> join_cards(const DecisionPorts& ports, const IssuerId& issuer, CardKey card,
                                                CardKey other);

}  // namespace meisai::sync
