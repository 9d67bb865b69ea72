// SPDX-License-Identifier: Apache-2.0
//
// The `audit` table, which both databases have, and the end of its chain, which their `head` rows keep.
#pragma once

#include <functional>

#include "meisai/audit.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

struct ChainEnd {
  std::uint64_t count = 0;
  Digest head{};
  friend bool operator==(const ChainEnd&, const ChainEnd&) = default;
};

/// Appends an entry and moves `end` to it. Inside the caller's transaction, which also writes `end`.
[[nodiscard]] Result<void> append_audit(Database& database, const AuditDraft& draft, ChainEnd& end);

/// Every entry in order, until the visitor returns false.
[[nodiscard]] Result<void> visit_audit(Database& database, const std::function<bool(const AuditEntry&)>& visit);

/// The stored hash of entry `seq`; `not_found` without one.
[[nodiscard]] Result<Digest> audit_hash(Database& database, std::uint64_t seq);

}  // namespace meisai::sqlcipher
