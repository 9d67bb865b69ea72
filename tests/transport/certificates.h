// SPDX-License-Identifier: Apache-2.0
//
// A certificate authority that lives as long as a test, and the certificates it signs: good ones and bad ones.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace meisai::test {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

struct Identity {
  std::unique_ptr<EVP_PKEY, FreeKey> key;
  std::unique_ptr<X509, FreeCertificate> certificate;
  [[nodiscard]] std::string pem() const;
};

/// What a certificate says of itself.
struct Claims {
  std::string names = "DNS:localhost,IP:127.0.0.1";  ///< as OpenSSL writes a subjectAltName
  long valid_from_days = -1;
  long valid_until_days = 30;
};

class Authority {
 public:
  Authority();
  [[nodiscard]] Identity issue(const Claims& claims = {}) const;
  [[nodiscard]] std::string pem() const { return root_.pem(); }
  [[nodiscard]] static Identity self_signed(const Claims& claims = {});

 private:
  Identity root_;
};

}  // namespace meisai::test
