// SPDX-License-Identifier: Apache-2.0
//
// An issuer's profile as the rest of the family uses it: pointers taken apart, words as vocabularies, layouts. Owned
// by the LinkedIssuer; conversations read it.
#pragma once

#include <array>
#include <vector>

#include "adapters/json/json.h"
#include "meisai/issuer_profile.h"
#include "meisai/ports/adapter.h"

namespace meisai::obie {

/// A field of a row that stands where the profile says.
struct PointedField {
  Field field = Field::extension;
  json::Pointer pointer;
};

class Shape {
 public:
  /// `profile_not_valid` where the family needs something that the profile lacks.
  [[nodiscard]] static Result<std::unique_ptr<Shape>> make(IssuerProfile profile);
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;

  [[nodiscard]] const IssuerProfile& profile() const noexcept { return profile_; }
  [[nodiscard]] std::span<const LayoutInfo> layouts() const noexcept { return layouts_; }
  [[nodiscard]] const LayoutInfo& statement_layout() const noexcept { return layouts_[0]; }
  [[nodiscard]] const LayoutInfo& range_layout() const noexcept { return layouts_[1]; }
  [[nodiscard]] const std::vector<PointedField>& pointed() const noexcept { return pointed_; }
  [[nodiscard]] json::Limits json_limits() const noexcept;

 private:
  explicit Shape(IssuerProfile profile);
  [[nodiscard]] Vocabulary vocabulary() const;

  IssuerProfile profile_;
  std::vector<KindRule> kinds_;
  std::vector<PlanWord> plans_;
  std::vector<PointedField> pointed_;
  std::array<LayoutInfo, 2> layouts_;
};

}  // namespace meisai::obie
