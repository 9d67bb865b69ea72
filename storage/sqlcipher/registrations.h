// SPDX-License-Identifier: Apache-2.0
//
// The `registration` table of control: our client at each issuer, with the profile as it was given. The key
// itself is in the vault, sealed.
#pragma once

#include <vector>

#include "meisai/connection.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

/// By issuer.
[[nodiscard]] Result<std::vector<Registration>> load_registrations(Database& database);
/// Inserts or replaces by issuer.
[[nodiscard]] Result<void> save_registration(Database& database, const Registration& registration);

}  // namespace meisai::sqlcipher
