// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "adapters/obie/shape.h"
#include "meisai/ports/linked_adapter.h"

namespace meisai::obie {

class ObieIssuer final : public LinkedIssuer {
 public:
  explicit ObieIssuer(std::unique_ptr<Shape> shape) : shape_(std::move(shape)) {}

  const IssuerProfile& profile() const override { return shape_->profile(); }
  std::span<const LayoutInfo> layouts() const override { return shape_->layouts(); }
  std::vector<HttpPathRule> resource_paths() const override;
  std::vector<HttpPathRule> consent_paths() const override;
  std::vector<std::pair<std::string, std::string>> headers() const override;
  std::unique_ptr<Conversation> converse(const FetchPlan& plan) const override;

  ConsentCall create_consent(Instant ends_at, LocalDate history_from) const override;
  ConsentCall show_consent(const std::string& reference) const override;
  ConsentCall revoke_consent(const std::string& reference) const override;
  Result<IssuerConsent> read_consent(std::string_view body) const override;

 private:
  [[nodiscard]] std::string consents() const;

  std::unique_ptr<Shape> shape_;
};

}  // namespace meisai::obie
