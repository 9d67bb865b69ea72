// SPDX-License-Identifier: Apache-2.0
//
// Using a permit gives it away: an lvalue cannot be admitted.
// gcc says: passing 'meisai::Permit<meisai::Read>' as 'this' argument discards qualifiers
// clang says: 'this' argument to member function 'admit' is an lvalue
#include "../prelude.h"

Result<Admission> attempt(Permit<Read> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).admit();
#else
  return permit.admit();
#endif
}
