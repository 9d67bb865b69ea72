// SPDX-License-Identifier: Apache-2.0
//
// Which things only one connection brought, and what stands on them. A row goes when it was read last from a
// document of the connection, and so were all of its earlier versions; statements, cards and documents follow
// when nothing holds them any more.
#include <algorithm>
#include <string>
#include <vector>

#include "meisai/ports/consent_store.h"
#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/change_table.h"
#include "storage/sqlcipher/erase.h"
#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/link_tables.h"
#include "storage/sqlcipher/months.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/token_table.h"

namespace meisai::sqlcipher {
namespace {

constexpr const char* reason = "consent_erased";

constexpr const char* make_lists = R"sql(
CREATE TEMP TABLE gone_document(id INTEGER PRIMARY KEY);
CREATE TEMP TABLE gone_row(id INTEGER PRIMARY KEY);
CREATE TEMP TABLE gone_statement(id INTEGER PRIMARY KEY);
CREATE TEMP TABLE gone_card(id INTEGER PRIMARY KEY);
CREATE TEMP TABLE only_card(id INTEGER PRIMARY KEY);
)sql";

/// What is known before anything goes.
Result<void> list_rows(Database& database, const ConnectionId& connection) {
  MEISAI_TRY(database.prepared("INSERT INTO gone_document SELECT id FROM document WHERE connection=?1")
                 .bind(1, connection.text())
                 .run());
  MEISAI_TRY(database
                 .prepared("INSERT INTO only_card SELECT card FROM card_connection c WHERE connection=?1 AND NOT EXISTS"
                           "(SELECT 1 FROM card_connection o WHERE o.card=c.card AND o.connection<>?1)")
                 .bind(1, connection.text())
                 .run());
  return database
      .prepared(
          "INSERT INTO gone_row SELECT id FROM txn t WHERE doc IN (SELECT id FROM gone_document) AND NOT EXISTS"
          "(SELECT 1 FROM revision r WHERE r.txn=t.id AND r.doc NOT IN (SELECT id FROM gone_document))")
      .run();
}

/// Statements that stay are counted again without the rows that go.
Result<void> correct_statements(Database& database) {
  std::vector<StatementKey> touched;
  {
    Statement& row = database.prepared(
        "SELECT stmt FROM txn WHERE stmt<>0 AND id IN (SELECT id FROM gone_row) UNION "
        "SELECT stmt FROM billed_part WHERE txn IN (SELECT id FROM gone_row)");
    const RowScope scope(row);
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) break;
      touched.push_back(row.int64(0));
    }
  }
  for (const StatementKey statement : touched) {
    std::int64_t count = 0;
    std::int64_t billed = 0;
    {
      Statement& row = database.prepared(
          "SELECT count(*),coalesce(sum(CASE WHEN p.txn IS NULL THEN t.billed ELSE p.billed END),0) FROM txn t "
          "LEFT JOIN billed_part p ON p.txn=t.id AND p.stmt=?1 "
          "WHERE t.id IN " MEISAI_LISTED_BY " AND t.id IN (SELECT id FROM gone_row)");
      const RowScope scope(row);
      row.bind(1, statement);
      MEISAI_ASSIGN(const bool found, row.step());
      if (found) {
        count = row.int64(0);
        billed = row.int64(1);
      }
    }
    MEISAI_TRY(database
                   .prepared("UPDATE statement SET transaction_count=max(transaction_count-?2,0),"
                             "computed_total=computed_total-?3,balanced=CASE WHEN balanced IS NULL THEN NULL "
                             "WHEN ?3<>0 THEN 0 ELSE balanced END WHERE id=?1")
                   .bind_all(statement, count, billed)
                   .run());
  }
  return {};
}

Result<void> take_rows(Database& database) {
  MonthCounter months;
  Result<void> counted;
  MEISAI_TRY(
      visit_rows(database.prepared("SELECT id," MEISAI_ROW_COLUMNS " FROM txn WHERE id IN (SELECT id FROM gone_row)"),
                 [&](const StoredRow& row) {
                   counted = months.count(row, -1);
                   return counted.has_value();
                 }));
  MEISAI_TRY(counted);
  MEISAI_TRY(months.flush(database));
  MEISAI_TRY(correct_statements(database));
  MEISAI_TRY(database.prepared("DELETE FROM revision WHERE txn IN (SELECT id FROM gone_row)").run());
  MEISAI_TRY(database.prepared("DELETE FROM billed_part WHERE txn IN (SELECT id FROM gone_row)").run());
  MEISAI_TRY(database.prepared("DELETE FROM user_layer WHERE txn IN (SELECT id FROM gone_row)").run());
  MEISAI_TRY(database.prepared("DELETE FROM unlisted WHERE txn IN (SELECT id FROM gone_row)").run());
  MEISAI_TRY(database.prepared("DELETE FROM txn WHERE id IN (SELECT id FROM gone_row)").run());
  return database.prepared("DELETE FROM month_total WHERE count=0 AND amount=0").run();
}

