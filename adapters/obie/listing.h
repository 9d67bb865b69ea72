// SPDX-License-Identifier: Apache-2.0
//
// One paged list. A next link is the issuer's word on where to go: it is followed only over https, to the profile's own
// origin, below the API's base, to a page not seen before, and not without end.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "adapters/json/json.h"
#include "meisai/issuer_profile.h"

namespace meisai::obie {

class Listing {
 public:
  Listing() = default;
  Listing(const IssuerProfile& profile, std::string first_url);

  /// The page to ask for; empty when all were read.
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] bool done() const noexcept { return url_.empty(); }
  /// Takes the link of the page just read. Errors: `insecure_url`, `answer_not_valid`.
  [[nodiscard]] Result<void> follow(json::Value answer);

 private:
  const IssuerProfile* profile_ = nullptr;
  std::string url_;
  std::unordered_set<std::string> seen_;
};

/// Where the API keeps consents: no list leads there.
constexpr std::string_view consent_path = "/account-access-consents";

/// An id of the issuer as one step of a path. `answer_not_valid` for what cannot be one.
[[nodiscard]] Result<std::string> path_step(std::string_view id);

}  // namespace meisai::obie
