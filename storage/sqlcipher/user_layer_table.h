// SPDX-License-Identifier: Apache-2.0
//
// What the person added to rows. Each change is a row of its own: the one with the highest number is the layer of now,
// the others are what an undo brings back.
#pragma once

#include <map>
#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// Oldest first.
[[nodiscard]] Result<std::vector<UserLayer>> load_user_layers_of(Database& database, TransactionKey transaction);
/// The one of now; empty: none.
[[nodiscard]] Result<UserLayer> load_user_layer(Database& database, TransactionKey transaction);
/// Those of now that are not empty.
[[nodiscard]] Result<std::map<TransactionKey, UserLayer>> load_user_layers(Database& database);
[[nodiscard]] Result<void> save_user_layer(Database& database, TransactionKey transaction, const UserLayer& layer);
/// The issuer of a card: whose data a layer of its rows is about.
[[nodiscard]] Result<IssuerId> load_issuer_of(Database& database, CardKey card);
/// Forgets the one of now. False: there was none.
[[nodiscard]] Result<bool> drop_user_layer(Database& database, TransactionKey transaction);

}  // namespace meisai::sqlcipher
