// SPDX-License-Identifier: Apache-2.0
//
// The facade of what a person says of links between rows and between cards, and of why a row is as it is.
#include <algorithm>

#include "engine/engine_impl.h"
#include "engine/reading/explanation.h"
#include "engine/sync/decisions.h"

namespace meisai {

Result<Explanation> Engine::explain(const TransactionId& id) {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("explain", id.text()));
  return reading::explain(now.reader, *now.view, id);
}

Result<std::vector<Suggestion>> Engine::suggestions(bool all) {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("suggestions"));
  MEISAI_ASSIGN(std::vector<Suggestion> found, reading::suggestions(now.reader, *now.view));
  if (!all) std::erase_if(found, [](const Suggestion& each) { return each.state != SuggestionState::open; });
  return found;
}

Result<Suggestion> Engine::decide(const SuggestionId& id, bool accept) {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("suggestions", id.text()));
  const auto key = ledger::number_of(ledger::IdKind::suggestion, now.reader.vault_tag(), id.text());
  MEISAI_ASSIGN(const std::vector<SuggestionRow> rows, now.view->suggestions());
  const auto row = std::ranges::find(rows, key.value_or(0), &SuggestionRow::key);
  if (row == rows.end()) return fail(Code::not_found, "there is no such suggestion", "see `meisai suggestions`");
  MEISAI_ASSIGN(const IssuerId issuer, now.reader.issuer_of(*row));
  auto decided = sync::decide({impl_->gate, *impl_->ports.store}, issuer, row->key, accept);
  if (decided) return now.reader.suggestion(*decided);
  if (decided.error().code == Code::invalid_argument) return fail(std::move(decided.error()));
  return impl_->refused("suggestion", std::move(decided.error()));
}

Result<Card> Engine::join_cards(const CardId& card, const CardId& other) {
  MEISAI_ASSIGN(const Impl::Reading before, impl_->read("cards"));
  MEISAI_ASSIGN(const CardKey into, before.reader.card_key(card));
  MEISAI_ASSIGN(const CardKey from, before.reader.card_key(other));
  const IssuerId issuer = before.reader.card(into).issuer;
  if (before.reader.card(from).issuer != issuer)
    return fail(Code::invalid_argument, "cards of two companies are two cards", "see `meisai cards`");
  auto joined = sync::join_cards({impl_->gate, *impl_->ports.store}, issuer, into, from);
  if (!joined && joined.error().code == Code::invalid_argument) return fail(std::move(joined.error()));
  if (!joined) return impl_->refused("cards_join", std::move(joined.error()));
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("cards"));
  const std::vector<Card> cards = now.reader.cards();
  const auto found = std::ranges::find(cards, now.reader.card_id(joined->card.key), &Card::id);
  if (found == cards.end()) return fail(Code::not_found, "the card is gone meanwhile");
  return *found;
}

}  // namespace meisai
