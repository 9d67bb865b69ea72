// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "meisai/ports/adapter.h"
#include "meisai/ports/linked_adapter.h"

namespace meisai {

/// Every adapter that ships, each with every issuer it knows.
[[nodiscard]] std::vector<std::unique_ptr<Adapter>> all_adapters();

/// Every family of APIs that ships. Issuers come from profiles.
[[nodiscard]] std::vector<std::unique_ptr<LinkedAdapter>> all_linked_adapters();
[[nodiscard]] std::unique_ptr<ProfileReader> make_profile_reader();

}  // namespace meisai
