// SPDX-License-Identifier: Apache-2.0
//
// The purposes are a closed list: a new one needs rules in policy first.
// gcc says: no matching function for call to .*ask<Curiosity>
// clang says: no matching member function for call to 'ask'
#include "../prelude.h"

struct Curiosity {
  static constexpr Purpose purpose = Purpose::read;
};

Result<void> attempt(Gate& gate) {
#ifdef MEISAI_RIGHT_FORM
  MEISAI_TRY(gate.ask<Read>({}));
#else
  MEISAI_TRY(gate.ask<Curiosity>({}));
#endif
  return done();
}
