// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/statement_identity.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <vector>

namespace meisai::ledger {
namespace {

/// Closing dates lie a month apart: copies of one statement end within this many days of each other.
constexpr DayKey same_period_days = 15;
/// A copy of fewer rows than this proves nothing by being contained in another period.
constexpr std::uint64_t telling_rows = 3;

}  // namespace

bool lists_a_card(const StatementRow& statement, std::span<const CardKey> cards) {
  return std::ranges::any_of(
      statement.cards, [cards](CardKey card) { return card != 0 && std::ranges::find(cards, card) != cards.end(); });
}

/// One that was cut before its first row names no card: then the anchor alone decides, and does not if
/// several statements have it.
StatementChoice statement_named(std::span<const StatementRow> stored, const std::string& account,
                                const std::string& anchor, std::span<const CardKey> cards) {
  std::vector<const StatementRow*> same;
  for (const StatementRow& statement : stored)
    if (statement.anchor == anchor && statement.account_label == account) same.push_back(&statement);
  for (const StatementRow* statement : same)
    if (lists_a_card(*statement, cards)) return {.known = statement->key};
  const bool names_no_card = cards.empty();
  std::erase_if(same, [&](const StatementRow* statement) { return !names_no_card && !statement->cards.empty(); });
  if (same.size() == 1) return {.known = same.front()->key};
  return {.known = 0, .doubtful = !same.empty(), .doubted = same.empty() ? 0 : same.front()->key};
}

StatementChoice statement_like(std::span<const Likeness> stored, std::uint64_t window_size,
                               std::optional<DayKey> newest) {
  const Likeness* best = nullptr;
  const Likeness* doubted = nullptr;
  for (const Likeness& like : stored) {
    // Another payment of the same purchase stands in another statement, whatever else they share.
    if (like.same == 0 || like.other_parts != 0) continue;
    const bool same_period = !newest || !like.newest || std::abs(*newest - *like.newest) <= same_period_days;
    const bool contained = like.same == window_size && window_size >= telling_rows;
    const bool most = like.same * 2 > std::min(window_size, like.listed);
    if (contained || (same_period && most)) {
      if (best == nullptr || like.same > best->same) best = &like;
    } else if (same_period && (doubted == nullptr || like.same > doubted->same)) {
      doubted = &like;
    }
  }
  if (best != nullptr) return {.known = best->statement};
  return {.known = 0, .doubtful = doubted != nullptr, .doubted = doubted == nullptr ? 0 : doubted->statement};
}

bool is_settled(const StatementRow& statement) noexcept {
  return statement.status != StatementStatus::open && statement.balanced != false && statement.held_count == 0;
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
