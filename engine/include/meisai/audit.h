// SPDX-License-Identifier: Apache-2.0
//
// Who did what, by which rule, with what result (I9, security profile section 7). Each database keeps one
// chain: an entry's hash covers its fields and the hash before it, so editing, dropping or reordering
// one shows. Entries never hold statement content.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "meisai/error.h"

namespace meisai {

/// A SHA-256 digest.
using Digest = std::array<std::uint8_t, 32>;
[[nodiscard]] std::string hex(const Digest& digest);
[[nodiscard]] Digest sha256(std::string_view bytes);

/// What is to be written.
struct AuditDraft {
  Instant at{};           ///< deny-clock instant (requirements 10.8)
  std::string actor;      ///< `subject`, `operator`, `engine`
  std::string operation;  ///< `import`, `transactions`, `export`, `incident_open`, ... (closed in docs/audit.md)
  std::string object;     ///< ids and counts, never content
  std::string result;     ///< `begun` (an export), `done`, `refused`, `held`, `failed`
  std::string reason;     ///< a Code's name, or empty
};

/// What was written.
struct AuditEntry : AuditDraft {
  std::uint64_t seq = 0;  ///< from 1, without gaps
  Digest previous{};      ///< hash of the entry before; all zero for the first
  Digest hash{};
};

/// Completes a draft to the entry that follows `previous` (empty: it is the first of its chain).
[[nodiscard]] AuditEntry seal_entry(const AuditDraft& draft, const std::optional<AuditEntry>& previous);

/// Checks a chain entry by entry.
class AuditVerifier {
 public:
  /// `audit_broken` with the sequence number of the first entry that does not follow.
  [[nodiscard]] Result<void> accept(const AuditEntry& entry);
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const Digest& head() const noexcept { return head_; }

 private:
  std::uint64_t count_ = 0;
  Digest head_{};
};

}  // namespace meisai
