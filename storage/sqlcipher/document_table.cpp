// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/document_table.h"

#include <algorithm>
#include <utility>

#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t document_states = 3;
static_assert(static_cast<int>(DocumentState::discarded) + 1 == document_states);

#define MEISAI_DOCUMENT_COLUMNS                                                                      \
  "id,digest,issuer,layout,encoding,channel,imported_at,keep_raw_until,connection,name,state,lines," \
  "last_record_incomplete,complete_from,complete_to,about_card,pending_term"

Result<DocumentRow> read_document(const Statement& row) {
  DocumentRow document;
  document.key = row.int64(0);
  MEISAI_ASSIGN(document.digest, digest_from(row.blob(1)));
  document.issuer = IssuerId(std::string(row.text(2)));
  document.layout = row.text(3);
  document.encoding = row.text(4);
  document.channel = row.text(5);
  document.imported_at = instant_from(row.int64(6));
  document.keep_raw_until = instant_from(row.int64(7));
  document.connection = ConnectionId(std::string(row.text(8)));
  document.name = row.text(9);
  MEISAI_ASSIGN(document.state, enum_from<DocumentState>(row.int64(10), document_states));
  document.lines = static_cast<std::uint64_t>(row.int64(11));
  document.last_record_incomplete = row.int64(12) != 0;
  document.complete_from = date_from(row.optional_int64(13));
  document.complete_to = date_from(row.optional_int64(14));
  document.about_card = static_cast<std::uint32_t>(row.int64(15));
  document.pending_term = std::chrono::days(row.int64(16));
  return document;
}

Result<DocumentCard> read_card(const Statement& row) {
  DocumentCard card;
  MEISAI_ASSIGN(card.key_hash, digest_from(row.blob(1)));
  card.name = row.text(2);
  card.role = row.text(3);
  card.last4 = row.text(4);
  return card;
}

Result<void> save_cards(Database& database, DocumentKey key, const std::vector<DocumentCard>& cards) {
  MEISAI_TRY(database.prepared("DELETE FROM document_card WHERE document=?1").bind(1, key).run());
  std::int64_t seq = 0;
  for (const DocumentCard& card : cards)
    MEISAI_TRY(database.prepared("INSERT INTO document_card VALUES(?1,?2,?3,?4,?5,?6)")
                   .bind_all(key, seq++, bytes_of(card.key_hash), card.name, card.role, card.last4)
                   .run());
  return {};
}

/// What a later reading of the same bytes may say otherwise.
Result<void> save_reading(Database& database, DocumentKey key, const DocumentRow& document) {
  MEISAI_TRY(database
                 .prepared("UPDATE document SET encoding=?2,keep_raw_until=?3,name=?4,state=?5,lines=?6,"
                           "last_record_incomplete=?7,complete_from=?8,complete_to=?9,about_card=?10,pending_term=?11 "
                           "WHERE id=?1")
                 .bind_all(key, document.encoding, to_column(document.keep_raw_until), document.name,
                           static_cast<std::int64_t>(document.state), static_cast<std::int64_t>(document.lines),
                           std::int64_t{document.last_record_incomplete}, to_column(document.complete_from),
                           to_column(document.complete_to), std::int64_t{document.about_card},
                           std::int64_t{document.pending_term.count()})
                 .run());
  return save_cards(database, key, document.cards);
}

}  // namespace

