// SPDX-License-Identifier: Apache-2.0
//
// What is known without opening a ledger: incidents, the cutoff epoch, the clock's high-water mark, which
// connections there are and until when their consents stand, registrations at issuers, the anchors that detect
// rollback, and a chain of its own. No statement content. Facts need no permit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "meisai/audit.h"
#include "meisai/connection.h"
#include "meisai/incident.h"

namespace meisai {

enum class Mode : std::uint8_t { personal, operator_ };
[[nodiscard]] std::string_view name_of(Mode) noexcept;

/// What policy decides by.
struct Facts {
  Mode mode = Mode::personal;
  bool simulated = false;
  std::uint64_t epoch = 0;           ///< raised by every cutoff
  Instant high_water{};              ///< the latest instant at which something was allowed
  std::vector<Incident> incidents;   ///< all, the lifted ones too
  std::vector<ConnectionId> sealed;  ///< connections whose held data is sealed or erased
  /// Connections whose data is to be sealed or erased at the end of their consent, and when that is. The gate counts
  /// them as sealed from that instant, also where no sweep has ended them yet.
  std::vector<std::pair<ConnectionId, Instant>> sealed_from;
  /// Of the connection that was asked about; empty: there is no such connection, or none was asked about.
  std::optional<ConsentTerm> consent;
  ConnectionState connection_state = ConnectionState::active;
};

class FactSource {
 public:
  virtual ~FactSource() = default;
  /// The facts at this instant, as every process of the store sees them.
  [[nodiscard]] virtual Result<Facts> facts() = 0;
  /// The same, with what there is about one connection (empty: none).
  [[nodiscard]] virtual Result<Facts> facts_about(const ConnectionId& connection) = 0;
  /// Raises the high-water mark; lower instants change nothing. Durable before it returns.
  [[nodiscard]] virtual Result<void> raise_high_water(Instant at) = 0;
};

/// Where a vault was when it last committed; kept outside the vault.
struct Anchor {
  std::uint64_t generation = 0;
  std::uint64_t audit_count = 0;
  Digest audit_head{};
};

class Control : public FactSource {
 public:
  /// Writes the durable intent (state `opening`). The incident is in force from here on for who asks policy.
  [[nodiscard]] virtual Result<void> announce(const Incident& incident) = 0;
  /// Raises the epoch, opens the incident and writes the audit entry, in one transaction. Returns it as it is now.
  [[nodiscard]] virtual Result<Incident> open_incident(const IncidentId& id, const AuditDraft& audit) = 0;
  /// `not_found`, or `invalid_argument` if it is lifted already.
  [[nodiscard]] virtual Result<Incident> lift_incident(const IncidentId& id, Instant at, const std::string& reason,
                                                       const AuditDraft& audit) = 0;

  /// Every connection, oldest first.
  [[nodiscard]] virtual Result<std::vector<Connection>> connections() = 0;
  /// A new connection. `invalid_argument` for an id that is taken.
  [[nodiscard]] virtual Result<void> add_connection(const Connection& connection, const AuditDraft& audit) = 0;
  /// True where the connection is in that state now. False, and nothing changed, where it stands on another consent
  /// than `consent` by now, or cannot become that: `closed` stays, and only an active one becomes `reauth_required`.
  [[nodiscard]] virtual Result<bool> set_connection_state(const ConnectionId& id, const ConsentId& consent,
                                                          ConnectionState state, const AuditDraft& audit) = 0;
  /// What the last look came to. No entry of its own: the window's commit or the refusal has one. Only a look that
  /// checked everything (`fresh`, `unchanged`) changes `data_as_of`.
  [[nodiscard]] virtual Result<void> note_outcome(const ConnectionId& id, const ConnectionOutcome& outcome) = 0;
  /// Makes a consent the connection's and the connection active, in place of `replaces` (empty: the connection is
  /// new). `consent_superseded` where it stands on another one by now, `consent_withdrawn` where that one was
  /// withdrawn or the connection closed, `store_busy` while that one is being ended.
  [[nodiscard]] virtual Result<void> begin_consent(const ConnectionId& id, const ConsentTerm& term,
                                                   const ConsentId& replaces, const AuditDraft& audit) = 0;
  /// The durable intent to end it (ConsentEnd::ending); policy refuses from here on. Nothing for an ended one.
  [[nodiscard]] virtual Result<void> announce_end(const ConnectionId& id, const ConsentId& consent) = 0;
  /// Ends it, sets what becomes of held data, and raises the epoch. Ended stays ended: a second call changes only
  /// `held`, and only to a stricter one.
  [[nodiscard]] virtual Result<void> end_consent(const ConnectionId& id, const ConsentId& consent, ConsentEnd end,
                                                 Instant at, HeldData held, const AuditDraft& audit) = 0;
  /// False, and nothing changed, where the connection stands on another consent by now.
  [[nodiscard]] virtual Result<bool> set_revocation(const ConnectionId& id, const ConsentId& consent,
                                                    Revocation revocation, const AuditDraft& audit) = 0;
  /// The data that was fetched under this consent is gone: raises the epoch, and no connection of the issuer has seen
  /// everything any more, so that each fetches its whole history again. For stores, as the last step of an erasure.
  /// `consent_superseded` where the connection stands on another consent by now; `invalid_argument` where it has not
  /// ended.
  [[nodiscard]] virtual Result<void> note_erased(const ConnectionId& id, const ConsentId& consent,
                                                 const AuditDraft& audit) = 0;

  /// Inserts or replaces by issuer.
  [[nodiscard]] virtual Result<void> put_registration(const Registration& registration, const AuditDraft& audit) = 0;
  [[nodiscard]] virtual Result<std::vector<Registration>> registrations() = 0;
  /// The latest instant that a second source of time confirmed (destroy clock, requirements 10.8).
  [[nodiscard]] virtual Result<std::optional<Instant>> trusted_time() = 0;
  [[nodiscard]] virtual Result<void> note_trusted_time(Instant at) = 0;

  /// The anchor of the vault; empty before its first commit.
  [[nodiscard]] virtual Result<std::optional<Anchor>> anchor() = 0;
  [[nodiscard]] virtual Result<void> set_anchor(const Anchor& anchor) = 0;
  /// An entry of its own, for a refusal or an effect outside the vault.
  [[nodiscard]] virtual Result<void> record(const AuditDraft& audit) = 0;
  /// Every entry of control's chain in order, until the visitor returns false.
  [[nodiscard]] virtual Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) = 0;
  /// The whole of what is kept, also what no command reads: `store_damaged` where it is.
  [[nodiscard]] virtual Result<void> check() { return {}; }
};

}  // namespace meisai
