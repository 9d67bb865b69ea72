// SPDX-License-Identifier: Apache-2.0
//
// What every key provider must do, run against each; then what is special about each.
#include <functional>
#include <memory>

#include "storage/keys/key_providers.h"
#include "storage/keys/key_ring.h"
#include "tests/keys/keys_fixture.h"

namespace meisai::keys::test {
namespace {

constexpr const char* hex_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* other_hex_key = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

PassphraseProvider::Ask answer(std::string passphrase) {
  return [passphrase = std::move(passphrase)] { return Result<Secret>(Secret(passphrase)); };
}

/// How a provider is made with the right key, and with another one of the same kind.
struct Kind {
  const char* name;
  std::function<std::unique_ptr<KeyProvider>(const Folder&, Entropy&)> right;
  std::function<std::unique_ptr<KeyProvider>(const Folder&, Entropy&)> other;
};

std::unique_ptr<KeyProvider> key_file(const Folder& folder, const char* name, const std::string& content) {
  write_text(folder / name, content);
  return std::make_unique<KeyFileProvider>(folder / name);
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"key file, hex", [](const Folder& f, Entropy&) { return key_file(f, "key", std::string(hex_key) + "\n"); },
       [](const Folder& f, Entropy&) { return key_file(f, "other", other_hex_key); }},
      {"key file, raw", [](const Folder& f, Entropy&) { return key_file(f, "key", std::string(32, '\x81')); },
       [](const Folder& f, Entropy&) { return key_file(f, "other", std::string(32, '\n')); }},
      {"passphrase",
       [](const Folder&, Entropy& e) {
         return std::make_unique<PassphraseProvider>(answer("ひらけごま 1234"), e, least_passphrase_cost);
       },
       [](const Folder&, Entropy& e) {
         return std::make_unique<PassphraseProvider>(answer("ひらけごま 1235"), e, least_passphrase_cost);
       }},
      {"raw key",
       [](const Folder&, Entropy&) { return std::make_unique<RawKeyProvider>(Secret(std::string(32, 'r'))); },
       [](const Folder&, Entropy&) { return std::make_unique<RawKeyProvider>(Secret(std::string(32, 's'))); }},
  };
  return all;
}

TEST_CASE("key provider contract") {
  const std::size_t index = GENERATE(range<std::size_t>(0, 4));
  REQUIRE(kinds().size() == 4);
  const Kind& kind = kinds()[index];
  INFO(kind.name);
  const Folder folder;
  CountingEntropy entropy;
  const auto right = kind.right(folder, entropy);
  const auto other = kind.other(folder, entropy);
  const std::string slot = must(right->new_slot_parameters());

  SECTION("the key of a slot has 32 bytes and is the same every time, also for a new provider") {
    const Secret key = must(right->key_encryption_key(slot));
    CHECK(key.size() == 32);
    CHECK(same(key, must(right->key_encryption_key(slot))));
    CHECK(same(key, must(kind.right(folder, entropy)->key_encryption_key(slot))));
  }
  SECTION("another secret gives another key") {
    CHECK_FALSE(same(must(right->key_encryption_key(slot)), must(other->key_encryption_key(slot))));
  }
  SECTION("slot parameters do not show the key") {
    const Secret key = must(right->key_encryption_key(slot));
    CHECK(slot.find(key.reveal_text()) == std::string::npos);
    CHECK(slot.find("ひらけ") == std::string::npos);
    CHECK(slot.find(hex_key) == std::string::npos);
  }
  SECTION("slots of other kinds and nonsense are refused as wrong_key") {
    for (const Kind& foreign : kinds()) {
      const std::string foreign_slot = must(foreign.right(folder, entropy)->new_slot_parameters());
      if (foreign_slot.substr(0, 5) != slot.substr(0, 5))
        CHECK(code_of(right->key_encryption_key(foreign_slot)) == Code::wrong_key);
    }
    for (const std::string& nonsense : {std::string(), slot + " ", slot.substr(0, slot.size() - 1), std::string("?")})
      CHECK(code_of(right->key_encryption_key(nonsense)) == Code::wrong_key);
  }
  SECTION("a store opens with it and with nothing else") {
    Secret made = [&] {
      OpenRing ring = must(KeyRing::create_store(folder / "ring", "s1", *right, entropy));
      return must(ring.add_database_key("control", entropy));
    }();
    const OpenRing again = must(KeyRing::open_store(folder / "ring", "s1", *right));
    CHECK(same(must(again.database_key("control")), made));
    const auto refused = KeyRing::open_store(folder / "ring", "s1", *other);
    CHECK(code_of(refused) == Code::wrong_key);
    CHECK(refused.error().retry == Retry::after_user);
  }
}

