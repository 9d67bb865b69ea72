// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/openssl_signer.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <utility>

namespace meisai::authorize {
namespace {

constexpr std::size_t longest_pem = 16 * 1024;
constexpr int coordinate_bytes = 32;

/// A key under a passphrase is refused here: the library has nobody to ask.
int no_passphrase(char*, int, int, void*) { return -1; }

Result<std::vector<std::byte>> raw_signature(const std::vector<unsigned char>& der) {
  const unsigned char* in = der.data();
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), &ECDSA_SIG_free);
  std::vector<std::byte> raw(std::size_t{2} * coordinate_bytes);
  auto* const out = reinterpret_cast<unsigned char*>(raw.data());
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, coordinate_bytes) != coordinate_bytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + coordinate_bytes, coordinate_bytes) != coordinate_bytes)
    return fail(Code::internal_bug, "a signature could not be written");
  return raw;
}

}  // namespace

Result<std::unique_ptr<OpensslSigner>> OpensslSigner::from_pem(const Secret& pem, std::string key_id) {
  constexpr std::string_view remedy = "give a private key as PKCS#8 PEM without a passphrase";
  if (pem.size() > longest_pem || !pem.reveal_text().starts_with("-----BEGIN PRIVATE KEY-----"))
    return fail(Code::invalid_argument, "the client key is not PKCS#8 PEM", std::string(remedy));
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.reveal().data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  Key key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, nullptr) : nullptr);
  if (!key) return fail(Code::invalid_argument, "the client key cannot be read", std::string(remedy));
  MEISAI_ASSIGN(const SigningAlgorithm algorithm, algorithm_of(*key));
  if (key_id.empty()) {
    MEISAI_ASSIGN(key_id, thumbprint(*key));
  }
  return std::unique_ptr<OpensslSigner>(new OpensslSigner(std::move(key), algorithm, std::move(key_id)));
}

Result<std::vector<std::byte>> OpensslSigner::sign(std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  const auto* const text = reinterpret_cast<const unsigned char*>(message.data());
  if (!context || EVP_DigestSignInit(context.get(), &parameters, EVP_sha256(), nullptr, key_.get()) != 1)
    return fail(Code::internal_bug, "the client key cannot sign");
  if (algorithm_ == SigningAlgorithm::ps256 &&
      (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, EVP_sha256()) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1))
    return fail(Code::internal_bug, "the client key cannot sign with PSS");
  std::size_t size = 0;
  if (EVP_DigestSign(context.get(), nullptr, &size, text, message.size()) != 1)
    return fail(Code::internal_bug, "the client key cannot sign");
  std::vector<unsigned char> signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, text, message.size()) != 1)
    return fail(Code::internal_bug, "the client key cannot sign");
  signature.resize(size);
  if (algorithm_ == SigningAlgorithm::es256) return raw_signature(signature);
  const auto bytes = std::as_bytes(std::span(signature));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace meisai::authorize
