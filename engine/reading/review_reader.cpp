// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/review_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/ledger/public_id.h"

namespace meisai::reading {
namespace {

Result<std::map<DocumentKey, DocumentRow>> documents_by_number(LedgerView& view) {
  MEISAI_ASSIGN(std::vector<DocumentRow> rows, view.documents());
  std::map<DocumentKey, DocumentRow> documents;
  for (DocumentRow& row : rows) documents.emplace(row.key, std::move(row));
  return documents;
}

std::string short_digest(const DocumentRow& document) { return hex(document.digest).substr(0, 12); }

}  // namespace

Result<std::vector<KnownHold>> holds(const LedgerReader& reader, LedgerView& view) {
  MEISAI_ASSIGN(const auto documents, documents_by_number(view));
  MEISAI_ASSIGN(const std::vector<HoldRow> rows, view.holds());
  std::vector<KnownHold> known;
  for (const HoldRow& row : rows) {
    const auto document = documents.find(row.document);
    if (document == documents.end()) continue;
    const DocumentRow& from = document->second;
    known.push_back({.shown = {.id = HoldId(ledger::public_id(ledger::IdKind::hold, reader.vault_tag(), row.key)),
                               .issuer = from.issuer,
                               .connection = from.connection,
                               .document = from.name.empty() ? short_digest(from) : from.name,
                               .code = row.code,
                               .diagnosis = row.diagnosis,
                               .transactions = row.transactions,
                               .state = row.state,
                               .held_at = row.held_at},
                     .row = row,
                     .document = from});
  }
  return known;
}

Result<KnownHold> hold(const LedgerReader& reader, LedgerView& view, const HoldId& id) {
  const auto number = ledger::number_of(ledger::IdKind::hold, reader.vault_tag(), id.text());
  MEISAI_ASSIGN(std::vector<KnownHold> known, holds(reader, view));
  const auto found = std::ranges::find_if(known, [&](const KnownHold& one) { return one.row.key == number; });
  if (!number || found == known.end())
    return fail(Code::not_found, "there is no such hold", "see `meisai holds --all`");
  return std::move(*found);
}

bool is_made_good(const QuarantineRow& row, const std::vector<StatementRow>& statements) {
  const auto statement = std::ranges::find(statements, row.statement, &StatementRow::key);
  return statement != statements.end() && statement->held_count == 0;
}

Result<std::vector<QuarantinedRecord>> quarantine(const LedgerReader& reader, LedgerView& view) {
  MEISAI_ASSIGN(const auto documents, documents_by_number(view));
  MEISAI_ASSIGN(const std::vector<QuarantineRow> rows, view.quarantine());
  std::vector<QuarantinedRecord> records;
  for (const QuarantineRow& row : rows) {
    const auto document = documents.find(row.document);
    if (document == documents.end()) continue;
    const bool known_statement =
        std::ranges::find(reader.statement_rows(), row.statement, &StatementRow::key) != reader.statement_rows().end();
    records.push_back({.issuer = document->second.issuer,
                       .layout = document->second.layout,
                       .document = short_digest(document->second),
                       .row = row.rejection.row,
                       .code = row.rejection.code,
                       .message = row.rejection.message,
                       .masked_text = row.masked_text,
                       .statement = known_statement ? std::optional(reader.statement_id(row.statement)) : std::nullopt,
                       .made_good = is_made_good(row, reader.statement_rows())});
  }
  return records;
}

}  // namespace meisai::reading
