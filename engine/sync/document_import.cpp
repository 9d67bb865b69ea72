// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/document_import.h"

#include <algorithm>

#include "engine/ledger/reconciliation.h"
#include "engine/sync/statement_facts.h"

namespace meisai::sync {
namespace {

/// Raw pages stay this long for replay after a fix of a layout (retention rule, docs/decisions).
constexpr std::chrono::days raw_retention{400};

tl::unexpected<Error> held(Code code, std::string what, std::string remedy) {
  return fail(code, std::move(what), std::move(remedy), Retry::after_user);
}

constexpr const char* name_the_card = "if this is another card of yours, name it: --card LABEL";

/// One change of consecutive row numbers, grown while they stay consecutive.
class ChangeRange {
 public:
  ChangeRange(LedgerWrite& ledger, ChangeKind kind) : ledger_(ledger), kind_(kind) {}
  Result<void> add(TransactionKey key) {
    if (first_ != 0 && key == last_ + 1) {
      last_ = key;
      return {};
    }
    MEISAI_TRY(flush());
    first_ = last_ = key;
    return {};
  }
  Result<void> flush() {
    if (first_ == 0) return {};
    const ChangeRow change{.kind = kind_, .entity = Entity::transaction, .first = first_, .last = last_, .reason = {}};
    first_ = 0;
    return ledger_.add_change(change);
  }

