// SPDX-License-Identifier: Apache-2.0
//
// What is known without opening a ledger: incidents, the cutoff epoch, the clock's high-water mark, the
// anchors that detect rollback, and a chain of its own. No statement content. Facts need no permit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "meisai/audit.h"
#include "meisai/incident.h"

namespace meisai {

enum class Mode : std::uint8_t { personal, operator_ };
[[nodiscard]] std::string_view name_of(Mode) noexcept;

/// What policy decides by.
struct Facts {
  Mode mode = Mode::personal;
  bool simulated = false;
  std::uint64_t epoch = 0;          ///< raised by every cutoff
  Instant high_water{};             ///< the latest instant at which something was allowed
  std::vector<Incident> incidents;  ///< all, the lifted ones too
};

class FactSource {
 public:
  virtual ~FactSource() = default;
  /// The facts at this instant, as every process of the store sees them.
  [[nodiscard]] virtual Result<Facts> facts() = 0;
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
