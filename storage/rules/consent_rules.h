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

/// Whether a connection in state `now` on `term` may become `next` for what `consent` came to.
[[nodiscard]] bool may_become(ConnectionState now, const ConsentTerm& term, const ConsentId& consent,
                              ConnectionState next) noexcept;
/// Whether a new consent may take the place of `replaces`.
[[nodiscard]] Result<void> may_begin(ConnectionState now, const ConsentTerm& term, const ConsentId& replaces);
/// Whether data that was fetched under `consent` may be erased now.
[[nodiscard]] Result<void> may_erase(const ConsentTerm& term, const ConsentId& consent);

/// Tokens that are kept beside a connection's own belong to it and to a consent of it, else `invalid_argument`.
[[nodiscard]] Result<void> check_grant(const Consent& consent, const Tokens& tokens);

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
/// `store_busy` where the answer of a refresh that began then may still come: who replaces the ledger's file now costs
/// another connection its link.
[[nodiscard]] Result<void> is_refresh_over(Instant begun, Instant now);
/// `not_found` for another generation than the current one; destroyed tokens stay destroyed (`token_missing`).
[[nodiscard]] Result<void> may_become(const std::optional<TokenPlace>& now, std::uint64_t generation, TokenState state);

}  // namespace meisai::consent_rules
