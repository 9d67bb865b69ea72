// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/public_id.h"

#include <algorithm>

namespace meisai::ledger {
namespace {

// Crockford's alphabet: no i, l, o, u, so that ids survive being read aloud.
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t shortest = 5;

}  // namespace

std::string public_id(IdKind kind, std::string_view vault_tag, std::int64_t number) {
  std::string digits;
  for (auto rest = static_cast<std::uint64_t>(number); rest != 0; rest >>= 5U) digits += alphabet[rest & 31U];
  if (digits.size() < shortest) digits.append(shortest - digits.size(), '0');
  std::ranges::reverse(digits);
  return std::string(1, static_cast<char>(kind)) + std::string(vault_tag) + digits;
}

std::optional<std::int64_t> number_of(IdKind kind, std::string_view vault_tag, std::string_view id) {
  if (id.size() < 1 + vault_tag.size() + shortest || id.size() > 1 + vault_tag.size() + 13) return std::nullopt;
  if (id.front() != static_cast<char>(kind) || id.substr(1, vault_tag.size()) != vault_tag) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : id.substr(1 + vault_tag.size())) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos || number >> 58U != 0) return std::nullopt;
    number = (number << 5U) | digit;
  }
  const auto value = static_cast<std::int64_t>(number);
  // Only the spelling that we print is an id: padding or another length is somebody else's text.
  if (value <= 0 || public_id(kind, vault_tag, value) != id) return std::nullopt;
  return value;
}

}  // namespace meisai::ledger
