// SPDX-License-Identifier: Apache-2.0
//
// Whose cards a document shows: as the person says, as known, as the rows tell, or new. Everything here comes before
// the first row is taken in.
#include <algorithm>
#include <limits>
#include <utility>

#include "engine/ledger/joining.h"
#include "engine/ledger/public_id.h"
#include "engine/sync/document_window.h"

namespace meisai::sync {
namespace {

std::uint64_t sum_of(const std::map<StatementKey, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [statement, count] : counts) sum += count;
  return sum;
}

std::vector<CardRow> without_joined(std::vector<CardRow> cards) {
  std::erase_if(cards, [](const CardRow& card) { return card.joined_into != 0; });
  return cards;
}

tl::unexpected<Error> ask(std::span<const CardKey> candidates, std::span<const CardRow> known) {
  std::string labels;
  for (const CardRow& card : known)
    if (std::ranges::find(candidates, card.key) != candidates.end())
      labels += (labels.empty() ? "" : ", ") + ("\"" + card.label + "\"");
  return fail(Code::card_ambiguous, "a card that was not seen before may be one that is known: " + labels,
              "say which it is: --card LABEL for a known card (see `meisai cards`), or --new-card", Retry::after_user);
}

}  // namespace

void DocumentImport::resolve(const std::string& account, std::span<const CardRow> known) {
  cards_ = ledger::resolve_cards(document_.layout->issuer, document_.cards, account, known);
  card_keys_.clear();
  for (const CardRow& card : cards_) card_keys_.push_back(card.key);
  account_ = account;
}

/// Decides whose cards these are: as named by the person, as known, or new.
Result<void> DocumentImport::choose_account(LedgerWrite& ledger, Window& window) {
  MEISAI_ASSIGN(const std::vector<CardRow> known, ledger.cards(document_.layout->issuer));
  if (options_.card) {
    MEISAI_ASSIGN(const std::string tag, ledger.vault_tag());
    MEISAI_ASSIGN(const std::string account, ledger::account_named(*options_.card, known, tag, normalizer_));
    resolve(account, known);
    return {};
  }
  const auto accounts = ledger::accounts_of(document_.cards, known);
  if (options_.new_card && !accounts.empty()) {
    resolve(ledger::unused_account(accounts), known);
    return {};
  }
  if (accounts.size() > 1) return choose_among(ledger, window, accounts);
  resolve(accounts.empty() ? std::string{} : *accounts.begin(), known);
  return {};
}

/// Several cards look alike in this issuer's files: only rows that are known already can tell which it is.
Result<void> DocumentImport::choose_among(LedgerWrite& ledger, Window& window, const std::set<std::string>& accounts) {
  MEISAI_ASSIGN(const std::vector<CardRow> known, ledger.cards(document_.layout->issuer));
  const std::uint64_t comparable = window.content.comparable_rows();
  std::map<std::vector<CardKey>, std::string> by_cards;  // two labels may have been found to mean one card
  for (const std::string& account : accounts) {
    resolve(account, known);
    by_cards.emplace(card_keys_, account);
  }
  std::vector<std::string> telling;
  for (const auto& [keys, account] : by_cards) {
    resolve(account, known);
    ledger::WindowMatch matching(ledger, card_keys_, window.content.entries);
    MEISAI_ASSIGN(const auto overlap, matching.overlap());
    const std::uint64_t shared = sum_of(overlap);
    if (by_cards.size() == 1 || (shared != 0 && shared * 2 >= comparable)) telling.push_back(account);
  }
  if (telling.size() != 1)
    return fail(Code::card_ambiguous, "several of your cards look the same in this issuer's files",
                "say which card it is: --card LABEL (see `meisai cards`)", Retry::after_user);
  resolve(telling.front(), known);
  return {};
}