 private:
  LedgerWrite& ledger_;
  ChangeKind kind_;
  TransactionKey first_ = 0;
  TransactionKey last_ = 0;
};

}  // namespace

struct DocumentImport::Window {
  explicit Window(WindowContent read) : content(std::move(read)) {}
  WindowContent content;
  bool has_statement = false;
  bool new_statement = false;
  StatementRow statement;                ///< key 0: none
  std::vector<StatementRow> statements;  ///< all of the issuer
  ledger::Outcome outcome;
};

DocumentImport::DocumentImport(StagedDocument& document, Normalizer& normalizer, const ImportOptions& options,
                               Instant now)
    : document_(document), normalizer_(normalizer), options_(options) {
  row_.digest = document.digest;
  row_.issuer = document.layout->issuer;
  row_.layout = document.layout->layout;
  row_.encoding = document.facts.encoding;
  row_.channel = "file";
  row_.imported_at = now;
  row_.keep_raw_until = now + raw_retention;
}

Result<WindowsResult> DocumentImport::apply(LedgerWrite& ledger, std::span<const WindowSpan> windows) {
  MEISAI_ASSIGN(row_.key, ledger.put_document(row_));
  WindowsResult result;
  for (const WindowSpan& window : windows) MEISAI_TRY(apply_window(ledger, window, result));
  return result;
}

Result<void> DocumentImport::apply_window(LedgerWrite& ledger, const WindowSpan& span, WindowsResult& result) {
  Window window(WindowContent(document_, span, normalizer_));
  MEISAI_TRY(window.content.read());
  window.has_statement = document_.layout->window == WindowRule::statement;
  MEISAI_TRY(check_readable(window));
  if (!account_) MEISAI_TRY(choose_account(ledger, window));
  if (window.has_statement) MEISAI_TRY(choose_statement(ledger, window));
  MEISAI_TRY(put_cards(ledger, window));
  MEISAI_TRY(match(ledger, window));
  MEISAI_TRY(write_rows(ledger, window, result));
  if (window.has_statement) result.statements.push_back(window.statement.key);
  std::ranges::move(window.content.rejected, std::back_inserter(result.rejected));
  return {};
}

/// A truncated document is taken in only where a stated total shows what is missing; one of which most
/// records cannot be read is a layout that we do not know.
Result<void> DocumentImport::check_readable(const Window& window) const {
  const WindowContent& content = window.content;
  if (document_.facts.last_record_incomplete && !content.stated_total_minor)
    return fail(Code::document_truncated, "the document ends inside a record and states no total to check by",
                "download the file again");
  const std::uint64_t unread = content.transaction_records - content.entries.size();
  if (content.transaction_records >= 4 && unread * 2 > content.transaction_records)
    return held(Code::schema_drift,
                "more than half of the records cannot be read: the issuer may have changed the file",
                "see each row's reason with `meisai import --dry-run`; a newer version may know the layout");
  return {};
}

/// Decides whose cards these are: as named by the person, as known, or new.
Result<void> DocumentImport::choose_account(LedgerWrite& ledger, Window& window) {
  MEISAI_ASSIGN(const std::vector<CardRow> known, ledger.cards(document_.layout->issuer));
  const auto resolve = [&](const std::string& account) {
    cards_ = ledger::resolve_cards(document_.layout->issuer, document_.cards, account, known);
    card_keys_.clear();
    for (const CardRow& card : cards_) card_keys_.push_back(card.key);
    account_ = account;
  };
  if (options_.card) {
    MEISAI_ASSIGN(const std::string tag, ledger.vault_tag());
    MEISAI_ASSIGN(const std::string account, ledger::account_named(*options_.card, known, tag));
    resolve(account);
    return {};
  }
  const auto accounts = ledger::accounts_of(document_.cards, known);
  if (accounts.size() <= 1) {
    resolve(accounts.empty() ? std::string{} : *accounts.begin());
    return {};
  }
  // Several cards look alike in this issuer's files: only rows that are known already can tell which it is.
  std::vector<std::string> telling;
  for (const std::string& account : accounts) {
    resolve(account);
    ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
    MEISAI_ASSIGN(const auto overlap, matching.overlap());
    std::uint64_t shared = 0;
    for (const auto& [statement, count] : overlap) shared += count;
    if (shared == 0 || shared * 2 < window.content.entries.size()) continue;
    telling.push_back(account);
  }
  if (telling.size() != 1)
    return held(Code::card_ambiguous, "several of your cards look the same in this issuer's files",
                "say which card it is: --card LABEL (see `meisai cards`)");
  resolve(telling.front());
  return {};
}

Result<void> DocumentImport::choose_statement(LedgerWrite& ledger, Window& window) {
  MEISAI_ASSIGN(window.statements, ledger.statements(document_.layout->issuer));
  const std::string anchor = anchor_of(window.content);
  std::map<StatementKey, std::uint64_t> overlap;
  if (anchor.empty()) {
    ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
    MEISAI_ASSIGN(overlap, matching.overlap());
  }
  const auto comparable = std::ranges::count_if(
      window.content.entries, [](const ledger::Entry& entry) { return !entry.in_parts && !entry.undated; });
  const auto choice = ledger::choose_statement(window.statements, *account_, anchor, card_keys_, overlap,
                                               static_cast<std::uint64_t>(comparable));
  if (choice.doubtful)
    return held(Code::statement_contradicted,
                "the document shares some rows with a known statement of the same card and differs in most",
                name_the_card);
  const auto known = std::ranges::find(window.statements, choice.known, &StatementRow::key);
  if (choice.known != 0 && known != window.statements.end()) {
    window.statement = *known;
    return {};
  }
  window.new_statement = true;
  window.statement.issuer = document_.layout->issuer;
  window.statement.account_label = *account_;
  window.statement.anchor = anchor;
  MEISAI_ASSIGN(window.statement.key, ledger.put_statement(window.statement));
  return {};
}

Result<void> DocumentImport::put_cards(LedgerWrite& ledger, Window& window) {
  for (const std::uint32_t index : window.content.cards) {
    CardRow& card = cards_[index];
    if (card.key == 0) {
      MEISAI_ASSIGN(card.key, ledger.put_card(card));
      MEISAI_TRY(ledger.add_change(
          {.kind = ChangeKind::added, .entity = Entity::card, .first = card.key, .last = card.key, .reason = {}}));
    }
    card_keys_[index] = card.key;
    labels_.insert_or_assign(card.key, card.label);
    auto& listed = window.statement.cards;
    if (std::ranges::find(listed, card.key) == listed.end()) listed.push_back(card.key);
  }
  return {};
}

Result<void> DocumentImport::match(LedgerWrite& ledger, Window& window) {
  const StatementKey statement = window.has_statement ? window.statement.key : 0;
  for (ledger::Entry& entry : window.content.entries)
    if (entry.undated) entry.day = ledger::day_key({}, statement);
  ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
  MEISAI_ASSIGN(window.outcome, matching.decide(statement));
  if (!window.new_statement && window.has_statement &&
      ledger::contradicts(window.outcome, window.content.entries.size()))
    return held(Code::statement_contradicted,
                "the document contradicts most of what is known of the same card and statement", name_the_card);
  return {};
}

Result<void> DocumentImport::write_rows(LedgerWrite& ledger, Window& window, WindowsResult& result) {
  // Matching sorted the entries; writing goes in order of the document.
  std::vector<const ledger::Entry*> by_ordinal(window.content.entries.size());
  for (const ledger::Entry& entry : window.content.entries) by_ordinal[entry.ordinal] = &entry;

  ChangeRange added(ledger, ChangeKind::added);
  ChangeRange modified(ledger, ChangeKind::modified);
  const std::uint64_t changed_before = result.added + result.modified;
  MEISAI_TRY(window.content.each_candidate([&](std::uint32_t ordinal, Candidate&& candidate) -> Result<void> {
    const ledger::Decision& decision = window.outcome.decisions[ordinal];
    if (decision.action == ledger::Action::keep) {
      ++result.unchanged;
      return {};
    }
    const StoredRow row = row_of(window, std::move(candidate), *by_ordinal[ordinal], decision);
    if (decision.action == ledger::Action::insert) {
      MEISAI_ASSIGN(const TransactionKey key, insert_row(ledger, row));
      ++result.added;
      return added.add(key);
    }
    MEISAI_ASSIGN(const bool changed, write_row(ledger, window, decision.action, row));
    if (!changed) {
      ++result.unchanged;
      return {};
    }
    ++result.modified;
    return modified.add(decision.row);
  }));
  MEISAI_TRY(added.flush());
  MEISAI_TRY(modified.flush());
  result.held += window.outcome.absent.size();
  MEISAI_TRY(write_coverage(ledger, window));
  MEISAI_TRY(write_quarantine(ledger, window));
  if (window.has_statement) return write_statement(ledger, window, result.added + result.modified != changed_before);
  return {};
}

StoredRow DocumentImport::row_of(const Window& window, Candidate&& candidate, const ledger::Entry& entry,
                                 const ledger::Decision& decision) const {
  return {.key = decision.row,
          .card = card_keys_[candidate.card],
          .day = entry.day,
          .fingerprint = ledger::fingerprint(entry.facts, decision.occurrence),
          .statement = window.has_statement ? window.statement.key : 0,
          .document = row_.key,
          .row = candidate.row,
          .facts = std::move(candidate.facts)};
}

Result<TransactionKey> DocumentImport::insert_row(LedgerWrite& ledger, const StoredRow& row) {
  MEISAI_ASSIGN(const TransactionKey key, ledger.insert(row));
  if (row.statement != 0 && billed_in_parts(row.facts.plan.type))
    MEISAI_TRY(ledger.put_part({key, row.statement, row.facts.billed_minor, row.facts.plan.index}));
  return key;
}

/// A known row that the window says something new about. False: it says nothing new after all.
Result<bool> DocumentImport::write_row(LedgerWrite& ledger, const Window& window, ledger::Action action,
                                       const StoredRow& row) {
  if (action == ledger::Action::part) return write_part(ledger, window, row);
  if (!window.has_statement) {
    // A list without bills says nothing about the statement that a row is billed by.
    std::optional<StoredRow> known;
    MEISAI_TRY(ledger.rows_on(row.card, row.day, row.day, [&](const StoredRow& stored) {
      if (stored.key == row.key) known = stored;
      return !known;
    }));
    if (known && known->statement != 0) return false;
  }
  MEISAI_TRY(ledger.revise(row));
  if (window.has_statement && billed_in_parts(row.facts.plan.type))
    MEISAI_TRY(ledger.put_part({row.key, row.statement, row.facts.billed_minor, row.facts.plan.index}));
  return true;
}

/// This statement's share of a purchase that another statement is shown with. The latest statement is shown.
Result<bool> DocumentImport::write_part(LedgerWrite& ledger, const Window& window, const StoredRow& row) {
  MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger.parts_of(row.key));
  const auto same = std::ranges::find_if(parts, [&](const BilledPart& part) {
    return part.statement == window.statement.key && part.billed_minor == row.facts.billed_minor &&
           part.index == row.facts.plan.index;
  });
  if (same != parts.end()) return false;
  MEISAI_TRY(ledger.put_part({row.key, window.statement.key, row.facts.billed_minor, row.facts.plan.index}));

