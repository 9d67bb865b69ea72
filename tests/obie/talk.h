// SPDX-License-Identifier: Apache-2.0
//
// Plays an issuer for one conversation: answers by address, and everything that came of it, as a test wants to see it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "meisai/ports/linked_adapter.h"
#include "meisai/ports/normalizer.h"

namespace meisai::test {

/// The profile of the publisher's example bank, without optional fields.
[[nodiscard]] IssuerProfile example_bank();
[[nodiscard]] std::shared_ptr<const LinkedIssuer> issuer_of(IssuerProfile profile);
/// The whole of 2017, which the publisher's examples are in, looked at on its last day.
[[nodiscard]] FetchPlan whole_of_2017();

constexpr const char* base = "https://api.alphabank.com/open-banking/v3.1/aisp";

using Answerer = std::function<std::string(const std::string& url)>;
/// By the address below the base: the longest that the request begins with.
[[nodiscard]] Answerer answers(std::map<std::string, std::string> by_path);

struct TalkDocument {
  FetchedDocument end;
  std::vector<RawPage> pages;
  [[nodiscard]] std::vector<std::string> lines() const;  ///< `kind row cells`
};
struct Talk {
  std::shared_ptr<const LinkedIssuer> issuer;  ///< owns the layouts of the documents
  std::vector<std::string> urls;               ///< below the base
  std::vector<TalkDocument> documents;
  std::vector<RawPage> loose;      ///< pages whose document never ended
  std::vector<std::string> cards;  ///< `name last4`
  std::vector<std::string> keys;
  std::optional<Error> error;

  [[nodiscard]] std::string text() const;  ///< everything, for comparison and search
};
[[nodiscard]] Talk talk(std::shared_ptr<const LinkedIssuer> issuer, const FetchPlan& plan, const Answerer& answerer);

struct Counts {
  std::size_t accepted = 0;
  std::map<std::string, std::size_t> rejected;  ///< by code
};
[[nodiscard]] Counts normalized(const Talk& talk);
[[nodiscard]] std::vector<TransactionFacts> facts_of(const TalkDocument& document);

/// A file below samples/specs/obie-3.1.
[[nodiscard]] std::string published(const std::string& name);
/// The same with card accounts: by make_card_copy.py.
[[nodiscard]] std::string card_copy(const std::string& name);
[[nodiscard]] std::string replaced(std::string text, const std::string& from, const std::string& to);

/// `{"Data":{name:[elements]},"Links":{...}}`.
[[nodiscard]] std::string listing(const std::string& name, const std::vector<std::string>& elements,
                                  const std::string& next = {});
[[nodiscard]] std::string card_account(const std::string& id, const std::string& number);
/// A booked debit; `more` is added as it is (`,"X":1`).
[[nodiscard]] std::string row(const std::string& id, const std::string& amount = "10.00", const std::string& more = {});

}  // namespace meisai::test
