// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/schema.h"

#include <array>
#include <string>

namespace meisai::sqlcipher {
namespace {

// Each table says what it is for; enumerations are stored as numbers in the order of the model's headers,
// dates as days since 1970, months as year * 12 + month - 1, instants as milliseconds since 1970.

constexpr const char* control_1 = R"sql(
CREATE TABLE head(                 -- one row: what policy decides by, and both chains' ends
  one INTEGER PRIMARY KEY CHECK(one = 1),
  epoch INTEGER NOT NULL,
  high_water INTEGER NOT NULL,
  anchor_generation INTEGER,       -- NULL before the vault's first commit
  anchor_audit_count INTEGER,
  anchor_audit_head BLOB,
  audit_count INTEGER NOT NULL,
  audit_head BLOB NOT NULL);
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE incident(
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  scope INTEGER NOT NULL, issuer TEXT NOT NULL, degree INTEGER NOT NULL, state INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, suspected_since INTEGER, reason TEXT NOT NULL,
  epoch INTEGER NOT NULL, lifted_at INTEGER, lift_reason TEXT NOT NULL);
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  actor TEXT NOT NULL, operation TEXT NOT NULL, object TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL,
  previous BLOB NOT NULL, hash BLOB NOT NULL);
)sql";

// The transaction table has one full index and no more (docs: performance): the unique key, which also
// serves every query by card and day. The two partial indexes cost nothing for rows outside of them.
constexpr const char* vault_1 = R"sql(
CREATE TABLE head(                 -- one row, written by every commit
  one INTEGER PRIMARY KEY CHECK(one = 1),
  generation INTEGER NOT NULL,     -- commits so far
  next_txn INTEGER NOT NULL,       -- numbers are never used again, also where rows were deleted
  last_position INTEGER NOT NULL,  -- end of the change feed
  audit_count INTEGER NOT NULL,
  audit_head BLOB NOT NULL,
  control_epoch INTEGER NOT NULL,  -- the counter-anchor: the least that control.db must still know
  control_high_water INTEGER NOT NULL);
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE card(
  id INTEGER PRIMARY KEY, issuer TEXT NOT NULL, key_hash BLOB NOT NULL, name TEXT NOT NULL,
  account_label TEXT NOT NULL, role TEXT NOT NULL, last4 TEXT NOT NULL, label TEXT NOT NULL, kind INTEGER NOT NULL);
CREATE TABLE statement(
  id INTEGER PRIMARY KEY, issuer TEXT NOT NULL, account_label TEXT NOT NULL, anchor TEXT NOT NULL,
  billing_month INTEGER, billing_month_source TEXT NOT NULL, closing_date INTEGER, payment_due_date INTEGER,
  status INTEGER NOT NULL, stated_total INTEGER, computed_total INTEGER NOT NULL, currency TEXT NOT NULL,
  balanced INTEGER, transaction_count INTEGER NOT NULL, held_count INTEGER NOT NULL);
CREATE TABLE statement_card(
  statement INTEGER NOT NULL, seq INTEGER NOT NULL, card INTEGER NOT NULL,
  PRIMARY KEY(statement, seq)) WITHOUT ROWID;
CREATE TABLE subtotal(
  statement INTEGER NOT NULL, seq INTEGER NOT NULL, label TEXT NOT NULL, card_label TEXT, stated INTEGER NOT NULL,
  region INTEGER NOT NULL, PRIMARY KEY(statement, seq)) WITHOUT ROWID;
CREATE TABLE component(
  statement INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL, label TEXT NOT NULL, card_label TEXT,
  amount INTEGER NOT NULL, PRIMARY KEY(statement, seq)) WITHOUT ROWID;
CREATE TABLE document(
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL, issuer TEXT NOT NULL, layout TEXT NOT NULL, encoding TEXT NOT NULL,
  channel TEXT NOT NULL, imported_at INTEGER NOT NULL, keep_raw_until INTEGER NOT NULL, UNIQUE(digest, layout));
CREATE TABLE txn(
  id INTEGER PRIMARY KEY, card INTEGER NOT NULL, tdate INTEGER NOT NULL, fp BLOB NOT NULL,
  stmt INTEGER NOT NULL, doc INTEGER NOT NULL, line INTEGER NOT NULL,
  amount INTEGER NOT NULL, billed INTEGER, pdate INTEGER, status INTEGER NOT NULL,
  attrs INTEGER NOT NULL,          -- the small fields, packed (row_codec.cpp)
  mraw TEXT NOT NULL, mnorm TEXT,  -- mnorm NULL: the same as mraw
  extra BLOB,                      -- the rare fields (row_codec.cpp)
  UNIQUE(card, tdate, fp));
