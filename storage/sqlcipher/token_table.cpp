// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/token_table.h"

#include <string>
#include <utility>
#include <vector>

#include "storage/keys/key_wrap.h"
#include "storage/sqlcipher/consent_codec.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t states = 6;
static_assert(static_cast<int>(TokenState::destroyed) + 1 == states);

std::string token_label(const VaultPlace& place, const ConnectionId& connection, std::uint64_t generation,
                        std::string_view which) {
  return keys::wrap_label({"token", place.name, connection.text(), std::to_string(generation), which});
}
std::string key_label(const VaultPlace& place, const IssuerId& issuer) {
  return keys::wrap_label({"client key", place.name, issuer.text()});
}

/// Nothing is kept as nothing: destroyed tokens have no sealed form either.
Result<Secret> open_sealed(std::span<const std::byte> sealed, const VaultPlace& place, const std::string& label) {
  if (sealed.empty()) return Secret();
  auto secret = keys::unseal(sealed, place.token_key, label);
  if (!secret) return damaged_value("a sealed token or key does not open with the store's token key");
  return secret;
}

Result<std::vector<std::byte>> seal_secret(const Secret& secret, const VaultPlace& place, const std::string& label,
                                           Entropy& entropy) {
  if (secret.empty()) return std::vector<std::byte>();
  return keys::seal(secret, place.token_key, label, entropy);
}

/// Ids have no such character.
constexpr char aside_mark = '/';

}  // namespace

Result<std::optional<consent_rules::TokenPlace>> find_tokens(Database& database, const ConnectionId& connection) {
  Statement& row = database.prepared("SELECT generation,state FROM token WHERE connection=?1");
  const RowScope scope(row);
  row.bind(1, connection.text());
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<consent_rules::TokenPlace>();
  consent_rules::TokenPlace place{.generation = static_cast<std::uint64_t>(row.int64(0))};
  MEISAI_ASSIGN(place.state, enum_from<TokenState>(row.int64(1), states));
  return std::optional(place);
}

Result<std::optional<Tokens>> load_tokens(Database& database, const VaultPlace& place, const ConnectionId& connection) {
  Statement& row = database.prepared(
      "SELECT generation,state,access,refresh,access_ends_at,refresh_ends_at,scopes,obtained_at FROM token "
      "WHERE connection=?1");
  const RowScope scope(row);
  row.bind(1, connection.text());
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<Tokens>();
  Tokens tokens;
  tokens.connection = connection;
  tokens.generation = static_cast<std::uint64_t>(row.int64(0));
  MEISAI_ASSIGN(tokens.state, enum_from<TokenState>(row.int64(1), states));
  MEISAI_ASSIGN(tokens.access,
                open_sealed(row.blob(2), place, token_label(place, connection, tokens.generation, "access")));
  MEISAI_ASSIGN(tokens.refresh,
                open_sealed(row.blob(3), place, token_label(place, connection, tokens.generation, "refresh")));
  tokens.access_ends_at = instant_from(row.int64(4));
  tokens.refresh_ends_at = instant_from(row.optional_int64(5));
  MEISAI_ASSIGN(tokens.scopes, decode_texts(row.text(6)));
  tokens.obtained_at = instant_from(row.int64(7));
  return std::optional(std::move(tokens));
}

