// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/statement_detail.h"

#include <algorithm>

#include "engine/ledger/public_id.h"
#include "engine/ledger/reconciliation.h"

namespace meisai::reading {
namespace {

Result<const StatementRow*> row_of(const LedgerReader& reader, const StatementId& id) {
  const auto number = ledger::number_of(ledger::IdKind::statement, reader.vault_tag(), id.text());
  const std::vector<StatementRow>& rows = reader.statement_rows();
  const auto found = number ? std::ranges::find(rows, *number, &StatementRow::key) : rows.end();
  if (found == rows.end()) return fail(Code::not_found, "there is no such statement", "see `meisai statements`");
  return &*found;
}

/// A row as this statement bills it: its own share, and the number of its payment.
Result<void> show_share(LedgerView& view, const StoredRow& row, StatementKey statement, Transaction& shown) {
  MEISAI_ASSIGN(const std::vector<BilledPart> parts, view.parts_of(row.key));
  const auto part = std::ranges::find(parts, statement, &BilledPart::statement);
  if (part == parts.end()) return {};
  shown.facts.billed_minor = part->billed_minor;
  if (part->index) shown.facts.plan.index = part->index;
  return {};
}

Result<void> list_rows(LedgerReader& reader, LedgerView& view, StatementKey statement, StatementDetail& detail) {
  std::vector<StoredRow> rows;
  MEISAI_TRY(view.rows_of(statement, [&rows](const StoredRow& row) {
    rows.push_back(row);
    return true;
  }));
  std::ranges::sort(rows, {}, [](const StoredRow& row) { return std::pair(row.day, row.key); });
  MEISAI_ASSIGN(const std::vector<TransactionKey> unlisted, view.unlisted_of(statement));
  for (const StoredRow& row : rows) {
    if (!reader.shows(row.card)) continue;
    Transaction shown = reader.transaction(row);
    MEISAI_TRY(show_share(view, row, statement, shown));
    const bool gone = std::ranges::binary_search(unlisted, row.key);
    if (gone) detail.no_longer_listed.push_back(shown);
    detail.transactions.push_back(std::move(shown));
  }
  return {};
}

Result<void> list_rejected(const LedgerReader& reader, LedgerView& view, const StatementRow& statement,
                           StatementDetail& detail) {
  MEISAI_ASSIGN(const std::vector<QuarantineRow> quarantine, view.quarantine());
  for (const QuarantineRow& held : quarantine) {
    if (held.statement != statement.key) continue;
    const DocumentRow* document = reader.document(held.document);
    detail.quarantined.push_back({.issuer = statement.issuer,
                                  .layout = document == nullptr ? "" : document->layout,
                                  .document = document == nullptr ? "" : hex(document->digest).substr(0, 12),
                                  .row = held.rejection.row,
                                  .code = held.rejection.code,
                                  .message = held.rejection.message,
                                  .masked_text = held.masked_text,
                                  .statement = detail.statement.id,
                                  .made_good = statement.held_count == 0});
  }
  return {};
}

/// Whether a held document may be about one of the statement's cards: it names one of them, or none at all.
bool may_be_about(const LedgerReader& reader, const DocumentRow& document, const StatementRow& statement) {
  if (document.issuer != statement.issuer) return false;
  if (document.cards.empty()) return true;
  return std::ranges::any_of(document.cards, [&](const DocumentCard& named) {
    return std::ranges::any_of(
        statement.cards, [&](CardKey key) { return reader.shows(key) && reader.card(key).key_hash == named.key_hash; });
  });
}

Result<void> list_holds(const LedgerReader& reader, LedgerView& view, const StatementRow& statement,
                        StatementDetail& detail) {
  MEISAI_ASSIGN(const std::vector<HoldRow> holds, view.holds());
  for (const HoldRow& hold : holds) {
    const DocumentRow* document = reader.document(hold.document);
    if (hold.state != HoldState::open || document == nullptr || !may_be_about(reader, *document, statement)) continue;
    detail.holds.push_back({.id = HoldId(ledger::public_id(ledger::IdKind::hold, reader.vault_tag(), hold.key)),
                            .issuer = document->issuer,
                            .connection = document->connection,
                            .document = document->name,
                            .code = hold.code,
                            .diagnosis = hold.diagnosis,
                            .transactions = hold.transactions,
                            .state = hold.state,
                            .held_at = hold.held_at});
  }
  return {};
}

}  // namespace

Result<StatementDetail> statement_detail(LedgerReader& reader, LedgerView& view, const StatementId& id) {
  MEISAI_ASSIGN(const StatementRow* row, row_of(reader, id));
  StatementDetail detail;
  MEISAI_ASSIGN(detail.statement, reader.statement(*row));
  MEISAI_ASSIGN(const ledger::Balance balance, reader.balance(*row));
  for (const ledger::ComparedSum& sum : balance.sums)
    detail.sums.push_back({.label = sum.label, .stated_minor = sum.stated_minor, .computed_minor = sum.computed_minor});
  MEISAI_TRY(list_rows(reader, view, row->key, detail));
  MEISAI_TRY(list_rejected(reader, view, *row, detail));
  MEISAI_TRY(list_holds(reader, view, *row, detail));
  return detail;
}

}  // namespace meisai::reading
