// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the memory store share, and the window being written.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "meisai/ports/consent_store.h"
#include "meisai/ports/control.h"
#include "meisai/ports/store.h"
#include "storage/memory/ledger_state.h"

namespace meisai::memory {

/// The store itself; views and windows keep it alive.
struct Core {
  Core(Control& anchors, std::string tag, Secret secret)
      : control(anchors), vault_tag(std::move(tag)), card_secret(std::move(secret)) {}

  Control& control;
  const std::string vault_tag;
  const Secret card_secret;

  std::mutex mutex;                       ///< guards what follows
  std::condition_variable changed;        ///< a turn was given back, or a window ended
  std::set<ConnectionId> turns;           ///< owners whose turn is taken
  std::vector<Consent> consents;          ///< oldest first
  std::map<ConnectionId, Tokens> tokens;  ///< move-only: there is one copy of each
  std::map<std::pair<ConnectionId, ConsentId>, Tokens> aside;
  std::map<ConnectionId, Instant> refresh_begun;
  std::map<IssuerId, Secret> client_keys;
  std::shared_ptr<LedgerState> state = std::make_shared<LedgerState>();
  bool state_is_shared = false;     ///< a view may look at it
  const UndoLog* writer = nullptr;  ///< of the window in progress

  [[nodiscard]] std::shared_ptr<const LedgerState> snapshot();
  [[nodiscard]] Result<void> record(const AuditDraft& audit);
  /// The same inside `mutex`; the caller tells control afterwards.
  [[nodiscard]] Anchor record_locked(const AuditDraft& audit);
  /// Makes `state` one that no view looks at. REQUIRES: `mutex` is held.
  void own_state();
  [[nodiscard]] static Anchor anchor_of(const LedgerState& ledger);
};

/// Begins a window; waits for another owner's to end, as a database does, then `store_busy`. `pages` are the staged
/// pages, in order; put_document adopts them.
[[nodiscard]] Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<Core> core,
                                                               std::shared_ptr<PageList> pages);

[[nodiscard]] std::unique_ptr<ConsentStore> make_consent_store(std::shared_ptr<Core> core);

}  // namespace meisai::memory
