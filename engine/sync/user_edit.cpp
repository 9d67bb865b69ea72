// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/user_edit.h"

#include <utility>

#include "engine/ledger/user_layer.h"

namespace meisai::sync {
namespace {

/// How long an edit waits for an import.
constexpr std::chrono::seconds turn_wait{10};

/// One window about one row.
class Edit {
 public:
  Edit(Gate& gate, const EditedRow& row, MEISAI_UNSPENT Permit<Commit> permit, std::unique_ptr<Staging> staging,
       std::unique_ptr<LedgerWrite> window)
      : gate_(gate),
        row_(row),
        permit_(std::move(permit)),
        staging_(std::move(staging)),
        window_(std::move(window)),
        key_(row.key) {}

  static Result<Edit> begin(Gate& gate, Store& store, const EditedRow& row) {
    MEISAI_ASSIGN(auto permit, gate.ask<Commit>({.issuer = row.issuer}));
    MEISAI_ASSIGN(auto staging, store.begin_staging({}, turn_wait));
    MEISAI_ASSIGN(auto window, staging->begin_window());
    Edit edit(gate, row, std::move(permit), std::move(staging), std::move(window));
    MEISAI_TRY(edit.find());
    return edit;
  }

  [[nodiscard]] LedgerWrite& window() const noexcept { return *window_; }
  [[nodiscard]] TransactionKey key() const noexcept { return key_; }

  Result<void> commit(const char* how) {
    MEISAI_TRY(window_->add_change({.kind = ChangeKind::modified,
                                    .entity = Entity::transaction,
                                    .first = key_,
                                    .last = key_,
                                    .reason = "user_layer"}));
    MEISAI_TRY(window_->add_audit({.at = gate_.now(),
                                   .actor = "subject",
                                   .operation = "annotate",
                                   .object = row_.id.text(),
                                   .result = "done",
                                   .reason = how}));
    return window_->commit(std::move(permit_));
  }

 private:
  /// The row may have turned out to be another one since it was looked up.
  Result<void> find() {
    for (;;) {
      MEISAI_ASSIGN(const std::optional<StoredRow> row, window_->row(key_));
      if (!row) return fail(Code::not_found, "there is no such transaction");
      if (row->merged_into == 0) return {};
      key_ = row->merged_into;
    }
  }

  Gate& gate_;
  const EditedRow& row_;
  Permit<Commit> permit_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<LedgerWrite> window_;
  TransactionKey key_;
};

}  // namespace

Result<UserLayer> annotate(Gate& gate, Store& store, const EditedRow& row, const UserEdit& edit) {
  MEISAI_ASSIGN(const UserEdit checked, ledger::checked(edit));
  MEISAI_ASSIGN(Edit work, Edit::begin(gate, store, row));
  MEISAI_ASSIGN(const UserLayer before, work.window().user_layer_of(work.key()));
  UserLayer after = ledger::edited(before, checked);
  if (after == before) return after;
  MEISAI_TRY(work.window().put_user_layer(work.key(), after));
  MEISAI_TRY(work.commit(""));
  return after;
}

Result<UserLayer> undo_annotation(Gate& gate, Store& store, const EditedRow& row) {
  MEISAI_ASSIGN(Edit work, Edit::begin(gate, store, row));
  MEISAI_ASSIGN(const bool undone, work.window().undo_user_layer(work.key()));
  if (!undone) return fail(Code::invalid_argument, "there is nothing to undo: you have not changed this transaction");
  MEISAI_ASSIGN(UserLayer after, work.window().user_layer_of(work.key()));
  MEISAI_TRY(work.commit("undo"));
  return after;
}

}  // namespace meisai::sync
