// SPDX-License-Identifier: Apache-2.0
//
// Names of what consents, connections, tokens and registrations can be: what JSON, the audit and the CLI show.
#include "meisai/consent.h"

#include <algorithm>
#include <array>

#include "meisai/connection.h"

namespace meisai {
namespace {

template <class Enum, std::size_t N>
constexpr std::string_view pick(const std::array<std::string_view, N>& names, Enum value) noexcept {
  return names[static_cast<std::size_t>(value)];
}

constexpr auto end_terms_names = std::to_array<std::string_view>({"keep", "seal", "erase"});
constexpr auto end_names = std::to_array<std::string_view>({"none", "ending", "expired", "withdrawn", "superseded"});
constexpr auto held_names = std::to_array<std::string_view>({"usable", "kept", "sealed", "erased"});
constexpr auto revocation_names = std::to_array<std::string_view>({"none", "due", "confirmed"});
constexpr auto connection_state_names =
    std::to_array<std::string_view>({"authorizing", "active", "reauth_required", "closed"});
constexpr auto outcome_names = std::to_array<std::string_view>({"none", "fresh", "unchanged", "not_checked", "failed"});
constexpr auto authentication_names = std::to_array<std::string_view>({"none", "private_key_jwt"});

}  // namespace

std::string_view name_of(EndTerms terms) noexcept { return pick(end_terms_names, terms); }
std::string_view name_of(ConsentEnd end) noexcept { return pick(end_names, end); }
std::string_view name_of(HeldData held) noexcept { return pick(held_names, held); }
std::string_view name_of(Revocation revocation) noexcept { return pick(revocation_names, revocation); }
std::string_view name_of(ConnectionState state) noexcept { return pick(connection_state_names, state); }
std::string_view name_of(SyncOutcome outcome) noexcept { return pick(outcome_names, outcome); }
std::string_view name_of(ClientAuthentication authentication) noexcept {
  return pick(authentication_names, authentication);
}

std::optional<EndTerms> end_terms_named(std::string_view name) noexcept {
  const auto* const found = std::find(end_terms_names.begin(), end_terms_names.end(), name);
  if (found == end_terms_names.end()) return std::nullopt;
  return static_cast<EndTerms>(found - end_terms_names.begin());
}

}  // namespace meisai
