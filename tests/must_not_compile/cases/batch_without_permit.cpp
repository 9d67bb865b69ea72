// SPDX-License-Identifier: Apache-2.0
//
// Each batch of an export needs a permit of its own.
// gcc says: no matching function for call to .*ReleaseView::batch\(
// clang says: too few arguments to function call, expected 3, have 2
#include "../prelude.h"

Result<void> attempt(ReleaseView& view, [[maybe_unused]] Permit<Release> permit, const RowVisitor& visit) {
#ifdef MEISAI_RIGHT_FORM
  MEISAI_TRY(view.batch(std::move(permit), TransactionQuery{}, visit));
#else
  MEISAI_TRY(view.batch(TransactionQuery{}, visit));
#endif
  return done();
}
