// SPDX-License-Identifier: Apache-2.0
//
// A permit to read does not commit.
// gcc says: cannot convert 'Permit<meisai::Read>' to 'Permit<meisai::Commit>'
// clang says: no viable conversion from 'Permit<meisai::Read>' to 'Permit<Commit>'
#include "../prelude.h"

#ifdef MEISAI_RIGHT_FORM
using Asked = Commit;
#else
using Asked = Read;
#endif

Result<void> attempt(LedgerWrite& write, Permit<Asked> permit) { return write.commit(std::move(permit)); }