  StatementRow here = window.statement;
  state(here, window.content, cards_, document_.name, false);
  const bool latest = std::ranges::none_of(parts, [&](const BilledPart& part) {
    if (part.index && row.facts.plan.index) return *part.index > *row.facts.plan.index;
    const auto other = std::ranges::find(window.statements, part.statement, &StatementRow::key);
    return other != window.statements.end() && other->key != here.key && ledger::bills_later(*other, here);
  });
  if (latest) MEISAI_TRY(ledger.revise(row));
  return true;
}

Result<void> DocumentImport::write_coverage(LedgerWrite& ledger, const Window& window) {
  for (const auto& [card, days] : window.content.days)
    MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                    .from = days.from,
                                    .to = days.to,
                                    .channel = "file",
                                    .certainty = window.has_statement ? "statement" : "complete"}));
  return {};
}

Result<void> DocumentImport::write_quarantine(LedgerWrite& ledger, const Window& window) {
  for (const RejectedCandidate& rejected : window.content.rejected)
    MEISAI_TRY(ledger.put_quarantine({.document = row_.key,
                                      .statement = window.has_statement ? window.statement.key : 0,
                                      .rejection = rejected.rejection,
                                      .masked_text = rejected.masked_text}));
  return {};
}

Result<void> DocumentImport::write_statement(LedgerWrite& ledger, Window& window, bool rows_changed) {
  StatementRow& statement = window.statement;
  const StatementRow before = statement;
  state(statement, window.content, cards_, document_.name, !window.outcome.absent.empty());
  statement.held_count = window.outcome.absent.size() + window.content.rejected.size();

  MEISAI_ASSIGN(const std::vector<BilledSum> sums, ledger.billed_sums(statement.key));
  std::map<CardKey, std::string> labels;
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(document_.layout->issuer));
  for (const CardRow& card : cards) labels.emplace(card.key, card.label);
  MEISAI_ASSIGN(const ledger::Balance balance, ledger::reconcile(statement, sums, labels));
  statement.computed_total_minor = balance.computed_minor;
  statement.balanced = balance.balanced;
  statement.transaction_count = balance.transaction_count;

  const bool restated = statement.stated_total_minor != before.stated_total_minor ||
                        statement.subtotals != before.subtotals || statement.components != before.components ||
                        statement.payment_due_date != before.payment_due_date ||
                        statement.billing_month != before.billing_month;
  if (!window.new_statement) {
    if (!rows_changed && !restated && statement.held_count == before.held_count) return {};
    if (rows_changed || restated) statement.status = StatementStatus::revised;
  }
  MEISAI_TRY(ledger.put_statement(statement));
  return ledger.add_change({.kind = window.new_statement ? ChangeKind::added : ChangeKind::modified,
                            .entity = Entity::statement,
                            .first = statement.key,
                            .last = statement.key,
                            .reason = {}});
}

}  // namespace meisai::sync
