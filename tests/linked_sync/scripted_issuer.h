// SPDX-License-Identifier: Apache-2.0
//
// An issuer whose conversations the test writes down: requests in order, and for each what its answer holds (rows of
// a listing, a statement, several documents at once). The answers' bytes are not read: adapters are tested elsewhere.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "meisai/ports/linked_adapter.h"

namespace meisai::test {

/// One row as an API states it.
struct ApiLine {
  std::string id;
  std::string date;
  std::string merchant;
  std::string amount;
  bool pending = false;
  std::string was_pending_as;
  std::string direction = "Debit";
};

/// Everything since the last one: rows for a range of days, or one statement.
struct ApiDocument {
  std::vector<ApiLine> lines;
  std::string from;       ///< of a listing
  std::string to;         ///< included
  std::string statement;  ///< the issuer's id; empty: a listing
  std::string status = "closed";
  std::string total;  ///< below zero: a credit
  std::string closing_date;
  std::uint32_t card = 0;  ///< index into the cards
};

/// A request and what its answer brings.
struct Exchange {
  std::string url;
  std::vector<ApiDocument> documents;    ///< that end with this answer
  std::vector<ApiLine> lines;            ///< of the document that ends later
  std::function<void()> on_accept = {};  ///< what the world does when it is taken
  std::optional<Error> refuses = {};
  std::uint32_t card = 0;  ///< of `lines`: index into the cards
};
using Script = std::vector<Exchange>;

class ScriptedIssuer final : public LinkedIssuer {
 public:
  explicit ScriptedIssuer(const std::string& id);

  Script script;                      ///< of the next conversation
  std::string card_key = "card one";  ///< what tells the card apart
  std::string card_name = "見本カード";
  std::string last4 = "0001";
  std::vector<std::string> more_cards;   ///< the same of others
  mutable std::vector<FetchPlan> plans;  ///< one a conversation
  IssuerProfile known;
  /// From here on it is this company: two consents at one company are two issuers of it.
  void be(const IssuerId& id);

  const IssuerProfile& profile() const override { return known; }
  std::span<const LayoutInfo> layouts() const override { return layouts_; }
  std::vector<HttpPathRule> resource_paths() const override { return {}; }
  std::vector<HttpPathRule> consent_paths() const override { return {}; }
  std::vector<std::pair<std::string, std::string>> headers() const override { return {{"accept", "application/json"}}; }
  std::unique_ptr<Conversation> converse(const FetchPlan& plan) const override;
  ConsentCall create_consent(Instant, LocalDate) const override { return {}; }
  ConsentCall show_consent(const std::string&) const override { return {}; }
  ConsentCall revoke_consent(const std::string&) const override { return {}; }
  Result<IssuerConsent> read_consent(std::string_view) const override { return IssuerConsent{}; }

 private:
  std::vector<LayoutInfo> layouts_;  // 0: listing, 1: statement
};

}  // namespace meisai::test
