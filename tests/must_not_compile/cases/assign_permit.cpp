// SPDX-License-Identifier: Apache-2.0
//
// A spent permit cannot be filled again by assignment.
// gcc says: use of deleted function .*operator=
// clang says: selected deleted operator '='
#include "../prelude.h"

Result<void> attempt(LedgerWrite& write, Permit<Commit> spent, [[maybe_unused]] Permit<Commit> fresh) {
#ifndef MEISAI_RIGHT_FORM
  spent = std::move(fresh);
#endif
  return write.commit(std::move(spent));
}
