// SPDX-License-Identifier: Apache-2.0
//
// A person's store in memory with linked connections that hold a consent, tokens and one fetched row each, and an
// issuer that answers to revocations as the test says.
#pragma once

#include <string>
#include <vector>

#include "engine/consent/lifecycle.h"
#include "meisai/ports/system.h"
#include "storage/memory/memory.h"
#include "storage/memory/wire_lock.h"
#include "tests/consent/breaking_ports.h"

namespace meisai::test {

inline constexpr Instant noon{std::chrono::milliseconds(1'790'000'000'000)};
inline constexpr Instant consent_end = noon + std::chrono::days(90);
inline const IssuerId jcb("jcb_card");
inline const ConnectionId ours("CN1");
inline const ConsentId agreed("CS1");

class Home {
 public:
  Home();

  Breaker breaker;
  BreakingControl control;
  SeededEntropy entropy{7};
  memory::Stores inner;
  BreakingConsents consents;
  BreakingStore store;
  std::unique_ptr<GateLock> lock = memory::make_gate_lock();
  std::unique_ptr<WireLock> wire = memory::make_wire_lock();
  ScriptedClock clock{noon};
  Gate gate{control, *lock, *wire, clock};

  Result<bool> issuer_says = true;  ///< to a revocation
  std::function<void()> at_issuer;  ///< happens once, while the issuer is told
  std::vector<ConnectionId> told;   ///< revocations that reached the issuer
  consent::Lifecycle lifecycle{{gate, control, consents, store},
                               [this](const Connection& connection, const consent::StillStands& still_stands) {
                                 return revoke(connection, still_stands);
                               }};

  /// Links a connection under a consent from now to `consent_end`, and fetches one row through it.
  void link(EndTerms terms, const ConnectionId& id = ours, const ConsentId& consent = agreed);
  /// A new consent in place of the old one.
  void renew(const ConnectionId& id, const ConsentId& consent, Instant ends_at);
  SweepReport sweep();
  Consent withdraw(EndTerms held, const ConsentId& consent = agreed);
  Incident cut_off(CutoffScope scope, CutoffDegree degree, const std::string& id = "IN1");
  void lift(const std::string& id = "IN1");

  Connection connection(const ConnectionId& id = ours);
  Consent record(const ConsentId& id = agreed);
  TokenState token_state(const ConnectionId& id = ours);
  /// Rows that the person sees.
  std::size_t rows();
  std::string request_answer(const ConnectionId& id = ours);  ///< `allow` or the refusal
  std::vector<std::string> operations();                      ///< of control's chain

 private:
  /// As the authorizer does it: tokens that the issuer has taken back are destroyed.
  Result<bool> revoke(const Connection& connection, const consent::StillStands& still_stands);
  void fetch_row(const ConnectionId& id);
};

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string("allow") : std::string(name_of(result.error().code));
}

}  // namespace meisai::test
