// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/decisions.h"

#include <algorithm>
#include <utility>

#include "engine/ledger/public_id.h"

namespace meisai::sync {
namespace {

using ledger::IdKind;
using ledger::public_id;

/// How long a decision waits for an import.
constexpr std::chrono::seconds turn_wait{10};

Result<CardRow> living_card(LedgerWrite& ledger, const IssuerId& issuer, CardKey key) {
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger.cards(issuer));
  for (;;) {
    const auto found = std::ranges::find(cards, key, &CardRow::key);
    if (found == cards.end()) return fail(Code::not_found, "there is no such card", "see `meisai cards`");
    if (found->joined_into == 0) return *found;
    key = found->joined_into;
  }
}

Result<StoredRow> living_row(LedgerWrite& ledger, TransactionKey key) {
  for (;;) {
    MEISAI_ASSIGN(const std::optional<StoredRow> row, ledger.row(key));
    if (!row) return fail(Code::not_found, "there is no such transaction");
    if (row->merged_into == 0) return *row;
    key = row->merged_into;
  }
}

Result<ledger::Joined> join(LedgerWrite& ledger, const IssuerId& issuer, CardKey card_key, CardKey other_key,
                            Instant now) {
  MEISAI_ASSIGN(const CardRow card, living_card(ledger, issuer, card_key));
  MEISAI_ASSIGN(const CardRow other, living_card(ledger, issuer, other_key));
  if (card.key == other.key) return fail(Code::invalid_argument, "these are one card already", "see `meisai cards`");
  return ledger::join_cards(ledger, card, other, now);
}

/// The two rows become one. Nothing to do where they have become one by another way.
Result<void> merge(LedgerWrite& ledger, const IssuerId& issuer, const SuggestionRow& suggestion, Instant now) {
  MEISAI_ASSIGN(const StoredRow first, living_row(ledger, suggestion.first));
  MEISAI_ASSIGN(const StoredRow second, living_row(ledger, suggestion.second));
  if (first.key == second.key) return {};
  ledger::Merge merge{.rule = MatchRule::suggestion_accepted, .at = now, .detail = suggestion.detail};
  MEISAI_ASSIGN(merge.vault_tag, ledger.vault_tag());
  MEISAI_ASSIGN(const ledger::AliasesByRow aliases, ledger::aliases_of_card(ledger, second.card));
  MEISAI_TRY(ledger::merge_rows(ledger, merge, first, second, aliases));
  MEISAI_TRY(ledger::settle_suggestions(ledger, SuggestionKind::same_transaction, first.key, second.key));
  return ledger::reconcile_again(ledger, issuer, merge.touched);
}

Result<SuggestionRow> open_suggestion(LedgerWrite& ledger, SuggestionKey key) {
  MEISAI_ASSIGN(const std::vector<SuggestionRow> all, ledger.suggestions());
  const auto found = std::ranges::find(all, key, &SuggestionRow::key);
  if (found == all.end()) return fail(Code::not_found, "there is no such suggestion", "see `meisai suggestions`");
  if (found->state != SuggestionState::open)
    return fail(Code::invalid_argument, "this suggestion was decided already, or is outdated",
                "see `meisai suggestions --all`");
  return *found;
}

AuditDraft draft(Instant at, const char* operation, std::string object, const char* reason) {
  return {.at = at,
          .actor = "subject",
          .operation = operation,
          .object = std::move(object),
          .result = "done",
          .reason = reason};
}

}  // namespace

Result<SuggestionRow> decide(const DecisionPorts& ports, const IssuerId& issuer, SuggestionKey suggestion,
                             bool accept) {
  MEISAI_ASSIGN(auto permit, ports.gate.ask<Commit>({.issuer = issuer}));
  MEISAI_ASSIGN(const auto staging, ports.store.begin_staging({}, turn_wait));
  MEISAI_ASSIGN(const auto ledger, staging->begin_window());
  MEISAI_ASSIGN(SuggestionRow row, open_suggestion(*ledger, suggestion));
  const Instant now = ports.gate.now();
  if (accept && row.kind == SuggestionKind::same_transaction) MEISAI_TRY(merge(*ledger, issuer, row, now));
  if (accept && row.kind == SuggestionKind::same_card) MEISAI_TRY(join(*ledger, issuer, row.first, row.second, now));
  row.state = accept ? SuggestionState::accepted : SuggestionState::refused;
  MEISAI_TRY(ledger->put_suggestion(row));
  MEISAI_ASSIGN(const std::string tag, ledger->vault_tag());
  MEISAI_TRY(ledger->add_audit(
      draft(now, "suggestion", public_id(IdKind::suggestion, tag, row.key), accept ? "accepted" : "refused")));
  MEISAI_TRY(ledger->commit(std::move(permit)));
  return row;
}

Result<ledger::Joined> join_cards(const DecisionPorts& ports, const IssuerId& issuer, CardKey card, CardKey other) {
  MEISAI_ASSIGN(auto permit, ports.gate.ask<Commit>({.issuer = issuer}));
  MEISAI_ASSIGN(const auto staging, ports.store.begin_staging({}, turn_wait));
  MEISAI_ASSIGN(const auto ledger, staging->begin_window());
  const Instant now = ports.gate.now();
  MEISAI_ASSIGN(ledger::Joined joined, join(*ledger, issuer, card, other, now));
  MEISAI_ASSIGN(const std::string tag, ledger->vault_tag());
  MEISAI_TRY(ledger->add_audit(draft(now, "cards_join",
                                     "card " + public_id(IdKind::card, tag, joined.card.key) + " other " +
                                         public_id(IdKind::card, tag, other) + " merged " +
                                         std::to_string(joined.merged) + " moved " + std::to_string(joined.moved),
                                     "the person says so")));
  MEISAI_TRY(ledger->commit(std::move(permit)));
  return joined;
}

}  // namespace meisai::sync
