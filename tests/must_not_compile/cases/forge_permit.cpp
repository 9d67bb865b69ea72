// SPDX-License-Identifier: Apache-2.0
//
// Only the gate makes a permit.
// gcc says: Permit.*Commit.* is private within this context
// clang says: calling a private constructor of class 'meisai::Permit<
#include "../prelude.h"

Result<Permit<Commit>> attempt(Gate& gate) {
#ifdef MEISAI_RIGHT_FORM
  return gate.ask<Commit>({});
#else
  return Permit<Commit>(gate, PermitScope{}, 0);
#endif
}
