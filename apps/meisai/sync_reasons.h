// SPDX-License-Identifier: Apache-2.0
//
// Why a connection was not looked at, so that a person can act on it: the rule, the date at which it began to
// hold or ends, and the command that helps, with the ids filled in.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "apps/meisai/messages.h"
#include "meisai/connection.h"
#include "meisai/incident.h"
#include "meisai/linked.h"

namespace meisai::cli {

struct SyncReason {
  Error error;                   ///< with a remedy where there is one
  std::optional<Instant> since;  ///< when the consent ended, or the incident was opened
  std::string when;              ///< the same in words; empty: no date belongs to it
};

/// Of a report that has a reason. `connections` and `incidents`: as they are after the sync.
[[nodiscard]] SyncReason explained(const ConnectionReport& report, std::span<const Connection> connections,
                                   std::span<const Incident> incidents, Language language);

}  // namespace meisai::cli