/// A card that this window shows for the first time may be one that is known under other marks.
Result<void> DocumentImport::identify_cards(LedgerWrite& ledger, Window& window) {
  MEISAI_ASSIGN(std::vector<CardRow> stored, ledger.cards(document_.layout->issuer));
  if (stored.empty()) return {};
  if (options_.card) {
    if (std::exchange(named_card_taken_, true)) return {};
    MEISAI_ASSIGN(const std::string tag, ledger.vault_tag());
    return take_named_card(ledger, ledger::card_named(*options_.card, stored, tag, normalizer_), stored);
  }
  const std::vector<CardRow> known = without_joined(std::move(stored));
  std::map<CardKey, std::vector<std::uint32_t>> certain;  // by known card
  for (const std::uint32_t index : window.content.cards) {
    if (cards_[index].key != 0) {
      MEISAI_TRY(recognize_late(ledger, window, index, known));
      continue;
    }
    MEISAI_ASSIGN(const ledger::CardFinding finding, look_for(ledger, window, index, known));
    if (options_.new_card)
      other_than_[index] = finding.candidates;
    else if (finding.known != 0)
      certain[finding.known].push_back(index);
    else if (!finding.candidates.empty())
      return ask(finding.candidates, known);
  }
  for (const auto& [key, indexes] : certain) {
    const CardKey only[] = {key};
    if (indexes.size() != 1) return ask(only, known);
    MEISAI_TRY(take_for(ledger, indexes.front(), *std::ranges::find(known, key, &CardRow::key), "rows in common"));
  }
  return {};
}

/// A card that came without a row was taken for a new one: its first rows may tell that it is a known one. It has
/// nothing yet that could be doubled, so that what is certain needs nobody; else a person is asked, and both count.
Result<void> DocumentImport::recognize_late(LedgerWrite& ledger, const Window& window, std::uint32_t index,
                                            std::span<const CardRow> known) {
  if (!window.content.days.contains(index)) return {};
  bool has_rows = false;
  MEISAI_TRY(ledger.rows_on(card_keys_[index], std::numeric_limits<DayKey>::min(), std::numeric_limits<DayKey>::max(),
                            [&has_rows](const StoredRow&) { return !(has_rows = true); }));
  if (has_rows) return {};
  MEISAI_ASSIGN(ledger::CardFinding finding, look_for(ledger, window, index, known));
  if (finding.candidates.empty()) return {};
  MEISAI_ASSIGN(const std::vector<SuggestionRow> said, ledger.suggestions());
  const auto is_refused = [&](CardKey candidate) {
    return std::ranges::any_of(said, [&](const SuggestionRow& row) {
      return row.kind == SuggestionKind::same_card && row.state == SuggestionState::refused &&
             ((row.first == candidate && row.second == card_keys_[index]) ||
              (row.second == candidate && row.first == card_keys_[index]));
    });
  };
  if (finding.known != 0 && !is_refused(finding.known)) {
    const CardRow other = cards_[index];
    MEISAI_ASSIGN(
        const ledger::Joined joined,
        ledger::join_cards(ledger, *std::ranges::find(known, finding.known, &CardRow::key), other, row_.imported_at));
    cards_[index] = joined.card;
    card_keys_[index] = joined.card.key;
    return note_marks(ledger, joined.card.key, "rows in common");
  }
  for (const CardKey candidate : finding.candidates)
    MEISAI_TRY(ledger.put_suggestion({.kind = SuggestionKind::same_card,
                                      .first = candidate,
                                      .second = card_keys_[index],
                                      .evidence = MatchRule::alike,
                                      .detail = "rows in common",
                                      .made_at = row_.imported_at}));
  return {};
}

Result<ledger::CardFinding> DocumentImport::look_for(LedgerWrite& ledger, const Window& window, std::uint32_t card,
                                                     std::span<const CardRow> known) const {
  std::vector<ledger::CardEvidence> evidence;
  for (const CardRow& each : known) {
    if (std::ranges::find(card_keys_, each.key) != card_keys_.end()) continue;  // the document shows that one too
    MEISAI_ASSIGN(const ledger::CardEvidence one,
                  ledger::compare_card(ledger, document_.cards[card], each, window.content.entries, card,
                                       ledger::LikenessOf(normalizer_, document_.layout->vocabulary)));
    evidence.push_back(one);
  }
  return ledger::find_card(evidence);
}

