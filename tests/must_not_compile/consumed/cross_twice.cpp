// SPDX-License-Identifier: Apache-2.0
//
// A permit crosses once.
// clang says: method 'cross' on a temporary object while it is in the 'consumed' state
#include "../prelude.h"

Result<void> attempt(Permit<Request> permit) {
  MEISAI_TRY(std::move(permit).cross());
#ifndef MEISAI_RIGHT_FORM
  MEISAI_TRY(std::move(permit).cross());
#endif
  return done();
}
