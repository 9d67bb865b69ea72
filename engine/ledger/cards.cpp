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

CardKind kind_of(const CardSeen& card) {
  const auto names = [&card](std::string_view word) {
    return card.role == word || card.name.find(word) != std::string::npos;
  };
  if (names("ETC") || names("ＥＴＣ")) return CardKind::etc;
  if (names("家族")) return CardKind::family;
  if (names("本人")) return CardKind::main;
  return CardKind::unknown;
}

/// `label`, or `label #2`, `#3` … where cards of that label exist already.
std::string distinct(const std::string& label, const std::set<std::string>& taken) {
  if (!taken.contains(label)) return label;
  for (int n = 2;; ++n)
    if (std::string candidate = label + " #" + std::to_string(n); !taken.contains(candidate)) return candidate;
}

}  // namespace

Result<std::string> account_named(const std::string& text, std::span<const CardRow> known, std::string_view vault_tag,
                                  Normalizer& normalizer) {
  const auto folded = [&normalizer](const std::string& label) {
    std::string plain = normalizer.text(label);
    for (char& c : plain)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return plain;
  };
  const std::string wanted = folded(text);
  const auto id = number_of(IdKind::card, vault_tag, wanted);
  for (const CardRow& card : known)
    if ((id && card.key == *id) || folded(card.label) == wanted ||
        (!card.account_label.empty() && folded(card.account_label) == wanted))
      return card.account_label;
  if (id) return fail(Code::not_found, "there is no card with this id", "see `meisai cards`");
  const bool printable = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (wanted.empty() || text.size() > longest_label_bytes || !printable || pan::found_in(text))
    return fail(Code::invalid_argument, "a card's name has 1 to 40 characters and holds no card number",
                "name the card by a word, for example --card 旅行用");
  return normalizer.text(text);
}

std::set<std::string> accounts_of(std::span<const CardSeen> seen, std::span<const CardRow> known) {
  std::set<std::string> accounts;
  for (const CardRow& card : known)
    if (std::ranges::any_of(seen, [&card](const CardSeen& s) { return s.key_hash == card.key_hash; }))
      accounts.insert(card.account_label);
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
    const auto found = std::ranges::find_if(
        known, [&](const CardRow& row) { return row.key_hash == card.key_hash && row.account_label == account; });
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
