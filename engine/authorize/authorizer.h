// SPDX-License-Identifier: Apache-2.0
//
// Gets the person's authorization at one issuer, keeps its tokens fresh, and gives them back. The only
// place that asks for Permit<Authorize> and the only one that sees codes, verifiers and refresh tokens.
// Rules: security-profile sections 1 and 2; requirements 10.3 (a refresh token is never sent twice).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/authorize/issuer_calls.h"
#include "meisai/ports/user_agent.h"

namespace meisai::authorize {

/// What the person agreed to on the consent screen.
struct AuthorizeOrder {
  ConnectionId connection;
  std::vector<std::string> scopes;
  Instant ends_at{};         ///< the longest end that was shown
  LocalDate history_from{};  ///< the earliest day that was shown
};

/// What the issuer gave. Nothing of it is stored yet: the caller stores consent and tokens, or discards it.
struct Granted {
  std::vector<std::string> scopes;  ///< at most those that were asked for
  Instant ends_at{};                ///< never after the order's
  std::string issuer_reference;     ///< of the consent at the issuer; empty: it keeps none
  Tokens tokens;                    ///< for ConsentStore::put_tokens, without an intent
};

/// For one issuer and one caller. Not thread-safe; may block, asking the caller whether to go on.
class Authorizer {
 public:
  /// `signer` null: a public client. Everything outlives the Authorizer.
  Authorizer(AuthorizePorts ports, const LinkedIssuer& issuer, const Registration& registration, Signer* signer,
             Caller caller, AuthorizeLimits limits = {})
      : calls_(std::move(ports), issuer, registration, signer, std::move(caller), limits) {}

  /// Consent at the issuer, browser, code, tokens, and a last look at what was agreed. Errors besides the gate's:
  /// `authorization_denied`, `authorization_failed`, `scope_excess`, `consent_mismatch`, `protocol_unsupported`,
  /// `interrupted`. After an error nothing that was given stands, as far as the issuer could be reached.
  [[nodiscard]] Result<Granted> authorize(UserAgent& browser, const AuthorizeOrder& order);
  /// Gives back at the issuer what `authorize` returned and could not be kept. True: confirmed.
  [[nodiscard]] Result<bool> discard(Granted granted);

  /// Tokens whose access token has some life left: as they are, or refreshed.
  [[nodiscard]] Result<Tokens> usable_tokens(const ConnectionId& connection);
  /// New tokens for the refresh token, sent at most once in all processes. `token_indeterminate` where its outcome
  /// is not known, `reauth_required` where the issuer refused it or gave none, `token_missing`, `store_busy`. An
  /// issuer that cannot be reached beforehand leaves everything as it was.
  [[nodiscard]] Result<Tokens> refresh(const ConnectionId& connection);

  /// Ends tokens and consents of the connection at the issuer, then destroys them here. True: confirmed. False: the
  /// issuer cannot be reached or is not ready; what is left can do nothing but be revoked by another call.
  [[nodiscard]] Result<bool> revoke(const ConnectionId& connection) { return revoke(connection, {}, {}); }
  /// The same for one consent only (empty: all). `still_stands` is asked once the tokens are known: those that it
  /// answers for belong to no later consent.
  [[nodiscard]] Result<bool> revoke(const ConnectionId& connection, const ConsentId& consent,
                                    const std::function<Result<void>()>& still_stands);
  /// Ends a consent at the issuer that no connection stands on: tokens that were set aside, and its object there
  /// (empty: it has none).
  [[nodiscard]] Result<bool> end_consent(const ConnectionId& connection, const std::optional<Tokens>& tokens,
                                         const std::string& issuer_reference);

 private:
  struct Attempt;
  [[nodiscard]] Result<Granted> attempt(UserAgent& browser, const AuthorizeOrder& order, Attempt& attempt);
  [[nodiscard]] Result<std::string> front_channel(const AuthorizeOrder& order, const Attempt& attempt,
                                                  const std::string& redirect_uri);
  [[nodiscard]] Result<void> exchange(const AuthorizeOrder& order, Attempt& attempt, const Secret& code,
                                      const std::string& redirect_uri);
  [[nodiscard]] Result<Instant> agreed_end(const AuthorizeOrder& order, const Attempt& attempt);
  void undo(const AuthorizeOrder& order, const Attempt& attempt);

  [[nodiscard]] Result<Tokens> refresh_active(const Tokens& old);
  [[nodiscard]] Result<Tokens> result_of_other(const ConnectionId& connection, std::uint64_t generation);
  [[nodiscard]] Result<Tokens> keep_refreshed(const Tokens& old, TokenAnswer answer, Instant asked_at);
  [[nodiscard]] Error outcome_unknown(const Tokens& old);
  [[nodiscard]] Error give_up(const Tokens& old, TokenState state, Error error);
  [[nodiscard]] Result<bool> end_everything(const std::optional<Tokens>& tokens,
                                            const std::vector<std::string>& references, const CallFor& what);

  [[nodiscard]] AuditDraft draft(std::string operation, const ConnectionId& connection, std::string result,
                                 const Error* error = nullptr);
  [[nodiscard]] Result<void> record(const AuditDraft& entry);

  IssuerCalls calls_;
};

/// The scopes of an answer that were asked for; `scope_excess` for one that is neither asked for nor known.
[[nodiscard]] Result<std::vector<std::string>> accepted_scopes(const TokenAnswer& answer,
                                                               const std::vector<std::string>& asked,
                                                               const IssuerProfile& profile);

}  // namespace meisai::authorize
