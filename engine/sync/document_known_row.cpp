// SPDX-License-Identifier: Apache-2.0
//
// A row that is known, listed again: what the window says that is new, whose word counts where two channels have one,
// and why the row became what it is. Reasons hold differences of amounts and days, never an issuer's text.
#include <algorithm>
#include <cstdlib>

#include "engine/sync/document_window.h"
#include "engine/sync/statement_facts.h"

namespace meisai::sync {
namespace {

/// A pending row may still show what was authorized.
bool both_posted(const TransactionFacts& a, const TransactionFacts& b) {
  return a.status == TransactionStatus::posted && b.status == TransactionStatus::posted;
}

bool same_amount(const TransactionFacts& a, const TransactionFacts& b) {
  return a.amount_minor == b.amount_minor && a.currency == b.currency;
}

bool same_identity(const StoredRow& a, const StoredRow& b) {
  return a.card == b.card && a.day == b.day && a.fingerprint == b.fingerprint;
}

template <class T>
void fill(std::optional<T>& into, const std::optional<T>& from) {
  if (!into) into = from;
}

/// What two channels say of one purchase: the first has the say, the second fills in what the first does not state.
TransactionFacts of_both(TransactionFacts first, const TransactionFacts& second) {
  fill(first.posting_date, second.posting_date);
  fill(first.billed_minor, second.billed_minor);
  fill(first.remaining_minor, second.remaining_minor);
  fill(first.foreign, second.foreign);
  if (first.region == Region::unknown) first.region = second.region;
  const bool says_less = first.plan.type == PaymentType::unknown ||
                         (first.plan.type == PaymentType::one_time && billed_in_parts(second.plan.type));
  if (says_less) first.plan = second.plan;
  return first;
}

/// A row of two channels keeps its identity and what the channel that it was known by first says of it.
StoredRow combined(const StoredRow& known, StoredRow listed) {
  const bool by_its_own =
      ledger::recipe_bit(known.fingerprint.facts()) == ledger::recipe_bit(listed.fingerprint.facts());
  const TransactionStatus status =
      known.facts.status == TransactionStatus::posted ? TransactionStatus::posted : listed.facts.status;
  StoredRow row = by_its_own ? listed : known;
  row.facts = by_its_own ? of_both(listed.facts, known.facts) : of_both(known.facts, listed.facts);
  row.facts.status = status;
  row.statement = listed.statement != 0 ? listed.statement : known.statement;
  row.document = listed.document;
  row.row = listed.row;
  row.absent_since.reset();
  return row;
}

std::string days_apart(DayKey from, DayKey to) {
  const DayKey days = std::abs(to - from);
  return std::to_string(days) + (days == 1 ? " day " : " days ") + (to > from ? "later" : "earlier");
}

/// For example `amount +320, 2 days later`.
std::string difference(const StoredRow& from, const StoredRow& to) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (from.facts.currency != to.facts.currency) {
    add("another currency");
  } else if (from.facts.amount_minor != to.facts.amount_minor) {
    const auto more = static_cast<std::int64_t>(static_cast<std::uint64_t>(to.facts.amount_minor) -
                                                static_cast<std::uint64_t>(from.facts.amount_minor));
    add("amount " + std::string(more > 0 ? "+" : "") + std::to_string(more));
  }
  if (from.facts.date.date && to.facts.date.date && from.day != to.day) add(days_apart(from.day, to.day));
  return text;
}

MatchRule rule_of(const ledger::Decision& decision, const StoredRow& known, const StoredRow& row) {
  if (decision.revives) return MatchRule::listed_again;
  if (decision.rule != MatchRule::same_identity) return decision.rule;
  const bool newly_billed = row.statement != 0 && known.statement != row.statement;
  return newly_billed || decision.action == ledger::Action::part ? MatchRule::billed : MatchRule::same_identity;
}

}  // namespace

