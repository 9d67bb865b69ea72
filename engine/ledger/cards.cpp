// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/cards.h"

#include <algorithm>

#include "engine/ledger/public_id.h"
#include "meisai/pan_guard.h"

namespace meisai::ledger {
namespace {

constexpr std::size_t longest_label_bytes = 160;  // 40 characters of up to 4 bytes

std::string label_of(const CardSeen& card, const std::string& account) {
  std::string label = card.name;
  if (!account.empty()) label += " " + account;
  if (!card.last4.empty()) return label + " •" + card.last4;
  return card.role.empty() ? label : label + " " + card.role;
}

/// `label`, or `label #2`, `#3` … where cards of that label exist already.
std::string distinct(const std::string& label, const std::set<std::string>& taken) {
  if (!taken.contains(label)) return label;
  for (int n = 2;; ++n)
    if (std::string candidate = label + " #" + std::to_string(n); !taken.contains(candidate)) return candidate;
}

/// As labels are compared: after NFKC, without regard to ASCII case.
std::string folded(const std::string& label, Normalizer& normalizer) {
  std::string plain = normalizer.text(label);
  for (char& c : plain)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return plain;
}

/// The card that turned out to be another one is that one.
const CardRow* living(const CardRow& card, std::span<const CardRow> known) {
  if (card.joined_into == 0) return &card;
  const auto found = std::ranges::find(known, card.joined_into, &CardRow::key);
  return found == known.end() ? nullptr : &*found;
}

}  // namespace

CardKind kind_of(const CardSeen& card) {
  const auto names = [&card](std::string_view word) {
    return card.role == word || card.name.find(word) != std::string::npos;
  };
  if (names("ETC") || names("ＥＴＣ")) return CardKind::etc;
  if (names("家族")) return CardKind::family;
  if (names("本人")) return CardKind::main;
  return CardKind::unknown;
}

bool is_told_by(const CardRow& card, const Digest& key_hash, const std::string& account) {
  if (card.joined_into != 0) return false;
  return (card.key_hash == key_hash && card.account_label == account) ||
         std::ranges::find(card.aliases, CardAlias{key_hash, account}) != card.aliases.end();
}

CardKey card_named(const std::string& text, std::span<const CardRow> known, std::string_view vault_tag,
                   Normalizer& normalizer) {
  const std::string wanted = folded(text, normalizer);
  const auto id = number_of(IdKind::card, vault_tag, wanted);
  std::vector<CardKey> of_account;
  for (const CardRow& card : known) {
    if ((id && card.key == *id) || (card.joined_into == 0 && folded(card.label, normalizer) == wanted)) {
      const CardRow* const found = living(card, known);
      return found == nullptr ? 0 : found->key;
    }
    if (card.joined_into == 0 && !card.account_label.empty() && folded(card.account_label, normalizer) == wanted)
      of_account.push_back(card.key);
  }
  return of_account.size() == 1 ? of_account.front() : 0;
}

Result<std::string> account_named(const std::string& text, std::span<const CardRow> known, std::string_view vault_tag,
                                  Normalizer& normalizer) {
  const std::string wanted = folded(text, normalizer);
  const auto id = number_of(IdKind::card, vault_tag, wanted);
  for (const CardRow& card : known)
    if ((id && card.key == *id) || folded(card.label, normalizer) == wanted ||
        (!card.account_label.empty() && folded(card.account_label, normalizer) == wanted))
      if (const CardRow* const found = living(card, known)) return found->account_label;
  if (id) return fail(Code::not_found, "there is no card with this id", "see `meisai cards`");
  const bool printable = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (wanted.empty() || text.size() > longest_label_bytes || !printable || pan::found_in(text))
    return fail(Code::invalid_argument, "a card's name has 1 to 40 characters and holds no card number",
                "name the card by a word, for example --card 旅行用");
  return normalizer.text(text);
}

std::set<std::string> accounts_of(std::span<const CardSeen> seen, std::span<const CardRow> known) {
  std::set<std::string> accounts;
  for (const CardRow& card : known) {
    if (card.joined_into != 0) continue;
    for (const CardSeen& each : seen) {
      if (each.key_hash == card.key_hash) accounts.insert(card.account_label);
      for (const CardAlias& alias : card.aliases)
        if (each.key_hash == alias.key_hash) accounts.insert(alias.account_label);
    }
  }
  return accounts;
}

std::string unused_account(const std::set<std::string>& accounts) {
  if (accounts.empty()) return {};
  int number = 2;
  while (accounts.contains(std::to_string(number))) ++number;
  return std::to_string(number);
}

std::vector<CardRow> resolve_cards(const IssuerId& issuer, std::span<const CardSeen> seen, const std::string& account,
                                   std::span<const CardRow> known) {
  std::set<std::string> taken;
  for (const CardRow& card : known) taken.insert(card.label);
  std::vector<CardRow> rows;
  rows.reserve(seen.size());
  for (const CardSeen& card : seen) {
    const auto found =
        std::ranges::find_if(known, [&](const CardRow& row) { return is_told_by(row, card.key_hash, account); });
    if (found != known.end()) {
      rows.push_back(*found);
      continue;
    }
    CardRow row{.issuer = issuer,
                .key_hash = card.key_hash,
                .name = card.name,
                .account_label = account,
                .role = card.role,
                .last4 = card.last4,
                .label = distinct(label_of(card, account), taken),
                .kind = kind_of(card)};
    taken.insert(row.label);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace meisai::ledger
