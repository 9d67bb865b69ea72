// SPDX-License-Identifier: Apache-2.0
//
// Only the gate admits.
// gcc says: Admission::Admission.* is private within this context
// clang says: calling a private constructor of class 'meisai::Admission'
#include "../prelude.h"

Result<Admission> attempt([[maybe_unused]] std::unique_ptr<Admission::Hold> hold,
                          [[maybe_unused]] Permit<Read> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).admit();
#else
  return Admission(std::move(hold), Instant{}, {});
#endif
}
