// SPDX-License-Identifier: Apache-2.0
//
// Names of incidents' scopes, degrees and states: what the CLI shows and the control database stores.
#include "meisai/incident.h"

#include <array>
#include <utility>

namespace meisai {
namespace {

constexpr auto degrees = std::to_array<std::pair<CutoffDegree, std::string_view>>({
    {CutoffDegree::restrict_unattended, "restrict"},
    {CutoffDegree::suspend, "suspend"},
    {CutoffDegree::cancel, "cancel"},
});

}  // namespace

std::string_view name_of(CutoffScope scope) noexcept {
  switch (scope) {
    case CutoffScope::all:
      return "all";
    case CutoffScope::issuer:
      return "issuer";
    case CutoffScope::connection:
      return "connection";
  }
  return "all";
}

std::string_view name_of(CutoffDegree degree) noexcept {
  for (const auto& [value, name] : degrees)
    if (value == degree) return name;
  return "cancel";
}

std::string_view name_of(IncidentState state) noexcept {
  switch (state) {
    case IncidentState::opening:
      return "opening";
    case IncidentState::open:
      return "open";
    case IncidentState::lifted:
      return "lifted";
  }
  return "open";
}

std::optional<CutoffDegree> cutoff_degree_named(std::string_view name) noexcept {
  for (const auto& [value, text] : degrees)
    if (text == name) return value;
  return std::nullopt;
}

}  // namespace meisai
