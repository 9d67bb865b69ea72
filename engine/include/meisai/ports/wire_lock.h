// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "meisai/error.h"
#include "meisai/permit.h"

namespace meisai {

/// Which transfers are under way, over all processes of a store. A cutoff that has been opened waits here until
/// those that it covers have let go, so that no byte follows it; transfers to others go on undisturbed. A crash
/// frees every hold. Thread-safe.
class WireLock {
 public:
  virtual ~WireLock() = default;
  /// Taken before the check of the permit, held until the last byte. An empty connection: none is behind it.
  [[nodiscard]] virtual Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId& issuer,
                                                                       const ConnectionId& connection) = 0;
  /// Returns when no covered transfer is under way: everything (empty issuer), an issuer's, or one connection's.
  /// New ones must be refused already. `store_busy` after `wait`.
  [[nodiscard]] virtual Result<void> drain(const IssuerId& issuer, const ConnectionId& connection,
                                           std::chrono::milliseconds wait) = 0;
};

}  // namespace meisai
