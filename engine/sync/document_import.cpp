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

/// Rows that can be found again by day and facts alone.
std::uint64_t comparable_rows(const WindowContent& content) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      content.entries, [](const ledger::Entry& entry) { return !entry.in_parts && !entry.undated; }));
}

std::uint64_t sum_of(const std::map<StatementKey, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [statement, count] : counts) sum += count;
  return sum;
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
  row_.channel = document.origin.channel;
  row_.connection = document.origin.connection;
  row_.imported_at = now;
  row_.keep_raw_until = now + raw_retention;
}

Result<WindowsResult> DocumentImport::apply(LedgerWrite& ledger, std::span<const WindowSpan> windows) {
  // An answer that says nothing new leaves nothing but its audit entry: a poll a day must not fill the vault.
  if (document_.origin.connection.empty()) {
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
  }
  WindowsResult result;
  for (const WindowSpan& window : windows) MEISAI_TRY(apply_window(ledger, window, result));
  return result;
}

Result<DocumentKey> DocumentImport::keep_document(LedgerWrite& ledger) {
  if (row_.key != 0) return row_.key;
  MEISAI_TRY(document_.stage_all());
  if (!row_.connection.empty()) row_.digest = document_.digest_of_pages(document_.name + '\n' + row_.connection.text());
  return ledger.put_document(row_);
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
  const std::uint64_t telling = document_.origin.connection.empty() ? 4 : 1;  // a file may hold a lone damaged row
  if (content.transaction_records >= telling && unread * 2 > content.transaction_records)
    return held(Code::schema_drift,
                "more than half of the records cannot be read: the issuer may have changed its format",
                "nothing of it was taken in; for a file `meisai import --dry-run` says each row's reason; a newer "
                "version may know the format");
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
    MEISAI_ASSIGN(const std::string account, ledger::account_named(*options_.card, known, tag, normalizer_));
    resolve(account);
    return {};
  }
  const auto accounts = ledger::accounts_of(document_.cards, known);
  if (accounts.size() <= 1) {
    resolve(accounts.empty() ? std::string{} : *accounts.begin());
    return {};
  }
  // Several cards look alike in this issuer's files: only rows that are known already can tell which it is.
  const std::uint64_t comparable = comparable_rows(window.content);
  std::vector<std::string> telling;
  for (const std::string& account : accounts) {
    resolve(account);
    ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
    MEISAI_ASSIGN(const auto overlap, matching.overlap());
    const std::uint64_t shared = sum_of(overlap);
    if (shared == 0 || shared * 2 < comparable) continue;
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
  ledger::StatementChoice choice;
  if (anchor.empty()) {
    MEISAI_ASSIGN(choice, find_unnamed_statement(ledger, window));
  } else {
    choice = ledger::statement_named(window.statements, *account_, anchor, card_keys_);
  }
  if (choice.doubtful)
    return held(Code::statement_contradicted,
                "the document may be a copy of a known statement of the same time, but differs from it in most",
                name_the_card);
  if (const auto known = std::ranges::find(window.statements, choice.known, &StatementRow::key);
      choice.known != 0 && known != window.statements.end()) {
    window.statement = *known;
    return {};
  }
  MEISAI_TRY(check_unknown_elsewhere(ledger, window));
  window.new_statement = true;
  window.statement.issuer = document_.layout->issuer;
  window.statement.account_label = *account_;
  window.statement.anchor = anchor;
  MEISAI_ASSIGN(window.statement.key, ledger.put_statement(window.statement));
  return {};
}

/// The stored statement of the same cards that this is another copy of, if any.
Result<ledger::StatementChoice> DocumentImport::find_unnamed_statement(LedgerWrite& ledger, Window& window) {
  std::vector<ledger::Likeness> alike;
  ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
  for (const StatementRow& statement : window.statements) {
    if (statement.account_label != *account_ || !ledger::lists_a_card(statement, card_keys_)) continue;
    if (window.content.entries.empty()) {  // nothing but sums and components: a copy has the very same
      StatementRow copy = statement;
      state(copy, window.content, cards_, document_.name, false);
      if (statement.transaction_count == 0 && copy.subtotals == statement.subtotals &&
          copy.components == statement.components)
        return ledger::StatementChoice{.known = statement.key};
      continue;
    }
    MEISAI_ASSIGN(const ledger::Likeness like, matching.likeness(statement.key));
    alike.push_back(like);
  }
  std::optional<DayKey> newest;
  if (window.content.newest_use) newest = ledger::day_key({window.content.newest_use, DatePrecision::day}, 0);
  return ledger::statement_like(alike, window.content.entries.size(), newest);
}

