// SPDX-License-Identifier: Apache-2.0
//
// Makes the windows of a staged document part of the ledger, inside a write transaction that the caller
// commits. Adds and revises: a posted row that the document no longer lists is reported and stays. A pending row that
// its issuer lists no more is removed when the issuer's term is over, as a change that says why.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/statement_identity.h"
#include "engine/sync/window_content.h"

namespace meisai::sync {

/// What the windows of one write transaction came to.
struct WindowsResult {
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t held = 0;
  std::vector<RejectedCandidate> rejected;
  std::vector<StatementKey> statements;
};

class DocumentImport {
 public:
  DocumentImport(StagedDocument& document, Normalizer& normalizer, const ImportOptions& options, Instant now);

  /// Applies consecutive windows. On an Error (a hold's too: `statement_contradicted`, `schema_drift`) the
  /// transaction is to be thrown away: nothing of the document is taken in.
  [[nodiscard]] Result<WindowsResult> apply(LedgerWrite& ledger, std::span<const WindowSpan> windows);

 private:
  struct Window;  // the one being applied

  /// Makes the document known and its staged pages its own, once. Its number.
  [[nodiscard]] Result<DocumentKey> keep_document(LedgerWrite& ledger);
  [[nodiscard]] ledger::View view_of(const Window& window) const;
  [[nodiscard]] Result<void> apply_window(LedgerWrite& ledger, const WindowSpan& span, WindowsResult& result);
  [[nodiscard]] Result<void> choose_account(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> put_cards(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> choose_statement(LedgerWrite& ledger, Window& window);
  [[nodiscard]] std::vector<CardKey> cards_of_statement(const Window& window) const;
  [[nodiscard]] Result<ledger::StatementChoice> find_unnamed_statement(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> check_unknown_elsewhere(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> match(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> write_rows(LedgerWrite& ledger, Window& window, WindowsResult& result);
  [[nodiscard]] StoredRow row_of(const Window& window, Candidate&& candidate, const ledger::Entry& entry,
                                 const ledger::Decision& decision) const;
  [[nodiscard]] Result<TransactionKey> insert_row(LedgerWrite& ledger, const StoredRow& row);
  [[nodiscard]] Result<void> write_absent_pending(LedgerWrite& ledger, Window& window, WindowsResult& result);
  [[nodiscard]] Result<void> write_disputes(LedgerWrite& ledger, const Window& window, WindowsResult& result);

  // Known rows (document_known_row.cpp).
  [[nodiscard]] Result<bool> write_known(LedgerWrite& ledger, Window& window, const ledger::Decision& decision,
                                         StoredRow row);
  [[nodiscard]] Result<bool> write_listed(LedgerWrite& ledger, Window& window, const StoredRow& known,
                                          const StoredRow& row, bool first_link);
  [[nodiscard]] Result<void> write_dispute(LedgerWrite& ledger, Window& window, const StoredRow& known,
                                           const StoredRow& row);
  [[nodiscard]] Result<bool> write_part(LedgerWrite& ledger, const Window& window, const StoredRow& known,
                                        StoredRow& row, bool first_link);
  [[nodiscard]] Result<void> put_share(LedgerWrite& ledger, const StoredRow& row);
  [[nodiscard]] Result<void> give_reason(LedgerWrite& ledger, TransactionKey key, MatchRule rule, std::uint64_t line,
                                         std::string detail);
  [[nodiscard]] Result<void> suggest(LedgerWrite& ledger, const ledger::Doubt& doubt, const StoredRow& row);
  [[nodiscard]] Result<void> end_suggestions(LedgerWrite& ledger, const Window& window);
  [[nodiscard]] Result<void> write_coverage(LedgerWrite& ledger, const Window& window);
  [[nodiscard]] Result<void> write_quarantine(LedgerWrite& ledger, const Window& window);
  [[nodiscard]] Result<std::multiset<std::pair<Code, std::string>>> held_records(LedgerWrite& ledger) const;
  [[nodiscard]] Result<void> write_statement(LedgerWrite& ledger, Window& window, bool rows_changed,
                                             WindowsResult& result);
  [[nodiscard]] Result<void> check_readable(const Window& window) const;

  StagedDocument& document_;
  Normalizer& normalizer_;
  const ImportOptions& options_;
  DocumentRow row_;
  std::optional<std::string> account_;
  std::vector<CardRow> cards_;      // of the document, resolved; key 0 until first needed
  std::vector<CardKey> card_keys_;  // the same, as matching wants them
};

}  // namespace meisai::sync
