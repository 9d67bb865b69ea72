// SPDX-License-Identifier: Apache-2.0
//
// A permit is admitted once.
// clang says: method 'admit' on a temporary object while it is in the 'consumed' state
#include "../prelude.h"

Result<void> attempt(Permit<Maintenance> permit) {
  MEISAI_TRY(std::move(permit).admit());
#ifndef MEISAI_RIGHT_FORM
  MEISAI_TRY(std::move(permit).admit());
#endif
  return done();
}
