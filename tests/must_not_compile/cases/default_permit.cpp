// SPDX-License-Identifier: Apache-2.0
//
// There is no empty permit.
// gcc says: no matching function for call to .*Permit<meisai::Read>::Permit\(\)
// clang says: no matching constructor for initialization of 'Permit<Read>'
#include "../prelude.h"

Result<Permit<Read>> attempt([[maybe_unused]] Gate& gate) {
#ifdef MEISAI_RIGHT_FORM
  return gate.ask<Read>({});
#else
  return Permit<Read>();
#endif
}