/// A statement that would be new, most of whose rows are known under another one or another card, is not
/// new: a changed due date, a renamed product, a mistyped --card. Taking it in would double the rows.
Result<void> DocumentImport::check_unknown_elsewhere(LedgerWrite& ledger, Window& window) {
  const std::uint64_t comparable = comparable_rows(window.content);
  MEISAI_ASSIGN(const std::vector<CardRow> known, ledger.cards(document_.layout->issuer));
  std::uint64_t shared = 0;
  for (const CardRow& card : known) {
    const std::vector<CardKey> all_this_card(cards_.size(), card.key);
    ledger::WindowMatch matching(ledger, all_this_card, window.content.entries);
    MEISAI_ASSIGN(auto overlap, matching.overlap());
    overlap.erase(0);  // rows that no statement has claimed yet are what this one bills
    shared += sum_of(overlap);
  }
  if (comparable < 3 || shared * 2 < comparable) return {};
  return held(Code::statement_contradicted,
              "most rows of this document are known already, under another statement or another card",
              "see `meisai statements` and `meisai cards`; name a known card by --card as it is written there");
}

Result<void> DocumentImport::put_cards(LedgerWrite& ledger, Window& window) {
  const DocumentOrigin& origin = document_.origin;
  if (origin.card != no_card && std::ranges::find(window.content.cards, origin.card) == window.content.cards.end())
    window.content.cards.push_back(origin.card);
  for (const std::uint32_t index : window.content.cards) {
    CardRow& card = cards_[index];
    if (card.key == 0) {
      MEISAI_ASSIGN(card.key, ledger.put_card(card));
      MEISAI_TRY(ledger.add_change(
          {.kind = ChangeKind::added, .entity = Entity::card, .first = card.key, .last = card.key, .reason = {}}));
    }
    card_keys_[index] = card.key;
    auto& links = card.connections;
    if (!origin.connection.empty() && std::ranges::find(links, origin.connection) == links.end()) {
      MEISAI_TRY(ledger.link_card(card.key, origin.connection));
      links.push_back(origin.connection);
    }
    auto& listed = window.statement.cards;
    if (std::ranges::find(listed, card.key) == listed.end()) listed.push_back(card.key);
  }
  return {};
}

Result<void> DocumentImport::match(LedgerWrite& ledger, Window& window) {
  const StatementKey statement = window.statement.key;
  for (ledger::Entry& entry : window.content.entries)
    if (entry.undated) entry.day = ledger::day_key({}, statement);
  ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
  if (document_.origin.connection.empty()) {
    MEISAI_ASSIGN(window.outcome, matching.decide(statement));
  } else {
    MEISAI_ASSIGN(window.outcome, matching.decide_linked(statement, complete_days(window)));
  }
  if (!window.new_statement && window.has_statement &&
      ledger::contradicts(window.outcome, window.content.entries.size()))
    return held(Code::statement_contradicted,
                "the document contradicts most of what is known of the same card and statement", name_the_card);
  return {};
}

std::optional<ledger::WindowMatch::CompleteDays> DocumentImport::complete_days(const Window& window) const {
  const auto& complete = document_.origin.complete;
  if (!complete) return std::nullopt;
  const auto day = [](LocalDate date) { return ledger::day_key({date, DatePrecision::day}, 0); };
  return ledger::WindowMatch::CompleteDays{day(complete->from), day(complete->to), window.content.cards};
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
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
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
  if (window.has_statement)
    return write_statement(ledger, window, result.added + result.modified != changed_before, result);
  return {};
}

