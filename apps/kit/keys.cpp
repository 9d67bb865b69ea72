// SPDX-License-Identifier: Apache-2.0
#include "meisai/kit.h"
#include "meisai/ports/system.h"
#include "storage/keys/key_providers.h"
#include "storage/keys/private_file.h"

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

Result<Secret> read_client_key(const std::filesystem::path& file) {
  constexpr std::size_t longest = std::size_t{64} << 10U;
  MEISAI_ASSIGN(std::optional<Secret> read, keys::read_private_file(file, longest));
  if (!read) return fail(Code::invalid_argument, "there is no file of this name for our key at the issuer");
  if (read->reveal_text().find("-----BEGIN PRIVATE KEY-----") == std::string_view::npos)
    return fail(Code::invalid_argument, "the file holds no private key in PKCS#8 PEM form",
                "convert it: openssl pkcs8 -topk8 -nocrypt", Retry::after_user);
  return std::move(*read);
}

Result<void> write_key_file(const std::filesystem::path& file) {
  SystemEntropy entropy;
  return keys::write_new_key_file(file, entropy);
}

}  // namespace meisai::kit
