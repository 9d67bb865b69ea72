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

#include "engine/ledger/card_evidence.h"
#include "engine/ledger/statement_identity.h"
#include "engine/sync/window_content.h"

namespace meisai::sync {

/// Raw pages stay this long for replay after a fix of a layout (retention rule, docs/decisions).
constexpr std::chrono::days raw_retention{400};

/// A row that an application of a document changes.
struct Touched {
  ChangeKind change = ChangeKind::added;
  StoredRow row;                    ///< as it is then
  std::optional<StoredRow> before;  ///< of a modified one
};

/// A person's word on a batch that was held: it is right, whatever is known.
struct Acceptance {
  std::string hold;       ///< its public id, which removed rows name
  std::size_t shown = 0;  ///< so many of the rows that it changes are reported
};

/// What the windows of one write transaction came to.
struct WindowsResult {
  std::uint64_t added = 0;
  std::uint64_t modified = 0;
  std::uint64_t removed = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t held = 0;
  std::vector<RejectedCandidate> rejected;
  std::vector<StatementKey> statements;
  std::vector<Touched> touched;  ///< as many as Acceptance::shown
};

/// Records of a stored document that were refused when it was taken in.
struct Release {
  DocumentRow document;
  std::vector<CardRow> cards;           ///< of the document; key 0: not known, and then nothing of it is taken in
  StatementKey statement = 0;           ///< that waits for them; 0: none
  std::map<std::uint64_t, bool> lines;  ///< true: a later copy of the statement holds without it
};
struct Released {
  std::set<std::uint64_t> lines;  ///< that are settled: taken in, or known by another way
  std::vector<StoredRow> added;
  std::uint64_t modified = 0;
};

class DocumentImport {
 public:
  DocumentImport(StagedDocument& document, Normalizer& normalizer, const ImportOptions& options, Instant now,
                 std::optional<Acceptance> accepted = {});

  /// Applies consecutive windows. On an Error (a hold's too, see holds.h) the transaction is to be thrown away: nothing
  /// of the document is taken in.
  [[nodiscard]] Result<WindowsResult> apply(LedgerWrite& ledger, std::span<const WindowSpan> windows);
  /// Takes in what of `wanted` can be read now, and nothing else of the window.
  [[nodiscard]] Result<Released> release(LedgerWrite& ledger, const WindowSpan& span, const Release& wanted);
  /// The document's cards as they stand in the ledger; key 0: no window was about it yet.
  [[nodiscard]] const std::vector<CardRow>& cards() const noexcept { return cards_; }

 private:
  struct Window;  // the one being applied

  /// Makes the document known and its staged pages its own, once. Its number.
  [[nodiscard]] Result<DocumentKey> keep_document(LedgerWrite& ledger);
  [[nodiscard]] ledger::View view_of(const Window& window) const;
  [[nodiscard]] Result<void> apply_window(LedgerWrite& ledger, const WindowSpan& span, WindowsResult& result);
  [[nodiscard]] Result<void> choose_account(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> choose_among(LedgerWrite& ledger, Window& window, const std::set<std::string>& accounts);
  void resolve(const std::string& account, std::span<const CardRow> known);
  [[nodiscard]] Result<void> identify_cards(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> recognize_late(LedgerWrite& ledger, const Window& window, std::uint32_t index,
                                            std::span<const CardRow> known);
  [[nodiscard]] Result<void> note_marks(LedgerWrite& ledger, CardKey card, const char* why) const;
  [[nodiscard]] Result<void> take_named_card(LedgerWrite& ledger, CardKey named, std::span<const CardRow> known);
  [[nodiscard]] Result<ledger::CardFinding> look_for(LedgerWrite& ledger, const Window& window, std::uint32_t card,
                                                     std::span<const CardRow> known) const;
  [[nodiscard]] Result<void> take_for(LedgerWrite& ledger, std::uint32_t index, const CardRow& known, const char* why);
  [[nodiscard]] Result<void> put_cards(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> choose_statement(LedgerWrite& ledger, Window& window);
  [[nodiscard]] std::vector<CardKey> cards_of_statement(const Window& window) const;
  [[nodiscard]] Result<ledger::StatementChoice> find_unnamed_statement(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<StatementKey> known_elsewhere(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> decide(LedgerWrite& ledger, Window& window);
  /// Decides, and holds what contradicts or doubles what is known.
  [[nodiscard]] Result<void> match(LedgerWrite& ledger, Window& window);
  /// What the brake says of a list; `held` where it holds it.
  [[nodiscard]] Result<void> look_for_doubt(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> write_rows(LedgerWrite& ledger, Window& window, WindowsResult& result);
  [[nodiscard]] StoredRow row_of(const Window& window, Candidate&& candidate, const ledger::Entry& entry,
                                 const ledger::Decision& decision) const;
  [[nodiscard]] Result<TransactionKey> insert_row(LedgerWrite& ledger, const StoredRow& row);
  [[nodiscard]] Result<void> write_absent_pending(LedgerWrite& ledger, Window& window, WindowsResult& result);
  [[nodiscard]] Result<void> write_disputes(LedgerWrite& ledger, const Window& window, WindowsResult& result);
  /// Takes out what an accepted batch should list and does not.
  [[nodiscard]] Result<void> remove_unlisted(LedgerWrite& ledger, Window& window, WindowsResult& result);
  [[nodiscard]] Result<void> collect_unlisted(LedgerWrite& ledger, Window& window);
  [[nodiscard]] Result<void> remove_row(LedgerWrite& ledger, const Window& window, StoredRow row,
                                        WindowsResult& result);
  void show(WindowsResult& result, ChangeKind change, const StoredRow& row, std::optional<StoredRow> before) const;

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
  [[nodiscard]] Result<void> release_rows(LedgerWrite& ledger, Window& window, const Release& wanted,
                                          Released& released);
  [[nodiscard]] Result<void> release_known(LedgerWrite& ledger, Window& window, const ledger::Decision& decision,
                                           StoredRow row, Released& released);
  [[nodiscard]] Result<void> write_released(LedgerWrite& ledger, Window& window, const Release& wanted,
                                            const Released& released);
  [[nodiscard]] Result<void> check_readable(const Window& window) const;

  StagedDocument& document_;
  Normalizer& normalizer_;
  const ImportOptions& options_;
  std::optional<Acceptance> accepted_;
  DocumentRow row_;
  bool taken_in_before_ = false;
  std::optional<std::string> account_;
  std::vector<CardRow> cards_;                                // of the document, resolved; key 0 until first needed
  std::vector<CardKey> card_keys_;                            // the same, as matching wants them
  std::map<std::uint32_t, std::vector<CardKey>> other_than_;  // by card: known ones that the person says it is not
  bool named_card_taken_ = false;                             // `--card` was heard
};

}  // namespace meisai::sync
