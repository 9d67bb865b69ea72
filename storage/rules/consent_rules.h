// SPDX-License-Identifier: Apache-2.0
//
// How a consent ends and how tokens go from state to state, the same in every store (requirements 10.2, 10.3).
// Pure functions.
#pragma once

#include <optional>

#include "meisai/ports/consent_store.h"

namespace meisai::consent_rules {

/// Ends the term. Ended stays ended: after that only `held` changes, and only to a stricter one. True if anything
/// changed. `consent_superseded` for another consent than the term's; `invalid_argument` for an end that is none.
[[nodiscard]] Result<bool> end_term(ConsentTerm& term, const ConsentId& consent, ConsentEnd end, Instant at,
                                    HeldData held);

/// Where the tokens of a connection are.
struct TokenPlace {
  std::uint64_t generation = 0;
  TokenState state = TokenState::destroyed;
};

/// Whether new tokens may take the place of `now`: `token_indeterminate` where they come from a refresh whose
/// intent does not stand any more.
[[nodiscard]] Result<void> may_replace(const std::optional<TokenPlace>& now, std::optional<std::uint64_t> after_intent);
/// Whether a refresh of `generation` may begin.
[[nodiscard]] bool may_refresh(const std::optional<TokenPlace>& now, std::uint64_t generation) noexcept;
/// `not_found` for another generation than the current one; destroyed tokens stay destroyed (`token_missing`).
[[nodiscard]] Result<void> may_become(const std::optional<TokenPlace>& now, std::uint64_t generation, TokenState state);

}  // namespace meisai::consent_rules
