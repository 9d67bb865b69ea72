// SPDX-License-Identifier: Apache-2.0
//
// Every setting of libcurl that does not depend on the single request: what it may speak, whom it trusts, what it
// must not look at, how long it may take.
#pragma once

#include "meisai/ports/http.h"

namespace meisai::transport {

/// False when libcurl does not take one of them. No error would not mean that a setting is active.
[[nodiscard]] bool set_rules(void* easy, const HttpRules& rules);

}  // namespace meisai::transport
