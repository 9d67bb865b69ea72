// SPDX-License-Identifier: Apache-2.0
//
// Nothing is destroyed without a permit.
// gcc says: no matching function for call to .*Store::erase\(
// clang says: too few arguments to function call, expected 4, have 3
#include "../prelude.h"

Result<void> attempt(Store& store, [[maybe_unused]] Permit<Maintenance> permit, const ConnectionId& connection) {
#ifdef MEISAI_RIGHT_FORM
  return store.erase(std::move(permit), connection, ConsentId{}, AuditDraft{});
#else
  return store.erase(connection, ConsentId{}, AuditDraft{});
#endif
}
