// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/ledger_tables.h"

#include <algorithm>
#include <map>
#include <utility>

#include "storage/sqlcipher/card_table.h"
#include "storage/sqlcipher/row_codec.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t card_kinds = 5, statement_statuses = 3, region_count = 3, component_kinds = 4;
static_assert(static_cast<int>(CardKind::unknown) + 1 == card_kinds);
static_assert(static_cast<int>(StatementStatus::revised) + 1 == statement_statuses);
static_assert(static_cast<int>(ComponentKind::bill_adjustment) + 1 == component_kinds);

std::optional<std::string> optional_string(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

Result<StatementRow> read_statement(const Statement& row) {
  StatementRow statement;
  statement.key = row.int64(0);
  statement.issuer = IssuerId(std::string(row.text(1)));
  statement.account_label = row.text(2);
  statement.anchor = row.text(3);
  statement.billing_month = month_from(row.optional_int64(4));
  statement.billing_month_source = row.text(5);
  statement.closing_date = date_from(row.optional_int64(6));
  statement.payment_due_date = date_from(row.optional_int64(7));
  MEISAI_ASSIGN(statement.status, enum_from<StatementStatus>(row.int64(8), statement_statuses));
  statement.stated_total_minor = row.optional_int64(9);
  statement.computed_total_minor = row.int64(10);
  MEISAI_ASSIGN(statement.currency, currency_from(row.text(11)));
  if (const auto balanced = row.optional_int64(12)) statement.balanced = *balanced != 0;
  statement.transaction_count = static_cast<std::uint64_t>(row.int64(13));
  statement.held_count = static_cast<std::uint64_t>(row.int64(14));
  return statement;
}

/// The lists that hang on statements, put where they belong.
class StatementLists {
 public:
  StatementLists(Database& database, std::vector<StatementRow>& statements, const IssuerId& issuer)
      : database_(database), statements_(statements), issuer_(issuer) {
    for (std::size_t i = 0; i < statements.size(); ++i) index_.emplace(statements[i].key, i);
  }

  Result<void> load_all() {
    MEISAI_TRY(
        load("SELECT statement,card FROM statement_card WHERE statement IN "
             "(SELECT id FROM statement WHERE ?1='' OR issuer=?1) ORDER BY statement,seq",
             [](const Statement& row, StatementRow& statement) -> Result<void> {
               statement.cards.push_back(row.int64(1));
               return {};
             }));
    MEISAI_TRY(
        load("SELECT statement,label,card_label,stated,region FROM subtotal WHERE statement IN "
             "(SELECT id FROM statement WHERE ?1='' OR issuer=?1) ORDER BY statement,seq",
             [](const Statement& row, StatementRow& statement) -> Result<void> {
               Subtotal& subtotal = statement.subtotals.emplace_back();
               subtotal.label = row.text(1);
               subtotal.card_label = optional_string(row.optional_text(2));
               subtotal.stated_minor = row.int64(3);
               MEISAI_ASSIGN(subtotal.region, enum_from<Region>(row.int64(4), region_count));
               return {};
             }));
    return load(
        "SELECT statement,kind,label,card_label,amount FROM component WHERE statement IN "
        "(SELECT id FROM statement WHERE ?1='' OR issuer=?1) ORDER BY statement,seq",
        [](const Statement& row, StatementRow& statement) -> Result<void> {
          Component& component = statement.components.emplace_back();
          MEISAI_ASSIGN(component.kind, enum_from<ComponentKind>(row.int64(1), component_kinds));
          component.label = row.text(2);
          component.card_label = optional_string(row.optional_text(3));
          component.amount_minor = row.int64(4);
          return {};
        });
  }

 private:
  template <class Read>
  Result<void> load(Sql sql, const Read& read) {
    return each_row(database_.prepared(sql).bind(1, issuer_.text()), [&](const Statement& row) -> Result<void> {
      const auto found = index_.find(row.int64(0));
      if (found == index_.end()) return damaged_value("a list of no statement");
      return read(row, statements_[found->second]);
    });
  }

  Database& database_;
  std::vector<StatementRow>& statements_;
  const IssuerId& issuer_;
  std::map<StatementKey, std::size_t> index_;
};

}  // namespace

