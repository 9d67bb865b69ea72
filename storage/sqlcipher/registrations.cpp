// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/registrations.h"

#include <string>

#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t authentications = 2;
static_assert(static_cast<int>(ClientAuthentication::private_key_jwt) + 1 == authentications);

}  // namespace

Result<std::vector<Registration>> load_registrations(Database& database) {
  std::vector<Registration> found;
  Statement& row = database.prepared(
      "SELECT issuer,profile_text,profile_hash,client_id,authentication,key_id,registered_at FROM registration "
      "ORDER BY issuer");
  const RowScope scope(row);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return found;
    Registration& registration = found.emplace_back();
    registration.issuer = IssuerId(std::string(row.text(0)));
    registration.profile_text = row.text(1);
    MEISAI_ASSIGN(registration.profile_hash, digest_from(row.blob(2)));
    registration.client_id = row.text(3);
    MEISAI_ASSIGN(registration.authentication, enum_from<ClientAuthentication>(row.int64(4), authentications));
    registration.key_id = row.text(5);
    registration.registered_at = instant_from(row.int64(6));
  }
}

Result<void> save_registration(Database& database, const Registration& registration) {
  if (registration.issuer.empty()) return fail(Code::invalid_argument, "a registration names its issuer");
  return database.prepared("INSERT OR REPLACE INTO registration VALUES(?1,?2,?3,?4,?5,?6,?7)")
      .bind(1, registration.issuer.text())
      .bind(2, registration.profile_text)
      .bind(3, bytes_of(registration.profile_hash))
      .bind(4, registration.client_id)
      .bind(5, static_cast<std::int64_t>(registration.authentication))
      .bind(6, registration.key_id)
      .bind(7, to_column(registration.registered_at))
      .run();
}

}  // namespace meisai::sqlcipher
