// SPDX-License-Identifier: Apache-2.0
//
// Only the gate opens a crossing.
// gcc says: Crossing::Crossing.* is private within this context
// clang says: calling a private constructor of class 'meisai::Crossing'
#include "../prelude.h"

Result<Crossing> attempt([[maybe_unused]] std::unique_ptr<Admission::Hold> hold,
                         [[maybe_unused]] Permit<Request> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).cross();
#else
  return Crossing(std::move(hold), Instant{}, done);
#endif
}