/// The person named a known card, and the document shows it under marks that are new: they are its marks too.
Result<void> DocumentImport::take_named_card(LedgerWrite& ledger, CardKey named, std::span<const CardRow> known) {
  if (named == 0 || std::ranges::find(card_keys_, named) != card_keys_.end()) return {};
  const CardRow& card = *std::ranges::find(known, named, &CardRow::key);
  std::vector<std::uint32_t> unknown;
  std::vector<std::uint32_t> alike;
  for (std::uint32_t i = 0; i < cards_.size(); ++i) {
    if (cards_[i].key != 0) continue;
    unknown.push_back(i);
    const ledger::CardSeen& seen = document_.cards[i];
    if ((!seen.last4.empty() && seen.last4 == card.last4) || (seen.name == card.name && seen.role == card.role))
      alike.push_back(i);
  }
  const auto& chosen = unknown.size() == 1 ? unknown : alike;
  if (chosen.size() != 1)
    return fail(Code::card_ambiguous, "the document shows several cards, and none of them is told by the name",
                "leave --card out: what is known of each card tells them apart", Retry::after_user);
  return take_for(ledger, chosen.front(), card, "the person says so");
}

Result<void> DocumentImport::take_for(LedgerWrite& ledger, std::uint32_t index, const CardRow& known, const char* why) {
  const bool nothing_known = std::ranges::all_of(card_keys_, [](CardKey key) { return key == 0; });
  // The label by which the person keeps cards apart that look alike is the known card's, not one of the file.
  if (nothing_known && known.account_label != *account_) {
    MEISAI_ASSIGN(const std::vector<CardRow> stored, ledger.cards(document_.layout->issuer));
    resolve(known.account_label, stored);
  }
  const CardAlias alias{document_.cards[index].key_hash, *account_};
  MEISAI_TRY(ledger.put_card_alias(known.key, alias));
  cards_[index] = known;
  cards_[index].aliases.push_back(alias);
  card_keys_[index] = known.key;
  if (known.last4.empty() && !document_.cards[index].last4.empty()) {
    cards_[index].last4 = document_.cards[index].last4;
    MEISAI_TRY(ledger.put_card(cards_[index]));
  }
  MEISAI_TRY(ledger.add_change({.kind = ChangeKind::modified,
                                .entity = Entity::card,
                                .first = known.key,
                                .last = known.key,
                                .reason = "seen under other marks"}));
  return note_marks(ledger, known.key, why);
}

Result<void> DocumentImport::note_marks(LedgerWrite& ledger, CardKey card, const char* why) const {
  MEISAI_ASSIGN(const std::string tag, ledger.vault_tag());
  return ledger.add_audit({.at = row_.imported_at,
                           .actor = document_.origin.connection.empty() ? "subject" : "engine",
                           .operation = "card_alias",
                           .object = "card " + ledger::public_id(ledger::IdKind::card, tag, card),
                           .result = "done",
                           .reason = why});
}

Result<void> DocumentImport::put_cards(LedgerWrite& ledger, Window& window) {
  const DocumentOrigin& origin = document_.origin;
  for (const std::uint32_t index : window.content.cards) {
    CardRow& card = cards_[index];
    if (card.key == 0) {
      MEISAI_ASSIGN(card.key, ledger.put_card(card));
      MEISAI_TRY(ledger.add_change(
          {.kind = ChangeKind::added, .entity = Entity::card, .first = card.key, .last = card.key, .reason = {}}));
      // Asked once: what the person says that it is not, it is not later either.
      for (const CardKey other : other_than_[index])
        MEISAI_TRY(ledger.put_suggestion({.kind = SuggestionKind::same_card,
                                          .state = SuggestionState::refused,
                                          .first = other,
                                          .second = card.key,
                                          .evidence = MatchRule::alike,
                                          .detail = {},
                                          .made_at = row_.imported_at}));
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

}  // namespace meisai::sync
