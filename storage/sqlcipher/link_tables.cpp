// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/link_tables.h"

#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr auto match_rules = static_cast<std::int64_t>(MatchRule::replayed) + 1;
constexpr auto suggestion_kinds = static_cast<std::int64_t>(SuggestionKind::same_card) + 1;
constexpr auto suggestion_states = static_cast<std::int64_t>(SuggestionState::outdated) + 1;

Result<bool> row_exists(Database& database, TransactionKey transaction) {
  return exists(database, "SELECT 1 FROM txn WHERE id=?1", transaction);
}

Result<bool> is_named(Database& database, const SuggestionRow& suggestion, std::int64_t key) {
  if (suggestion.kind == SuggestionKind::same_transaction) return row_exists(database, key);
  return exists(database, "SELECT 1 FROM card WHERE id=?1", key);
}

}  // namespace

Result<std::optional<StoredRow>> find_row(Database& database, TransactionKey transaction) {
  std::optional<StoredRow> found;
  MEISAI_TRY(visit_rows(database.prepared(queries::row_by_number).bind(1, transaction), [&](const StoredRow& row) {
    found = row;
    return false;
  }));
  return found;
}

Result<bool> any_alias(Database& database) {
  Statement& row = database.prepared("SELECT 1 FROM alias LIMIT 1");
  const RowScope scope(row);
  return row.step();
}

Result<void> visit_aliases(Database& database, CardKey card, DayKey from, DayKey to, const AliasVisitor& visit) {
  Statement& row = database.prepared(
      "SELECT tdate,fp,txn FROM alias WHERE card=?1 AND tdate BETWEEN ?2 AND ?3 ORDER BY card,tdate,fp");
  const RowScope scope(row);
  row.bind_all(card, from, to);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return {};
    AliasRow alias{.card = card, .day = static_cast<DayKey>(row.int64(0)), .transaction = row.int64(2)};
    if (!copy_bytes(row.blob(1), alias.fingerprint.bytes)) return damaged_value("a fingerprint");
    if (!visit(alias)) return {};
  }
}

Result<std::vector<AliasRow>> load_aliases_of(Database& database, TransactionKey transaction) {
  std::vector<AliasRow> aliases;
  Statement& row = database.prepared("SELECT card,tdate,fp FROM alias WHERE txn=?1 ORDER BY card,tdate,fp");
  row.bind(1, transaction);
  MEISAI_TRY(each_row(row, [&](const Statement& each) -> Result<void> {
    AliasRow alias{.card = each.int64(0), .day = static_cast<DayKey>(each.int64(1)), .transaction = transaction};
    if (!copy_bytes(each.blob(2), alias.fingerprint.bytes)) return damaged_value("a fingerprint");
    aliases.push_back(alias);
    return {};
  }));
  return aliases;
}

Result<void> save_alias(Database& database, const AliasRow& alias) {
  MEISAI_ASSIGN(const bool known, row_exists(database, alias.transaction));
  if (!known) return fail(Code::not_found, "an alias of no transaction");
  return database.prepared("INSERT OR REPLACE INTO alias VALUES(?1,?2,?3,?4)")
      .bind_all(alias.card, alias.day, bytes_of(alias.fingerprint.bytes), alias.transaction)
      .run();
}

Result<std::vector<ReasonRow>> load_reasons_of(Database& database, TransactionKey transaction) {
  std::vector<ReasonRow> reasons;
  Statement& row = database.prepared("SELECT at,doc,line,rule,other,detail FROM reason WHERE txn=?1 ORDER BY seq");
  row.bind(1, transaction);
  MEISAI_TRY(each_row(row, [&](const Statement& each) -> Result<void> {
    ReasonRow reason{.transaction = transaction,
                     .at = instant_from(each.int64(0)),
                     .document = each.int64(1),
                     .row = static_cast<std::uint64_t>(each.int64(2)),
                     .other = each.int64(4),
                     .detail = std::string(each.text(5))};
    MEISAI_ASSIGN(reason.rule, enum_from<MatchRule>(each.int64(3), match_rules));
    reasons.push_back(std::move(reason));
    return {};
  }));
  return reasons;
}

