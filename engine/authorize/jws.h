// SPDX-License-Identifier: Apache-2.0
//
// Signed JSON web tokens in compact form, ES256 and PS256 only (security profile section 3 says why it is
// ours). RFC 8725: the algorithm comes from our list, never from the token; `kid` only looks up a pinned
// key; keys and addresses inside a token are not looked at.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/authorize/json.h"
#include "engine/authorize/jwk.h"
#include "meisai/error.h"
#include "meisai/ports/signer.h"

namespace meisai::authorize {

/// `typ` empty: none is written.
[[nodiscard]] Result<std::string> sign_compact(Signer& signer, std::string_view typ, std::string_view payload);

/// What a token must say to be believed.
struct JwsRules {
  std::vector<SigningAlgorithm> algorithms;
  std::string typ;  ///< without `application/`; empty: none is asked for
  std::string issuer;
  std::string audience;
  Instant now{};
  std::chrono::seconds skew{10};         ///< how far ahead another's clock may be
  std::chrono::seconds longest_life{0};  ///< from `iat` to `exp`; zero: any
};

/// The claims of a token whose signature, type, issuer, audience and times hold. `answer_not_valid` otherwise.
[[nodiscard]] Result<Json> verify_compact(std::string_view token, const KeySet& keys, const JwsRules& rules);

/// Checks one signature in JWS form.
[[nodiscard]] bool signature_holds(const evp_pkey_st& key, SigningAlgorithm algorithm, std::string_view message,
                                   std::span<const std::byte> signature);

}  // namespace meisai::authorize
