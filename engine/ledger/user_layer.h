// SPDX-License-Identifier: Apache-2.0
//
// What a person may write on a row, and what their layer becomes by it.
#pragma once

#include "meisai/engine.h"

namespace meisai::ledger {

/// The edit with white space at the ends of its texts taken off and its tags sorted, each once; else all as typed.
/// `invalid_argument`, `pan_detected`: as Engine::annotate. The error names the field, never its text.
[[nodiscard]] Result<UserEdit> checked(const UserEdit& edit);

/// REQUIRES: the edit was checked.
[[nodiscard]] UserLayer edited(const UserLayer& layer, const UserEdit& edit);

}  // namespace meisai::ledger
