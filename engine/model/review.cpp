// SPDX-License-Identifier: Apache-2.0
#include "meisai/review.h"

#include <array>

namespace meisai {
namespace {

template <class Enum, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) noexcept {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view name_of(MatchRule rule) noexcept {
  static constexpr std::array<std::string_view, 15> names{
      "same_identity", "alias",        "issuer_link", "other_channel", "alike",        "revised_amount",
      "moved_date",    "billed",       "absent",      "removed",       "listed_again", "suggestion_accepted",
      "hold_accepted", "cards_joined", "replayed"};
  return name_in(names, rule);
}

std::string_view name_of(SuggestionKind kind) noexcept {
  static constexpr std::array<std::string_view, 2> names{"same_transaction", "same_card"};
  return name_in(names, kind);
}

std::string_view name_of(SuggestionState state) noexcept {
  static constexpr std::array<std::string_view, 4> names{"open", "accepted", "refused", "outdated"};
  return name_in(names, state);
}

std::string_view name_of(HoldState state) noexcept {
  static constexpr std::array<std::string_view, 4> names{"open", "accepted", "discarded", "outdated"};
  return name_in(names, state);
}

}  // namespace meisai
