// SPDX-License-Identifier: Apache-2.0
//
// Nobody asks the gate for a crossing past a permit.
// gcc says: Gate::cross.* is private within this context
// clang says: 'cross' is a private member of 'meisai::Gate'
#include "../prelude.h"

Result<Crossing> attempt([[maybe_unused]] Gate& gate, [[maybe_unused]] Permit<Request> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).cross();
#else
  return gate.cross(Purpose::request, PermitScope{}, 0);
#endif
}
