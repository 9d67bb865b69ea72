// SPDX-License-Identifier: Apache-2.0
//
// The names of words that the ports add to the model's, as JSON and documents spell them, and the parts of a
// fingerprint. Not in engine/model, which sees no port.
#include <array>

#include "meisai/ports/adapter.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/store.h"

namespace meisai {
namespace {

constexpr auto certainty_names =
    std::to_array<std::string_view>({"fixture_seen", "code_seen", "described", "experimental"});
constexpr auto change_names = std::to_array<std::string_view>({"added", "modified", "removed"});
constexpr auto token_names = std::to_array<std::string_view>(
    {"active", "refresh_intent", "indeterminate", "refused", "revoke_only", "destroyed"});
constexpr auto entity_names = std::to_array<std::string_view>({"card", "statement", "transaction"});

}  // namespace

std::string_view name_of(Certainty certainty) noexcept { return certainty_names[static_cast<std::size_t>(certainty)]; }
std::string_view name_of(ChangeKind kind) noexcept { return change_names[static_cast<std::size_t>(kind)]; }
std::string_view name_of(Entity entity) noexcept { return entity_names[static_cast<std::size_t>(entity)]; }

std::string_view name_of(TokenState state) noexcept { return token_names[static_cast<std::size_t>(state)]; }

std::uint32_t Fingerprint::occurrence() const noexcept {
  return (std::uint32_t{bytes[12]} << 24U) | (std::uint32_t{bytes[13]} << 16U) | (std::uint32_t{bytes[14]} << 8U) |
         std::uint32_t{bytes[15]};
}

std::array<std::uint8_t, 12> Fingerprint::facts() const noexcept {
  std::array<std::uint8_t, 12> head{};
  for (std::size_t i = 0; i < head.size(); ++i) head[i] = bytes[i];
  return head;
}

}  // namespace meisai