/// A known row that the window may say something new about. False: it says nothing new after all.
Result<bool> DocumentImport::write_known(LedgerWrite& ledger, Window& window, const ledger::Decision& decision,
                                         StoredRow row) {
  MEISAI_ASSIGN(const std::optional<StoredRow> found, ledger.row(decision.row));
  if (!found) return fail(Code::internal_bug, "matching names a row that is not there");
  const StoredRow& known = *found;
  const bool first_link = decision.rule == MatchRule::other_channel;
  if (first_link) MEISAI_TRY(ledger.put_alias({row.card, row.day, row.fingerprint, known.key}));
  if (decision.dual) row = combined(known, std::move(row));
  if (same_amount(known.facts, row.facts)) row.disputed_minor = known.disputed_minor;
  bool changed = true;
  if (decision.action == ledger::Action::part) {
    MEISAI_ASSIGN(changed, write_part(ledger, window, known, row, first_link));
  } else if (!window.has_statement && known.statement != 0) {
    MEISAI_ASSIGN(changed, write_listed(ledger, window, known, row, first_link));
  } else if (decision.dual && !first_link && known.facts == row.facts && known.statement == row.statement &&
             !known.absent_since && same_identity(known, row)) {
    changed = false;
  } else {
    MEISAI_ASSIGN(row_.key, keep_document(ledger));
    row.document = row_.key;
    MEISAI_TRY(ledger.revise(row));
    if (window.has_statement) MEISAI_TRY(put_share(ledger, row));
    if (!same_identity(known, row)) MEISAI_TRY(ledger.put_alias({known.card, known.day, known.fingerprint, known.key}));
  }
  if (!changed) return false;
  if (first_link || (known.facts.status == TransactionStatus::pending && row.facts.status != known.facts.status))
    window.settled.insert(known.key);
  MEISAI_TRY(give_reason(ledger, known.key, rule_of(decision, known, row), row.row, difference(known, row)));
  return true;
}

/// A purchase that was billed in parts until now keeps its share of this statement as a part.
Result<void> DocumentImport::put_share(LedgerWrite& ledger, const StoredRow& row) {
  MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger.parts_of(row.key));
  if (!billed_in_parts(row.facts.plan.type) && std::ranges::count(parts, row.statement, &BilledPart::statement) == 0)
    return {};
  return ledger.put_part({row.key, row.statement, row.facts.billed_minor, row.facts.plan.index});
}

/// A list without bills says nothing about the statement that a row is billed by, nor about the row that is billed.
Result<bool> DocumentImport::write_listed(LedgerWrite& ledger, Window& window, const StoredRow& known,
                                          const StoredRow& row, bool first_link) {
  MEISAI_TRY(write_dispute(ledger, window, known, row));
  if (!first_link) return false;
  MEISAI_ASSIGN(row_.key, keep_document(ledger));
  MEISAI_ASSIGN(std::optional<StoredRow> read_here, ledger.row(known.key));
  read_here->document = row_.key;
  read_here->row = row.row;
  MEISAI_TRY(ledger.revise(*read_here));
  return true;
}

/// What a list states otherwise than a statement that can be asked for again. Once: while it goes on it is no news.
Result<void> DocumentImport::write_dispute(LedgerWrite& ledger, Window& window, const StoredRow& known,
                                           const StoredRow& row) {
  if (!both_posted(known.facts, row.facts)) return {};
  std::optional<std::int64_t> stated;
  if (!same_amount(known.facts, row.facts)) stated = row.facts.amount_minor;
  if (stated == known.disputed_minor) return {};
  if (window.statements.empty()) {
    MEISAI_ASSIGN(window.statements, ledger.statements(document_.layout->issuer));
  }
  const auto statement = std::ranges::find(window.statements, known.statement, &StatementRow::key);
  if (statement == window.statements.end() || !statement->anchor.starts_with(reference_anchor) ||
      statement->status == StatementStatus::open)
    return {};
  StoredRow disputed = known;
  disputed.disputed_minor = stated;
  MEISAI_TRY(ledger.revise(disputed));
  if (stated.has_value() != known.disputed_minor.has_value()) window.disputed[known.statement] += stated ? 1 : -1;
  return give_reason(ledger, known.key, MatchRule::same_identity, row.row, "listed with " + difference(known, row));
}

