// SPDX-License-Identifier: Apache-2.0
//
// A Signer whose key is in memory: PKCS#8 PEM as `issuers register` takes it. EC on P-256 signs ES256, RSA
// of 2048 bits and more signs PS256; other keys are refused.
#pragma once

#include <memory>
#include <string>

#include "engine/authorize/jwk.h"
#include "meisai/error.h"
#include "meisai/ports/signer.h"
#include "meisai/secret.h"

namespace meisai::authorize {

class OpensslSigner final : public Signer {
 public:
  /// `key_id` empty: the thumbprint of the public key. `invalid_argument` for a key that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<OpensslSigner>> from_pem(const Secret& pem, std::string key_id);

  [[nodiscard]] SigningAlgorithm algorithm() const override { return algorithm_; }
  [[nodiscard]] const std::string& key_id() const override { return key_id_; }
  [[nodiscard]] Result<std::vector<std::byte>> sign(std::string_view message) override;
  /// What is registered at the issuer; holds nothing secret.
  [[nodiscard]] Result<std::string> public_jwk() const { return authorize::public_jwk(*key_, key_id_); }

 private:
  OpensslSigner(Key key, SigningAlgorithm algorithm, std::string key_id)
      : key_(std::move(key)), algorithm_(algorithm), key_id_(std::move(key_id)) {}
  Key key_;
  SigningAlgorithm algorithm_;
  std::string key_id_;
};

}  // namespace meisai::authorize
