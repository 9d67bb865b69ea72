// SPDX-License-Identifier: Apache-2.0
//
// The memory store's erasure: the same rules as the encrypted store's, on plain maps.
#include <algorithm>
#include <set>

#include "storage/memory/ledger_state.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

class Taking {
 public:
  Taking(LedgerState& state, const ConnectionId& connection, Instant at)
      : state_(state), connection_(connection), at_(at) {
    for (const auto& [key, document] : state_.documents)
      if (document.connection == connection_) documents_.insert(key);
    for (const auto& [key, card] : state_.cards)
      if (card.connections == std::vector{connection_}) only_cards_.insert(key);
    for (const auto& [key, row] : state_.rows)
      if (goes(row)) rows_.insert(key);
  }

  Result<void> run() {
    keep_numbers();
    MEISAI_TRY(take_rows());
    take_statements();
    take_cards();
    take_links();
    take_documents();
    tell(Entity::transaction, rows_);
    tell(Entity::statement, statements_);
    tell(Entity::card, cards_);
    return {};
  }

 private:
  bool goes(const StoredRow& row) const {
    if (!documents_.contains(row.document)) return false;
    return std::ranges::none_of(state_.revisions, [&](const auto& revision) {
      return revision.first.first == row.key && !documents_.contains(revision.second.document);
    });
  }

  template <class Map, class Key>
  static void raise(Key& used, const Map& map) {
    if (!map.empty()) used = std::max(used, map.rbegin()->first);
  }
  void keep_numbers() {
    raise(state_.used.card, state_.cards);
    raise(state_.used.statement, state_.statements);
    raise(state_.used.document, state_.documents);
    raise(state_.used.transaction, state_.rows);
    raise(state_.used.hold, state_.holds);
    raise(state_.used.suggestion, state_.suggestions);
  }

  Result<void> take_rows() {
    for (const TransactionKey key : rows_) {
      const StoredRow row = state_.rows.at(key);
      correct_statements(row);
      if (const auto month = ledger_rules::counted_month(row)) {
        MonthTotal& total = state_.months.at({row.card, *month, std::string(row.facts.currency.code())});
        MEISAI_TRY(ledger_rules::add_to_month(total, row.facts.amount_minor, 1, -1));
      }
      state_.places.erase({row.card, row.day, row.fingerprint});
      state_.belongs.erase({row.statement, key});
      for (const BilledPart& part : state_.parts_of(key)) {
        state_.parts.erase({key, part.statement});
        state_.parts_by_statement.erase({part.statement, key});
      }
      std::erase_if(state_.revisions, [&](const auto& revision) { return revision.first.first == key; });
      std::erase_if(state_.layers, [&](const auto& layer) { return layer.first.first == key; });
      for (auto& [statement, listed_no_more] : state_.unlisted) std::erase(listed_no_more, key);
      state_.rows.erase(key);
    }
    return {};
  }

  void correct_statements(const StoredRow& row) {
    for (auto& [key, statement] : state_.statements) {
      if (!state_.lists(key, row)) continue;
      const auto part = state_.parts.find({row.key, key});
      const auto billed = part == state_.parts.end() ? row.facts.billed_minor : part->second.billed_minor;
      if (statement.transaction_count != 0) --statement.transaction_count;
      statement.computed_total_minor -= billed.value_or(0);
      if (statement.balanced && billed.value_or(0) != 0) statement.balanced = false;
    }
  }

  void take_statements() {
    for (const auto& [key, statement] : state_.statements) {
      const bool came_here = state_.origins.contains({key, connection_});
      const bool came_elsewhere = std::ranges::any_of(state_.origins, [&, number = key](const auto& origin) {
        return origin.first.first == number && origin.first.second != connection_;
      });
      if (came_here && !came_elsewhere && state_.rows_of(key).empty()) statements_.insert(key);
    }
    for (const StatementKey key : statements_) {
      state_.statements.erase(key);
      state_.unlisted.erase(key);
    }
  }