CREATE INDEX txn_pending ON txn(card, tdate) WHERE status = 0;
CREATE INDEX txn_stmt ON txn(stmt) WHERE stmt <> 0;
CREATE TABLE revision(             -- what a row was before its nth revision
  txn INTEGER NOT NULL, seq INTEGER NOT NULL, generation INTEGER NOT NULL,
  card INTEGER NOT NULL, tdate INTEGER NOT NULL, fp BLOB NOT NULL,
  stmt INTEGER NOT NULL, doc INTEGER NOT NULL, line INTEGER NOT NULL,
  amount INTEGER NOT NULL, billed INTEGER, pdate INTEGER, status INTEGER NOT NULL, attrs INTEGER NOT NULL,
  mraw TEXT NOT NULL, mnorm TEXT, extra BLOB, PRIMARY KEY(txn, seq)) WITHOUT ROWID;
CREATE TABLE billed_part(
  txn INTEGER NOT NULL, stmt INTEGER NOT NULL, billed INTEGER, idx INTEGER, PRIMARY KEY(txn, stmt)) WITHOUT ROWID;
CREATE INDEX billed_part_stmt ON billed_part(stmt);
CREATE TABLE month_total(
  card INTEGER NOT NULL, month INTEGER NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL,
  count INTEGER NOT NULL, PRIMARY KEY(card, month, currency)) WITHOUT ROWID;
CREATE TABLE change(
  position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, entity INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE coverage(
  id INTEGER PRIMARY KEY, card INTEGER NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL,
  channel TEXT NOT NULL, certainty TEXT NOT NULL);
CREATE INDEX coverage_card ON coverage(card, first_day);
CREATE TABLE quarantine(
  document INTEGER NOT NULL, line INTEGER NOT NULL, code TEXT NOT NULL, stmt INTEGER NOT NULL,
  field INTEGER NOT NULL, message TEXT NOT NULL, masked_text TEXT NOT NULL,
  PRIMARY KEY(document, line, code)) WITHOUT ROWID;
CREATE TABLE raw_page(id INTEGER PRIMARY KEY, data BLOB NOT NULL);      -- zstd
CREATE TABLE staged_page(page INTEGER PRIMARY KEY);                     -- raw pages of no document yet
CREATE TABLE document_page(
  document INTEGER NOT NULL, page INTEGER NOT NULL, PRIMARY KEY(document, page)) WITHOUT ROWID;
CREATE TABLE audit(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  actor TEXT NOT NULL, operation TEXT NOT NULL, object TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL,
  previous BLOB NOT NULL, hash BLOB NOT NULL);
)sql";

// Linked issuers: connections, registrations, a cutoff of one connection, corroborated time.
constexpr const char* control_2 = R"sql(
ALTER TABLE incident ADD COLUMN connection TEXT NOT NULL DEFAULT '';
ALTER TABLE head ADD COLUMN trusted_time INTEGER;
CREATE TABLE connection(
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL, linked_at INTEGER NOT NULL,
  state INTEGER NOT NULL,
  consent TEXT NOT NULL, not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, end_terms INTEGER NOT NULL,
  consent_end INTEGER NOT NULL, ended_at INTEGER, held INTEGER NOT NULL,
  revocation INTEGER NOT NULL,
  outcome INTEGER NOT NULL, reason TEXT NOT NULL, checked_at INTEGER, data_as_of INTEGER, next_allowed_at INTEGER);
