// SPDX-License-Identifier: Apache-2.0
//
// Refreshing (requirements 10.3, INV-11). A real issuer revokes the whole grant when it sees a refresh token
// a second time, so ours leaves the machine at most once: the intent is durable first, one process holds it,
// and where the outcome is not known nobody tries again.
#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/authorize/authorizer.h"

namespace meisai::authorize {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds look_again{100};
/// Beyond the longest life of a call: after it, whoever wrote the intent is gone.
constexpr milliseconds intent_margin{2'000};
/// A person who stops the program in the middle of a refresh would have to link again; most answers are there by then.
constexpr milliseconds interrupted_patience{800};
constexpr seconds least_life{30};

/// Why tokens in this state cannot be refreshed.
Error not_refreshable(TokenState state, const IssuerProfile& profile) {
  Error error{.where = {.issuer = profile.id.text()},
              .remedy = "link again: `meisai consent renew`",
              .retry = Retry::after_user};
  switch (state) {
    case TokenState::indeterminate:
    case TokenState::refresh_intent:
      error.code = Code::token_indeterminate;
      error.what = "nobody knows whether the issuer answered the last refresh, so it is not tried again";
      return error;
    case TokenState::refused:
      error.code = Code::reauth_required;
      error.what = "the issuer no longer accepts this link";
      return error;
    case TokenState::active:
      error.code = Code::reauth_required;
      error.what = "the issuer gave no refresh token and the access token has ended";
      return error;
    case TokenState::revoke_only:
    case TokenState::destroyed:
      break;
  }
  error.code = Code::token_missing;
  error.what = "there are no tokens for this connection";
  return error;
}

/// Errors of a transfer that can only have happened before the request was sent.
bool never_left(Code code) { return code == Code::tls_not_trusted || code == Code::insecure_url; }

}  // namespace

Result<Tokens> Authorizer::usable_tokens(const ConnectionId& connection) {
  MEISAI_ASSIGN(auto tokens, calls_.ports().store.tokens(connection));
  if (!tokens || tokens->state != TokenState::active) return refresh(connection);
  // A quarter of a short life, so that a token which lives for seconds is used at all.
  const auto life = std::max(tokens->access_ends_at - tokens->obtained_at, milliseconds::zero());
  const auto margin = std::min<milliseconds>(least_life, life / 4);
  if (calls_.ports().gate.now() + margin < tokens->access_ends_at) return *std::move(tokens);
  return refresh_active(*tokens);
}

Result<Tokens> Authorizer::refresh(const ConnectionId& connection) {
  MEISAI_ASSIGN(const auto tokens, calls_.ports().store.tokens(connection));
  if (!tokens) return fail(not_refreshable(TokenState::destroyed, calls_.profile()));
  if (tokens->state == TokenState::active) return refresh_active(*tokens);
  if (tokens->state == TokenState::refresh_intent) return result_of_other(connection, tokens->generation);
  return fail(not_refreshable(tokens->state, calls_.profile()));
}

Result<Tokens> Authorizer::refresh_active(const Tokens& old) {
  if (old.refresh.empty()) return fail(not_refreshable(TokenState::active, calls_.profile()));
  const CallFor what{.connection = old.connection, .step = AuthorizeStep::refresh};
  // Asked first, because an issuer that cannot be reached must not cost the link.
  MEISAI_TRY(calls_.discover(what));
  MEISAI_ASSIGN(Form form, calls_.client_form());
  form.add("grant_type", "refresh_token").add("refresh_token", old.refresh.reveal_text());

  MEISAI_ASSIGN(auto permit, calls_.ports().gate.ask<Authorize>(calls_.scope_of(what)));
  MEISAI_ASSIGN(const bool ours, calls_.ports().store.intend_refresh(std::move(permit), old.connection, old.generation,
                                                                     draft("token_refresh", old.connection, "begun")));
  if (!ours) return result_of_other(old.connection, old.generation);

  const Instant asked_at = calls_.ports().gate.now();
  const auto ticket = calls_.begin_post(calls_.metadata().token_endpoint, form, what);
  if (!ticket) return fail(give_up(old, TokenState::active, ticket.error()));
  const auto response = calls_.finish(*ticket, interrupted_patience);
  if (!response && never_left(response.error().code)) return fail(give_up(old, TokenState::active, response.error()));
  if (!response) return fail(outcome_unknown(old));

  TokenReading reading = read_token_answer(*response, asked_at);
  switch (reading.outcome) {
    case TokenOutcome::untouched:
      return fail(give_up(old, TokenState::active, *std::move(reading.error)));
    case TokenOutcome::refused:
      return fail(give_up(old, TokenState::refused, not_refreshable(TokenState::refused, calls_.profile())));
    case TokenOutcome::unknown:
      return fail(outcome_unknown(old));
    case TokenOutcome::granted:
      break;
  }
  if (reading.answer.access.empty() && reading.answer.refresh.empty()) return fail(outcome_unknown(old));
  return keep_refreshed(old, std::move(reading.answer), asked_at);
}

Result<Tokens> Authorizer::keep_refreshed(const Tokens& old, TokenAnswer answer, Instant asked_at) {
  Tokens fresh;
  fresh.connection = old.connection;
  fresh.generation = old.generation + 1;
  fresh.access = std::move(answer.access);
  fresh.refresh = answer.refresh.empty() ? old.refresh.clone() : std::move(answer.refresh);
  fresh.refresh_ends_at = old.refresh_ends_at;
  fresh.obtained_at = asked_at;
  fresh.access_ends_at = asked_at + answer.life.value_or(calls_.profile().authorization.default_access_life);
  fresh.scopes = old.scopes;
  const auto scopes = accepted_scopes(answer, old.scopes, calls_.profile());
  if (scopes) fresh.scopes = *scopes;

  const auto stored =
      calls_.ports().store.put_tokens(fresh, old.generation, draft("token_refresh", old.connection, "done"));
  if (!stored) {
    // They can never be found again, so they must not go on working.
    calls_.only_clean_up();
    static_cast<void>(calls_.revoke_tokens(fresh.refresh, fresh.access,
                                           {.connection = old.connection, .step = AuthorizeStep::revoke}));
    return fail(stored.error());
  }
  if (scopes && !answer.unusable) return fresh;
  Error error = scopes ? *std::move(answer.unusable) : scopes.error();
  if (const auto revoked = revoke(old.connection); !revoked)
    error.what += "; giving it back failed: " + revoked.error().what;
  return fail(std::move(error));
}

Result<Tokens> Authorizer::result_of_other(const ConnectionId& connection, std::uint64_t generation) {
  milliseconds left = calls_.limits().token_call + intent_margin;
  while (true) {
    MEISAI_ASSIGN(auto tokens, calls_.ports().store.tokens(connection));
    if (!tokens) return fail(not_refreshable(TokenState::destroyed, calls_.profile()));
    if (tokens->state == TokenState::active && tokens->generation > generation) return *std::move(tokens);
    if (tokens->state == TokenState::active)
      return fail(Code::store_busy, "another process tried to refresh at the same time and could not", "try again",
                  Retry::later);
    if (tokens->state != TokenState::refresh_intent) return fail(not_refreshable(tokens->state, calls_.profile()));
    if (!calls_.go_on()) return fail(Code::interrupted, "stopped while another process refreshes");
    if (left <= milliseconds::zero()) return fail(outcome_unknown(*tokens));
    calls_.pause(look_again);
    left -= look_again;
  }
}

Error Authorizer::outcome_unknown(const Tokens& old) {
  if (calls_.profile().authorization.refresh_may_be_repeated)
    return give_up(old, TokenState::active,
                   {.code = Code::issuer_failed,
                    .what = "the issuer's answer to a refresh was lost; this issuer lets it be repeated",
                    .remedy = "try again",
                    .retry = Retry::later});
  return give_up(old, TokenState::indeterminate, not_refreshable(TokenState::indeterminate, calls_.profile()));
}

Error Authorizer::give_up(const Tokens& old, TokenState state, Error error) {
  if (error.where.issuer.empty()) error.where.issuer = calls_.profile().id.text();
  ConsentStore& store = calls_.ports().store;
  // Somebody may have withdrawn meanwhile: tokens that wait to be revoked never become usable again.
  const auto now = store.tokens(old.connection);
  if (now && *now && ((*now)->generation != old.generation || (*now)->state != TokenState::refresh_intent))
    return error;
  const bool refused = is_refusal(error.code) && error.code != Code::token_indeterminate;
  const auto set =
      store.set_token_state(old.connection, old.generation, state,
                            draft("token_refresh", old.connection, refused ? "refused" : "failed", &error));
  // An intent that stays in the store is as safe as any of these states: it is never sent again either.
  if (!set) error.what += "; this could not be kept: " + set.error().what;
  return error;
}

}  // namespace meisai::authorize
