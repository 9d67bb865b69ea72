// SPDX-License-Identifier: Apache-2.0
//
// Nothing is exported without a permit.
// gcc says: no matching function for call to .*Store::release\(
// clang says: too few arguments to function call, expected 2, have 1
#include "../prelude.h"

Result<void> attempt(Store& store, [[maybe_unused]] Permit<Release> permit) {
#ifdef MEISAI_RIGHT_FORM
  MEISAI_TRY(store.release(std::move(permit), AuditDraft{}));
#else
  MEISAI_TRY(store.release(AuditDraft{}));
#endif
  return done();
}