  /// A card stays where a row, a file's coverage or a statement that only files brought holds it.
  void take_cards() {
    // Also of cards that another connection shows: what it found known and kept no document of is gone with the rest.
    std::erase_if(state_.coverage, [&](const auto& entry) {
      const auto card = state_.cards.find(entry.second.card);
      return entry.second.channel == "api" && card != state_.cards.end() &&
             std::ranges::find(card->second.connections, connection_) != card->second.connections.end();
    });
    for (const CardKey key : only_cards_) {
      const auto here = [&](const auto& entry) { return entry.second.card == key; };
      const bool listed = std::ranges::any_of(state_.statements, [&](const auto& entry) {
        return std::ranges::find(entry.second.cards, key) != entry.second.cards.end() &&
               !state_.origins.contains({entry.first, connection_});
      });
      if (!listed && std::ranges::none_of(state_.rows, here) && std::ranges::none_of(state_.coverage, here))
        cards_.insert(key);
    }
    for (const auto& [key, card] : state_.cards)  // what turned out to be a card that goes, goes with it
      if (cards_.contains(card.joined_into)) cards_.insert(key);
    for (const CardKey key : cards_) {
      state_.cards.erase(key);
      std::erase_if(state_.months, [&](const auto& entry) { return entry.second.card == key; });
      for (auto& [number, statement] : state_.statements) std::erase(statement.cards, key);
    }
    std::erase_if(state_.origins, [&](const auto& origin) { return origin.first.second == connection_; });
    for (auto& [key, card] : state_.cards) std::erase(card.connections, connection_);
  }

  std::set<DocumentKey> named_documents() const {
    std::set<DocumentKey> named;
    for (const auto& [key, row] : state_.rows) named.insert(row.document);
    for (const auto& [key, row] : state_.revisions) named.insert(row.document);
    return named;
  }

  /// An identity that is made of an issuer's id came through a connection: it goes with the card's last one.
  void take_links() {
    const auto named = named_documents();
    std::erase_if(state_.aliases, [&](const auto& alias) {
      return rows_.contains(alias.second) ||
             (only_cards_.contains(alias.first.card) && ledger_rules::is_issuers_id(alias.first.fingerprint));
    });
    std::erase_if(state_.reasons, [&](const auto& entry) {
      const ReasonRow& reason = entry.second;
      return rows_.contains(reason.transaction) || rows_.contains(reason.other) ||
             (documents_.contains(reason.document) && !named.contains(reason.document));
    });
    std::erase_if(state_.suggestions, [&](const auto& entry) {
      const auto& gone = entry.second.kind == SuggestionKind::same_transaction ? rows_ : cards_;
      return gone.contains(entry.second.first) || gone.contains(entry.second.second);
    });
  }

  void take_documents() {
    const auto named = named_documents();
    std::erase_if(state_.quarantine, [&](const auto& entry) { return documents_.contains(entry.second.document); });
    std::erase_if(state_.holds, [&](const auto& entry) { return documents_.contains(entry.second.document); });
    for (const DocumentKey key : documents_) {
      state_.pages.erase(key);
      state_.documents.at(key).cards.clear();
      if (!named.contains(key)) state_.documents.erase(key);
    }
  }

  void tell(Entity entity, const std::set<std::int64_t>& numbers) {
    for (const std::int64_t number : numbers) {
      const ChangeRow change{.position = state_.last_position() + 1,
                             .kind = ChangeKind::removed,
                             .entity = entity,
                             .first = number,
                             .last = number,
                             .reason = "consent_erased",
                             .at = at_};
      const bool goes_on = !state_.changes.empty() && ledger_rules::continues(state_.changes.back(), change);
      if (goes_on) {
        state_.changes.back().last = number;
        state_.changes.back().at = at_;
      } else {
        state_.changes.push_back(change);
      }
    }
  }

  LedgerState& state_;
  const ConnectionId& connection_;
  Instant at_;
  std::set<DocumentKey> documents_;
  std::set<CardKey> only_cards_;
  std::set<TransactionKey> rows_;
  std::set<StatementKey> statements_;
  std::set<CardKey> cards_;
};

}  // namespace

Result<void> LedgerState::take_away(const ConnectionId& connection, Instant at) {
  if (connection.empty()) return fail(Code::invalid_argument, "an erasure names a connection");
  return Taking(*this, connection, at).run();
}

}  // namespace meisai::memory
