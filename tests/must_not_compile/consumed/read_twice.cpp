// SPDX-License-Identifier: Apache-2.0
//
// Also where the permit came fresh from the gate.
// clang says: argument not in expected state; expected 'unconsumed', observed 'consumed'
#include "../prelude.h"

Result<void> attempt(Store& store, Gate& gate) {
  MEISAI_ASSIGN(auto permit, gate.ask<Read>({}));
  MEISAI_TRY(store.read(std::move(permit), AuditDraft{}));
#ifdef MEISAI_RIGHT_FORM
  MEISAI_ASSIGN(auto again, gate.ask<Read>({}));
  MEISAI_TRY(store.read(std::move(again), AuditDraft{}));
#else
  MEISAI_TRY(store.read(std::move(permit), AuditDraft{}));
#endif
  return done();
}
