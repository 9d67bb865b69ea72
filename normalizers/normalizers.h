// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "meisai/ports/normalizer.h"

namespace meisai {

/// The normalizer for Japanese card statements. Keeps a bounded memo: one instance a thread.
[[nodiscard]] std::unique_ptr<Normalizer> make_normalizer();

}  // namespace meisai
