// SPDX-License-Identifier: Apache-2.0
//
// Crossing gives the permit away: an lvalue cannot cross.
// gcc says: passing 'meisai::Permit<meisai::Request>' as 'this' argument discards qualifiers
// clang says: 'this' argument to member function 'cross' is an lvalue
#include "../prelude.h"

Result<Crossing> attempt(Permit<Request> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).cross();
#else
  return permit.cross();
#endif
}
