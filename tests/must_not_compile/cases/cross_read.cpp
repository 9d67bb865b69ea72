// SPDX-License-Identifier: Apache-2.0
//
// Nor does a permit to read.
// gcc says: no matching function for call to .*Permit<meisai::Read>::cross\(\)
// clang says: invalid reference to function 'cross': constraints not satisfied
#include "../prelude.h"

#ifdef MEISAI_RIGHT_FORM
using Asked = Authorize;
#else
using Asked = Read;
#endif

Result<Crossing> attempt(Permit<Asked> permit) { return std::move(permit).cross(); }
