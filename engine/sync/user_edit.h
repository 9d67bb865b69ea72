// SPDX-License-Identifier: Apache-2.0
//
// The commit of a person's own word about a row: layer, change feed and audit entry together, and nothing of what the
// issuer said.
#pragma once

#include "engine/gate/gate.h"
#include "meisai/engine.h"

namespace meisai::sync {

struct EditedRow {
  TransactionKey key = 0;
  TransactionId id;
  IssuerId issuer;
};

/// The layer that the row has then. An edit that changes nothing commits nothing. Errors as Engine::annotate.
[[nodiscard]] Result<UserLayer> annotate(Gate& gate, Store& store, const EditedRow& row, const UserEdit& edit);
/// Takes the last change back. `invalid_argument` where there is none.
[[nodiscard]] Result<UserLayer> undo_annotation(Gate& gate, Store& store, const EditedRow& row);

}  // namespace meisai::sync
