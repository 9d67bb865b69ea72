// SPDX-License-Identifier: Apache-2.0
//
// No byte goes to an issuer without a crossing.
// gcc says: no matching function for call to .*HttpTransport::begin\(
// clang says: too few arguments .* 'crossing' was not specified|too few arguments to function call, expected 3, have 2
#include "../prelude.h"

Result<HttpTransport::Ticket> attempt(HttpTransport& transport, const HttpRules& rules,
                                      [[maybe_unused]] Crossing crossing) {
#ifdef MEISAI_RIGHT_FORM
  return transport.begin(HttpRequest{}, rules, std::move(crossing));
#else
  return transport.begin(HttpRequest{}, rules);
#endif
}
