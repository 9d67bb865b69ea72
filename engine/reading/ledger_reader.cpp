// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/ledger_reader.h"

#include <algorithm>
#include <tuple>

#include "engine/ledger/public_id.h"

namespace meisai::reading {
namespace {

using ledger::IdKind;

template <class Id>
Result<std::int64_t> existing(IdKind kind, const std::string& tag, const Id& id, const char* what) {
  if (const auto number = ledger::number_of(kind, tag, id.text())) return *number;
  return fail(Code::not_found, std::string("there is no such ") + what);
}

LocalDate last_day(BillingMonth month) {
  return LocalDate(std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month())));
}

}  // namespace

Result<LedgerReader> LedgerReader::make(LedgerView& view, std::vector<Incident> incidents) {
  LedgerReader reader(view, std::move(incidents));
  MEISAI_ASSIGN(reader.tag_, view.vault_tag());
  MEISAI_ASSIGN(const std::vector<CardRow> cards, view.cards());
  for (const CardRow& card : cards) reader.cards_.emplace(card.key, card);
  reader.withheld_ = view.withheld_cards();
  MEISAI_ASSIGN(reader.statements_, view.statements());
  MEISAI_ASSIGN(reader.layers_, view.user_layers());
  MEISAI_ASSIGN(const std::vector<DocumentRow> documents, view.documents());
  for (const DocumentRow& document : documents)
    reader.documents_.emplace(document.key, Read{document, reader.suspect(document)});
  return reader;
}

bool LedgerReader::suspect(const DocumentRow& document) const {
  return std::ranges::any_of(incidents_, [&document](const Incident& incident) {
    if (!incident.suspected_since || document.imported_at < *incident.suspected_since) return false;
    if (incident.lifted_at && document.imported_at >= *incident.lifted_at) return false;
    if (incident.scope == CutoffScope::connection) return incident.connection == document.connection;
    return incident.scope == CutoffScope::all || incident.issuer == document.issuer;
  });
}

bool LedgerReader::cutoff_open() const noexcept {
  return std::ranges::any_of(incidents_, [](const Incident& one) { return one.state != IncidentState::lifted; });
}

CardId LedgerReader::card_id(CardKey key) const { return CardId(ledger::public_id(IdKind::card, tag_, key)); }
StatementId LedgerReader::statement_id(StatementKey key) const {
  return StatementId(ledger::public_id(IdKind::statement, tag_, key));
}
TransactionId LedgerReader::transaction_id(TransactionKey key) const {
  return TransactionId(ledger::public_id(IdKind::transaction, tag_, key));
}

std::vector<Card> LedgerReader::cards() const {
  std::vector<Card> cards;
  for (const auto& [key, row] : cards_) {
    if (row.joined_into != 0) continue;
    cards.push_back({.id = card_id(key),
                     .issuer = row.issuer,
                     .label = row.label,
                     .last4 = row.last4.empty() ? std::nullopt : std::optional(row.last4),
                     .kind = row.kind,
                     .connections = row.connections});
  }
  return cards;
}

Result<std::vector<Statement>> LedgerReader::statements() {
  std::vector<Statement> statements;
  for (const StatementRow& row : statements_) {
    MEISAI_ASSIGN(Statement one, statement(row));
    statements.push_back(std::move(one));
  }
  std::ranges::sort(statements, std::ranges::greater{}, [](const Statement& statement) {
    const BillingMonth month = statement.billing_month.value_or(BillingMonth{});
    return std::tuple(static_cast<int>(month.year()), static_cast<unsigned>(month.month()), statement.id);
  });
  return statements;
}

Result<ledger::Balance> LedgerReader::balance(const StatementRow& row) {
  std::map<CardKey, std::string> labels;
  for (const auto& [key, card] : cards_)
    if (card.joined_into == 0) labels.emplace(key, card.label);
  MEISAI_ASSIGN(const std::vector<BilledSum> sums, view_->billed_sums(row.key));
  return ledger::reconcile(row, sums, labels);
}

const DocumentRow* LedgerReader::document(DocumentKey key) const {
  const auto found = documents_.find(key);
  return found == documents_.end() ? nullptr : &found->second.row;
}

std::optional<Instant> LedgerReader::last_arrival(const ConnectionId& connection) const {
  std::optional<Instant> last;
  for (const auto& [key, document] : documents_)
    if (document.row.connection == connection && document.row.state == DocumentState::taken_in)
      last = std::max(last.value_or(document.row.imported_at), document.row.imported_at);
  return last;
}

Result<Statement> LedgerReader::statement(const StatementRow& row) {
  MEISAI_ASSIGN(const ledger::Balance balance, this->balance(row));
  Statement statement;
  statement.id = statement_id(row.key);
  statement.issuer = row.issuer;
  if (row.cards.size() == 1) statement.card_id = card_id(row.cards.front());
  statement.billing_month = row.billing_month;
  if (!row.billing_month_source.empty()) statement.billing_month_source = row.billing_month_source;
  statement.closing_date = row.closing_date;
  statement.payment_due_date = row.payment_due_date;
  statement.status = row.status;
  statement.stated_total_minor = row.stated_total_minor;
  statement.subtotals = row.subtotals;
  statement.components = row.components;
  statement.computed_total_minor = balance.computed_minor;
  statement.currency = row.currency;
  statement.balanced = balance.balanced;
  statement.difference_minor = balance.difference_minor;
  statement.transaction_count = balance.transaction_count;
  statement.held_count = row.held_count;
  return statement;
}

