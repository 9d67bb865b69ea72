// SPDX-License-Identifier: Apache-2.0
//
// A store in memory, the shipped normalizer, the gate and linked connections at scripted issuers: what `sync_linked`
// works on, and what became of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/sync/linked_sync.h"
#include "meisai/ports/system.h"
#include "normalizers/normalizers.h"
#include "storage/memory/memory.h"
#include "storage/memory/wire_lock.h"
#include "tests/linked_sync/scripted_issuer.h"
#include "tests/linked_sync/scripted_transport.h"

namespace meisai::test {

extern const Instant noon;  ///< 2026-11-20 12:00 in Japan
inline const ConnectionId ours("CN1");
inline const ConnectionId other("CN2");

class Household {
 public:
  Household();

  SeededEntropy entropy{7};
  std::unique_ptr<Control> control = memory::make_control(Mode::personal, true);
  memory::Stores stores;
  std::unique_ptr<GateLock> lock = memory::make_gate_lock();
  std::unique_ptr<WireLock> wire = memory::make_wire_lock();
  ScriptedClock clock;
  Gate gate{*control, *lock, *wire, clock};
  std::unique_ptr<Normalizer> normalizer = make_normalizer();
  ScriptedTransport transport;
  ScriptedIssuer issuer{"sample_card"};   ///< of `ours`
  ScriptedIssuer second{"another_card"};  ///< of `other`, once it is linked
  std::vector<std::string> renewed;       ///< connections for which another token was wanted
  std::function<Result<Secret>(bool renew)> tokens;

  void link(const ConnectionId& id);
  /// Looks at every connection.
  Result<std::vector<sync::LinkedOutcome>> sync(const SyncOptions& options = {});
  /// Looks at every connection; the report of `ours`.
  ConnectionReport look();
  /// The same with this script for `ours`.
  ConnectionReport look(Script script);
  Incident cut_off(CutoffScope scope = CutoffScope::connection, const std::string& id = "IN1");
  void lift(const std::string& id = "IN1");

  Connection connection(const ConnectionId& id = ours);
  std::unique_ptr<LedgerView> view();
  std::vector<StoredRow> rows();
  std::uint64_t raw_pages();  ///< kept in all; they are gone after this
  /// `result reason` of the last entry of this operation in the ledger's chain.
  std::string last_entry(const std::string& operation = "sync");
};

/// One answer that ends one document.
Exchange listing(std::vector<ApiLine> lines, const std::string& from = "2026-11-01",
                 const std::string& to = "2026-11-20");
Exchange statement(const std::string& id, std::vector<ApiLine> lines, const std::string& total,
                   const std::string& status = "closed");

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string("allow") : std::string(name_of(result.error().code));
}
std::string reason(const ConnectionReport& report);  ///< the code's name, or nothing

}  // namespace meisai::test
