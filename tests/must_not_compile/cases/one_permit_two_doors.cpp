// SPDX-License-Identifier: Apache-2.0
//
// One permit does not open two doors: each takes it by value, and it is moved or nothing.
// gcc says: use of deleted function .*Permit.*\(const
// clang says: call to deleted constructor of 'Permit<Commit>'
#include "../prelude.h"

Result<void> attempt(LedgerWrite& first, [[maybe_unused]] LedgerWrite& second, Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  return first.commit(std::move(permit));
#else
  MEISAI_TRY(first.commit(permit));
  return second.commit(permit);
#endif
}