Result<void> save_reason(Database& database, const ReasonRow& reason) {
  MEISAI_ASSIGN(const bool known, row_exists(database, reason.transaction));
  if (!known) return fail(Code::not_found, "a reason of no transaction");
  return database
      .prepared(
          "INSERT INTO reason SELECT ?1,(SELECT coalesce(max(seq),0)+1 FROM reason WHERE txn=?1),?2,?3,?4,?5,?6,?7")
      .bind_all(reason.transaction, to_column(reason.at), reason.document, static_cast<std::int64_t>(reason.row),
                static_cast<std::int64_t>(reason.rule), reason.other, reason.detail)
      .run();
}

Result<std::vector<SuggestionRow>> load_suggestions(Database& database) {
  std::vector<SuggestionRow> suggestions;
  Statement& row =
      database.prepared("SELECT id,kind,state,first,second,evidence,detail,made_at FROM suggestion ORDER BY id");
  MEISAI_TRY(each_row(row, [&](const Statement& each) -> Result<void> {
    SuggestionRow suggestion{.key = each.int64(0),
                             .first = each.int64(3),
                             .second = each.int64(4),
                             .detail = std::string(each.text(6)),
                             .made_at = instant_from(each.int64(7))};
    MEISAI_ASSIGN(suggestion.kind, enum_from<SuggestionKind>(each.int64(1), suggestion_kinds));
    MEISAI_ASSIGN(suggestion.state, enum_from<SuggestionState>(each.int64(2), suggestion_states));
    MEISAI_ASSIGN(suggestion.evidence, enum_from<MatchRule>(each.int64(5), match_rules));
    suggestions.push_back(std::move(suggestion));
    return {};
  }));
  return suggestions;
}

Result<SuggestionKey> save_suggestion(Database& database, const SuggestionRow& suggestion) {
  if (suggestion.first == suggestion.second) return fail(Code::internal_bug, "a suggestion about one thing");
  for (const std::int64_t key : {suggestion.first, suggestion.second}) {
    MEISAI_ASSIGN(const bool known, is_named(database, suggestion, key));
    if (!known) return fail(Code::not_found, "a suggestion about something that is not there");
  }
  SuggestionKey holder = 0;  // of the pair, whichever of the two was named first
  {
    Statement& row = database.prepared(
        "SELECT id FROM suggestion WHERE kind=?1 AND first=?2 AND second=?3 UNION ALL "
        "SELECT id FROM suggestion WHERE kind=?1 AND first=?3 AND second=?2");
    const RowScope scope(row);
    row.bind_all(static_cast<std::int64_t>(suggestion.kind), suggestion.first, suggestion.second);
    MEISAI_ASSIGN(const bool known, row.step());
    if (known) holder = row.int64(0);
  }
  SuggestionKey key = suggestion.key;
  if (key == 0) {
    if (holder != 0) return holder;
    MEISAI_ASSIGN(key, next_suggestion_number(database));
  } else {
    MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM suggestion WHERE id=?1", key));
    if (!known) return fail(Code::not_found, "no such suggestion");
    if (holder != 0 && holder != key) return fail(Code::internal_bug, "two suggestions about one pair");
  }
  MEISAI_TRY(database.prepared("INSERT OR REPLACE INTO suggestion VALUES(?1,?2,?3,?4,?5,?6,?7,?8)")
                 .bind_all(key, static_cast<std::int64_t>(suggestion.kind), static_cast<std::int64_t>(suggestion.state),
                           suggestion.first, suggestion.second, static_cast<std::int64_t>(suggestion.evidence),
                           suggestion.detail, to_column(suggestion.made_at))
                 .run());
  return key;
}

/// An identity that is made of an issuer's id came through a connection: it goes with the card's last one.
Result<void> take_links(Database& database) {
  return database.exec(R"sql(
DELETE FROM alias WHERE txn IN (SELECT id FROM gone_row)
  OR (card IN (SELECT id FROM only_card) AND substr(fp,1,1)=X'02');
DELETE FROM reason WHERE txn IN (SELECT id FROM gone_row) OR other IN (SELECT id FROM gone_row)
  OR (doc IN (SELECT id FROM gone_document) AND doc NOT IN (SELECT doc FROM txn) AND doc NOT IN (SELECT doc FROM revision));
DELETE FROM suggestion WHERE
  (kind=0 AND (first IN (SELECT id FROM gone_row) OR second IN (SELECT id FROM gone_row)))
  OR (kind=1 AND (first IN (SELECT id FROM gone_card) OR second IN (SELECT id FROM gone_card)));
)sql");
}

}  // namespace meisai::sqlcipher
