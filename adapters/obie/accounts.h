// SPDX-License-Identifier: Apache-2.0
//
// Which of a person's accounts are cards, and what tells them apart. Account ids live as long as a consent, so a card
// is known by the masked number and the product that the issuer shows for it.
#pragma once

#include <string>
#include <vector>

#include "adapters/json/json.h"
#include "meisai/issuer_profile.h"
#include "meisai/raw_page.h"

namespace meisai::obie {

class Accounts {
 public:
  explicit Accounts(const IssuerProfile& profile) : profile_(profile) {}

  /// Takes one page of the list. Errors: `schema_drift`, `card_ambiguous`.
  [[nodiscard]] Result<void> read(json::Value answer);

  [[nodiscard]] std::span<const CardClue> cards() const noexcept { return cards_; }
  /// The issuer's id of each card, under this consent.
  [[nodiscard]] const std::vector<std::string>& ids() const noexcept { return ids_; }

 private:
  [[nodiscard]] Result<void> take_card(json::Value account, std::string_view id);

  const IssuerProfile& profile_;
  std::vector<CardClue> cards_;
  std::vector<Secret> keys_;  ///< the caller may take those of the clues
  std::vector<std::string> ids_;
};

/// The elements of `Data.<name>`: a list, or one object where a list belongs. `schema_drift` where there is neither.
[[nodiscard]] Result<std::vector<json::Value>> list_in(json::Value answer, std::string_view name);
/// The error of an answer whose shape is not the one that is read.
[[nodiscard]] tl::unexpected<Error> drifted(std::string what);

}  // namespace meisai::obie