CREATE INDEX connection_sealed ON connection(id) WHERE held >= 2 OR end_terms <> 0;
CREATE TABLE registration(
  issuer TEXT PRIMARY KEY, profile_text TEXT NOT NULL, profile_hash BLOB NOT NULL, client_id TEXT NOT NULL,
  authentication INTEGER NOT NULL, key_id TEXT NOT NULL, registered_at INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Consents and sealed tokens; through which connection a thing came; numbers that erased things had.
constexpr const char* vault_2 = R"sql(
ALTER TABLE document ADD COLUMN connection TEXT NOT NULL DEFAULT '';
ALTER TABLE staged_page ADD COLUMN owner TEXT NOT NULL DEFAULT '';   -- a connection; '': the subject's documents
CREATE TABLE card_connection(
  card INTEGER NOT NULL, connection TEXT NOT NULL, PRIMARY KEY(card, connection)) WITHOUT ROWID;
CREATE TABLE statement_origin(     -- through what it was seen; '': a file
  statement INTEGER NOT NULL, connection TEXT NOT NULL, PRIMARY KEY(statement, connection)) WITHOUT ROWID;
CREATE TABLE used_number(          -- the highest number that a thing had which was erased
  thing TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE consent(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);  -- consent_codec.cpp
CREATE TABLE token(                -- sealed under the token key, not under the database's
  connection TEXT PRIMARY KEY, generation INTEGER NOT NULL, state INTEGER NOT NULL,
  access BLOB NOT NULL, refresh BLOB NOT NULL, access_ends_at INTEGER NOT NULL, refresh_ends_at INTEGER,
  scopes TEXT NOT NULL, obtained_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE client_key(issuer TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID;
)sql";

// What a person decides (suggestions, holds, their own layer), why rows are as they are, every identity that a thing
// had, and what a replay needs to know of a document.
constexpr const char* vault_3 = R"sql(
ALTER TABLE head ADD COLUMN first_position INTEGER NOT NULL DEFAULT 1;   -- older changes were pruned
ALTER TABLE change ADD COLUMN at INTEGER NOT NULL DEFAULT 0;             -- of its commit
UPDATE change SET at=(SELECT coalesce(max(at),0) FROM audit);            -- of older ones: this at the latest
CREATE TABLE unlisted(stmt INTEGER NOT NULL, txn INTEGER NOT NULL, PRIMARY KEY(stmt, txn)) WITHOUT ROWID;
CREATE INDEX unlisted_txn ON unlisted(txn);
ALTER TABLE card ADD COLUMN joined_into INTEGER NOT NULL DEFAULT 0;
CREATE TABLE card_alias(key_hash BLOB NOT NULL, account_label TEXT NOT NULL, card INTEGER NOT NULL,
  PRIMARY KEY(card, key_hash, account_label)) WITHOUT ROWID;
CREATE TABLE alias(                -- an identity that a row had before
  card INTEGER NOT NULL, tdate INTEGER NOT NULL, fp BLOB NOT NULL, txn INTEGER NOT NULL,
  PRIMARY KEY(card, tdate, fp)) WITHOUT ROWID;
CREATE INDEX alias_txn ON alias(txn);
CREATE TABLE reason(
  txn INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, doc INTEGER NOT NULL, line INTEGER NOT NULL,
  rule INTEGER NOT NULL, other INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY(txn, seq)) WITHOUT ROWID;
CREATE TABLE suggestion(
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, first INTEGER NOT NULL,
  second INTEGER NOT NULL, evidence INTEGER NOT NULL, detail TEXT NOT NULL, made_at INTEGER NOT NULL,
  UNIQUE(kind, first, second));
CREATE TABLE hold(
  id INTEGER PRIMARY KEY, document INTEGER NOT NULL, code TEXT NOT NULL, diagnosis TEXT NOT NULL,
  transactions INTEGER NOT NULL, state INTEGER NOT NULL, held_at INTEGER NOT NULL);
CREATE TABLE user_layer(           -- the one with the highest seq is the one of now
  txn INTEGER NOT NULL, seq INTEGER NOT NULL, note TEXT NOT NULL, category TEXT NOT NULL, tags TEXT NOT NULL,
  merchant TEXT NOT NULL, ignored INTEGER NOT NULL, PRIMARY KEY(txn, seq)) WITHOUT ROWID;
ALTER TABLE document ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN lines INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN last_record_incomplete INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN complete_from INTEGER;
ALTER TABLE document ADD COLUMN complete_to INTEGER;
ALTER TABLE document ADD COLUMN about_card INTEGER NOT NULL DEFAULT 4294967295;
ALTER TABLE document ADD COLUMN pending_term INTEGER NOT NULL DEFAULT 0;
CREATE TABLE document_card(
  document INTEGER NOT NULL, seq INTEGER NOT NULL, key_hash BLOB NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL,
  last4 TEXT NOT NULL, PRIMARY KEY(document, seq)) WITHOUT ROWID;
)sql";

constexpr std::array control_steps = {Migration{1, control_1}, Migration{2, control_2}};
constexpr std::array vault_steps = {Migration{1, vault_1}, Migration{2, vault_2}, Migration{3, vault_3}};

}  // namespace

std::span<const Migration> control_migrations() noexcept { return control_steps; }
std::span<const Migration> vault_migrations() noexcept { return vault_steps; }

Result<void> migrate(Database& database, std::span<const Migration> migrations) {
  MEISAI_ASSIGN(const std::int64_t found, database.user_version());
  if (found > migrations.back().version)
    return fail(Code::store_too_new,
                "the store has format " + std::to_string(found) + ", this program knows up to " +
                    std::to_string(migrations.back().version),
                "update Meisai; older programs cannot open this store");
  for (const Migration& step : migrations) {
    if (step.version <= found) continue;
    MEISAI_ASSIGN(Transaction transaction, Transaction::begin(database));
    MEISAI_ASSIGN(const std::int64_t now, database.user_version());  // another process may have been faster
    if (now >= step.version) continue;
    MEISAI_TRY(database.exec(step.sql));
    MEISAI_TRY(database.set_user_version(step.version));
    MEISAI_TRY(transaction.commit());
  }
  return {};
}

}  // namespace meisai::sqlcipher
