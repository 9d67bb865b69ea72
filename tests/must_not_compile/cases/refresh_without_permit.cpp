// SPDX-License-Identifier: Apache-2.0
//
// No intent to refresh without a permit: the token call must not outlive its consent.
// gcc says: no matching function for call to .*ConsentStore::intend_refresh\(
// clang says: too few arguments to function call, expected 4, have 3
#include "../prelude.h"

Result<bool> attempt(ConsentStore& consents, [[maybe_unused]] Permit<Authorize> permit,
                     const ConnectionId& connection) {
#ifdef MEISAI_RIGHT_FORM
  return consents.intend_refresh(std::move(permit), connection, 1, AuditDraft{});
#else
  return consents.intend_refresh(connection, 1, AuditDraft{});
#endif
}
