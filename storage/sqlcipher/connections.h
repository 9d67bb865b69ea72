// SPDX-License-Identifier: Apache-2.0
//
// The `connection` table of control: which connections there are, the consent that each stands on, and what
// the last look came to. Each group of columns has UPDATEs of its own, so that a sync that notes its outcome
// never brings back a consent that another process has ended meanwhile. Changes run inside the caller's
// transaction; each fails with `not_found` where there is no such connection.
#pragma once

#include <optional>
#include <vector>

#include "meisai/connection.h"
#include "meisai/ports/control.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Every connection, oldest first.
[[nodiscard]] Result<std::vector<Connection>> load_connections(Database& database);
/// What the gate needs of one connection; leaves `facts` as it is where there is none. Cheap: asked for each page.
[[nodiscard]] Result<void> load_consent_facts(Database& database, const ConnectionId& id, Facts& facts);
/// Connections whose held data is sealed or erased.
/// `sealed` and `sealed_from`.
[[nodiscard]] Result<void> load_sealed(Database& database, Facts& facts);

/// `invalid_argument` for an id that is taken.
[[nodiscard]] Result<void> insert_connection(Database& database, const Connection& connection);
/// These follow the rules of `Control`. True and false as there; `changed` where something was written.
struct Updated {
  bool stands = false;
  bool changed = false;
};
[[nodiscard]] Result<Updated> update_state(Database& database, const ConnectionId& id, const ConsentId& consent,
                                           ConnectionState state);
[[nodiscard]] Result<void> update_outcome(Database& database, const ConnectionId& id, const ConnectionOutcome& outcome);
/// The consent takes the place of the one before, and the connection is active.
[[nodiscard]] Result<void> replace_consent(Database& database, const ConnectionId& id, const ConsentTerm& term,
                                           const ConsentId& replaces);
/// Nothing where the consent has ended, or is not the connection's any more.
[[nodiscard]] Result<void> mark_ending(Database& database, const ConnectionId& id, const ConsentId& consent);
/// True if it changed anything, the epoch too. `consent_superseded` where the connection stands on another consent.
[[nodiscard]] Result<bool> mark_ended(Database& database, const ConnectionId& id, const ConsentId& consent,
                                      ConsentEnd end, Instant at, HeldData held);
[[nodiscard]] Result<Updated> update_revocation(Database& database, const ConnectionId& id, const ConsentId& consent,
                                                Revocation revocation);
/// Held data is erased, no connection of the issuer has seen everything any more, and the epoch is raised.
[[nodiscard]] Result<void> mark_erased(Database& database, const ConnectionId& id, const ConsentId& consent);

}  // namespace meisai::sqlcipher
