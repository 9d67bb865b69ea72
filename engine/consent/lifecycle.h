// SPDX-License-Identifier: Apache-2.0
//
// How consents end (requirements 10.2): by their own end, by the person, by a cutoff that cancels; and what has
// to follow until it is done: the issuer is told, tokens are destroyed, data is sealed or erased. Every step is
// repeated by the next sweep where a crash, an absent issuer or a cutoff left it open.
#pragma once

#include <functional>

#include "engine/gate/gate.h"
#include "meisai/linked.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/store.h"

namespace meisai::consent {

struct LifecyclePorts {
  Gate& gate;
  Control& control;
  ConsentStore& consents;
  Store& store;
};

/// Ends what we hold at the issuer and destroys the tokens. True when the issuer has confirmed it; an Error
/// where it may not be asked or cannot be reached now. `still_stands` is asked once the tokens are known: it fails
/// where they may be those of a later consent.
using StillStands = std::function<Result<void>()>;
using Revoke = std::function<Result<bool>(const Connection&, const StillStands& still_stands)>;

class Lifecycle {
 public:
  Lifecycle(const LifecyclePorts& ports, Revoke revoke) : ports_(ports), revoke_(std::move(revoke)) {}

  /// Ends what has expired and goes on with what is open. A connection that fails does not stop the others.
  [[nodiscard]] Result<SweepReport> sweep();
  /// The person withdraws. When it returns, nothing more happens under the consent; telling the issuer is tried
  /// at once and repeated by sweeps. `not_found` for a consent that no connection stands on.
  [[nodiscard]] Result<Consent> withdraw(const ConsentId& id, EndTerms held);

 private:
  [[nodiscard]] Result<void> sweep_one(const ConnectionId& id, const std::vector<Incident>& incidents,
                                       SweepReport& report);
  [[nodiscard]] Result<Connection> reload(const ConnectionId& id);
  /// `consent_superseded` where the connection stands on another consent by now.
  [[nodiscard]] Result<void> still_stands(const Connection& connection);
  [[nodiscard]] Result<void> set_revocation(Connection& connection, Revocation revocation, const std::string& actor);
  [[nodiscard]] Result<void> end(Connection& connection, ConsentEnd end, HeldData held, const std::string& actor);
  [[nodiscard]] Result<void> follow_end(Connection& connection, const std::string& actor);
  [[nodiscard]] Result<void> become(Connection& connection, ConnectionState state, const std::string& actor);
  [[nodiscard]] Result<void> finish_withdrawal(Connection& connection, EndTerms held);
  [[nodiscard]] Result<void> owe_revocation(Connection& connection, const std::string& actor);
  [[nodiscard]] Result<void> settle_revocation(Connection& connection);
  [[nodiscard]] Result<void> erase_if_due(Connection& connection, bool chosen_now);
  [[nodiscard]] Result<void> agree_record(const Connection& connection);
  [[nodiscard]] Result<void> keep_record(const Connection& connection, std::optional<EndTerms> chosen);
  [[nodiscard]] Result<std::optional<Consent>> record_of(const ConsentId& id);
  [[nodiscard]] AuditDraft draft(const char* operation, const Connection& connection, const std::string& what,
                                 const std::string& actor);

  LifecyclePorts ports_;
  Revoke revoke_;
};

}  // namespace meisai::consent
