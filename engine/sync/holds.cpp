// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/holds.h"

#include <algorithm>

#include "engine/ledger/public_id.h"
#include "engine/sync/document_import.h"

namespace meisai::sync {
namespace {

Digest card_of(const DocumentRow& row) {
  return row.about_card < row.cards.size() ? row.cards[row.about_card].key_hash : Digest{};
}

/// The same endpoint of a connection, asked about the same card.
bool is_same_source(const DocumentRow& a, const DocumentRow& b) {
  return !a.connection.empty() && a.connection == b.connection && a.layout == b.layout && a.name == b.name &&
         card_of(a) == card_of(b);
}

Result<void> outdate_older(LedgerWrite& ledger, const DocumentRow& row) {
  MEISAI_ASSIGN(const std::vector<HoldRow> holds, ledger.holds());
  for (const HoldRow& hold : holds) {
    if (hold.state != HoldState::open) continue;
    MEISAI_ASSIGN(const std::optional<DocumentRow> other, ledger.document(hold.document));
    if (other && other->digest != row.digest && is_same_source(*other, row))
      MEISAI_TRY(end_hold(ledger, hold, HoldState::outdated));
  }
  return {};
}

}  // namespace

Result<HoldId> keep_hold(LedgerWrite& ledger, StagedDocument& document, const Error& why, Instant now) {
  MEISAI_TRY(document.identify());
  DocumentRow row = row_of(document);
  row.imported_at = now;
  row.keep_raw_until = now + raw_retention;
  MEISAI_ASSIGN(const std::vector<DocumentRow> known, ledger.documents(row.issuer));
  const auto same = std::ranges::find_if(
      known, [&row](const DocumentRow& each) { return each.digest == row.digest && each.layout == row.layout; });
  // Its rows may be in the ledger already: then its raw records stay theirs, whatever becomes of the hold.
  const bool is_taken_in = same != known.end() && same->state == DocumentState::taken_in;
  row.state = is_taken_in ? DocumentState::taken_in : DocumentState::held;
  MEISAI_TRY(outdate_older(ledger, row));
  HoldRow hold{.code = why.code, .diagnosis = why.what, .held_at = now};
  for (const WindowSpan& window : document.windows) hold.transactions += window.transactions;
  MEISAI_ASSIGN(hold.document, ledger.put_document(row));
  MEISAI_ASSIGN(const HoldKey key, ledger.put_hold(hold));
  MEISAI_ASSIGN(const std::string tag, ledger.vault_tag());
  return HoldId(ledger::public_id(ledger::IdKind::hold, tag, key));
}

Result<void> end_hold(LedgerWrite& ledger, HoldRow hold, HoldState state) {
  hold.state = state;
  MEISAI_TRY(ledger.put_hold(hold));
  if (state == HoldState::accepted) return {};
  MEISAI_ASSIGN(const std::optional<DocumentRow> document, ledger.document(hold.document));
  if (!document || document->state != DocumentState::held) return {};
  return ledger.drop_pages(hold.document);
}

Result<void> outdate_hold_of(LedgerWrite& ledger, DocumentKey document) {
  MEISAI_ASSIGN(const std::vector<HoldRow> holds, ledger.holds());
  for (HoldRow hold : holds) {
    if (hold.state != HoldState::open || hold.document != document) continue;
    hold.state = HoldState::outdated;  // its pages are those of the document, which stays
    MEISAI_TRY(ledger.put_hold(hold));
  }
  return {};
}

Result<std::vector<HoldRow>> open_holds_of(LedgerWrite& ledger, const ConnectionId& connection) {
  MEISAI_ASSIGN(std::vector<HoldRow> holds, ledger.holds());
  std::vector<HoldRow> found;
  for (const HoldRow& hold : holds) {
    if (hold.state != HoldState::open) continue;
    MEISAI_ASSIGN(const std::optional<DocumentRow> document, ledger.document(hold.document));
    if (document && document->connection == connection) found.push_back(hold);
  }
  return found;
}

}  // namespace meisai::sync
