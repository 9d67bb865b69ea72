// SPDX-License-Identifier: Apache-2.0
//
// A crossing cannot be copied: one transfer each.
// gcc says: use of deleted function .*Crossing::Crossing\(const
// clang says: call to implicitly-deleted copy constructor of 'Crossing'
#include "../prelude.h"

Result<HttpTransport::Ticket> attempt(HttpTransport& transport, const HttpRules& rules, Crossing crossing) {
#ifdef MEISAI_RIGHT_FORM
  Crossing mine = std::move(crossing);
#else
  Crossing mine = crossing;
#endif
  return transport.begin(HttpRequest{}, rules, std::move(mine));
}
