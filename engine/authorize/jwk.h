// SPDX-License-Identifier: Apache-2.0
//
// Public keys as JSON Web Keys (RFC 7517): read from an issuer's key set, printed for our registration,
// named by thumbprint (RFC 7638). Keys stay EVP_PKEY, so that a token or TPM can stand behind one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/ports/signer.h"

struct evp_pkey_st;

namespace meisai::authorize {

struct FreeKey {
  void operator()(evp_pkey_st* key) const noexcept;
};
using Key = std::unique_ptr<evp_pkey_st, FreeKey>;

/// ES256 for an EC key on P-256, PS256 for an RSA key of at least 2048 bits; `invalid_argument` for others.
[[nodiscard]] Result<SigningAlgorithm> algorithm_of(const evp_pkey_st& key);
/// The required members in their canonical order: `{"crv":...}`. What the thumbprint is made of.
[[nodiscard]] Result<std::string> canonical_jwk(const evp_pkey_st& key);
/// base64url of the SHA-256 of the canonical form.
[[nodiscard]] Result<std::string> thumbprint(const evp_pkey_st& key);
/// The canonical members with `alg`, `kid` and `use`.
[[nodiscard]] Result<std::string> public_jwk(const evp_pkey_st& key, std::string_view key_id);

/// The keys of one issuer. Keys of other types and uses are left out; a private or malformed one refuses the set.
class KeySet {
 public:
  [[nodiscard]] static Result<KeySet> parse(std::string_view jwks);
  /// The one key of this algorithm and id. Without an id: the only key of the algorithm. Else null.
  [[nodiscard]] const evp_pkey_st* find(SigningAlgorithm algorithm, std::string_view key_id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  struct Entry {
    std::string key_id;
    SigningAlgorithm algorithm = SigningAlgorithm::es256;
    Key key;
  };
  std::vector<Entry> keys_;
};

}  // namespace meisai::authorize
