// SPDX-License-Identifier: Apache-2.0
//
// Throw-away trust: one authority and one server certificate for localhost, made at every start. Their private
// keys never leave this process. Also the key pair of the client that aoba_card knows.
#pragma once

#include <string>

struct ssl_ctx_st;

namespace sandbox {

struct ClientKey {
  std::string private_pem;  ///< PKCS#8, EC P-256
  std::string public_pem;
  std::string thumbprint;  ///< RFC 7638, SHA-256: its `kid`
};

/// Throws std::runtime_error where OpenSSL fails.
[[nodiscard]] ClientKey make_client_key();

class ServerTrust {
 public:
  ServerTrust();
  ~ServerTrust();
  ServerTrust(const ServerTrust&) = delete;
  ServerTrust& operator=(const ServerTrust&) = delete;
  [[nodiscard]] const std::string& authority_pem() const { return authority_pem_; }
  [[nodiscard]] ssl_ctx_st* context() const { return context_; }

 private:
  std::string authority_pem_;
  ssl_ctx_st* context_;
};

}  // namespace sandbox