Transaction LedgerReader::transaction(const StoredRow& row) const {
  const CardRow& card = cards_.at(row.card);
  Transaction transaction{
      .id = transaction_id(row.key),
      .issuer = card.issuer,
      .card_id = card_id(row.card),
      .card_label = card.label,
      .statement_id = row.statement == 0 ? std::nullopt : std::optional(statement_id(row.statement)),
      .facts = row.facts,
      .source = {},
      .user = {}};
  if (const auto found = documents_.find(row.document); found != documents_.end()) {
    const DocumentRow& document = found->second.row;
    transaction.source = {document.channel, hex(document.digest).substr(0, 12), document.layout, row.row};
    if (found->second.suspect) transaction.facts.flags |= static_cast<std::uint16_t>(RowFlag::suspect);
  }
  if (const auto found = layers_.find(row.key); found != layers_.end()) transaction.user = found->second;
  return transaction;
}

Result<StoredRow> LedgerReader::row(const TransactionId& id) const {
  MEISAI_ASSIGN(TransactionKey key, existing(IdKind::transaction, tag_, id, "transaction"));
  std::optional<StoredRow> found;
  do {
    found.reset();
    MEISAI_TRY(view_->transactions({.only = key}, [&found](const StoredRow& each) {
      found = each;
      return true;
    }));
    if (!found) return fail(Code::not_found, "there is no such transaction");
    key = found->merged_into;
  } while (key != 0);
  return std::move(*found);
}

Result<CardKey> LedgerReader::card_key(const CardId& id) const {
  MEISAI_ASSIGN(CardKey key, existing(IdKind::card, tag_, id, "card"));
  for (;;) {
    if (std::ranges::find(withheld_, key) != withheld_.end())
      return fail(Code::data_sealed, "this card's data is sealed since its consent ended",
                  "renew the consent: `meisai consent list` shows its id", Retry::after_user);
    const auto found = cards_.find(key);
    if (found == cards_.end()) return fail(Code::not_found, "there is no such card", "see `meisai cards`");
    if (found->second.joined_into == 0) return key;
    key = found->second.joined_into;
  }
}

Suggestion LedgerReader::suggestion(const SuggestionRow& row) const {
  const auto id_of = [&](std::int64_t key) {
    return row.kind == SuggestionKind::same_card ? card_id(key).text() : transaction_id(key).text();
  };
  return {.id = SuggestionId(ledger::public_id(IdKind::suggestion, tag_, row.key)),
          .kind = row.kind,
          .state = row.state,
          .first = id_of(row.first),
          .second = id_of(row.second),
          .evidence = row.evidence,
          .detail = row.detail,
          .made_at = row.made_at};
}

Result<IssuerId> LedgerReader::issuer_of(const SuggestionRow& suggestion) const {
  if (suggestion.kind == SuggestionKind::same_card) {
    const auto card = cards_.find(suggestion.first);
    if (card == cards_.end()) return fail(Code::not_found, "there is no such card", "see `meisai cards`");
    return card->second.issuer;
  }
  MEISAI_ASSIGN(const StoredRow row, this->row(transaction_id(suggestion.first)));
  return cards_.at(row.card).issuer;
}

Result<void> LedgerReader::query_cards(const TransactionFilter& filter, TransactionQuery& query) const {
  if (filter.card) {
    MEISAI_ASSIGN(const CardKey key, card_key(*filter.card));
    query.cards.push_back(key);
  }
  if (filter.issuer) {
    std::vector<CardKey> theirs;
    for (const auto& [key, card] : cards_)
      if (card.issuer == *filter.issuer && (query.cards.empty() || query.cards.front() == key)) theirs.push_back(key);
    // No card of that issuer: a number that no row has, since an empty list would ask for every card.
    if (theirs.empty()) theirs.push_back(0);
    query.cards = std::move(theirs);
  }
  return {};
}

Result<TransactionQuery> LedgerReader::query(const TransactionFilter& filter) const {
  TransactionQuery query;
  query.from = filter.from;
  query.to = filter.to;
  query.status = filter.status;
  query.limit = filter.limit;
  query.with_ignored = filter.with_ignored;
  if (filter.month) {
    const LocalDate first = *filter.month / 1;
    query.from = query.from ? std::max(*query.from, first) : first;
    query.to = query.to ? std::min(*query.to, last_day(*filter.month)) : last_day(*filter.month);
    for (const StatementRow& statement : statements_)
      if (statement.billing_month == filter.month) query.undated_of.push_back(statement.key);
  }
  MEISAI_TRY(query_cards(filter, query));
  if (filter.only) {
    MEISAI_ASSIGN(const StoredRow found, row(*filter.only));
    query.only = found.key;
  }
  if (filter.after) {
    MEISAI_ASSIGN(query.after, existing(IdKind::transaction, tag_, *filter.after, "transaction"));
  }
  return query;
}

}  // namespace meisai::reading
