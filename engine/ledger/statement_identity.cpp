// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/statement_identity.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace meisai::ledger {
namespace {

bool share_a_card(const StatementRow& statement, std::span<const CardKey> cards) {
  return std::ranges::any_of(
      statement.cards, [cards](CardKey card) { return card != 0 && std::ranges::find(cards, card) != cards.end(); });
}

/// Which of the account's statements with this anchor it is. One that was cut before its first row names no
/// card: then the anchor alone decides, and does not if several have it.
StatementChoice choose_by_anchor(std::span<const StatementRow> stored, const std::string& account,
                                 const std::string& anchor, std::span<const CardKey> cards) {
  std::vector<const StatementRow*> same;
  for (const StatementRow& statement : stored)
    if (statement.anchor == anchor && statement.account_label == account) same.push_back(&statement);
  for (const StatementRow* statement : same)
    if (share_a_card(*statement, cards)) return {.known = statement->key};
  const bool names_no_card = cards.empty();
  std::erase_if(same, [&](const StatementRow* statement) { return !names_no_card && !statement->cards.empty(); });
  if (same.size() == 1) return {.known = same.front()->key};
  return {.known = 0, .doubtful = !same.empty()};
}

}  // namespace

StatementChoice choose_statement(std::span<const StatementRow> stored, const std::string& account,
                                 const std::string& anchor, std::span<const CardKey> cards,
                                 const std::map<StatementKey, std::uint64_t>& overlap, std::uint64_t window_size) {
  if (!anchor.empty()) return choose_by_anchor(stored, account, anchor, cards);
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
