// SPDX-License-Identifier: Apache-2.0
//
// Moves the looks at several connections forward on the caller's thread: each has at most one request under
// way, and none waits for another. What a connection comes to is noted in control, whatever happens to the
// others.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/sync/linked_look.h"
#include "meisai/ports/control.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/http.h"

namespace meisai::sync {

struct LinkedSyncPorts {
  Gate& gate;
  Store& store;
  Normalizer& normalizer;
  Control& control;
  Entropy& entropy;
  HttpTransport& transport;
};

/// A connection to look at, and its issuer (or why there is none).
struct Subject {
  Connection connection;
  Result<const LinkedIssuer*> issuer;
};

/// An access token that stands. `renew`: the issuer did not accept the one handed out before.
using AccessToken = std::function<Result<Secret>(const Connection& connection, bool renew)>;

struct LinkedOutcome {
  ConnectionReport report;  ///< without `statements`
  std::vector<StatementKey> statements;
};

/// One outcome a subject, in their order. Errors: `interrupted` (what was committed until then stays).
[[nodiscard]] Result<std::vector<LinkedOutcome>> sync_linked(const LinkedSyncPorts& ports,
                                                             std::vector<Subject> subjects, const SyncOptions& options,
                                                             const AccessToken& access_token);

/// What a resource request to this issuer may do.
[[nodiscard]] HttpRules resource_rules(const LinkedIssuer& issuer);

}  // namespace meisai::sync
