// SPDX-License-Identifier: Apache-2.0
//
// See key_providers.h. A slot's parameters are one line of text: the kind first, then what the kind needs.
#include "storage/keys/key_providers.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include "storage/keys/key_wrap.h"
#include "storage/keys/private_file.h"

namespace meisai::keys {
namespace {

constexpr std::string_view key_file_slot = "key_file 1";
constexpr std::string_view raw_key_slot = "raw_key 1";
constexpr std::size_t salt_size = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t key_file_limit = 4096;

// Above these a manipulated slot could keep the machine busy before it is found out.
constexpr PassphraseCost most_passphrase_cost = {.memory_bytes = 4ULL * 1024 * 1024 * 1024, .passes = 64};

tl::unexpected<Error> no_key(std::string what) {
  return fail(Code::wrong_key, std::move(what), "use the key file or passphrase that the store was made with",
              Retry::after_user);
}

tl::unexpected<Error> other_kind() { return no_key("this slot of the key ring is for another kind of key"); }

bool allowed(const PassphraseCost& cost) {
  return cost.memory_bytes >= least_passphrase_cost.memory_bytes && cost.passes >= least_passphrase_cost.passes &&
         cost.memory_bytes <= most_passphrase_cost.memory_bytes && cost.passes <= most_passphrase_cost.passes;
}

struct PassphraseSlot {
  PassphraseCost cost;
  std::string salt_hex;

  [[nodiscard]] std::string text() const {
    return "argon2id 1 memory=" + std::to_string(cost.memory_bytes) + " passes=" + std::to_string(cost.passes) +
           " salt=" + salt_hex;
  }
};

/// The number after `name` at the start of `text`, both removed from it.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<PassphraseSlot> parse_passphrase_slot(const std::string& parameters) {
  std::string_view rest = parameters;
  const auto memory = take_number(rest, "argon2id 1 memory=");
  const auto passes = take_number(rest, " passes=");
  constexpr std::string_view salt_name = " salt=";
  if (!memory || !passes || !rest.starts_with(salt_name)) return std::nullopt;
  PassphraseSlot slot{{*memory, *passes}, std::string(rest.substr(salt_name.size()))};
  if (slot.text() != parameters) return std::nullopt;
  return slot;
}

}  // namespace

Result<void> write_new_key_file(const std::filesystem::path& path, Entropy& entropy) {
  MEISAI_ASSIGN(const Secret key, random_key(entropy));
  std::string text = to_hex(key.reveal()) + "\n";
  auto written = write_new_private_file(path, text);
  wipe(std::as_writable_bytes(std::span(text)));
  return written;
}

Result<std::string> KeyFileProvider::new_slot_parameters() { return std::string(key_file_slot); }

Result<Secret> KeyFileProvider::key_encryption_key(const std::string& slot_parameters) {
  if (slot_parameters != key_file_slot) return other_kind();
  MEISAI_ASSIGN(std::optional<Secret> content, read_private_file(path_, key_file_limit));
  if (!content) return no_key("there is no key file at the given place");
  if (content->size() == key_size) return std::move(*content);
  std::string_view text = content->reveal_text();
  if (text.ends_with('\n')) text.remove_suffix(1);
  Secret key = from_hex(text);
  if (key.size() != key_size) return no_key("the key file holds neither 32 bytes nor 64 hex digits");
  return key;
}

Result<std::string> PassphraseProvider::new_slot_parameters() {
  if (!allowed(cost_)) return fail(Code::invalid_argument, "the passphrase cost is outside the allowed range");
  std::array<std::byte, salt_size> salt{};
  MEISAI_TRY(entropy_.fill(salt));
  return PassphraseSlot{cost_, to_hex(salt)}.text();
}

Result<Secret> PassphraseProvider::key_encryption_key(const std::string& slot_parameters) {
  const auto slot = parse_passphrase_slot(slot_parameters);
  if (!slot) return other_kind();
  const Secret salt = from_hex(slot->salt_hex);
  if (salt.size() != salt_size || !allowed(slot->cost))
    return no_key("the passphrase slot of the key ring has parameters outside the allowed range");
  MEISAI_ASSIGN(const Secret passphrase, ask_());
  if (passphrase.empty()) return no_key("the passphrase is empty");
  if (sodium_init() < 0) return fail(Code::internal_bug, "libsodium cannot start");
  std::array<unsigned char, key_size> key{};
  const auto* passphrase_text = reinterpret_cast<const char*>(passphrase.reveal().data());
  const auto* salt_bytes = reinterpret_cast<const unsigned char*>(salt.reveal().data());
  const int rc = crypto_pwhash(key.data(), key.size(), passphrase_text, passphrase.size(), salt_bytes,
                               slot->cost.passes, slot->cost.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  const auto key_bytes = std::as_writable_bytes(std::span(key));
  Secret secret(key_bytes);
  wipe(key_bytes);
  if (rc != 0)
    return fail(Code::io_error, "not enough memory to turn the passphrase into a key",
                "free " + std::to_string(slot->cost.memory_bytes >> 20) + " MiB of memory", Retry::later);
  return secret;
}

Result<std::string> RawKeyProvider::new_slot_parameters() { return std::string(raw_key_slot); }

Result<Secret> RawKeyProvider::key_encryption_key(const std::string& slot_parameters) {
  if (slot_parameters != raw_key_slot) return other_kind();
  if (key_.size() != key_size) return no_key("the app's key has not 32 bytes");
  return key_.clone();
}

}  // namespace meisai::keys
