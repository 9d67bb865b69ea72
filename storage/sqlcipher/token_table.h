// SPDX-License-Identifier: Apache-2.0
//
// Tokens and our keys at issuers in the vault, sealed under the token key: the database key alone opens none of
// them. Each is sealed with its vault, connection and generation as associated data, so that an old one put
// back in another's place does not open.
#pragma once

#include <optional>
#include <vector>

#include "meisai/ports/consent_store.h"
#include "meisai/ports/entropy.h"
#include "storage/rules/consent_rules.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {

[[nodiscard]] Result<std::optional<consent_rules::TokenPlace>> find_tokens(Database& database,
                                                                           const ConnectionId& connection);
/// `store_damaged` for sealed ones that do not open.
[[nodiscard]] Result<std::optional<Tokens>> load_tokens(Database& database, const VaultPlace& place,
                                                        const ConnectionId& connection);
/// Writes them as they are, in place of those of the connection.
[[nodiscard]] Result<void> save_tokens(Database& database, const VaultPlace& place, const Tokens& tokens,
                                       Entropy& entropy);
/// `store_busy` while a refresh of another connection than this is under way.
[[nodiscard]] Result<void> await_no_refresh(Database& database, const ConnectionId& except, Instant now);

/// Tokens aside are rows under a place of their own, so that they are sealed, copied and resealed like all others.
[[nodiscard]] ConnectionId place_aside(const ConnectionId& connection, const ConsentId& consent);
[[nodiscard]] Result<std::vector<TokensAside>> load_aside(Database& database, const VaultPlace& place);
[[nodiscard]] Result<void> remove_tokens(Database& database, const ConnectionId& connection);

[[nodiscard]] Result<void> save_token_state(Database& database, const ConnectionId& connection, TokenState state);

/// Empty where there is none.
[[nodiscard]] Result<Secret> load_client_key(Database& database, const VaultPlace& place, const IssuerId& issuer);
/// An empty one removes what is there.
[[nodiscard]] Result<void> save_client_key(Database& database, const VaultPlace& place, const IssuerId& issuer,
                                           const Secret& pem, Entropy& entropy);

/// Opens everything that was sealed for `from` and seals it for `to`.
[[nodiscard]] Result<void> reseal_all(Database& database, const VaultPlace& from, const VaultPlace& to,
                                      Entropy& entropy);

}  // namespace meisai::sqlcipher
