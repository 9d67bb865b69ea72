// SPDX-License-Identifier: Apache-2.0
//
// One person's link to one issuer (requirements 10.1), and our registration there. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/consent.h"

namespace meisai {

// Every enumeration of this file is stored as numbers: append only.

enum class ConnectionState : std::uint8_t {
  authorizing,      ///< the person is at the issuer
  active,           ///< consent and tokens stand
  reauth_required,  ///< the person must authorize or renew
  closed,           ///< withdrawn; held data follows its terms
};
/// What the last sync came to. "Could not look" is never "nothing new" (I7).
enum class SyncOutcome : std::uint8_t {
  none,         ///< never tried
  fresh,        ///< something new, everything checked
  unchanged,    ///< everything checked, nothing new
  not_checked,  ///< not asked: refused, rate limited, busy
  failed,       ///< asked, but not all of it was answered or could be read
};
[[nodiscard]] std::string_view name_of(ConnectionState) noexcept;
[[nodiscard]] std::string_view name_of(SyncOutcome) noexcept;

/// The consent that a connection stands on, as far as the gate needs it: no texts.
struct ConsentTerm {
  ConsentId consent;  ///< empty: none was given yet
  Instant not_before{};
  Instant not_after{};  ///< half-open
  EndTerms end_terms = EndTerms::keep;
  ConsentEnd end = ConsentEnd::none;
  std::optional<Instant> ended_at;
  HeldData held = HeldData::usable;
  Revocation revocation = Revocation::none;
};

/// What the last look came to.
struct ConnectionOutcome {
  SyncOutcome outcome = SyncOutcome::none;
  std::string reason;  ///< a Code's name; empty: none
  std::optional<Instant> checked_at;
  std::optional<Instant> data_as_of;  ///< when everything was answered last
  std::optional<Instant> next_allowed_at;
};

struct Connection {
  ConnectionId id;
  IssuerId issuer;
  ConnectionState state = ConnectionState::authorizing;
  ConsentTerm consent;
  ConnectionOutcome last;
  Instant linked_at{};
};

/// How we prove to an issuer who we are. `none` is a public client (PKCE alone).
enum class ClientAuthentication : std::uint8_t { none, private_key_jwt };
[[nodiscard]] std::string_view name_of(ClientAuthentication) noexcept;

/// Our registration at an issuer: profile, client id and key. Rotated by registering again.
struct Registration {
  IssuerId issuer;
  std::string profile_text;  ///< the issuer profile as it was given
  Digest profile_hash{};
  std::string client_id;
  ClientAuthentication authentication = ClientAuthentication::none;
  std::string key_id;  ///< `kid`, as registered there
  Instant registered_at{};
};

}  // namespace meisai
