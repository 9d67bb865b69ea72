// SPDX-License-Identifier: Apache-2.0
//
// Authenticated sealing under a key (XChaCha20-Poly1305): of one key under another, as text, and of secrets of
// any length, as bytes. The label says which secret of which store this is, so a sealed one moved to another
// place does not open there.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/ports/entropy.h"
#include "meisai/secret.h"

namespace meisai::keys {

inline constexpr std::size_t key_size = 32;

/// Fields joined so that no two different lists give the same label.
[[nodiscard]] std::string wrap_label(std::initializer_list<std::string_view> fields);

/// A new random key.
[[nodiscard]] Result<Secret> random_key(Entropy& entropy);

/// Nonce, ciphertext and tag. `secret` may be empty.
[[nodiscard]] Result<std::vector<std::byte>> seal(const Secret& secret, const Secret& under, std::string_view label,
                                                  Entropy& entropy);
/// `wrong_key` when `sealed` was not made under this key with this label, or is not intact.
[[nodiscard]] Result<Secret> unseal(std::span<const std::byte> sealed, const Secret& under, std::string_view label);

/// A key sealed under another, in hex.
[[nodiscard]] Result<std::string> wrap_key(const Secret& key, const Secret& under, std::string_view label,
                                           Entropy& entropy);

/// `wrong_key` when `wrapped` does not hold a key, was not made under this key with this label, or is not intact.
[[nodiscard]] Result<Secret> unwrap_key(std::string_view wrapped, const Secret& under, std::string_view label);

/// Lower-case hex and back; `from_hex` gives an empty Secret for anything but pairs of hex digits.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
[[nodiscard]] Secret from_hex(std::string_view text);

}  // namespace meisai::keys
