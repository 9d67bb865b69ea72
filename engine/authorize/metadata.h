// SPDX-License-Identifier: Apache-2.0
//
// What an authorization server says about itself (RFC 8414, OpenID Connect Discovery), held against the
// issuer's profile before any of it is used: same issuer byte for byte, every endpoint https on an origin of
// the profile, PKCE with S256, our way to authenticate, no sender constraint that we would leave unused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/authorize/json.h"
#include "meisai/error.h"
#include "meisai/issuer_profile.h"

namespace meisai::authorize {

struct Metadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string pushed_endpoint;       ///< RFC 9126; empty: not offered
  std::string revocation_endpoint;   ///< RFC 7009; empty: not offered
  bool answers_name_issuer = false;  ///< RFC 9207: `iss` in every authorization response
};

/// Where it may stand, in the order in which to ask: the profile's own address, or the well-known ones.
[[nodiscard]] Result<std::vector<std::string>> metadata_addresses(const IssuerProfile& profile);

/// `answer_not_valid` (contradicts the profile), `insecure_url`, `protocol_unsupported` with what is missing.
[[nodiscard]] Result<Metadata> read_metadata(const Json& document, const IssuerProfile& profile);

/// https, a host as we write it, no user, no fragment, and on an origin of the profile; else `insecure_url`.
[[nodiscard]] Result<void> check_address(std::string_view url, const IssuerProfile& profile);

}  // namespace meisai::authorize
