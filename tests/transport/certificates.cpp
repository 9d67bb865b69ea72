// SPDX-License-Identifier: Apache-2.0
//
// ECDSA P-256 throughout: a key takes no time to make.
#include "tests/transport/certificates.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>

namespace meisai::test {
namespace {

constexpr long seconds_a_day = 24L * 60 * 60;

void add_extension(X509* certificate, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A new key, and a certificate about it that is not signed yet.
Identity draft(const std::string& common_name, const Claims& claims) {
  static long serial = 1;
  Identity made{.key = std::unique_ptr<EVP_PKEY, FreeKey>(EVP_EC_gen("P-256")),
                .certificate = std::unique_ptr<X509, FreeCertificate>(X509_new())};
  X509* const certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), claims.valid_from_days * seconds_a_day);
  X509_gmtime_adj(X509_getm_notAfter(certificate), claims.valid_until_days * seconds_a_day);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return made;
}

void sign(Identity& made, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(made.certificate.get(), X509_get_subject_name(issuer));
  REQUIRE(X509_sign(made.certificate.get(), key, EVP_sha256()) > 0);
}

}  // namespace

std::string Identity::pem() const {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(memory.get(), certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Authority::Authority() : root_(draft("Test CA", {})) {
  X509* const root = root_.certificate.get();
  add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(root_, root, root_.key.get());
}

Identity Authority::issue(const Claims& claims) const {
  Identity made = draft("server", claims);
  add_extension(made.certificate.get(), root_.certificate.get(), NID_subject_alt_name, claims.names);
  sign(made, root_.certificate.get(), root_.key.get());
  return made;
}

Identity Authority::self_signed(const Claims& claims) {
  Identity made = draft("server", claims);
  add_extension(made.certificate.get(), made.certificate.get(), NID_subject_alt_name, claims.names);
  sign(made, made.certificate.get(), made.key.get());
  return made;
}

}  // namespace meisai::test
