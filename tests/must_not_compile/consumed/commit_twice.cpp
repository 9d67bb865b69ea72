// SPDX-License-Identifier: Apache-2.0
//
// A permit moved into one door cannot be moved into another.
// clang says: argument not in expected state; expected 'unconsumed', observed 'consumed'
#include "../prelude.h"

Result<void> attempt(LedgerWrite& first, [[maybe_unused]] LedgerWrite& second, Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  return first.commit(std::move(permit));
#else
  MEISAI_TRY(first.commit(std::move(permit)));
  return second.commit(std::move(permit));
#endif
}
