// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "meisai/ports/linked_adapter.h"

namespace meisai::obie {

/// UK Open Banking 3.1: any 3.x with x >= 1.
[[nodiscard]] std::unique_ptr<LinkedAdapter> make_obie();

}  // namespace meisai::obie
