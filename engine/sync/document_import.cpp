// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/document_import.h"

#include <algorithm>

#include "engine/sync/document_window.h"
#include "engine/sync/holds.h"
#include "engine/sync/statement_facts.h"
#include "meisai/date.h"

namespace meisai::sync {
namespace {

tl::unexpected<Error> held(Code code, std::string what, std::string remedy) {
  return fail(code, std::move(what), std::move(remedy), Retry::after_user);
}

std::uint64_t sum_of(const std::map<StatementKey, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [statement, count] : counts) sum += count;
  return sum;
}

constexpr const char* name_the_card = "if this is another card of yours, name it: --card LABEL";

/// Due dates of one statement lie this close together, however the issuer moves them: the next month's is further off.
constexpr std::chrono::days one_due_date{15};

/// Whether a stored statement may be the one that this content shows under another name. What is due in another month
/// is another statement, and so is what the issuer names by another id of its own, unless they say the very same of
/// themselves: a gate that is passed twice a day may be billed by both, so that equal rows prove nothing there.
bool may_be_one(const StatementRow& stored, const WindowContent& content) {
  if (!content.statement_reference.empty() && stored.anchor.starts_with(reference_anchor))
    return content.stated_total_minor && stored.stated_total_minor == content.stated_total_minor &&
           stored.closing_date == content.closing_date && stored.payment_due_date == content.payment_due_date;
  if (!stored.payment_due_date || !content.payment_due_date) return true;
  const auto apart = std::chrono::sys_days(*stored.payment_due_date) - std::chrono::sys_days(*content.payment_due_date);
  return std::chrono::abs(apart) <= one_due_date;
}

}  // namespace

DocumentImport::DocumentImport(StagedDocument& document, Normalizer& normalizer, const ImportOptions& options,
                               Instant now, std::optional<Acceptance> accepted)
    : document_(document),
      normalizer_(normalizer),
      options_(options),
      accepted_(std::move(accepted)),
      row_(sync::row_of(document)) {
  row_.imported_at = now;
  row_.keep_raw_until = now + raw_retention;
}

Result<WindowsResult> DocumentImport::apply(LedgerWrite& ledger, std::span<const WindowSpan> windows) {
  // An answer that says nothing new leaves nothing but its audit entry: a poll a day must not fill the vault.
  if (document_.origin.connection.empty() || accepted_) {
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
  }
  WindowsResult result;
  for (const WindowSpan& window : windows) MEISAI_TRY(apply_window(ledger, window, result));
  return result;
}

Result<DocumentKey> DocumentImport::keep_document(LedgerWrite& ledger) {
  if (row_.key != 0) return row_.key;
  MEISAI_TRY(document_.identify());
  row_.digest = document_.digest;
  MEISAI_ASSIGN(const std::vector<DocumentRow> known, ledger.documents(row_.issuer));
  taken_in_before_ = std::ranges::any_of(known, [this](const DocumentRow& each) {
    return each.digest == row_.digest && each.layout == row_.layout && each.state == DocumentState::taken_in;
  });
  MEISAI_ASSIGN(const DocumentKey key, ledger.put_document(row_));
  MEISAI_TRY(outdate_hold_of(ledger, key));
  return key;
}

