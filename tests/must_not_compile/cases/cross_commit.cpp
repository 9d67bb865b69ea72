// SPDX-License-Identifier: Apache-2.0
//
// A permit to commit does not go over the network.
// gcc says: no matching function for call to .*Permit<meisai::Commit>::cross\(\)
// clang says: invalid reference to function 'cross': constraints not satisfied
#include "../prelude.h"

#ifdef MEISAI_RIGHT_FORM
using Asked = Request;
#else
using Asked = Commit;
#endif

Result<Crossing> attempt(Permit<Asked> permit) { return std::move(permit).cross(); }