/// This statement's share of a purchase that another statement is shown with. The latest statement is shown.
Result<bool> DocumentImport::write_part(LedgerWrite& ledger, const Window& window, const StoredRow& known,
                                        StoredRow& row, bool first_link) {
  MEISAI_ASSIGN(std::vector<BilledPart> parts, ledger.parts_of(row.key));
  // What another statement billed whole until now is its share from here on.
  if (known.statement != 0 && known.statement != window.statement.key &&
      std::ranges::count(parts, known.statement, &BilledPart::statement) == 0) {
    parts.push_back({row.key, known.statement, known.facts.billed_minor, known.facts.plan.index});
    MEISAI_TRY(ledger.put_part(parts.back()));
  }
  const auto same = std::ranges::find_if(parts, [&](const BilledPart& part) {
    return part.statement == window.statement.key && part.billed_minor == row.facts.billed_minor &&
           part.index == row.facts.plan.index;
  });
  if (same != parts.end() && !first_link) return false;
  MEISAI_ASSIGN(row_.key, keep_document(ledger));
  row.document = row_.key;
  MEISAI_TRY(ledger.put_part({row.key, window.statement.key, row.facts.billed_minor, row.facts.plan.index}));

  StatementRow here = window.statement;
  state(here, window.content, cards_, document_.name, false);
  const bool latest = std::ranges::none_of(parts, [&](const BilledPart& part) {
    if (part.index && row.facts.plan.index) return *part.index > *row.facts.plan.index;
    const auto other = std::ranges::find(window.statements, part.statement, &StatementRow::key);
    return other != window.statements.end() && other->key != here.key && ledger::bills_later(*other, here);
  });
  if (latest) {
    MEISAI_TRY(ledger.revise(row));
    if (!same_identity(known, row)) MEISAI_TRY(ledger.put_alias({known.card, known.day, known.fingerprint, known.key}));
  } else if (first_link) {
    StoredRow read_here = known;
    read_here.document = row.document;
    read_here.row = row.row;
    MEISAI_TRY(ledger.revise(read_here));
  }
  return true;
}

Result<void> DocumentImport::give_reason(LedgerWrite& ledger, TransactionKey key, MatchRule rule, std::uint64_t line,
                                         std::string detail) {
  return ledger.add_reason({.transaction = key,
                            .at = row_.imported_at,
                            .document = row_.key,
                            .row = line,
                            .rule = rule,
                            .other = 0,
                            .detail = std::move(detail)});
}

/// The new row may be the known one. Nothing is merged: a person is asked, once.
Result<void> DocumentImport::suggest(LedgerWrite& ledger, const ledger::Doubt& doubt, const StoredRow& row) {
  std::string detail = difference(doubt.known, row);
  if (doubt.evidence == MatchRule::other_channel)
    detail = "same day and amount, another merchant text";
  else if (same_amount(doubt.known.facts, row.facts))
    detail = detail.empty() ? "same day and amount, not alone in it" : "same amount, " + detail;
  MEISAI_TRY(ledger.put_suggestion({.kind = SuggestionKind::same_transaction,
                                    .state = SuggestionState::open,
                                    .first = doubt.known.key,
                                    .second = row.key,
                                    .evidence = doubt.evidence,
                                    .detail = std::move(detail),
                                    .made_at = row_.imported_at}));
  return {};
}

/// What a person was asked about a row is answered where it was linked otherwise, or is gone.
Result<void> DocumentImport::end_suggestions(LedgerWrite& ledger, const Window& window) {
  if (window.settled.empty()) return {};
  MEISAI_ASSIGN(const std::vector<SuggestionRow> suggestions, ledger.suggestions());
  for (SuggestionRow suggestion : suggestions) {
    const bool about = window.settled.contains(suggestion.first) || window.settled.contains(suggestion.second);
    if (!about || suggestion.kind != SuggestionKind::same_transaction || suggestion.state != SuggestionState::open)
      continue;
    suggestion.state = SuggestionState::outdated;
    MEISAI_TRY(ledger.put_suggestion(suggestion));
  }
  return {};
}

}  // namespace meisai::sync
