// SPDX-License-Identifier: Apache-2.0
//
// A permit that has not been re-checked at this instant is not enough.
// gcc says: convert .*Permit<meisai::Request>.* to .*Crossing
// clang says: no viable conversion from .*Permit<meisai::Request>.* to 'Crossing'
#include "../prelude.h"

Result<HttpTransport::Ticket> attempt(HttpTransport& transport, const HttpRules& rules, Permit<Request> permit) {
#ifdef MEISAI_RIGHT_FORM
  MEISAI_ASSIGN(Crossing crossing, std::move(permit).cross());
  return transport.begin(HttpRequest{}, rules, std::move(crossing));
#else
  return transport.begin(HttpRequest{}, rules, std::move(permit));
#endif
}
