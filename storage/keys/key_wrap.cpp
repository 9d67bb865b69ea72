// SPDX-License-Identifier: Apache-2.0
//
// See key_wrap.h.
#include "storage/keys/key_wrap.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace meisai::keys {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t wrapped_size = nonce_size + key_size + tag_size;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == key_size);

const unsigned char* uchars(const void* data) { return static_cast<const unsigned char*>(data); }

tl::unexpected<Error> does_not_fit() {
  Error error{.code = Code::wrong_key,
              .what = "the key does not unwrap this entry of the key ring",
              .remedy = "use the key file or passphrase that the store was made with",
              .retry = Retry::after_user};
  return fail(std::move(error));
}

}  // namespace

std::string wrap_label(std::initializer_list<std::string_view> fields) {
  std::string label = "meisai key ring 1";
  for (const std::string_view field : fields) {
    const auto size = static_cast<std::uint64_t>(field.size());
    for (int shift = 56; shift >= 0; shift -= 8) label += static_cast<char>((size >> shift) & 0xff);
    label += field;
  }
  return label;
}

Result<Secret> random_key(Entropy& entropy) {
  std::array<std::byte, key_size> bytes{};
  const auto filled = entropy.fill(bytes);
  Secret key(bytes);
  wipe(bytes);
  MEISAI_TRY(filled);
  return key;
}

Result<std::vector<std::byte>> seal(const Secret& secret, const Secret& under, std::string_view label,
                                    Entropy& entropy) {
  if (under.size() != key_size) return fail(Code::internal_bug, "a key to seal with has not 32 bytes");
  std::vector<std::byte> out(nonce_size + secret.size() + tag_size);
  MEISAI_TRY(entropy.fill(std::span(out).first(nonce_size)));
  auto* sealed = reinterpret_cast<unsigned char*>(out.data() + nonce_size);
  if (crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, nullptr, uchars(secret.reveal().data()), secret.size(),
                                                 uchars(label.data()), label.size(), nullptr, uchars(out.data()),
                                                 uchars(under.reveal().data())) != 0)
    return fail(Code::internal_bug, "sealing a secret failed");
  return out;
}

Result<Secret> unseal(std::span<const std::byte> sealed, const Secret& under, std::string_view label) {
  if (sealed.size() < nonce_size + tag_size || under.size() != key_size) return does_not_fit();
  const std::byte* nonce = sealed.data();
  const std::size_t sealed_size = sealed.size() - nonce_size;
  std::vector<std::byte> out(sealed_size - tag_size);
  const int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr, uchars(nonce + nonce_size), sealed_size,
      uchars(label.data()), label.size(), uchars(nonce), uchars(under.reveal().data()));
  Secret secret(out);
  wipe(out);
  if (rc != 0) return does_not_fit();
  return secret;
}

Result<std::string> wrap_key(const Secret& key, const Secret& under, std::string_view label, Entropy& entropy) {
  if (key.size() != key_size) return fail(Code::internal_bug, "a key to wrap has not 32 bytes");
  MEISAI_ASSIGN(const std::vector<std::byte> sealed, seal(key, under, label, entropy));
  return to_hex(sealed);
}

Result<Secret> unwrap_key(std::string_view wrapped, const Secret& under, std::string_view label) {
  const Secret bytes = from_hex(wrapped);
  if (bytes.size() != wrapped_size) return does_not_fit();
  return unseal(bytes.reveal(), under, label);
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), uchars(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}

Secret from_hex(std::string_view text) {
  std::vector<std::byte> bytes(text.size() / 2);
  std::size_t decoded = 0;
  const bool whole = !text.empty() && text.size() % 2 == 0 &&
                     sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                                    text.size(), nullptr, &decoded, nullptr) == 0 &&
                     decoded == bytes.size();
  Secret secret;
  if (whole) secret = Secret(bytes);
  wipe(bytes);
  return secret;
}

}  // namespace meisai::keys
