// SPDX-License-Identifier: Apache-2.0
//
// Not at the gate itself either.
// gcc says: Gate::admit.* is private within this context
// clang says: 'admit' is a private member of 'meisai::Gate'
#include "../prelude.h"

Result<Admission> attempt([[maybe_unused]] Gate& gate, [[maybe_unused]] Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).admit();
#else
  return gate.admit(Purpose::commit, PermitScope{}, 0);
#endif
}
