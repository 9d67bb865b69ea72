// SPDX-License-Identifier: Apache-2.0
//
// An admitted permit writes no intent to refresh.
// clang says: argument not in expected state; expected 'unconsumed', observed 'consumed'
#include "../prelude.h"

Result<void> attempt(ConsentStore& consents, Permit<Authorize> permit, const ConnectionId& connection) {
#ifndef MEISAI_RIGHT_FORM
  MEISAI_TRY(std::move(permit).admit());
#endif
  MEISAI_TRY(consents.intend_refresh(std::move(permit), connection, 1, AuditDraft{}));
  return done();
}
