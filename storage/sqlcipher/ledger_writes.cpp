// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/ledger_writes.h"

#include <algorithm>

#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

// The highest number that a thing of the kind has or had.
#define MEISAI_LAST_NUMBER(table)                                                                              \
  "max(coalesce((SELECT max(id) FROM " table "),0),coalesce((SELECT last FROM used_number WHERE thing='" table \
  "'),0)"                                                                                                      \
  ")"
constexpr char next_card[] = "SELECT 1+" MEISAI_LAST_NUMBER("card");
constexpr char next_statement[] = "SELECT 1+" MEISAI_LAST_NUMBER("statement");
constexpr char next_document[] = "SELECT 1+" MEISAI_LAST_NUMBER("document");
constexpr char next_hold[] = "SELECT 1+" MEISAI_LAST_NUMBER("hold");
constexpr char next_suggestion[] = "SELECT 1+" MEISAI_LAST_NUMBER("suggestion");

Result<std::int64_t> next_number(Database& database, Sql query) { return database.query_int64(query); }

Result<void> save_lists(Database& database, const StatementRow& statement) {
  MEISAI_TRY(database.prepared("DELETE FROM statement_card WHERE statement=?1").bind(1, statement.key).run());
  MEISAI_TRY(database.prepared("DELETE FROM subtotal WHERE statement=?1").bind(1, statement.key).run());
  MEISAI_TRY(database.prepared("DELETE FROM component WHERE statement=?1").bind(1, statement.key).run());
  std::int64_t seq = 0;
  for (const CardKey card : statement.cards)
    MEISAI_TRY(
        database.prepared("INSERT INTO statement_card VALUES(?1,?2,?3)").bind_all(statement.key, ++seq, card).run());
  for (const Subtotal& subtotal : statement.subtotals)
    MEISAI_TRY(database.prepared("INSERT INTO subtotal VALUES(?1,?2,?3,?4,?5,?6)")
                   .bind_all(statement.key, ++seq, subtotal.label, subtotal.card_label, subtotal.stated_minor,
                             static_cast<std::int64_t>(subtotal.region))
                   .run());
  for (const Component& component : statement.components)
    MEISAI_TRY(database.prepared("INSERT INTO component VALUES(?1,?2,?3,?4,?5,?6)")
                   .bind_all(statement.key, ++seq, static_cast<std::int64_t>(component.kind), component.label,
                             component.card_label, component.amount_minor)
                   .run());
  return {};
}

}  // namespace

Result<bool> exists(Database& database, Sql sql, std::int64_t key) {
  Statement& row = database.prepared(sql);
  const RowScope scope(row);
  row.bind(1, key);
  return row.step();
}

Result<CardKey> save_card(Database& database, const CardRow& card) {
  CardKey key = card.key;
  if (key == 0) {
    MEISAI_ASSIGN(key, next_number(database, next_card));
  } else {
    MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM card WHERE id=?1", key));
    if (!known) return fail(Code::not_found, "no such card");
  }
  MEISAI_TRY(database
                 .prepared("INSERT OR REPLACE INTO card(id,issuer,key_hash,name,account_label,role,last4,label,kind,"
                           "joined_into) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,"
                           "coalesce((SELECT joined_into FROM card WHERE id=?1),0))")
                 .bind(1, key)
                 .bind(2, card.issuer.text())
                 .bind(3, bytes_of(card.key_hash))
                 .bind(4, card.name)
                 .bind(5, card.account_label)
                 .bind(6, card.role)
                 .bind(7, card.last4)
                 .bind(8, card.label)
                 .bind(9, static_cast<std::int64_t>(card.kind))
                 .run());
  return key;
}

Result<StatementKey> save_statement(Database& database, const StatementRow& statement) {
  StatementRow row = statement;
  if (row.key == 0) {
    MEISAI_ASSIGN(row.key, next_number(database, next_statement));
  } else {
    MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM statement WHERE id=?1", row.key));
    if (!known) return fail(Code::not_found, "no such statement");
  }
  std::optional<std::int64_t> balanced;
  if (row.balanced) balanced = *row.balanced ? 1 : 0;
  MEISAI_TRY(
      database.prepared("INSERT OR REPLACE INTO statement VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)")
          .bind(1, row.key)
          .bind(2, row.issuer.text())
          .bind(3, row.account_label)
          .bind(4, row.anchor)
          .bind(5, to_column(row.billing_month))
          .bind(6, row.billing_month_source)
          .bind(7, to_column(row.closing_date))
          .bind(8, to_column(row.payment_due_date))
          .bind(9, static_cast<std::int64_t>(row.status))
          .bind(10, row.stated_total_minor)
          .bind(11, row.computed_total_minor)
          .bind(12, row.currency.code())
          .bind(13, balanced)
          .bind(14, static_cast<std::int64_t>(row.transaction_count))
          .bind(15, static_cast<std::int64_t>(row.held_count))
          .run());
  MEISAI_TRY(save_lists(database, row));
  return row.key;
}

