// SPDX-License-Identifier: Apache-2.0
//
// Which account a row is booked on. The list is fixed, so that a regenerated journal keeps its accounts:
//
//   資産:普通預金        assets: the bank account that is debited
//   資産:現金            assets: cash from a cash advance
//   負債:未払金:<card>   liabilities: what is owed on one card, by its label
//   費用:未分類          expenses: purchases and refunds (Meisai does not guess what was bought)
//   費用:手数料          expenses: annual fees, paper slips, fees that only the billed amount shows
//   費用:支払利息        expenses: interest
//   収益:値引            revenues: discounts tied to a fee or a purchase
//   収益:雑収入          revenues: cash-back, points and other credits of the issuer
//
// The names are Japanese whatever the language of the program: two languages would be two sets of books.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "meisai/ledger.h"

namespace meisai::exporters {

struct FixedAccount {
  std::string_view name;
  char type;  ///< hledger's account type: A assets, C cash, L liabilities, R revenues, X expenses
};

namespace account {
inline constexpr std::string_view bank = "資産:普通預金";
inline constexpr std::string_view cash = "資産:現金";
inline constexpr std::string_view card_parent = "負債:未払金";
inline constexpr std::string_view unsorted = "費用:未分類";
inline constexpr std::string_view fees = "費用:手数料";
inline constexpr std::string_view interest = "費用:支払利息";
inline constexpr std::string_view discounts = "収益:値引";
inline constexpr std::string_view other_revenue = "収益:雑収入";
}  // namespace account

/// Every account that does not depend on the cards, in the order of the journal's head.
[[nodiscard]] std::span<const FixedAccount> fixed_accounts() noexcept;

/// The other side of a row's posting on its card. Empty: the row is not booked.
[[nodiscard]] std::string_view counter_account(TransactionKind kind) noexcept;

/// Where the part of a billed amount goes that is not usage (`billed − amount`; see hledger_exporter.cpp).
[[nodiscard]] std::string_view difference_account(TransactionKind kind, bool charged) noexcept;

/// One liability account a card. Labels come from outside, so they are made safe: `:` would start a
/// sub-account, two spaces would end the name, `;` would start a comment. Cards whose names would be the
/// same are told apart by their id.
class CardAccounts {
 public:
  /// The cards that are known before the first row; their accounts are declared in the head.
  explicit CardAccounts(std::span<const Card> cards);

  /// The account of a card. A card that is not known yet gets one.
  [[nodiscard]] const std::string& of(const CardId& card, std::string_view label);
  [[nodiscard]] const std::map<CardId, std::string>& all() const noexcept { return accounts_; }

 private:
  std::map<CardId, std::string> accounts_;
};

}  // namespace meisai::exporters