Result<void> take_statements(Database& database, const ConnectionId& connection) {
  MEISAI_TRY(database
                 .prepared("INSERT INTO gone_statement SELECT statement FROM statement_origin s WHERE connection=?1 "
                           "AND NOT EXISTS(SELECT 1 FROM statement_origin o WHERE o.statement=s.statement AND "
                           "o.connection<>?1) AND NOT EXISTS(SELECT 1 FROM txn WHERE stmt=s.statement AND stmt<>0) "
                           "AND NOT EXISTS(SELECT 1 FROM billed_part WHERE stmt=s.statement)")
                 .bind(1, connection.text())
                 .run());
  return database.exec(R"sql(
DELETE FROM statement WHERE id IN (SELECT id FROM gone_statement);
DELETE FROM statement_card WHERE statement IN (SELECT id FROM gone_statement);
DELETE FROM subtotal WHERE statement IN (SELECT id FROM gone_statement);
DELETE FROM unlisted WHERE stmt IN (SELECT id FROM gone_statement);
DELETE FROM component WHERE statement IN (SELECT id FROM gone_statement);
)sql");
}

/// A card stays where a row, a file's coverage or a statement that only files brought holds it.
Result<void> take_cards(Database& database, const ConnectionId& connection) {
  // Also of cards that another connection shows: what it found known and kept no document of is gone with the rest.
  MEISAI_TRY(database
                 .prepared("DELETE FROM coverage WHERE channel='api' AND card IN "
                           "(SELECT card FROM card_connection WHERE connection=?1)")
                 .bind(1, connection.text())
                 .run());
  MEISAI_TRY(database
                 .prepared("INSERT INTO gone_card SELECT id FROM only_card c WHERE "
                           "NOT EXISTS(SELECT 1 FROM txn WHERE card=c.id) AND "
                           "NOT EXISTS(SELECT 1 FROM coverage v WHERE v.card=c.id) AND "
                           "NOT EXISTS(SELECT 1 FROM statement_card s WHERE s.card=c.id AND NOT EXISTS"
                           "(SELECT 1 FROM statement_origin o WHERE o.statement=s.statement AND o.connection=?1))")
                 .bind(1, connection.text())
                 .run());
  // What turned out to be a card that goes, goes with it.
  MEISAI_TRY(database.exec(R"sql(
INSERT OR IGNORE INTO gone_card SELECT id FROM card WHERE joined_into IN (SELECT id FROM gone_card);
DELETE FROM card WHERE id IN (SELECT id FROM gone_card);
DELETE FROM card_alias WHERE card IN (SELECT id FROM gone_card);
DELETE FROM statement_card WHERE card IN (SELECT id FROM gone_card);
DELETE FROM month_total WHERE card IN (SELECT id FROM gone_card);
)sql"));
  MEISAI_TRY(database.prepared("DELETE FROM statement_origin WHERE connection=?1").bind(1, connection.text()).run());
  return database.prepared("DELETE FROM card_connection WHERE connection=?1").bind(1, connection.text()).run();
}

/// Documents, also those that a surviving row names: its number stays, the raw pages and what was held do not.
Result<void> take_documents(Database& database) {
  return database.exec(R"sql(
DELETE FROM quarantine WHERE document IN (SELECT id FROM gone_document);
DELETE FROM hold WHERE document IN (SELECT id FROM gone_document);
DELETE FROM document_card WHERE document IN (SELECT id FROM gone_document);
DELETE FROM document_page WHERE document IN (SELECT id FROM gone_document);
DELETE FROM staged_page;
DELETE FROM raw_page WHERE id NOT IN (SELECT page FROM document_page);
DELETE FROM document WHERE id IN (SELECT id FROM gone_document)
  AND id NOT IN (SELECT doc FROM txn) AND id NOT IN (SELECT doc FROM revision);
)sql");
}

/// One entry of the feed for each unbroken range of numbers.
Result<void> tell(Database& database, Entity entity, Sql numbers, Instant at, VaultHead& head) {
  std::vector<ChangeRow> ranges;
  {
    Statement& row = database.prepared(numbers);
    const RowScope scope(row);
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) break;
      const std::int64_t number = row.int64(0);
      if (!ranges.empty() && ranges.back().last + 1 == number)
        ranges.back().last = number;
      else
        ranges.push_back(
            {.kind = ChangeKind::removed, .entity = entity, .first = number, .last = number, .reason = reason});
    }
  }
  for (ChangeRow& change : ranges) MEISAI_TRY(append_change(database, change, at, head));
  return {};
}

}  // namespace

Result<void> take_away(Database& database, const ConnectionId& connection, Instant at) {
  if (connection.empty()) return fail(Code::invalid_argument, "an erasure names a connection");
  MEISAI_ASSIGN(VaultHead head, load_head(database));
  MEISAI_TRY(keep_used_numbers(database));
  MEISAI_TRY(database.exec(make_lists));
  MEISAI_TRY(list_rows(database, connection));
  MEISAI_TRY(take_rows(database));
  MEISAI_TRY(take_statements(database, connection));
  MEISAI_TRY(take_cards(database, connection));
  MEISAI_TRY(take_links(database));
  MEISAI_TRY(take_documents(database));
  // Tokens that the issuer has not been told about yet can do nothing but that, and are still needed for it.
  MEISAI_ASSIGN(const auto tokens, find_tokens(database, connection));
  if (tokens && tokens->state != TokenState::revoke_only)
    MEISAI_TRY(save_token_state(database, connection, TokenState::destroyed));
  MEISAI_TRY(tell(database, Entity::transaction, "SELECT id FROM gone_row ORDER BY id", at, head));
  MEISAI_TRY(tell(database, Entity::statement, "SELECT id FROM gone_statement ORDER BY id", at, head));
  MEISAI_TRY(tell(database, Entity::card, "SELECT id FROM gone_card ORDER BY id", at, head));
  return save_head(database, head);
}

}  // namespace meisai::sqlcipher
