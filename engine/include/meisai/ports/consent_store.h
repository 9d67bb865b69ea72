// SPDX-License-Identifier: Apache-2.0
//
// Consents and tokens of one subject: in the vault, tokens wrapped again under a key of their own, so that
// the database key alone opens none (METI-3.3.2-iv-b). Also our keys at issuers. Token states are those of
// requirements 10.3; generations only grow. Every change writes its audit entry in the same transaction.
#pragma once

#include <optional>
#include <vector>

#include "meisai/connection.h"
#include "meisai/permit.h"
#include "meisai/secret.h"

namespace meisai {

// Stored as numbers: append only.
enum class TokenState : std::uint8_t {
  active,
  refresh_intent,  ///< a refresh may be on its way: the old refresh token is never sent again
  indeterminate,   ///< its answer was lost: only the person can go on
  refused,         ///< the issuer refused it
  revoke_only,     ///< usable at the revocation endpoint only
  destroyed,       ///< nothing of it is left
};
[[nodiscard]] std::string_view name_of(TokenState) noexcept;

struct Tokens {
  ConnectionId connection;
  std::uint64_t generation = 0;
  TokenState state = TokenState::active;
  Secret access;
  Secret refresh;  ///< empty: the issuer gave none
  Instant access_ends_at{};
  std::optional<Instant> refresh_ends_at;
  std::vector<std::string> scopes;
  Instant obtained_at{};

  /// The same once more; each secret of the copy lies in zeroed memory of its own.
  [[nodiscard]] Tokens clone() const {
    return {.connection = connection,
            .generation = generation,
            .state = state,
            .access = access.clone(),
            .refresh = refresh.clone(),
            .access_ends_at = access_ends_at,
            .refresh_ends_at = refresh_ends_at,
            .scopes = scopes,
            .obtained_at = obtained_at};
  }
};

/// Tokens that no connection works with: of a consent that is not in force yet, or that a renewal has replaced.
struct TokensAside {
  ConsentId consent;
  Tokens tokens;  ///< always `revoke_only`
};

/// Thread-safe where its Store is. Other processes see each change at once.
class ConsentStore {
 public:
  virtual ~ConsentStore() = default;
  /// Inserts or replaces by id.
  [[nodiscard]] virtual Result<void> put_consent(const Consent& consent, const AuditDraft& audit) = 0;
  /// Of every connection, oldest first.
  [[nodiscard]] virtual Result<std::vector<Consent>> consents() = 0;

  [[nodiscard]] virtual Result<std::optional<Tokens>> tokens(const ConnectionId& connection) = 0;
  /// New tokens from an authorization or a refresh: state active, next generation, durable before it returns.
  /// With `after_intent`, only if that generation's refresh_intent still stands, else `token_indeterminate`.
  [[nodiscard]] virtual Result<void> put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                                                const AuditDraft& audit) = 0;
  /// Writes the durable intent of a refresh under the gate lock, for one caller of all processes. False where
  /// somebody else's stands, or the generation is not the current active one.
  [[nodiscard]] virtual Result<bool> intend_refresh(MEISAI_UNSPENT Permit<Authorize> permit,
                                                    const ConnectionId& connection, std::uint64_t generation,
                                                    const AuditDraft& audit) = 0;
  /// Any other change of state. `destroyed` overwrites what was kept.
  [[nodiscard]] virtual Result<void> set_token_state(const ConnectionId& connection, std::uint64_t generation,
                                                     TokenState state, const AuditDraft& audit) = 0;

  /// Keeps the record of a consent that is not in force yet and its tokens, beside those that the connection works
  /// with: in one step, so that no crash leaves a grant that nobody gives back. The tokens can do nothing else than
  /// that, unless `adopt` makes them the connection's.
  [[nodiscard]] virtual Result<void> put_grant(const Consent& consent, const Tokens& tokens,
                                               const AuditDraft& audit) = 0;
  /// Makes the tokens that were set aside for `consent` those of the connection: active, next generation. What it had
  /// until now is set aside for `before`, unless that was destroyed. In one step; nothing where there are none.
  [[nodiscard]] virtual Result<void> adopt(const ConnectionId& connection, const ConsentId& consent,
                                           const ConsentId& before, const AuditDraft& audit) = 0;
  [[nodiscard]] virtual Result<std::vector<TokensAside>> aside() = 0;
  /// They were given back: overwrites them.
  [[nodiscard]] virtual Result<void> drop_aside(const ConnectionId& connection, const ConsentId& consent,
                                                const AuditDraft& audit) = 0;

  /// Our private key at an issuer (PKCS#8 PEM), wrapped like a token. An empty one removes it.
  [[nodiscard]] virtual Result<void> put_client_key(const IssuerId& issuer, const Secret& pem,
                                                    const AuditDraft& audit) = 0;
  /// Empty where there is none.
  [[nodiscard]] virtual Result<Secret> client_key(const IssuerId& issuer) = 0;
};

}  // namespace meisai
