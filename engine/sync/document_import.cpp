// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/document_import.h"

#include <algorithm>

#include "engine/sync/document_window.h"
#include "engine/sync/statement_facts.h"
#include "meisai/date.h"

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

}  // namespace

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
  Window window(WindowContent(document_, span, normalizer_, date_in_japan(row_.imported_at)));
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
    choice = ledger::statement_named(window.statements, *account_, anchor, cards_of_statement(window));
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

/// An issuer may number the statements of each card for itself: one of an API is about its own cards alone, whatever
/// other cards the look has met.
std::vector<CardKey> DocumentImport::cards_of_statement(const Window& window) const {
  const DocumentOrigin& origin = document_.origin;
  if (origin.connection.empty()) return card_keys_;
  std::vector<CardKey> keys;
  for (const std::uint32_t card : window.content.cards) keys.push_back(card_keys_[card]);
  if (origin.card != no_card) keys.push_back(card_keys_[origin.card]);
  return keys;
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
  MEISAI_ASSIGN(window.outcome, matching.decide(view_of(window)));
  if (!window.new_statement && window.has_statement &&
      ledger::contradicts(window.outcome, window.content.entries.size()))
    return held(Code::statement_contradicted,
                "the document contradicts most of what is known of the same card and statement", name_the_card);
  return {};
}

ledger::View DocumentImport::view_of(const Window& window) const {
  ledger::View view{.statement = window.statement.key,
                    .document = 0,
                    .likeness_of = ledger::LikenessOf(normalizer_, document_.layout->vocabulary),
                    .linked = !document_.origin.connection.empty(),
                    .complete = {}};
  const auto range = [](LocalDate from, LocalDate to) {
    const auto day = [](LocalDate date) { return ledger::day_key({date, DatePrecision::day}, 0); };
    return ledger::DayRange{day(from), day(to)};
  };
  if (!view.linked) {
    view.document = row_.key;
    if (!window.has_statement) return view;
    for (const auto& [card, days] : window.content.days)
      view.billed_days.emplace(card, range(first_day_of_statement(days), days.to));
    return view;
  }
  if (const auto& complete = document_.origin.complete)
    view.complete = ledger::View::CompleteDays{range(complete->from, complete->to), window.content.cards};
  // Rows of a bill that share an id are one row stated again, unless the bill's total counts each of them.
  const WindowContent& content = window.content;
  view.ids_tell_apart = !content.stated_total_minor || content.stated_total_minor != content.listed_total_minor;
  for (const StatementRow& each : window.statements)
    if (ledger::is_settled(each)) view.settled.insert(each.key);
  return view;
}

}  // namespace meisai::sync
