// SPDX-License-Identifier: Apache-2.0
#include "meisai/kit.h"
#include "meisai/ports/system.h"
#include "storage/keys/key_providers.h"

namespace meisai::kit {
namespace {

/// A passphrase provider that knows whether the passphrase is being chosen or given again: whoever makes a
/// new slot asks for its parameters first.
class AskedPassphrase final : public KeyProvider {
 public:
  explicit AskedPassphrase(std::function<Result<Secret>(bool)> ask)
      : ask_(std::move(ask)), provider_([this] { return ask_(chosen_now_); }, entropy_) {}

  Result<std::string> new_slot_parameters() override {
    chosen_now_ = true;
    return provider_.new_slot_parameters();
  }
  Result<Secret> key_encryption_key(const std::string& slot_parameters) override {
    return provider_.key_encryption_key(slot_parameters);
  }

 private:
  std::function<Result<Secret>(bool)> ask_;
  SystemEntropy entropy_;
  bool chosen_now_ = false;
  keys::PassphraseProvider provider_;
};

}  // namespace

std::unique_ptr<KeyProvider> key_file(const std::filesystem::path& file) {
  return std::make_unique<keys::KeyFileProvider>(file);
}

std::unique_ptr<KeyProvider> passphrase(std::function<Result<Secret>(bool confirm)> ask) {
  return std::make_unique<AskedPassphrase>(std::move(ask));
}

std::unique_ptr<KeyProvider> raw_key(Secret key_32_bytes) {
  return std::make_unique<keys::RawKeyProvider>(std::move(key_32_bytes));
}

Result<void> write_key_file(const std::filesystem::path& file) {
  SystemEntropy entropy;
  return keys::write_new_key_file(file, entropy);
}

}  // namespace meisai::kit