StoredRow DocumentImport::row_of(const Window& window, Candidate&& candidate, const ledger::Entry& entry,
                                 const ledger::Decision& decision) const {
  return {.key = decision.row,
          .card = card_keys_[candidate.card],
          .day = entry.day,
          .fingerprint = ledger::fingerprint(entry.facts, decision.occurrence),
          .statement = window.statement.key,
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
    if (const auto moved = window.outcome.moved.find(row.key); moved != window.outcome.moved.end())
      known = moved->second;
    MEISAI_TRY(ledger.rows_on(row.card, row.day, row.day, [&](const StoredRow& stored) {
      if (stored.key == row.key) known = stored;
      return !known;
    }));
    if (known && known->statement != 0) return false;
  }
  MEISAI_TRY(ledger.revise(row));
  if (!window.has_statement) return true;
  // A purchase that was billed in parts until now keeps its share of this statement as a part.
  MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger.parts_of(row.key));
  if (billed_in_parts(row.facts.plan.type) || std::ranges::count(parts, row.statement, &BilledPart::statement) != 0)
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
  // A purchase that reached the issuer late does not make the months before its statement known.
  constexpr std::chrono::days longest_period{45};
  if (const auto& complete = document_.origin.complete) {
    for (const std::uint32_t card : window.content.cards)
      MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                      .from = complete->from,
                                      .to = complete->to,
                                      .channel = row_.channel,
                                      .certainty = "complete"}));
    return {};
  }
  for (const auto& [card, days] : window.content.days) {
    LocalDate from = days.from;
    if (window.has_statement) from = std::max(from, LocalDate(std::chrono::sys_days(days.to) - longest_period));
    MEISAI_TRY(ledger.put_coverage({.card = card_keys_[card],
                                    .from = from,
                                    .to = days.to,
                                    .channel = row_.channel,
                                    .certainty = window.has_statement ? "statement" : "complete"}));
  }
  return {};
}

Result<void> DocumentImport::write_quarantine(LedgerWrite& ledger, const Window& window) {
  if (window.content.rejected.empty()) return {};
  MEISAI_ASSIGN(row_.key, keep_document(ledger));
  for (const RejectedCandidate& rejected : window.content.rejected)
    MEISAI_TRY(ledger.put_quarantine({.document = row_.key,
                                      .statement = window.statement.key,
                                      .rejection = rejected.rejection,
                                      .masked_text = rejected.masked_text}));
  return {};
}

Result<void> DocumentImport::write_statement(LedgerWrite& ledger, Window& window, bool rows_changed,
                                             WindowsResult& result) {
  StatementRow& statement = window.statement;
  const StatementRow before = statement;
  const std::size_t missing = missing_from(window.content, statement, cards_);
  state(statement, window.content, cards_, document_.name, !window.outcome.absent.empty() || missing != 0);
  result.held += missing;
  statement.held_count = window.outcome.absent.size() + missing + window.content.rejected.size();

  MEISAI_ASSIGN(const std::vector<BilledSum> sums, ledger.billed_sums(statement.key));
  std::map<CardKey, std::string> labels;
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(document_.layout->issuer));
  for (const CardRow& card : cards) labels.emplace(card.key, card.label);
  MEISAI_ASSIGN(const ledger::Balance balance, ledger::reconcile(statement, sums, labels));
  statement.computed_total_minor = balance.computed_minor;
  statement.balanced = balance.balanced;
  statement.transaction_count = balance.transaction_count;

  const bool restated =
      statement.stated_total_minor != before.stated_total_minor || statement.subtotals != before.subtotals ||
      statement.components != before.components || statement.payment_due_date != before.payment_due_date ||
      statement.billing_month != before.billing_month || statement.closing_date != before.closing_date;
  if (!window.new_statement) {
    // What changes after closing is a revision, and stays one; an open month only grows.
    const bool was_closed = before.status != StatementStatus::open;
    if (was_closed) statement.status = rows_changed || restated ? StatementStatus::revised : before.status;
    if (!rows_changed && !restated && statement.held_count == before.held_count && statement.status == before.status)
      return {};
  }
  MEISAI_TRY(ledger.put_statement(statement));
  return ledger.add_change({.kind = window.new_statement ? ChangeKind::added : ChangeKind::modified,
                            .entity = Entity::statement,
                            .first = statement.key,
                            .last = statement.key,
                            .reason = {}});
}

}  // namespace meisai::sync
