// SPDX-License-Identifier: Apache-2.0
//
// Nothing is read without a permit.
// gcc says: no matching function for call to .*Store::read\(
// clang says: too few arguments to function call, expected 2, have 1
#include "../prelude.h"

Result<void> attempt(Store& store, [[maybe_unused]] Permit<Read> permit) {
#ifdef MEISAI_RIGHT_FORM
  MEISAI_TRY(store.read(std::move(permit), AuditDraft{}));
#else
  MEISAI_TRY(store.read(AuditDraft{}));
#endif
  return done();
}