Result<DocumentKey> save_document(Database& database, const DocumentRow& document) {
  DocumentKey key = 0;
  {
    Statement& row = database.prepared("SELECT id FROM document WHERE digest=?1 AND layout=?2");
    const RowScope scope(row);
    row.bind(1, bytes_of(document.digest)).bind(2, document.layout);
    MEISAI_ASSIGN(const bool known, row.step());
    if (known) key = row.int64(0);
  }
  if (key == 0) {
    MEISAI_ASSIGN(key, next_document_number(database));
    MEISAI_TRY(
        database
            .prepared(
                "INSERT INTO document(id,digest,issuer,layout,encoding,channel,imported_at,keep_raw_until,connection) "
                "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
            .bind_all(key, bytes_of(document.digest), document.issuer.text(), document.layout, document.encoding,
                      document.channel, to_column(document.imported_at), to_column(document.keep_raw_until),
                      document.connection.text())
            .run());
  }
  MEISAI_TRY(save_reading(database, key, document));
  return key;
}

Result<std::optional<DocumentRow>> load_document(Database& database, DocumentKey document) {
  std::optional<DocumentRow> found;
  MEISAI_TRY(
      each_row(database.prepared("SELECT " MEISAI_DOCUMENT_COLUMNS " FROM document WHERE id=?1").bind(1, document),
               [&](const Statement& row) -> Result<void> {
                 MEISAI_ASSIGN(found, read_document(row));
                 return {};
               }));
  if (!found) return found;
  MEISAI_TRY(each_row(
      database.prepared("SELECT document,key_hash,name,role,last4 FROM document_card WHERE document=?1 ORDER BY seq")
          .bind(1, document),
      [&](const Statement& row) -> Result<void> {
        MEISAI_ASSIGN(DocumentCard card, read_card(row));
        found->cards.push_back(std::move(card));
        return {};
      }));
  return found;
}

Result<std::vector<DocumentRow>> load_documents(Database& database, const IssuerId& issuer) {
  std::vector<DocumentRow> documents;
  MEISAI_TRY(each_row(
      database.prepared("SELECT " MEISAI_DOCUMENT_COLUMNS " FROM document WHERE ?1='' OR issuer=?1 ORDER BY id")
          .bind(1, issuer.text()),
      [&](const Statement& row) -> Result<void> {
        MEISAI_ASSIGN(DocumentRow document, read_document(row));
        documents.push_back(std::move(document));
        return {};
      }));
  MEISAI_TRY(
      each_row(database.prepared("SELECT document,key_hash,name,role,last4 FROM document_card ORDER BY document,seq"),
               [&](const Statement& row) -> Result<void> {
                 const auto document = std::ranges::lower_bound(documents, row.int64(0), {}, &DocumentRow::key);
                 if (document == documents.end() || document->key != row.int64(0)) return {};
                 MEISAI_ASSIGN(DocumentCard card, read_card(row));
                 document->cards.push_back(std::move(card));
                 return {};
               }));
  return documents;
}

Result<std::vector<std::int64_t>> load_page_numbers(Database& database, DocumentKey document) {
  std::vector<std::int64_t> numbers;
  MEISAI_TRY(
      each_row(database.prepared("SELECT page FROM document_page WHERE document=?1 ORDER BY page").bind(1, document),
               [&](const Statement& row) -> Result<void> {
                 numbers.push_back(row.int64(0));
                 return {};
               }));
  return numbers;
}

Result<void> drop_document_pages(Database& database, DocumentKey document) {
  MEISAI_TRY(database.prepared("DELETE FROM raw_page WHERE id IN (SELECT page FROM document_page WHERE document=?1)")
                 .bind(1, document)
                 .run());
  MEISAI_TRY(database.prepared("DELETE FROM document_page WHERE document=?1").bind(1, document).run());
  MEISAI_TRY(database.prepared("DELETE FROM document_card WHERE document=?1").bind(1, document).run());
  return database.prepared("UPDATE document SET state=?2 WHERE id=?1")
      .bind_all(document, static_cast<std::int64_t>(DocumentState::discarded))
      .run();
}

Result<std::uint64_t> prune_pages(Database& database, Instant before) {
  constexpr auto held = static_cast<std::int64_t>(DocumentState::held);
  MEISAI_TRY(database
                 .prepared("DELETE FROM raw_page WHERE id IN (SELECT page FROM document_page WHERE document IN "
                           "(SELECT id FROM document WHERE keep_raw_until<?1 AND state<>?2))")
                 .bind_all(to_column(before), held)
                 .run());
  const std::int64_t pruned = database.changes();
  MEISAI_TRY(database
                 .prepared("DELETE FROM document_page WHERE document IN "
                           "(SELECT id FROM document WHERE keep_raw_until<?1 AND state<>?2)")
                 .bind_all(to_column(before), held)
                 .run());
  return static_cast<std::uint64_t>(pruned);
}

Result<QuarantineRow> read_quarantine(const Statement& row) {
  constexpr auto fields = static_cast<std::int64_t>(field_count);
  QuarantineRow held{.document = row.int64(0), .statement = row.int64(3)};
  held.rejection.row = static_cast<std::uint64_t>(row.int64(1));
  const auto code = code_named(row.text(2));
  if (!code) return damaged_value("an unknown code");
  held.rejection.code = *code;
  MEISAI_ASSIGN(held.rejection.field, enum_from<Field>(row.int64(4), fields));
  held.rejection.message = row.text(5);
  held.masked_text = row.text(6);
  return held;
}

Result<std::vector<QuarantineRow>> load_quarantine(Database& database, DocumentKey document) {
  std::vector<QuarantineRow> rows;
  MEISAI_TRY(each_row(database
                          .prepared("SELECT document,line,code,stmt,field,message,masked_text FROM quarantine "
                                    "WHERE document=?1 ORDER BY line,code")
                          .bind(1, document),
                      [&](const Statement& row) -> Result<void> {
                        MEISAI_ASSIGN(QuarantineRow held, read_quarantine(row));
                        rows.push_back(std::move(held));
                        return {};
                      }));
  return rows;
}

Result<void> delete_quarantine(Database& database, DocumentKey document, std::uint64_t line, Code code) {
  return database.prepared("DELETE FROM quarantine WHERE document=?1 AND line=?2 AND code=?3")
      .bind_all(document, static_cast<std::int64_t>(line), name_of(code))
      .run();
}

}  // namespace meisai::sqlcipher
