// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "meisai/ports/store.h"
#include "storage/memory/ledger_state.h"

namespace meisai::memory {

/// A view of `state`, which nobody changes any more. With a `scope`, only that issuer's data is in it; cards that
/// only `sealed` connections brought are left out.
[[nodiscard]] std::unique_ptr<ReleaseView> make_view(std::shared_ptr<const LedgerState> state, std::string vault_tag,
                                                     IssuerId scope, std::vector<ConnectionId> sealed);

}  // namespace meisai::memory