Result<void> DocumentImport::apply_window(LedgerWrite& ledger, const WindowSpan& span, WindowsResult& result) {
  Window window(WindowContent(document_, span, normalizer_, date_in_japan(row_.imported_at)));
  MEISAI_TRY(window.content.read());
  window.has_statement = document_.layout->window == WindowRule::statement;
  MEISAI_TRY(check_readable(window));
  const DocumentOrigin& origin = document_.origin;
  if (origin.card != no_card && std::ranges::find(window.content.cards, origin.card) == window.content.cards.end())
    window.content.cards.push_back(origin.card);
  if (!account_) MEISAI_TRY(choose_account(ledger, window));
  MEISAI_TRY(identify_cards(ledger, window));
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
  if (!accepted_ && content.transaction_records >= telling && unread * 2 > content.transaction_records)
    return held(Code::schema_drift,
                "more than half of the records cannot be read: the issuer may have changed its format",
                "nothing of it was taken in; for a file `meisai import --dry-run` says each row's reason; a newer "
                "version may know the format");
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
  if (choice.doubtful && accepted_) choice.known = choice.doubted;
  if (choice.doubtful && !accepted_)
    return held(Code::statement_contradicted,
                "the document may be a copy of a known statement of the same time, but differs from it in most",
                name_the_card);
  if (const auto known = std::ranges::find(window.statements, choice.known, &StatementRow::key);
      choice.known != 0 && known != window.statements.end()) {
    window.statement = *known;
    return {};
  }
  MEISAI_ASSIGN(const StatementKey elsewhere, known_elsewhere(ledger, window));
  if (const auto known = std::ranges::find(window.statements, elsewhere, &StatementRow::key);
      elsewhere != 0 && known != window.statements.end()) {
    window.statement = *known;  // the issuer tells it apart by something else now
    if (!anchor.empty() && anchor != window.statement.anchor) {
      window.statement.anchor = anchor;
      MEISAI_ASSIGN(window.statement.key, ledger.put_statement(window.statement));
    }
    return {};
  }
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
/// new: a changed due date, a renamed product, a mistyped --card. Taking it in would double the rows. Where a person
/// accepts it, it is the statement of the same cards that has most of its rows (0: none has); the same rows on another
/// card stay in doubt until they say whose card it is.
Result<StatementKey> DocumentImport::known_elsewhere(LedgerWrite& ledger, Window& window) {
  const std::uint64_t comparable = window.content.comparable_rows();
  MEISAI_ASSIGN(const std::vector<CardRow> known, ledger.cards(document_.layout->issuer));
  std::uint64_t shared = 0;
  std::uint64_t shared_here = 0;
  std::map<StatementKey, std::uint64_t> here;  // by statement, of the window's own cards
  for (const CardRow& card : known) {
    if (card.joined_into != 0) continue;
    const std::vector<CardKey> all_this_card(cards_.size(), card.key);
    ledger::WindowMatch matching(ledger, all_this_card, window.content.entries);
    MEISAI_ASSIGN(auto overlap, matching.overlap());
    // Rows that no statement has claimed yet are what this one bills.
    std::erase_if(overlap, [&](const auto& each) {
      const auto stored = std::ranges::find(window.statements, each.first, &StatementRow::key);
      return stored == window.statements.end() || !may_be_one(*stored, window.content);
    });
    shared += sum_of(overlap);
    if (std::ranges::find(card_keys_, card.key) == card_keys_.end()) continue;
    shared_here += sum_of(overlap);
    for (const auto& [statement, count] : overlap) here[statement] += count;
  }
  if (comparable < 3 || shared * 2 < comparable) return StatementKey{0};
  const bool says_whose = accepted_ && (options_.new_card || options_.card);
  if (says_whose || (accepted_ && shared_here * 2 >= comparable)) {
    const auto most = std::ranges::max_element(here, {}, [](const auto& entry) { return entry.second; });
    return most == here.end() || most->second * 2 < comparable ? StatementKey{0} : most->first;
  }
  return held(Code::statement_contradicted,
              "most rows of this document are known already, under another statement or another card",
              "see `meisai statements` and `meisai cards`; name a known card by --card as it is written there");
}

Result<void> DocumentImport::decide(LedgerWrite& ledger, Window& window) {
  for (ledger::Entry& entry : window.content.entries)
    if (entry.undated) entry.day = ledger::day_key({}, window.statement.key);
  ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
  MEISAI_ASSIGN(window.outcome, matching.decide(view_of(window)));
  return {};
}

Result<void> DocumentImport::match(LedgerWrite& ledger, Window& window) {
  MEISAI_TRY(decide(ledger, window));
  if (!window.has_statement) return look_for_doubt(ledger, window);
  if (!window.new_statement && !accepted_ && ledger::contradicts(window.outcome, window.content.entries.size()))
    return held(Code::statement_contradicted,
                "the document contradicts most of what is known of the same card and statement", name_the_card);
  return window.new_statement ? Result<void>{}
                              : look_for_doubt(ledger, window);  // it may be turned or shifted as a whole
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
    // What a person accepts is the newest word, however long it waited; so is a document that comes for the first time.
    if (!accepted_ && taken_in_before_) view.document = row_.key;
    if (!window.has_statement) return view;
    for (const auto& [card, days] : window.content.days)
      view.billed_days.emplace(card, range(first_day_of_statement(days), days.to));
    return view;
  }
  if (const auto& complete = document_.origin.complete)
    view.complete = ledger::View::CompleteDays{range(complete->from, complete->to), window.content.cards};
  // Rows of a bill that share an id are one row stated again, unless the bill's total counts each of them.
  const WindowContent& content = window.content;
  view.ids_tell_apart = !content.stated_total_minor || (content.stated_total_minor != content.listed_total_minor &&
                                                        content.stated_total_minor != content.once_total_minor);
  for (const StatementRow& each : window.statements)
    if (ledger::is_settled(each)) view.settled.insert(each.key);
  return view;
}

}  // namespace meisai::sync
