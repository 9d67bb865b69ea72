// SPDX-License-Identifier: Apache-2.0
#include "storage/rules/consent_rules.h"

namespace meisai::consent_rules {
namespace {

tl::unexpected<Error> superseded() {
  return fail(Code::consent_superseded, "the connection stands on another consent", "`meisai consent list` shows which",
              Retry::after_user);
}

}  // namespace

Result<bool> end_term(ConsentTerm& term, const ConsentId& consent, ConsentEnd end, Instant at, HeldData held) {
  if (end == ConsentEnd::none || end == ConsentEnd::ending)
    return fail(Code::invalid_argument, "this is no end of a consent");
  if (term.consent != consent || consent.empty()) return superseded();
  const bool over = term.end != ConsentEnd::none && term.end != ConsentEnd::ending;
  const bool stricter = held > term.held;
  if (over && !stricter) return false;
  if (!over) {
    term.end = end;
    term.ended_at = at;
  }
  if (stricter) term.held = held;
  return true;
}

bool may_become(ConnectionState now, const ConsentTerm& term, const ConsentId& consent, ConnectionState next) noexcept {
  if (term.consent != consent) return false;
  if (now == next) return true;
  if (now == ConnectionState::closed) return false;
  return next != ConnectionState::reauth_required || now == ConnectionState::active;
}

Result<void> may_begin(ConnectionState now, const ConsentTerm& term, const ConsentId& replaces) {
  if (now == ConnectionState::closed || term.end == ConsentEnd::withdrawn)
    return fail(Code::consent_withdrawn, "the consent before was withdrawn meanwhile", "`meisai link` begins anew",
                Retry::after_user);
  if (term.consent != replaces) return superseded();
  if (term.end == ConsentEnd::ending)
    return fail(Code::store_busy, "the consent before is just being ended",
                "`meisai sync` finishes that; then try again", Retry::later);
  return {};
}

Result<void> may_erase(const ConsentTerm& term, const ConsentId& consent) {
  if (term.consent != consent || consent.empty()) return superseded();
  if (term.end != ConsentEnd::none && term.end != ConsentEnd::ending) return {};
  return fail(Code::invalid_argument, "data is erased only after its consent has ended");
}

Result<void> may_replace(const std::optional<TokenPlace>& now, std::optional<std::uint64_t> after_intent) {
  if (!after_intent) return {};
  if (now && now->generation == *after_intent && now->state == TokenState::refresh_intent) return {};
  return fail(Code::token_indeterminate, "the refresh that these tokens come from does not stand any more",
              "link the card company again with `meisai consent renew`", Retry::after_user);
}

Result<void> check_grant(const Consent& consent, const Tokens& tokens) {
  if (!consent.id.empty() && !tokens.connection.empty() && consent.connection == tokens.connection) return {};
  return fail(Code::invalid_argument, "tokens belong to a connection and a consent of it");
}

bool may_refresh(const std::optional<TokenPlace>& now, std::uint64_t generation) noexcept {
  return now && now->generation == generation && now->state == TokenState::active;
}

Result<void> is_refresh_over(Instant begun, Instant now) {
  constexpr std::chrono::minutes longest{1};
  if (begun > now || now - begun >= longest) return {};
  return fail(Code::store_busy, "another connection's tokens are being refreshed", "try again in a minute",
              Retry::later);
}

Result<void> may_become(const std::optional<TokenPlace>& now, std::uint64_t generation, TokenState state) {
  if (!now || now->generation != generation)
    return fail(Code::not_found, "the connection has no tokens of this generation");
  if (now->state == TokenState::destroyed && state != TokenState::destroyed)
    return fail(Code::token_missing, "destroyed tokens stay destroyed");
  // What the person took back is given back and nothing else, whoever is still at work with it.
  if (now->state == TokenState::revoke_only && state != TokenState::revoke_only && state != TokenState::destroyed)
    return fail(Code::token_missing, "tokens that are to be revoked do nothing else");
  return {};
}

}  // namespace meisai::consent_rules
