// SPDX-License-Identifier: Apache-2.0
//
// Signatures with our key at an issuer. The key may be in memory, in a phone's key store or in a token:
// only signatures come out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"

namespace meisai {

enum class SigningAlgorithm : std::uint8_t { es256, ps256 };
[[nodiscard]] std::string_view name_of(SigningAlgorithm) noexcept;  ///< `ES256`, `PS256`

/// Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual SigningAlgorithm algorithm() const = 0;
  [[nodiscard]] virtual const std::string& key_id() const = 0;
  /// JWS form (RFC 7518): ES256 is r and s of 32 bytes each, PS256 has a salt as long as its digest.
  [[nodiscard]] virtual Result<std::vector<std::byte>> sign(std::string_view message) = 0;
};

}  // namespace meisai
