// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai {

/// Yields the key-encryption key that unwraps a store's root key (DESIGN section 5, security profile 6).
/// Implementations: the app's own raw key, a key file, a passphrase through Argon2id.
class KeyProvider {
 public:
  virtual ~KeyProvider() = default;

  /// Parameters that the key ring keeps beside the wrapped root key, in clear but authenticated.
  /// Opaque text of the provider (kind, salt, cost); empty where there is nothing to keep.
  [[nodiscard]] virtual Result<std::string> new_slot_parameters() = 0;

  /// The 32-byte key-encryption key for a slot with these parameters. Called once an open.
  /// Errors: `wrong_key` (no usable key), `key_file_unsafe` (readable by others), `io_error`.
  [[nodiscard]] virtual Result<Secret> key_encryption_key(const std::string& slot_parameters) = 0;
};

}  // namespace meisai
