// SPDX-License-Identifier: Apache-2.0
//
// What may be one: `suggestions`, what a person says of them, and `cards join`.
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

std::string kind_of(const Session& session, SuggestionKind kind) {
  return head(session, kind == SuggestionKind::same_card ? Text::suggestion_cards : Text::suggestion_transactions);
}

std::string state_of(const Session& session, SuggestionState state) {
  switch (state) {
    case SuggestionState::open:
      return head(session, Text::suggestion_open);
    case SuggestionState::accepted:
      return head(session, Text::suggestion_accepted);
    case SuggestionState::refused:
      return head(session, Text::suggestion_refused);
    case SuggestionState::outdated:
      return head(session, Text::suggestion_outdated);
  }
  return {};
}

/// What a person needs to see of one of the two to say whether they are one.
Result<std::string> shown(Engine& engine, std::span<const Card> cards, const Suggestion& suggestion,
                          const std::string& id) {
  if (suggestion.kind == SuggestionKind::same_card) {
    for (const Card& card : cards)
      if (card.id.text() == id) return card.label;
    return id;
  }
  TransactionFilter filter;
  MEISAI_ASSIGN(filter.only, TransactionId::parse(id));
  filter.with_ignored = true;
  const auto found = engine.transactions(filter);
  if (!found || found->rows.empty()) return id;
  const TransactionFacts& facts = found->rows.front().facts;
  return date_text(facts.date) + " " + facts.merchant_normalized + " " + money_text(facts.amount_minor, facts.currency);
}

}  // namespace

Result<Exit> execute(const Session& session, const SuggestionsArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Suggestion> suggestions, engine->suggestions(arguments.all));
  if (session.json()) {
    session.print(json::suggestions(suggestions));
    return Exit::done;
  }
  if (suggestions.empty()) {
    session.note(session.say(Text::none_suggestions));
    return Exit::done;
  }
  MEISAI_ASSIGN(const std::vector<Card> cards, engine->cards());
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_kind)},
               {head(session, Text::col_first), Align::left, true},
               {head(session, Text::col_second), Align::left, true},
               {head(session, Text::col_reason)},
               {head(session, Text::col_state)}});
  for (const Suggestion& each : suggestions) {
    MEISAI_ASSIGN(const std::string first, shown(*engine, cards, each, each.first));
    MEISAI_ASSIGN(const std::string second, shown(*engine, cards, each, each.second));
    table.add({each.id.text(), kind_of(session, each.kind), first, second,
               std::string(word(session, each.evidence)) + (each.detail.empty() ? "" : ": " + each.detail),
               state_of(session, each.state)});
  }
  print_table(session, table);
  session.note(session.say(Text::suggestions_next));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const DecideArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Suggestion decided, engine->decide(arguments.id, arguments.accept));
  if (session.json()) {
    session.print(json::suggestions(std::span(&decided, 1)));
    return Exit::done;
  }
  session.print(arguments.accept ? session.say(Text::suggestion_is_one, {decided.first, decided.second})
                                 : session.say(Text::suggestion_is_two, {decided.first, decided.second}));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const CardsJoinArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Card card, engine->join_cards(arguments.card, arguments.other));
  if (session.json()) {
    session.print(json::cards(std::span(&card, 1)));
    return Exit::done;
  }
  session.print(session.say(Text::cards_joined, {arguments.other.text(), card.id.text(), card.label}));
  return Exit::done;
}

}  // namespace meisai::cli
