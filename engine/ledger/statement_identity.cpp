// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/statement_identity.h"

#include <algorithm>
#include <tuple>

namespace meisai::ledger {
namespace {

bool share_a_card(const StatementRow& statement, std::span<const CardKey> cards) {
  return std::ranges::any_of(
      statement.cards, [cards](CardKey card) { return card != 0 && std::ranges::find(cards, card) != cards.end(); });
}

}  // namespace

StatementChoice choose_statement(std::span<const StatementRow> stored, const std::string& account,
                                 const std::string& anchor, std::span<const CardKey> cards,
                                 const std::map<StatementKey, std::uint64_t>& overlap, std::uint64_t window_size) {
  if (!anchor.empty()) {
    for (const StatementRow& statement : stored)
      if (statement.anchor == anchor && statement.account_label == account && share_a_card(statement, cards))
        return {.known = statement.key};
    return {};
  }
  const StatementRow* best = nullptr;
  std::uint64_t most = 0;
  for (const StatementRow& statement : stored) {
    const auto shared = overlap.find(statement.key);
    if (shared == overlap.end() || shared->second <= most) continue;
    best = &statement;
    most = shared->second;
  }
  if (best == nullptr) return {};
  const std::uint64_t smaller = std::min<std::uint64_t>(window_size, best->transaction_count);
  if (most * 2 >= smaller) return {.known = best->key};
  // A lone shared row among many is a twin in the next statement; between a fifth and a half nobody knows.
  return {.known = 0, .doubtful = most * 5 >= smaller};
}

bool bills_later(const StatementRow& a, const StatementRow& b) noexcept {
  const auto when = [](const StatementRow& statement) {
    return statement.billing_month ? std::tuple(static_cast<int>(statement.billing_month->year()),
                                                static_cast<unsigned>(statement.billing_month->month()), statement.key)
                                   : std::tuple(0, 0U, statement.key);
  };
  return when(a) > when(b);
}

}  // namespace meisai::ledger
