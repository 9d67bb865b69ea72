// SPDX-License-Identifier: Apache-2.0
//
// Linked issuers, as an embedding program sees them: requests to and answers of Engine's calls for
// registration, linking, syncing and ending. Plain values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "meisai/connection.h"
#include "meisai/issuer_profile.h"
#include "meisai/ledger.h"
#include "meisai/secret.h"

namespace meisai {

struct RegistrationRequest {
  std::string profile_name;  ///< of the file, for messages
  std::string profile_text;  ///< TOML
  std::string client_id;
  Secret client_key;   ///< PKCS#8 PEM for private_key_jwt; empty: a public client, or keep the key that is there
  std::string key_id;  ///< `kid`; empty: the SHA-256 thumbprint of the public key (RFC 7638)
};
/// A registration with what its profile says.
struct RegisteredIssuer {
  Registration registration;
  IssuerProfile profile;
};

struct LinkRequest {
  IssuerId issuer;
  EndTerms end_terms = EndTerms::keep;
  std::optional<ConsentId> renews;  ///< in place: same connection, same cards, same history
  bool another = false;             ///< beside a connection to the same company: another person's account there
};
/// The person's act: which screen was shown, in which language, and that they agreed to it.
struct ConsentAct {
  Digest screen_hash{};
  std::string language;  ///< `ja` or `en`
};

/// Called while something waits. Return false to stop: the call then ends with `interrupted` within a second.
struct LinkProgress {
  enum class Step : std::uint8_t { at_issuer, exchanging, syncing } step = Step::at_issuer;
  std::size_t connections_done = 0;
  std::size_t connections_total = 0;
  std::uint64_t pages = 0;
  std::uint64_t records = 0;
};
using LinkProgressCallback = std::function<bool(const LinkProgress&)>;

struct SyncOptions {
  std::vector<ConnectionId> connections;  ///< empty: all that are not closed
  bool attended = true;                   ///< a person asked for it just now
  LinkProgressCallback progress;          ///< may be empty
};

/// A record that was refused and kept in quarantine.
struct RejectedFromIssuer {
  std::string request;  ///< endpoint template
  std::uint64_t row = 0;
  Code code = Code::text_not_valid;
  std::string message;
};

struct ConnectionReport {
  ConnectionId id;
  IssuerId issuer;
  SyncOutcome outcome = SyncOutcome::none;
  std::optional<Error> reason;  ///< why not checked or failed; for a fresh one: why a part was held
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t held = 0;
  std::uint64_t rejected_count = 0;
  std::vector<RejectedFromIssuer> rejected;  ///< the first 100
  std::vector<Statement> statements;
  std::optional<Instant> next_allowed_at;
  std::optional<HoldId> hold_id;  ///< of the batch that was held, where one was
  std::uint64_t pages = 0;

  /// True where a person should look although it was fetched (exit code 3).
  [[nodiscard]] bool needs_attention() const noexcept;
};
struct SyncReport {
  std::vector<ConnectionReport> connections;
  std::string cursor;  ///< of the change feed, after it
};

/// What the sweep at the start of a sync, or called on its own, did.
struct SweepReport {
  std::vector<ConsentId> expired;  ///< ended now
  std::vector<ConsentId> revoked;  ///< confirmed by the issuer now
  std::vector<ConsentId> still_to_revoke;
  std::vector<ConnectionId> erased;
};

}  // namespace meisai
