// SPDX-License-Identifier: Apache-2.0
//
// private_key_jwt (RFC 7523), as strictly as FAPI 2.0 reads it: ES256, `aud` is the issuer's identifier alone,
// a short life, and a `jti` that is used once.
#pragma once

#include <string>

#include "samples/issuer_sandbox/clock.h"

namespace sandbox {

class Grants;

struct KnownClient {
  std::string id;
  std::string public_pem;  ///< empty: a public client
  std::string key_id;
};

/// What is wrong with it; empty: nothing.
[[nodiscard]] std::string fault_of_assertion(const std::string& jwt, const KnownClient& client,
                                             const std::string& issuer, Seconds now, Grants& grants);

}  // namespace sandbox