Result<VaultHead> load_head(Database& database) {
  Statement& row = database.prepared(
      "SELECT generation,next_txn,last_position,audit_count,audit_head,control_epoch,"
      "control_high_water,first_position FROM head WHERE one=1");
  const RowScope scope(row);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return damaged_value("the vault has no head");
  VaultHead head{.generation = static_cast<std::uint64_t>(row.int64(0)),
                 .next_transaction = row.int64(1),
                 .last_position = static_cast<std::uint64_t>(row.int64(2)),
                 .chain = {.count = static_cast<std::uint64_t>(row.int64(3))}};
  MEISAI_ASSIGN(head.chain.head, digest_from(row.blob(4)));
  head.control_epoch = static_cast<std::uint64_t>(row.int64(5));
  head.control_high_water = instant_from(row.int64(6));
  head.first_position = static_cast<std::uint64_t>(row.int64(7));
  return head;
}

Result<void> save_head(Database& database, const VaultHead& head) {
  return database
      .prepared(
          "UPDATE head SET generation=?1,next_txn=?2,last_position=?3,audit_count=?4,audit_head=?5,"
          "control_epoch=?6,control_high_water=?7,first_position=?8 WHERE one=1")
      .bind(1, static_cast<std::int64_t>(head.generation))
      .bind(2, head.next_transaction)
      .bind(3, static_cast<std::int64_t>(head.last_position))
      .bind(4, static_cast<std::int64_t>(head.chain.count))
      .bind(5, bytes_of(head.chain.head))
      .bind(6, static_cast<std::int64_t>(head.control_epoch))
      .bind(7, to_column(head.control_high_water))
      .bind(8, static_cast<std::int64_t>(head.first_position))
      .run();
}

Result<std::string> load_meta(Database& database, std::string_view name) {
  Statement& row = database.prepared("SELECT value FROM meta WHERE name=?1");
  const RowScope scope(row);
  row.bind(1, name);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return damaged_value("the vault lacks a setting");
  const auto blob = row.blob(0);
  return std::string(reinterpret_cast<const char*>(blob.data()), blob.size());
}

Result<void> save_meta(Database& database, std::string_view name, std::span<const std::byte> value) {
  return database.prepared("INSERT INTO meta VALUES(?1,?2)").bind(1, name).bind(2, value).run();
}

Result<std::vector<CardRow>> load_cards(Database& database, const IssuerId& issuer) {
  std::vector<CardRow> cards;
  MEISAI_TRY(each_row(database
                          .prepared("SELECT id,issuer,key_hash,name,account_label,role,last4,label,kind,joined_into "
                                    "FROM card "
                                    "WHERE ?1='' OR issuer=?1 ORDER BY id")
                          .bind(1, issuer.text()),
                      [&](const Statement& row) -> Result<void> {
                        CardRow& card = cards.emplace_back();
                        card.key = row.int64(0);
                        card.issuer = IssuerId(std::string(row.text(1)));
                        MEISAI_ASSIGN(card.key_hash, digest_from(row.blob(2)));
                        card.name = row.text(3);
                        card.account_label = row.text(4);
                        card.role = row.text(5);
                        card.last4 = row.text(6);
                        card.label = row.text(7);
                        MEISAI_ASSIGN(card.kind, enum_from<CardKind>(row.int64(8), card_kinds));
                        card.joined_into = row.int64(9);
                        return {};
                      }));
  MEISAI_TRY(each_row(database.prepared("SELECT card,connection FROM card_connection ORDER BY card,connection"),
                      [&](const Statement& row) -> Result<void> {
                        const auto card = std::ranges::lower_bound(cards, row.int64(0), {}, &CardRow::key);
                        if (card != cards.end() && card->key == row.int64(0))
                          card->connections.emplace_back(std::string(row.text(1)));
                        return {};
                      }));
  MEISAI_TRY(load_card_aliases(database, cards));
  return cards;
}

