// SPDX-License-Identifier: Apache-2.0
//
// What a reader needs to know beside the ledger itself: the day, who is linked and agreed to, and what issuers'
// profiles say. Gathered once by the facade; nothing in here asks a clock or a store.
#pragma once

#include <map>
#include <vector>

#include "meisai/engine.h"

namespace meisai::reading {

struct Surroundings {
  LocalDate today{};  ///< in Japan
  Instant now{};
  std::vector<Connection> connections;
  std::vector<Consent> consents;
  std::map<IssuerId, IssuerProfile::Limits> limits;  ///< of issuers that we are registered at
};

}  // namespace meisai::reading
