// SPDX-License-Identifier: Apache-2.0
//
// The names of words that answers of the engine add to the model's, as JSON spells them.
#include <array>

#include "meisai/engine.h"

namespace meisai {
namespace {

constexpr auto certainty_names = std::to_array<std::string_view>({"stated", "computed", "open", "planned", "unknown"});
constexpr auto gap_names = std::to_array<std::string_view>({"not_covered", "no_consent", "not_asked"});

}  // namespace

std::string_view name_of(DebitCertainty certainty) noexcept {
  return certainty_names[static_cast<std::size_t>(certainty)];
}
std::string_view name_of(GapReason reason) noexcept { return gap_names[static_cast<std::size_t>(reason)]; }

}  // namespace meisai