Result<std::vector<CardKey>> find_withheld(Database& database, const std::vector<ConnectionId>& sealed) {
  std::vector<CardKey> found;
  if (sealed.empty()) return found;
  MEISAI_ASSIGN(const auto cards, load_cards(database, IssuerId()));
  for (const CardRow& card : cards) {
    if (card.joined_into != 0 || !ledger_rules::all_sealed(card.connections, sealed)) continue;
    Statement& row = database.prepared(
        "SELECT 1 FROM txn t JOIN document d ON d.id=t.doc WHERE t.card=?1 AND d.connection='' LIMIT 1");
    const RowScope scope(row);
    row.bind(1, card.key);
    MEISAI_ASSIGN(const bool in_file, row.step());
    if (!in_file) found.push_back(card.key);
  }
  ledger_rules::add_joined(found, cards);
  return found;
}

Result<std::vector<StatementRow>> load_statements(Database& database, const IssuerId& issuer) {
  std::vector<StatementRow> statements;
  MEISAI_TRY(each_row(database
                          .prepared("SELECT id,issuer,account_label,anchor,billing_month,billing_month_source,"
                                    "closing_date,payment_due_date,status,stated_total,computed_total,currency,"
                                    "balanced,transaction_count,held_count FROM statement "
                                    "WHERE ?1='' OR issuer=?1 ORDER BY id")
                          .bind(1, issuer.text()),
                      [&](const Statement& row) -> Result<void> {
                        MEISAI_ASSIGN(StatementRow statement, read_statement(row));
                        statements.push_back(std::move(statement));
                        return {};
                      }));
  MEISAI_TRY(StatementLists(database, statements, issuer).load_all());
  return statements;
}

Result<std::vector<CoverageRow>> load_coverage(Database& database, CardKey card) {
  std::vector<CoverageRow> found;
  MEISAI_TRY(each_row(database
                          .prepared("SELECT first_day,last_day,channel,certainty FROM coverage WHERE card=?1 "
                                    "ORDER BY first_day,channel,certainty")
                          .bind(1, card),
                      [&](const Statement& row) -> Result<void> {
                        found.push_back({.card = card,
                                         .from = ledger_rules::date_of(static_cast<DayKey>(row.int64(0))),
                                         .to = ledger_rules::date_of(static_cast<DayKey>(row.int64(1))),
                                         .channel = std::string(row.text(2)),
                                         .certainty = std::string(row.text(3))});
                        return {};
                      }));
  return found;
}

Result<std::vector<BilledPart>> load_parts(Database& database, TransactionKey transaction) {
  std::vector<BilledPart> parts;
  MEISAI_TRY(each_row(
      database.prepared("SELECT stmt,billed,idx FROM billed_part WHERE txn=?1 ORDER BY stmt").bind(1, transaction),
      [&](const Statement& row) -> Result<void> {
        BilledPart& part = parts.emplace_back();
        part.transaction = transaction;
        part.statement = row.int64(0);
        part.billed_minor = row.optional_int64(1);
        if (const auto index = row.optional_int64(2)) part.index = static_cast<int>(*index);
        return {};
      }));
  return parts;
}

Result<std::vector<BilledSum>> load_billed_sums(Database& database, StatementKey statement) {
  std::vector<BilledSum> sums;
  StoredRow listed;
  // A part of this statement counts in place of what the row itself bills.
  const auto add = [&](const Statement& row) -> Result<void> {
    MEISAI_TRY(read_row(row, listed));
    const bool in_part = row.int64(15) != 0;
    return ledger_rules::add_billed(sums, listed.card, listed.facts.region,
                                    in_part ? row.optional_int64(16) : listed.facts.billed_minor);
  };
  MEISAI_TRY(each_row(database.prepared(queries::billed_by_statement).bind(1, statement), add));
  std::ranges::sort(sums, {}, [](const BilledSum& sum) { return std::pair(sum.card, sum.region); });
  return sums;
}

Result<void> visit_rows_of(Database& database, StatementKey statement, const RowVisitor& visit) {
  return visit_rows(database.prepared(queries::rows_of_statement).bind(1, statement), visit);
}

Result<void> visit_rows(Statement& statement, const RowVisitor& visit) {
  const RowScope scope(statement);
  StoredRow row;
  for (;;) {
    MEISAI_ASSIGN(const bool more, statement.step());
    if (!more) return {};
    MEISAI_TRY(read_row(statement, row));
    if (!visit(row)) return {};
  }
}

}  // namespace meisai::sqlcipher