TEST_CASE("a key file that others can read is refused") {
  const Folder folder;
  for (const mode_t mode : {0640U, 0604U, 0660U, 0620U, 0601U}) {
    write_text(folder / "key", hex_key, mode);
    const auto refused = KeyFileProvider(folder / "key").key_encryption_key("key_file 1");
    CHECK(code_of(refused) == Code::key_file_unsafe);
    CHECK(refused.error().remedy.find("chmod 600") == 0);
  }
  write_text(folder / "key", hex_key, 0400);
  CHECK(KeyFileProvider(folder / "key").key_encryption_key("key_file 1").has_value());
}

TEST_CASE("what is no key file gives no key") {
  const Folder folder;
  KeyFileProvider provider(folder / "key");
  CHECK(code_of(provider.key_encryption_key("key_file 1")) == Code::wrong_key);
  const std::string hex = hex_key;
  for (const std::string& content : {std::string(), hex.substr(1), hex + "0", hex + "\n\n", hex.substr(0, 63) + "g",
                                     " " + hex, std::string(31, 'k'), std::string(64, 'k')}) {
    INFO(content);
    write_text(folder / "key", content);
    CHECK(code_of(provider.key_encryption_key("key_file 1")) == Code::wrong_key);
  }
  write_text(folder / "key", std::string(100000, 'k'));
  CHECK(code_of(provider.key_encryption_key("key_file 1")) == Code::io_error);
  CHECK(code_of(KeyFileProvider(folder.path()).key_encryption_key("key_file 1")) == Code::io_error);
}

TEST_CASE("a new key file is private, works, and replaces nothing") {
  const Folder folder;
  CountingEntropy entropy;
  must(write_new_key_file(folder / "key", entropy));
  CHECK(mode_of(folder / "key") == 0600);
  const std::string text = text_of(folder / "key");
  CHECK(text.size() == 65);
  CHECK(must(KeyFileProvider(folder / "key").key_encryption_key("key_file 1")).size() == 32);
  CHECK(code_of(write_new_key_file(folder / "key", entropy)) == Code::invalid_argument);
  CHECK(text_of(folder / "key") == text);
  CHECK(code_of(write_new_key_file(folder / "no/such/key", entropy)) == Code::io_error);
  must(write_new_key_file(folder / "second", entropy));
  CHECK(text_of(folder / "second") != text);
  entropy.broken = true;
  CHECK(code_of(write_new_key_file(folder / "third", entropy)) == Code::internal_bug);
  CHECK_FALSE(std::filesystem::exists(folder / "third"));
}

TEST_CASE("a passphrase slot has its own salt, and cheap or absurd costs are refused") {
  CountingEntropy entropy;
  PassphraseProvider provider(answer("open"), entropy, least_passphrase_cost);
  const std::string slot = must(provider.new_slot_parameters());
  CHECK(slot.starts_with("argon2id 1 memory=67108864 passes=3 salt="));
  CHECK(slot != must(provider.new_slot_parameters()));
  const std::string salt = slot.substr(slot.find(" salt="));
  for (const char* cost : {"memory=8192 passes=3", "memory=67108863 passes=3", "memory=67108864 passes=2",
                           "memory=99999999999999 passes=3", "memory=67108864 passes=9999999", "memory=-1 passes=3"})
    CHECK(code_of(provider.key_encryption_key(std::string("argon2id 1 ") + cost + salt)) == Code::wrong_key);
  CHECK(code_of(PassphraseProvider(answer("x"), entropy, {.memory_bytes = 1024, .passes = 3}).new_slot_parameters()) ==
        Code::invalid_argument);
  CHECK(code_of(PassphraseProvider(answer(""), entropy).key_encryption_key(slot)) == Code::wrong_key);
  PassphraseProvider cancelled([] { return Result<Secret>(fail(Code::interrupted, "no answer")); }, entropy);
  CHECK(code_of(cancelled.key_encryption_key(slot)) == Code::interrupted);
}

TEST_CASE("the passphrase key is Argon2id as others compute it") {
  // Computed with the reference implementation (libargon2): passphrase "password", salt of 16 bytes 0x01, t=3, m=64
  // MiB, p=1.
  CountingEntropy entropy;
  PassphraseProvider provider(answer("password"), entropy);
  const Secret key = must(provider.key_encryption_key("argon2id 1 memory=67108864 passes=3 salt=" + [] {
    std::string salt;
    for (int i = 0; i < 16; ++i) salt += "01";
    return salt;
  }()));
  std::string hex;
  for (const std::byte b : key.reveal()) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[std::to_integer<std::size_t>(b >> 4)];
    hex += digits[std::to_integer<std::size_t>(b & std::byte{15})];
  }
  CHECK(hex == "29661e137750df9054176693d50d858c717c4da4aa852273131a082203946ee1");
}

}  // namespace
}  // namespace meisai::keys::test
