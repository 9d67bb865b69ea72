// SPDX-License-Identifier: Apache-2.0
//
// Incidents and the cutoffs they raise (I3, requirements 10.4). Degrees only grow: the strictest open
// incident that covers a thing counts, and lifting one never lifts another's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meisai/error.h"
#include "meisai/ids.h"

namespace meisai {

// Stored as numbers: append only.
enum class CutoffScope : std::uint8_t { all, issuer, connection };
// Stored as numbers: append only.
enum class CutoffDegree : std::uint8_t {
  restrict_unattended,  ///< no unattended work (`restrict`)
  suspend,              ///< nothing is committed or released to others
  cancel,               ///< as suspend; tokens are revoked and destroyed
};
/// `opening` is the durable intent before the gate lock is held: policy treats it as open.
/// Stored as numbers: append only.
enum class IncidentState : std::uint8_t { opening, open, lifted };

[[nodiscard]] std::string_view name_of(CutoffScope) noexcept;
[[nodiscard]] std::string_view name_of(CutoffDegree) noexcept;
[[nodiscard]] std::string_view name_of(IncidentState) noexcept;
[[nodiscard]] std::optional<CutoffDegree> cutoff_degree_named(std::string_view name) noexcept;

struct Incident {
  IncidentId id;
  CutoffScope scope = CutoffScope::all;
  IssuerId issuer;          ///< for scope issuer; for scope connection, whose it is
  ConnectionId connection;  ///< for scope connection
  CutoffDegree degree = CutoffDegree::suspend;
  IncidentState state = IncidentState::opening;
  Instant opened_at{};
  std::optional<Instant> suspected_since;
  std::string reason;
  std::uint64_t epoch = 0;  ///< the cutoff epoch that it raised; 0 while opening
  std::optional<Instant> lifted_at;
  std::string lift_reason;
};

}  // namespace meisai