Result<void> save_card_connection(Database& database, CardKey card, const ConnectionId& connection) {
  if (connection.empty()) return fail(Code::internal_bug, "a card is linked to no connection");
  MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM card WHERE id=?1", card));
  if (!known) return fail(Code::not_found, "no such card");
  return database.prepared("INSERT OR IGNORE INTO card_connection VALUES(?1,?2)")
      .bind(1, card)
      .bind(2, connection.text())
      .run();
}

Result<void> save_origin(Database& database, StatementKey statement, DocumentKey document) {
  return database.prepared("INSERT OR IGNORE INTO statement_origin SELECT ?1,connection FROM document WHERE id=?2")
      .bind(1, statement)
      .bind(2, document)
      .run();
}

Result<void> save_coverage(Database& database, const CoverageRow& coverage) {
  if (coverage.to < coverage.from) return fail(Code::internal_bug, "coverage that ends before it begins");
  const std::int64_t from = ledger_rules::day_of(coverage.from);
  const std::int64_t to = ledger_rules::day_of(coverage.to);
  std::int64_t first = from;
  std::int64_t last = to;
  std::vector<std::int64_t> merged;
  {
    // Ranges of one kind never touch each other, so their ends are in order too: the first one that ends too
    // early, going back, ends the search.
    Statement& row = database.prepared(
        "SELECT id,first_day,last_day FROM coverage WHERE card=?1 AND first_day<=?2 AND channel=?3 AND certainty=?4 "
        "ORDER BY first_day DESC");
    const RowScope scope(row);
    row.bind_all(coverage.card, to + 1, coverage.channel, coverage.certainty);
    for (;;) {
      MEISAI_ASSIGN(const bool found, row.step());
      if (!found || row.int64(2) < from - 1) break;
      if (row.int64(1) <= from && row.int64(2) >= to) return {};
      merged.push_back(row.int64(0));
      first = std::min(first, row.int64(1));
      last = std::max(last, row.int64(2));
    }
  }
  for (const std::int64_t id : merged)
    MEISAI_TRY(database.prepared("DELETE FROM coverage WHERE id=?1").bind(1, id).run());
  return database.prepared("INSERT INTO coverage(card,channel,certainty,first_day,last_day) VALUES(?1,?2,?3,?4,?5)")
      .bind_all(coverage.card, coverage.channel, coverage.certainty, first, last)
      .run();
}

Result<bool> save_quarantine(Database& database, const QuarantineRow& row) {
  MEISAI_TRY(database.prepared("INSERT OR IGNORE INTO quarantine VALUES(?1,?2,?3,?4,?5,?6,?7)")
                 .bind_all(row.document, static_cast<std::int64_t>(row.rejection.row), name_of(row.rejection.code),
                           row.statement, static_cast<std::int64_t>(row.rejection.field), row.rejection.message,
                           row.masked_text)
                 .run());
  return database.changes() != 0;
}

Result<DocumentKey> next_document_number(Database& database) { return next_number(database, next_document); }
Result<HoldKey> next_hold_number(Database& database) { return next_number(database, next_hold); }
Result<SuggestionKey> next_suggestion_number(Database& database) { return next_number(database, next_suggestion); }

Result<void> keep_used_numbers(Database& database) {
  MEISAI_TRY(database.prepared("INSERT OR REPLACE INTO used_number SELECT 'hold'," MEISAI_LAST_NUMBER("hold")).run());
  MEISAI_TRY(database.prepared("INSERT OR REPLACE INTO used_number SELECT 'card'," MEISAI_LAST_NUMBER("card")).run());
  MEISAI_TRY(database.prepared("INSERT OR REPLACE INTO used_number SELECT 'statement'," MEISAI_LAST_NUMBER("statement"))
                 .run());
  MEISAI_TRY(
      database.prepared("INSERT OR REPLACE INTO used_number SELECT 'document'," MEISAI_LAST_NUMBER("document")).run());
  return database.prepared("INSERT OR REPLACE INTO used_number SELECT 'suggestion'," MEISAI_LAST_NUMBER("suggestion"))
      .run();
}

}  // namespace meisai::sqlcipher
