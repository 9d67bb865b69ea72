// SPDX-License-Identifier: Apache-2.0
//
// Nobody asks the door-keeper past a permit.
// gcc says: DoorKeeper::admit.* is private within this context
// clang says: 'admit' is a private member of 'meisai::DoorKeeper'
#include "../prelude.h"

Result<Admission> attempt([[maybe_unused]] DoorKeeper& keeper, [[maybe_unused]] Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  return std::move(permit).admit();
#else
  return keeper.admit(Purpose::commit, PermitScope{}, 0);
#endif
}
