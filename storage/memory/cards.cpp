// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/cards.h"

#include <algorithm>
#include <tuple>

#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

bool tells_apart(const CardRow& card, const CardAlias& alias) {
  return (card.key_hash == alias.key_hash && card.account_label == alias.account_label) ||
         std::ranges::find(card.aliases, alias) != card.aliases.end();
}

void add_alias(CardRow& card, const CardAlias& alias) {
  if (std::ranges::find(card.aliases, alias) != card.aliases.end()) return;
  card.aliases.push_back(alias);
  std::ranges::sort(card.aliases, {}, [](const CardAlias& one) { return std::tie(one.key_hash, one.account_label); });
}

void move_coverage(LedgerState& state, UndoLog& undo, CardKey card, CardKey other) {
  std::vector<std::pair<std::int64_t, CoverageRow>> moving;
  for (const auto& entry : state.coverage)
    if (entry.second.card == other) moving.emplace_back(entry);
  for (auto& [key, row] : moving) {
    undo.drop(state, &LedgerState::coverage, key);
    row.card = card;
    std::vector<std::int64_t> absorbed;
    for (const auto& [known_key, known] : state.coverage) {
      if (!ledger_rules::touching(known, row)) continue;
      ledger_rules::widen(row, known);
      absorbed.push_back(known_key);
    }
    for (const std::int64_t each : absorbed) undo.drop(state, &LedgerState::coverage, each);
    undo.put(state, &LedgerState::coverage, key, row);
  }
}

/// A statement lists each card once, at the first of its places.
void move_listings(LedgerState& state, UndoLog& undo, CardKey card, CardKey other) {
  std::vector<StatementRow> listing;
  for (const auto& [key, statement] : state.statements)
    if (std::ranges::find(statement.cards, other) != statement.cards.end()) listing.push_back(statement);
  for (StatementRow& statement : listing) {
    std::vector<CardKey> cards;
    for (const CardKey each : statement.cards) {
      const CardKey now = each == other ? card : each;
      if (std::ranges::find(cards, now) == cards.end()) cards.push_back(now);
    }
    statement.cards = std::move(cards);
    undo.put(state, &LedgerState::statements, statement.key, statement);
  }
}

}  // namespace

Result<void> put_card_alias(LedgerState& state, UndoLog& undo, CardKey card, const CardAlias& alias) {
  const auto known = state.cards.find(card);
  if (known == state.cards.end()) return fail(Code::not_found, "no such card");
  const bool taken = std::ranges::any_of(state.cards, [&](const auto& entry) {
    return entry.first != card && entry.second.joined_into != card && tells_apart(entry.second, alias);
  });
  if (taken) return fail(Code::internal_bug, "an alias that tells another card apart");
  CardRow row = known->second;
  add_alias(row, alias);
  undo.put(state, &LedgerState::cards, card, row);
  return {};
}

Result<void> join_card(LedgerState& state, UndoLog& undo, CardKey card, CardKey other) {
  const auto into = state.cards.find(card);
  const auto from = state.cards.find(other);
  if (into == state.cards.end() || from == state.cards.end() || into->second.joined_into != 0 ||
      from->second.joined_into != 0)
    return fail(Code::not_found, "no such card");
  const bool has_rows = std::ranges::any_of(state.rows, [&](const auto& entry) { return entry.second.card == other; });
  if (card == other || has_rows) return fail(Code::internal_bug, "a card was joined that still has rows");
  CardRow joined = into->second;
  CardRow rest = from->second;
  add_alias(joined, {rest.key_hash, rest.account_label});
  for (const CardAlias& alias : rest.aliases) add_alias(joined, alias);
  rest.aliases.clear();
  for (const ConnectionId& connection : rest.connections) {
    const auto place = std::ranges::lower_bound(joined.connections, connection);
    if (place == joined.connections.end() || *place != connection) joined.connections.insert(place, connection);
  }
  move_coverage(state, undo, card, other);
  move_listings(state, undo, card, other);
  rest.joined_into = card;
  std::vector<CardRow> changed{joined, rest};
  for (const auto& [key, each] : state.cards)
    if (each.joined_into == other) {
      changed.push_back(each);
      changed.back().joined_into = card;
    }
  for (const CardRow& each : changed) undo.put(state, &LedgerState::cards, each.key, each);
  return {};
}

Result<void> join_statement(LedgerState& state, UndoLog& undo, StatementKey statement, StatementKey other) {
  if (!state.statements.contains(statement) || !state.statements.contains(other))
    return fail(Code::not_found, "no such statement");
  if (statement == other || !state.rows_of(other).empty())
    return fail(Code::internal_bug, "a statement was joined that still lists a row");
  state.used.statement = std::max(state.used.statement, state.statements.rbegin()->first);
  std::vector<ConnectionId> origins;
  for (const auto& [origin, seen] : state.origins)
    if (origin.first == other) origins.push_back(origin.second);
  for (const ConnectionId& each : origins) {
    undo.drop(state, &LedgerState::origins, {other, each});
    undo.put(state, &LedgerState::origins, {statement, each}, true);
  }
  std::vector<std::pair<QuarantineKey, QuarantineRow>> held;
  for (const auto& entry : state.quarantine)
    if (entry.second.statement == other) held.emplace_back(entry);
  for (auto& [key, row] : held) {
    row.statement = statement;
    undo.put(state, &LedgerState::quarantine, key, row);
  }
  undo.drop(state, &LedgerState::statements, other);
  return {};
}

}  // namespace meisai::memory
