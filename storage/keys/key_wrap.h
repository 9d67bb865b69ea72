// SPDX-License-Identifier: Apache-2.0
//
// Authenticated wrapping of one 32-byte key under another (XChaCha20-Poly1305), as text. The label says
// which key of which store this is, so a wrapped key moved to another place does not unwrap there.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "meisai/error.h"
#include "meisai/ports/entropy.h"
#include "meisai/secret.h"

namespace meisai::keys {

inline constexpr std::size_t key_size = 32;

/// Fields joined so that no two different lists give the same label.
[[nodiscard]] std::string wrap_label(std::initializer_list<std::string_view> fields);

/// A new random key.
[[nodiscard]] Result<Secret> random_key(Entropy& entropy);

/// Hex of nonce, ciphertext and tag.
[[nodiscard]] Result<std::string> wrap_key(const Secret& key, const Secret& under, std::string_view label,
                                           Entropy& entropy);

/// `wrong_key` when `wrapped` was not made under this key with this label, or is not intact.
[[nodiscard]] Result<Secret> unwrap_key(std::string_view wrapped, const Secret& under, std::string_view label);

/// Lower-case hex and back; `from_hex` gives an empty Secret for anything but pairs of hex digits.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
[[nodiscard]] Secret from_hex(std::string_view text);

}  // namespace meisai::keys
