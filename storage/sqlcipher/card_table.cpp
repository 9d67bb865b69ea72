// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/card_table.h"

#include <algorithm>

#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

Result<void> move_aliases(Database& database, CardKey card, CardKey other) {
  MEISAI_TRY(database
                 .prepared("INSERT OR IGNORE INTO card_alias SELECT key_hash,account_label,?1 FROM card_alias "
                           "WHERE card=?2")
                 .bind_all(card, other)
                 .run());
  MEISAI_TRY(database
                 .prepared("INSERT OR IGNORE INTO card_alias SELECT key_hash,account_label,?1 FROM card "
                           "WHERE id=?2")
                 .bind_all(card, other)
                 .run());
  return database.prepared("DELETE FROM card_alias WHERE card=?1").bind(1, other).run();
}

Result<void> move_coverage(Database& database, CardKey card, CardKey other) {
  std::vector<CoverageRow> known;
  MEISAI_TRY(each_row(
      database.prepared("SELECT first_day,last_day,channel,certainty FROM coverage WHERE card=?1").bind(1, other),
      [&](const Statement& row) -> Result<void> {
        known.push_back({.card = card,
                         .from = ledger_rules::date_of(static_cast<DayKey>(row.int64(0))),
                         .to = ledger_rules::date_of(static_cast<DayKey>(row.int64(1))),
                         .channel = std::string(row.text(2)),
                         .certainty = std::string(row.text(3))});
        return {};
      }));
  MEISAI_TRY(database.prepared("DELETE FROM coverage WHERE card=?1").bind(1, other).run());
  for (const CoverageRow& row : known) MEISAI_TRY(save_coverage(database, row));
  return {};
}

/// A statement lists each card once, at the first of its places.
Result<void> move_listings(Database& database, CardKey card, CardKey other) {
  MEISAI_TRY(database.prepared("UPDATE statement_card SET card=?1 WHERE card=?2").bind_all(card, other).run());
  return database
      .prepared(
          "DELETE FROM statement_card WHERE card=?1 AND EXISTS(SELECT 1 FROM statement_card s "
          "WHERE s.statement=statement_card.statement AND s.card=?1 AND s.seq<statement_card.seq)")
      .bind(1, card)
      .run();
}

}  // namespace

Result<void> load_card_aliases(Database& database, std::vector<CardRow>& cards) {
  return each_row(
      database.prepared("SELECT card,key_hash,account_label FROM card_alias ORDER BY card,key_hash,account_label"),
      [&](const Statement& row) -> Result<void> {
        const auto card = std::ranges::lower_bound(cards, row.int64(0), {}, &CardRow::key);
        if (card == cards.end() || card->key != row.int64(0)) return {};  // of another issuer
        CardAlias& alias = card->aliases.emplace_back();
        MEISAI_ASSIGN(alias.key_hash, digest_from(row.blob(1)));
        alias.account_label = row.text(2);
        return {};
      });
}

Result<void> save_card_alias(Database& database, CardKey card, const CardAlias& alias) {
  MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM card WHERE id=?1", card));
  if (!known) return fail(Code::not_found, "no such card");
  {
    Statement& row = database.prepared(
        "SELECT 1 FROM card_alias WHERE key_hash=?1 AND account_label=?2 AND card<>?3 UNION ALL "
        "SELECT 1 FROM card WHERE key_hash=?1 AND account_label=?2 AND id<>?3 AND joined_into<>?3");
    const RowScope scope(row);
    row.bind_all(bytes_of(alias.key_hash), alias.account_label, card);
    MEISAI_ASSIGN(const bool taken, row.step());
    if (taken) return fail(Code::internal_bug, "an alias that tells another card apart");
  }
  return database.prepared("INSERT OR IGNORE INTO card_alias VALUES(?1,?2,?3)")
      .bind_all(bytes_of(alias.key_hash), alias.account_label, card)
      .run();
}

Result<void> join_cards(Database& database, CardKey card, CardKey other) {
  MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM card WHERE id=?1 AND joined_into=0", card));
  MEISAI_ASSIGN(const bool other_known, exists(database, "SELECT 1 FROM card WHERE id=?1 AND joined_into=0", other));
  if (!known || !other_known) return fail(Code::not_found, "no such card");
  MEISAI_ASSIGN(const bool has_rows, exists(database, "SELECT 1 FROM txn WHERE card=?1 LIMIT 1", other));
  if (card == other || has_rows) return fail(Code::internal_bug, "a card was joined that still has rows");
  MEISAI_TRY(move_aliases(database, card, other));
  MEISAI_TRY(move_coverage(database, card, other));
  MEISAI_TRY(move_listings(database, card, other));
  // The other one keeps its own: what came through a connection alone goes with it.
  MEISAI_TRY(database
                 .prepared("INSERT OR IGNORE INTO card_connection SELECT ?1,connection FROM card_connection "
                           "WHERE card=?2")
                 .bind_all(card, other)
                 .run());
  return database.prepared("UPDATE card SET joined_into=?1 WHERE id=?2 OR joined_into=?2").bind_all(card, other).run();
}

Result<void> join_statements(Database& database, StatementKey statement, StatementKey other) {
  MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM statement WHERE id=?1", statement));
  MEISAI_ASSIGN(const bool other_known, exists(database, "SELECT 1 FROM statement WHERE id=?1", other));
  if (!known || !other_known) return fail(Code::not_found, "no such statement");
  MEISAI_ASSIGN(const bool lists, exists(database,
                                         "SELECT 1 FROM txn WHERE stmt=?1 AND stmt<>0 UNION ALL "
                                         "SELECT 1 FROM billed_part WHERE stmt=?1",
                                         other));
  if (statement == other || lists) return fail(Code::internal_bug, "a statement was joined that still lists a row");
  MEISAI_TRY(keep_used_numbers(database));
  MEISAI_TRY(database
                 .prepared("INSERT OR IGNORE INTO statement_origin SELECT ?1,connection FROM statement_origin "
                           "WHERE statement=?2")
                 .bind_all(statement, other)
                 .run());
  MEISAI_TRY(database.prepared("UPDATE quarantine SET stmt=?1 WHERE stmt=?2").bind_all(statement, other).run());
  MEISAI_TRY(database.prepared("DELETE FROM statement_origin WHERE statement=?1").bind(1, other).run());
  MEISAI_TRY(database.prepared("DELETE FROM statement_card WHERE statement=?1").bind(1, other).run());
  MEISAI_TRY(database.prepared("DELETE FROM subtotal WHERE statement=?1").bind(1, other).run());
  MEISAI_TRY(database.prepared("DELETE FROM component WHERE statement=?1").bind(1, other).run());
  return database.prepared("DELETE FROM statement WHERE id=?1").bind(1, other).run();
}

}  // namespace meisai::sqlcipher
