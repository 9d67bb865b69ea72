// SPDX-License-Identifier: Apache-2.0
#include "exporters/hledger/accounts.h"

#include <algorithm>
#include <array>

#include "exporters/text.h"

namespace meisai::exporters {
namespace {

constexpr auto fixed = std::to_array<FixedAccount>({
    {"資産", 'A'},
    {account::bank, 'C'},
    {account::cash, 'C'},
    {"負債", 'L'},
    {account::card_parent, 'L'},
    {"費用", 'X'},
    {account::unsorted, 'X'},
    {account::fees, 'X'},
    {account::interest, 'X'},
    {"収益", 'R'},
    {account::discounts, 'R'},
    {account::other_revenue, 'R'},
});

/// The name that a label asks for, before it is known whether another card asks for the same.
std::string wanted_name(std::string_view label) {
  std::string safe = collapse_spaces(widen_marks(single_line(label), ":;"));
  if (safe.empty()) safe = "カード";
  return std::string(account::card_parent) + ":" + safe;
}

}  // namespace

std::span<const FixedAccount> fixed_accounts() noexcept { return fixed; }

std::string_view counter_account(TransactionKind kind) noexcept {
  switch (kind) {
    case TransactionKind::purchase:
    case TransactionKind::refund:
      return account::unsorted;
    case TransactionKind::fee:
      return account::fees;
    case TransactionKind::interest:
      return account::interest;
    case TransactionKind::cash_advance:
      return account::cash;
    case TransactionKind::payment:
      return account::bank;
    case TransactionKind::adjustment:
      return account::other_revenue;
    case TransactionKind::discount:
      return account::discounts;
    case TransactionKind::authorization:
      return {};
  }
  return {};
}

std::string_view difference_account(TransactionKind kind, bool charged) noexcept {
  if (!charged) return account::discounts;
  return kind == TransactionKind::cash_advance ? account::interest : account::fees;
}

CardAccounts::CardAccounts(std::span<const Card> cards) {
  std::map<std::string, int> wanted;
  for (const Card& card : cards) ++wanted[wanted_name(card.label)];
  for (const Card& card : cards) {
    std::string name = wanted_name(card.label);
    if (wanted[name] > 1) name += " (" + card.id.text() + ")";
    accounts_.emplace(card.id, std::move(name));
  }
}

const std::string& CardAccounts::of(const CardId& card, std::string_view label) {
  const auto known = accounts_.find(card);
  if (known != accounts_.end()) return known->second;
  std::string name = wanted_name(label);
  const bool taken = std::ranges::any_of(accounts_, [&name](const auto& entry) { return entry.second == name; });
  if (taken) name += " (" + card.text() + ")";
  return accounts_.emplace(card, std::move(name)).first->second;
}

}  // namespace meisai::exporters
