// SPDX-License-Identifier: Apache-2.0
//
// Where a store's key-encryption key comes from: a key file, a passphrase, or the embedding app itself.
// Each provider recognizes its own slots by the parameters that it wrote and answers `wrong_key` to others,
// so one key ring may hold slots of several kinds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "meisai/ports/entropy.h"
#include "meisai/ports/key_provider.h"

namespace meisai::keys {

/// Makes a new key file (mode 0600, 64 hex digits and a newline). Never replaces a file: `invalid_argument`
/// when there is one. Errors: `io_error`, `disk_full`.
[[nodiscard]] Result<void> write_new_key_file(const std::filesystem::path& path, Entropy& entropy);

/// A file of 32 raw bytes, or of 64 hex digits and at most one newline, that only its owner may read
/// (`key_file_unsafe` otherwise). A missing file or other content is `wrong_key`.
class KeyFileProvider final : public KeyProvider {
 public:
  explicit KeyFileProvider(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Result<std::string> new_slot_parameters() override;
  [[nodiscard]] Result<Secret> key_encryption_key(const std::string& slot_parameters) override;

 private:
  std::filesystem::path path_;
};

/// What Argon2id may cost. The defaults take about half a second on a small machine.
struct PassphraseCost {
  std::uint64_t memory_bytes = 128ULL * 1024 * 1024;
  std::uint64_t passes = 4;
};
/// The least that a slot may be made or opened with.
inline constexpr PassphraseCost least_passphrase_cost = {.memory_bytes = 64ULL * 1024 * 1024, .passes = 3};

/// A passphrase through Argon2id; cost and salt are kept in the slot. The passphrase is asked for when it is
/// needed (a terminal prompt, an app's dialog) and not kept. An empty one is refused (`wrong_key`).
class PassphraseProvider final : public KeyProvider {
 public:
  using Ask = std::function<Result<Secret>()>;
  PassphraseProvider(Ask ask, Entropy& entropy, PassphraseCost cost = {})
      : ask_(std::move(ask)), entropy_(entropy), cost_(cost) {}
  [[nodiscard]] Result<std::string> new_slot_parameters() override;
  [[nodiscard]] Result<Secret> key_encryption_key(const std::string& slot_parameters) override;

 private:
  Ask ask_;
  Entropy& entropy_;
  PassphraseCost cost_;
};

/// 32 bytes that the embedding app keeps for itself (a phone's key store, a secret service).
class RawKeyProvider final : public KeyProvider {
 public:
  explicit RawKeyProvider(Secret key) : key_(std::move(key)) {}
  [[nodiscard]] Result<std::string> new_slot_parameters() override;
  [[nodiscard]] Result<Secret> key_encryption_key(const std::string& slot_parameters) override;

 private:
  Secret key_;
};

}  // namespace meisai::keys
