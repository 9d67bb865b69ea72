// SPDX-License-Identifier: Apache-2.0
//
// Nothing becomes visible without a permit.
// gcc says: no matching function for call to .*LedgerWrite::commit\(\)
// clang says: too few arguments .* 'permit' was not specified
#include "../prelude.h"

Result<void> attempt(LedgerWrite& write, [[maybe_unused]] Permit<Commit> permit) {
#ifdef MEISAI_RIGHT_FORM
  return write.commit(std::move(permit));
#else
  return write.commit();
#endif
}
