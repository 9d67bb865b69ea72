// SPDX-License-Identifier: Apache-2.0
//
// Certificates by OpenSSL's own calls. Their dates follow the machine's clock, not the sandbox's: TLS libraries
// know no other.
#include "samples/issuer_sandbox/certificates.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "samples/issuer_sandbox/encoding.h"

namespace sandbox {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

void require(bool good, const char* what) {
  if (!good) {
    throw std::runtime_error(std::string("OpenSSL cannot ") + what);
  }
}

Owned<EVP_PKEY> make_key() {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  return key;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extend a certificate");
}

struct Subject {
  const char* common_name;
  bool authority;
};

Owned<X509> make_certificate(const Subject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Owned<X509> certificate(X509_new());
  require(certificate != nullptr, "make a certificate");
  std::array<unsigned char, 16> serial{};
  require(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1, "draw a serial number");
  serial[0] &= 0x7FU;
  const Owned<BIGNUM> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  X509_set_version(certificate.get(), 2);
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 30L * 86'400);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(subject.common_name), -1,
                             -1, 0);
  X509* const signer = issuer == nullptr ? certificate.get() : issuer;
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  X509_set_pubkey(certificate.get(), key);
  extend(certificate.get(), signer, NID_subject_key_identifier, "hash");
  if (subject.authority) {
    extend(certificate.get(), signer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(certificate.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    extend(certificate.get(), signer, NID_authority_key_identifier, "keyid");
    extend(certificate.get(), signer, NID_basic_constraints, "critical,CA:FALSE");
    extend(certificate.get(), signer, NID_key_usage, "critical,digitalSignature");
    extend(certificate.get(), signer, NID_ext_key_usage, "serverAuth");
    extend(certificate.get(), signer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  }
  require(X509_sign(certificate.get(), issuer_key, EVP_sha256()) > 0, "sign a certificate");
  return certificate;
}

std::string coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &raw) == 1, "read a public key");
  const Owned<BIGNUM> number(raw);
  std::string bytes(32, '\0');
  require(BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), 32) == 32, "write a number");
  return base64url(bytes);
}

}  // namespace

ClientKey make_client_key() {
  const Owned<EVP_PKEY> key = make_key();
  const Owned<BIO> secret(BIO_new(BIO_s_mem()));
  const Owned<BIO> shared(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
              PEM_write_bio_PUBKEY(shared.get(), key.get()) == 1,
          "write a key");
  const std::string jwk = R"({"crv":"P-256","kty":"EC","x":")" + coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X) +
                          R"(","y":")" + coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y) + "\"}";
  return {text_of(secret.get()), text_of(shared.get()), base64url(sha256(jwk))};
}

ServerTrust::ServerTrust() : context_(nullptr) {
  const Owned<EVP_PKEY> authority_key = make_key();
  const Owned<EVP_PKEY> server_key = make_key();
  const Owned<X509> authority =
      make_certificate({"Meisai issuer sandbox, throw-away", true}, authority_key.get(), nullptr, authority_key.get());
  const Owned<X509> server =
      make_certificate({"localhost", false}, server_key.get(), authority.get(), authority_key.get());
  const Owned<BIO> pem(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(pem.get(), authority.get()) == 1, "write a certificate");
  authority_pem_ = text_of(pem.get());
  context_ = SSL_CTX_new(TLS_server_method());
  require(context_ != nullptr && SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION) == 1 &&
              SSL_CTX_use_certificate(context_, server.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context_, server_key.get()) == 1,
          "set up TLS");
  static constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_select_cb(
      context_,
      [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size, void*) {
        unsigned char* chosen = nullptr;
        const int found = SSL_select_next_proto(&chosen, size, protocols.data(), protocols.size(), in, in_size);
        *out = chosen;
        return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
      },
      nullptr);
}

ServerTrust::~ServerTrust() { SSL_CTX_free(context_); }

}  // namespace sandbox
