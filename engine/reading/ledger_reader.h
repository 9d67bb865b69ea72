// SPDX-License-Identifier: Apache-2.0
//
// Turns stored rows into the values of the public model: ids, labels, sources, marks. One reader lives as
// long as its view; what it needs of cards, statements and documents it loads once.
#pragma once

#include <map>
#include <vector>

#include "engine/ledger/reconciliation.h"
#include "meisai/engine.h"

namespace meisai::reading {

class LedgerReader {
 public:
  /// `incidents`: all of the store; rows imported since the suspected start of one are marked.
  [[nodiscard]] static Result<LedgerReader> make(LedgerView& view, std::vector<Incident> incidents);

  [[nodiscard]] std::vector<Card> cards() const;
  [[nodiscard]] Result<std::vector<Statement>> statements();
  [[nodiscard]] Result<Statement> statement(const StatementRow& row);
  /// The statement's arithmetic.
  [[nodiscard]] Result<ledger::Balance> balance(const StatementRow& row);
  [[nodiscard]] Transaction transaction(const StoredRow& row) const;
  /// The row that an id leads to: its own, or the one that it turned out to be. `not_found`.
  [[nodiscard]] Result<StoredRow> row(const TransactionId& id) const;
  [[nodiscard]] CardId card_id(CardKey key) const;
  /// The card that an id leads to: its own, or the one that it turned out to be. `not_found`, `data_sealed`.
  [[nodiscard]] Result<CardKey> card_key(const CardId& id) const;
  [[nodiscard]] Suggestion suggestion(const SuggestionRow& row) const;
  /// Of the rows or cards that it is about.
  [[nodiscard]] Result<IssuerId> issuer_of(const SuggestionRow& suggestion) const;
  /// Null: gone.
  [[nodiscard]] const DocumentRow* document(DocumentKey key) const;
  [[nodiscard]] StatementId statement_id(StatementKey key) const;
  [[nodiscard]] TransactionId transaction_id(TransactionKey key) const;
  [[nodiscard]] const CardRow& card(CardKey key) const { return cards_.at(key); }
  /// Whether the card is one that this view shows.
  [[nodiscard]] bool shows(CardKey key) const { return cards_.contains(key); }
  [[nodiscard]] const std::map<CardKey, CardRow>& card_rows() const noexcept { return cards_; }
  /// When something new came through the connection last: an answer that says nothing new leaves no document.
  [[nodiscard]] std::optional<Instant> last_arrival(const ConnectionId& connection) const;
  [[nodiscard]] const std::vector<StatementRow>& statement_rows() const noexcept { return statements_; }
  [[nodiscard]] bool cutoff_open() const noexcept;
  [[nodiscard]] const std::string& vault_tag() const noexcept { return tag_; }

  /// The store's question for a filter. `not_found` where it names a card or row that does not exist.
  [[nodiscard]] Result<TransactionQuery> query(const TransactionFilter& filter) const;

 private:
  LedgerReader(LedgerView& view, std::vector<Incident> incidents) : view_(&view), incidents_(std::move(incidents)) {}
  [[nodiscard]] bool suspect(const DocumentRow& document) const;
  [[nodiscard]] Result<void> query_cards(const TransactionFilter& filter, TransactionQuery& query) const;

  LedgerView* view_;
  std::vector<Incident> incidents_;
  std::vector<CardKey> withheld_;  // sealed
  std::string tag_;
  std::map<CardKey, CardRow> cards_;
  std::vector<StatementRow> statements_;
  struct Read {
    DocumentRow row;
    bool suspect = false;
  };
  std::map<DocumentKey, Read> documents_;
  std::map<TransactionKey, UserLayer> layers_;
};

}  // namespace meisai::reading
