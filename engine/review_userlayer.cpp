// SPDX-License-Identifier: Apache-2.0
//
// The facade of what a person adds to a row: notes, category, tags, who the shop was, and that a row is to be ignored.
#include "engine/engine_impl.h"
#include "engine/sync/user_edit.h"

namespace meisai {

Result<Transaction> Engine::Impl::change_layer(const TransactionId& id, const LayerChange& change) {
  MEISAI_ASSIGN(const Reading now, read("transactions", id.text()));
  MEISAI_ASSIGN(const StoredRow row, now.reader.row(id));
  Transaction shown = now.reader.transaction(row);
  auto layer = change(gate, *ports.store, {.key = row.key, .id = shown.id, .issuer = shown.issuer});
  if (!layer && layer.error().code == Code::invalid_argument) return fail(std::move(layer.error()));
  if (!layer) return refused("annotate", std::move(layer.error()));
  shown.user = std::move(*layer);
  return shown;
}

Result<Transaction> Engine::annotate(const TransactionId& id, const UserEdit& edit) {
  return impl_->change_layer(id, [&edit](Gate& gate, Store& store, const sync::EditedRow& row) {
    return sync::annotate(gate, store, row, edit);
  });
}

Result<Transaction> Engine::undo_annotation(const TransactionId& id) {
  return impl_->change_layer(id, sync::undo_annotation);
}

}  // namespace meisai
