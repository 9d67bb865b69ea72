// SPDX-License-Identifier: Apache-2.0
//
// A permit cannot be copied.
// gcc says: use of deleted function .*Permit\(const
// clang says: call to deleted constructor of 'Permit<Commit>'
#include "../prelude.h"

Result<void> attempt(LedgerWrite& write, Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  Permit<Commit> mine = std::move(permit);
#else
  Permit<Commit> mine = permit;
#endif
  return write.commit(std::move(mine));
}
