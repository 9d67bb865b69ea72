// SPDX-License-Identifier: Apache-2.0
//
// Giving back (requirements 10.3): first nothing here can use the tokens any more, then the issuer is told,
// the refresh token before the access token, and only its word ends it. Works again and again until then.
#include <utility>

#include "engine/authorize/authorizer.h"

namespace meisai::authorize {

Result<bool> Authorizer::revoke(const ConnectionId& connection, const ConsentId& consent,
                                const std::function<Result<void>()>& still_stands) {
  ConsentStore& store = calls_.ports().store;
  MEISAI_ASSIGN(auto kept, store.tokens(connection));
  if (still_stands) MEISAI_TRY(still_stands());
  std::optional<Tokens> tokens;
  if (kept && kept->state != TokenState::destroyed) tokens = std::move(kept);
  if (tokens && tokens->state != TokenState::revoke_only)
    MEISAI_TRY(store.set_token_state(connection, tokens->generation, TokenState::revoke_only,
                                     draft("token_revoke", connection, "begun")));

  std::vector<std::string> references;
  MEISAI_ASSIGN(const auto consents, store.consents());
  for (const Consent& each : consents)
    if (each.connection == connection && (consent.empty() || each.id == consent) && !each.issuer_reference.empty() &&
        each.revocation != Revocation::confirmed)
      references.push_back(each.issuer_reference);
  if (!tokens && references.empty()) return true;

  MEISAI_ASSIGN(const bool ended, end_everything(tokens, references, {connection, AuthorizeStep::revoke}));
  if (!ended) return false;
  if (tokens)
    MEISAI_TRY(store.set_token_state(connection, tokens->generation, TokenState::destroyed,
                                     draft("token_revoke", connection, "done")));
  return true;
}

Result<bool> Authorizer::end_consent(const ConnectionId& connection, const std::optional<Tokens>& tokens,
                                     const std::string& issuer_reference) {
  std::vector<std::string> references;
  if (!issuer_reference.empty()) references.push_back(issuer_reference);
  if (!tokens && references.empty()) return true;
  return end_everything(tokens, references, {connection, AuthorizeStep::revoke});
}

Result<bool> Authorizer::end_everything(const std::optional<Tokens>& tokens, const std::vector<std::string>& references,
                                        const CallFor& what) {
  if (const auto found = calls_.discover(what); !found) {
    if (is_not_now(found.error())) return false;
    return fail(found.error());
  }
  if (tokens && !calls_.metadata().revocation_endpoint.empty()) {
    MEISAI_ASSIGN(const bool revoked, calls_.revoke_tokens(tokens->refresh, tokens->access, what));
    if (!revoked) return false;
  } else if (tokens && references.empty()) {
    return fail(Error{.code = Code::protocol_unsupported,
                      .what = "the issuer offers no way to revoke tokens",
                      .where = {.issuer = calls_.profile().id.text()},
                      .remedy = "end the link at the issuer itself"});
  }
  for (const std::string& reference : references) {
    MEISAI_ASSIGN(const bool ended, calls_.end_consent(reference, what));
    AuditDraft entry = draft("consent_at_issuer", what.connection, ended ? "done" : "failed");
    entry.object += " ended " + reference;
    MEISAI_TRY(record(entry));
    if (!ended) return false;
  }
  return true;
}

}  // namespace meisai::authorize