Result<void> save_tokens(Database& database, const VaultPlace& place, const Tokens& tokens, Entropy& entropy) {
  if (tokens.connection.empty()) return fail(Code::invalid_argument, "tokens belong to a connection");
  MEISAI_ASSIGN(
      const auto access,
      seal_secret(tokens.access, place, token_label(place, tokens.connection, tokens.generation, "access"), entropy));
  MEISAI_ASSIGN(
      const auto refresh,
      seal_secret(tokens.refresh, place, token_label(place, tokens.connection, tokens.generation, "refresh"), entropy));
  MEISAI_ASSIGN(const std::string scopes, encode_texts(tokens.scopes));
  return database.prepared("INSERT OR REPLACE INTO token VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
      .bind(1, tokens.connection.text())
      .bind(2, static_cast<std::int64_t>(tokens.generation))
      .bind(3, static_cast<std::int64_t>(tokens.state))
      .bind(4, std::span(access))
      .bind(5, std::span(refresh))
      .bind(6, to_column(tokens.access_ends_at))
      .bind(7, to_column(tokens.refresh_ends_at))
      .bind(8, scopes)
      .bind(9, to_column(tokens.obtained_at))
      .run();
}

Result<void> save_token_state(Database& database, const ConnectionId& connection, TokenState state) {
  // Shorter columns leave their old bytes behind: secure_delete overwrites them.
  Statement& update = state == TokenState::destroyed
                          ? database.prepared("UPDATE token SET state=?2,access=x'',refresh=x'' WHERE connection=?1")
                          : database.prepared("UPDATE token SET state=?2 WHERE connection=?1");
  return update.bind(1, connection.text()).bind(2, static_cast<std::int64_t>(state)).run();
}

Result<void> await_no_refresh(Database& database, const ConnectionId& except, Instant now) {
  // When it began stands in its audit entry. An erasure reads the whole ledger anyway.
  Statement& row = database.prepared(
      "SELECT max(a.at) FROM token t JOIN audit a ON a.operation='token_refresh' AND a.result='begun' "
      "AND substr(a.object,-length(t.connection)-1)=' '||t.connection "
      "WHERE t.state=?1 AND t.connection<>?2 AND a.at<=?3");
  const RowScope scope(row);
  row.bind(1, static_cast<std::int64_t>(TokenState::refresh_intent)).bind(2, except.text()).bind(3, to_column(now));
  MEISAI_ASSIGN(const bool found, row.step());
  const auto begun = found ? instant_from(row.optional_int64(0)) : std::nullopt;
  return begun ? consent_rules::is_refresh_over(*begun, now) : Result<void>{};
}

ConnectionId place_aside(const ConnectionId& connection, const ConsentId& consent) {
  return ConnectionId(connection.text() + aside_mark + consent.text());
}

Result<std::vector<TokensAside>> load_aside(Database& database, const VaultPlace& place) {
  std::vector<std::string> places;
  {
    Statement& row = database.prepared("SELECT connection FROM token WHERE instr(connection,'/')>0");
    const RowScope scope(row);
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) break;
      places.emplace_back(row.text(0));
    }
  }
  std::vector<TokensAside> found;
  for (const std::string& each : places) {
    MEISAI_ASSIGN(auto tokens, load_tokens(database, place, ConnectionId(each)));
    if (!tokens) continue;
    const std::size_t mark = each.find(aside_mark);
    tokens->connection = ConnectionId(each.substr(0, mark));
    found.push_back({ConsentId(each.substr(mark + 1)), *std::move(tokens)});
  }
  return found;
}

Result<void> remove_tokens(Database& database, const ConnectionId& connection) {
  return database.prepared("DELETE FROM token WHERE connection=?1").bind(1, connection.text()).run();
}

Result<Secret> load_client_key(Database& database, const VaultPlace& place, const IssuerId& issuer) {
  Statement& row = database.prepared("SELECT sealed FROM client_key WHERE issuer=?1");
  const RowScope scope(row);
  row.bind(1, issuer.text());
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return Secret();
  return open_sealed(row.blob(0), place, key_label(place, issuer));
}

Result<void> save_client_key(Database& database, const VaultPlace& place, const IssuerId& issuer, const Secret& pem,
                             Entropy& entropy) {
  if (issuer.empty()) return fail(Code::invalid_argument, "a client key belongs to an issuer");
  if (pem.empty()) return database.prepared("DELETE FROM client_key WHERE issuer=?1").bind(1, issuer.text()).run();
  MEISAI_ASSIGN(const auto sealed, seal_secret(pem, place, key_label(place, issuer), entropy));
  return database.prepared("INSERT OR REPLACE INTO client_key VALUES(?1,?2)")
      .bind(1, issuer.text())
      .bind(2, std::span(sealed))
      .run();
}

Result<void> reseal_all(Database& database, const VaultPlace& from, const VaultPlace& to, Entropy& entropy) {
  std::vector<std::string> connections;
  std::vector<std::string> issuers;
  const auto names = [](Statement& row, std::vector<std::string>& into) -> Result<void> {
    const RowScope scope(row);
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) return {};
      into.emplace_back(row.text(0));
    }
  };
  MEISAI_TRY(names(database.prepared("SELECT connection FROM token"), connections));
  MEISAI_TRY(names(database.prepared("SELECT issuer FROM client_key"), issuers));
  for (const std::string& connection : connections) {
    MEISAI_ASSIGN(const auto tokens, load_tokens(database, from, ConnectionId(connection)));
    if (tokens) MEISAI_TRY(save_tokens(database, to, *tokens, entropy));
  }
  for (const std::string& issuer : issuers) {
    MEISAI_ASSIGN(const Secret key, load_client_key(database, from, IssuerId(issuer)));
    MEISAI_TRY(save_client_key(database, to, IssuerId(issuer), key, entropy));
  }
  return {};
}

}  // namespace meisai::sqlcipher
