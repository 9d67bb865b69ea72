// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/jws.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "engine/authorize/base64url.h"

namespace meisai::authorize {
namespace {

constexpr std::size_t longest_token = 16 * 1024;
constexpr std::size_t es256_bytes = 64;
constexpr JsonLimits part_limits{.bytes = longest_token, .depth = 8, .values = 512};

tl::unexpected<Error> refused(const std::string& why) { return fail(Code::answer_not_valid, "a signed token " + why); }

const unsigned char* octets(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

/// OpenSSL wants DER; JOSE has r and s side by side.
std::optional<std::vector<unsigned char>> der_of(std::span<const std::byte> raw) {
  if (raw.size() != es256_bytes) return std::nullopt;
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* const r = BN_bin2bn(octets(raw.data()), es256_bytes / 2, nullptr);
  BIGNUM* const s = BN_bin2bn(octets(raw.data()) + es256_bytes / 2, es256_bytes / 2, nullptr);
  if (!signature || r == nullptr || s == nullptr || BN_is_zero(r) == 1 || BN_is_zero(s) == 1 ||
      ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return std::nullopt;
  }
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return std::nullopt;
  std::vector<unsigned char> der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{.header = token.substr(0, first),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = token.substr(second + 1),
               .signed_text = token.substr(0, second)};
}

Result<Json> read_part(std::string_view encoded, const std::string& name) {
  const auto bytes = from_base64url(encoded);
  if (!bytes) return refused("has a " + name + " that is not base64url");
  auto json = parse_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, part_limits);
  if (!json) return refused("has a " + name + " that is not strict JSON");
  return json;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool same_type(std::string_view typ, std::string_view wanted) {
  return lower(typ) == lower(wanted) || lower(typ) == "application/" + lower(wanted);
}

/// The algorithm of the header, if the header says nothing that we would have to obey and do not.
Result<SigningAlgorithm> check_header(const Json& header, const JwsRules& rules) {
  for (const std::string_view member : {"crit", "b64", "zip", "enc"})
    if (header.find(member) != nullptr) return refused("has a header with `" + std::string(member) + "`");
  const auto name = header.text_of("alg");
  const auto allowed = std::ranges::find_if(
      rules.algorithms, [&](SigningAlgorithm algorithm) { return name && name_of(algorithm) == *name; });
  if (allowed == rules.algorithms.end()) return refused("is not signed with an algorithm that is allowed here");
  if (!rules.typ.empty() && !same_type(header.text_of("typ").value_or(""), rules.typ))
    return refused("is of another type");
  if (header.find("kid") != nullptr && !header.text_of("kid")) return refused("has a key id that is no text");
  return *allowed;
}

bool is_for(const Json& claims, std::string_view audience) {
  if (const auto one = claims.text_of("aud")) return *one == audience;
  const auto several = claims.texts_of("aud");
  return several && std::ranges::find(*several, audience) != several->end();
}

Result<void> check_times(const Json& claims, const JwsRules& rules) {
  using std::chrono::seconds;
  for (const std::string_view name : {"exp", "nbf", "iat"})
    if (claims.find(name) != nullptr && !claims.integer_of(name)) return refused("has a time that is no whole number");
  const std::int64_t now = std::chrono::floor<seconds>(rules.now.time_since_epoch()).count();
  const auto ends = claims.integer_of("exp");
  if (!ends) return refused("has no end");
  if (*ends <= now) return refused("has expired");
  if (claims.integer_of("nbf").value_or(0) > now + rules.skew.count()) return refused("is not valid yet");
  const std::int64_t issued = claims.integer_of("iat").value_or(0);
  if (issued > now + rules.skew.count()) return refused("was issued in the future");
  if (rules.longest_life.count() > 0 && (issued <= 0 || *ends - issued > rules.longest_life.count()))
    return refused("lives longer than is allowed here");
  return {};
}

}  // namespace

Result<std::string> sign_compact(Signer& signer, std::string_view typ, std::string_view payload) {
  std::string header =
      R"({"alg":")" + std::string(name_of(signer.algorithm())) + R"(","kid":)" + json_quoted(signer.key_id());
  if (!typ.empty()) header += R"(,"typ":)" + json_quoted(typ);
  header += '}';
  std::string text = base64url(header) + "." + base64url(payload);
  MEISAI_ASSIGN(const auto signature, signer.sign(text));
  return text + "." + base64url(signature);
}

bool signature_holds(const evp_pkey_st& key, SigningAlgorithm algorithm, std::string_view message,
                     std::span<const std::byte> signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  // OpenSSL counts references in the key, so its interface wants it writable.
  auto* const shared = const_cast<evp_pkey_st*>(&key);
  if (!context || EVP_DigestVerifyInit(context.get(), &parameters, EVP_sha256(), nullptr, shared) != 1) return false;
  const auto* const text = reinterpret_cast<const unsigned char*>(message.data());
  if (algorithm == SigningAlgorithm::es256) {
    const auto der = der_of(signature);
    return der && EVP_DigestVerify(context.get(), der->data(), der->size(), text, message.size()) == 1;
  }
  if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(&key)) ||
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)
    return false;
  return EVP_DigestVerify(context.get(), octets(signature.data()), signature.size(), text, message.size()) == 1;
}

Result<Json> verify_compact(std::string_view token, const KeySet& keys, const JwsRules& rules) {
  if (token.size() > longest_token) return refused("is too long");
  const auto parts = split(token);
  if (!parts) return refused("does not have three parts");
  MEISAI_ASSIGN(const Json header, read_part(parts->header, "header"));
  MEISAI_ASSIGN(const SigningAlgorithm algorithm, check_header(header, rules));
  const evp_pkey_st* const key = keys.find(algorithm, header.text_of("kid").value_or(""));
  if (key == nullptr) return refused("is signed with a key that the issuer does not show");
  const auto signature = from_base64url(parts->signature);
  if (!signature || !signature_holds(*key, algorithm, parts->signed_text, *signature))
    return refused("has a signature that does not hold");
  MEISAI_ASSIGN(Json claims, read_part(parts->payload, "payload"));
  if (claims.text_of("iss") != rules.issuer) return refused("comes from another issuer");
  if (!is_for(claims, rules.audience)) return refused("is meant for somebody else");
  MEISAI_TRY(check_times(claims, rules));
  return claims;
}

}  // namespace meisai::authorize
