// SPDX-License-Identifier: Apache-2.0
//
// A permit to ask for data is none to ask for tokens.
// gcc says: convert .*Permit<meisai::Request>.* to .*Permit<meisai::Authorize>
// clang says: no viable conversion from .*Permit<meisai::Request>.* to .*Authorize>
#include "../prelude.h"

#ifdef MEISAI_RIGHT_FORM
using Asked = Authorize;
#else
using Asked = Request;
#endif

Result<bool> attempt(ConsentStore& consents, Permit<Asked> permit, const ConnectionId& connection) {
  return consents.intend_refresh(std::move(permit), connection, 1, AuditDraft{});
}
