// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "engine/authorize/base64url.h"
#include "engine/authorize/json.h"
#include "meisai/audit.h"

namespace meisai::authorize {
namespace {

constexpr std::size_t p256_bytes = 32;
constexpr int least_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192;
constexpr std::size_t most_keys = 64;

struct FreeNumber {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Result<std::string> number_text(const EVP_PKEY& key, const char* name, std::size_t fixed_size) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(&key, name, &raw) != 1) return fail(Code::internal_bug, "a key does not show its numbers");
  const Number number(raw);
  const std::size_t size = fixed_size != 0 ? fixed_size : static_cast<std::size_t>(BN_num_bytes(number.get()));
  std::vector<std::byte> bytes(size);
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) < 0)
    return fail(Code::internal_bug, "a number of a key has the wrong size");
  return base64url(bytes);
}

/// A key from its parameters; null for numbers that are no key (a point off the curve).
Key build_key(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> params(OSSL_PARAM_BLD_to_param(builder),
                                                                       &OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* raw = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  Key key(raw);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> check(
      EVP_PKEY_CTX_new_from_pkey(nullptr, raw, nullptr), &EVP_PKEY_CTX_free);
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

std::optional<std::vector<std::byte>> bytes_of(const Json& jwk, std::string_view name) {
  const auto text = jwk.text_of(name);
  return text ? from_base64url(*text) : std::nullopt;
}

Key ec_key(const Json& jwk) {
  const auto x = bytes_of(jwk, "x");
  const auto y = bytes_of(jwk, "y");
  if (!x || !y || x->size() != p256_bytes || y->size() != p256_bytes) return nullptr;
  std::vector<std::byte> point{std::byte{4}};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                &OSSL_PARAM_BLD_free);
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return build_key("EC", builder.get());
}

Key rsa_key(const Json& jwk) {
  const auto n = bytes_of(jwk, "n");
  const auto e = bytes_of(jwk, "e");
  if (!n || !e || n->size() > static_cast<std::size_t>(most_rsa_bits / 8) || e->empty() || e->size() > 4)
    return nullptr;
  const auto number = [](const std::vector<std::byte>& bytes) {
    return Number(
        BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  };
  const Number modulus = number(*n);
  const Number exponent = number(*e);
  if (!modulus || !exponent || BN_num_bits(modulus.get()) < least_rsa_bits || BN_is_odd(exponent.get()) == 0 ||
      BN_is_one(exponent.get()) == 1)
    return nullptr;
  const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(OSSL_PARAM_BLD_new(),
                                                                                &OSSL_PARAM_BLD_free);
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  return build_key("RSA", builder.get());
}

bool is_private_or_symmetric(const Json& jwk) {
  constexpr auto secret_members = std::to_array<std::string_view>({"d", "p", "q", "dp", "dq", "qi", "k"});
  return std::ranges::any_of(secret_members, [&](std::string_view name) { return jwk.find(name) != nullptr; });
}

/// Which of our algorithms a key is for; nothing for a key that is for something else.
std::optional<SigningAlgorithm> use_of(const Json& jwk) {
  if (jwk.find("use") != nullptr && jwk.text_of("use") != "sig") return std::nullopt;
  if (jwk.find("key_ops") != nullptr) {
    const auto operations = jwk.texts_of("key_ops");
    if (!operations || std::ranges::find(*operations, "verify") == operations->end()) return std::nullopt;
  }
  std::optional<SigningAlgorithm> algorithm;
  if (jwk.text_of("kty") == "EC" && jwk.text_of("crv") == "P-256") algorithm = SigningAlgorithm::es256;
  if (jwk.text_of("kty") == "RSA") algorithm = SigningAlgorithm::ps256;
  if (algorithm && jwk.find("alg") != nullptr && jwk.text_of("alg") != name_of(*algorithm)) return std::nullopt;
  return algorithm;
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Result<SigningAlgorithm> algorithm_of(const evp_pkey_st& key) {
  if (EVP_PKEY_is_a(&key, "EC") == 1) {
    std::array<char, 64> group{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(&key, group.data(), group.size(), &size) == 1 &&
        std::string_view(group.data(), size) == "prime256v1")
      return SigningAlgorithm::es256;
  }
  if (EVP_PKEY_is_a(&key, "RSA") == 1 && EVP_PKEY_get_bits(&key) >= least_rsa_bits) return SigningAlgorithm::ps256;
  return fail(Code::invalid_argument, "the key is neither EC on P-256 nor RSA of at least 2048 bits",
              "make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
}

Result<std::string> canonical_jwk(const evp_pkey_st& key) {
  MEISAI_ASSIGN(const SigningAlgorithm algorithm, algorithm_of(key));
  if (algorithm == SigningAlgorithm::es256) {
    MEISAI_ASSIGN(const std::string x, number_text(key, OSSL_PKEY_PARAM_EC_PUB_X, p256_bytes));
    MEISAI_ASSIGN(const std::string y, number_text(key, OSSL_PKEY_PARAM_EC_PUB_Y, p256_bytes));
    return R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + "\"}";
  }
  MEISAI_ASSIGN(const std::string e, number_text(key, OSSL_PKEY_PARAM_RSA_E, 0));
  MEISAI_ASSIGN(const std::string n, number_text(key, OSSL_PKEY_PARAM_RSA_N, 0));
  return R"({"e":")" + e + R"(","kty":"RSA","n":")" + n + "\"}";
}

Result<std::string> thumbprint(const evp_pkey_st& key) {
  MEISAI_ASSIGN(const std::string canonical, canonical_jwk(key));
  const Digest digest = sha256(canonical);
  return base64url(std::as_bytes(std::span(digest)));
}

Result<std::string> public_jwk(const evp_pkey_st& key, std::string_view key_id) {
  MEISAI_ASSIGN(const SigningAlgorithm algorithm, algorithm_of(key));
  MEISAI_ASSIGN(std::string text, canonical_jwk(key));
  text.pop_back();
  return text + R"(,"alg":")" + std::string(name_of(algorithm)) + R"(","kid":)" + json_quoted(key_id) +
         R"(,"use":"sig"})";
}

Result<KeySet> KeySet::parse(std::string_view jwks) {
  MEISAI_ASSIGN(const Json document, parse_json(jwks));
  const Json* const keys = document.find("keys");
  if (keys == nullptr || keys->kind != Json::Kind::array || keys->items.size() > most_keys)
    return fail(Code::answer_not_valid, "a key set has an array `keys` of at most 64");
  KeySet set;
  for (const Json& jwk : keys->items) {
    if (jwk.kind != Json::Kind::object) return fail(Code::answer_not_valid, "a key set holds something that is no key");
    if (is_private_or_symmetric(jwk))
      return fail(Code::answer_not_valid, "a key set shows a private or symmetric key: none of it can be trusted");
    const auto algorithm = use_of(jwk);
    if (!algorithm) continue;
    Key key = *algorithm == SigningAlgorithm::es256 ? ec_key(jwk) : rsa_key(jwk);
    if (!key) return fail(Code::answer_not_valid, "a key of a key set is malformed or too weak");
    std::string key_id(jwk.text_of("kid").value_or(""));
    if (set.find(*algorithm, key_id) != nullptr && !key_id.empty())
      return fail(Code::answer_not_valid, "a key set names two keys alike");
    set.keys_.push_back({.key_id = std::move(key_id), .algorithm = *algorithm, .key = std::move(key)});
  }
  return set;
}

const evp_pkey_st* KeySet::find(SigningAlgorithm algorithm, std::string_view key_id) const noexcept {
  const evp_pkey_st* found = nullptr;
  for (const Entry& entry : keys_) {
    if (entry.algorithm != algorithm || (!key_id.empty() && entry.key_id != key_id)) continue;
    if (found != nullptr) return nullptr;
    found = entry.key.get();
  }
  return found;
}

}  // namespace meisai::authorize

namespace meisai {

std::string_view name_of(SigningAlgorithm algorithm) noexcept {
  return algorithm == SigningAlgorithm::es256 ? "ES256" : "PS256";
}

}  // namespace meisai
