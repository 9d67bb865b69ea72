// SPDX-License-Identifier: Apache-2.0
//
// Stores that keep nothing: for dry runs, where nothing may be written, and for tests. They keep the whole
// contract of the ports (permits, invisibility, audit chain), only not the promise to survive the process.
// Thread-safe where the ports are; one process only.
#pragma once

#include <memory>

#include "meisai/ports/consent_store.h"
#include "meisai/ports/control.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/store.h"

namespace meisai::memory {

[[nodiscard]] std::unique_ptr<GateLock> make_gate_lock();

[[nodiscard]] std::unique_ptr<Control> make_control(Mode mode = Mode::personal, bool simulated = false);

/// The ledger, and the consents beside it: one chain of audit entries.
struct Stores {
  std::unique_ptr<Store> store;
  std::unique_ptr<ConsentStore> consents;
};
/// `control` gets the anchors and outlives the stores. `entropy` is asked here for the vault's tag and secret.
[[nodiscard]] Result<Stores> make_stores(Control& control, Entropy& entropy);
/// The ledger alone.
[[nodiscard]] Result<std::unique_ptr<Store>> make_store(Control& control, Entropy& entropy);

}  // namespace meisai::memory
