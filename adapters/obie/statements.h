// SPDX-License-Identifier: Apache-2.0
//
// Billing cycles as the issuer lists them: what is remembered between the list and the rows of each.
#pragma once

#include <string>
#include <vector>

#include "adapters/json/json.h"
#include "meisai/date.h"
#include "meisai/ports/linked_adapter.h"
#include "meisai/raw_page.h"

namespace meisai::obie {

struct TypedAmount {
  std::string label;
  std::string component;  ///< ComponentKind; empty: the closing balance
  std::string amount;
  std::string currency;
  std::string direction;
};

struct StatementHead {
  std::string id;         ///< for the address of its rows
  std::string reference;  ///< the same, as it is kept: card numbers masked
  std::string closing;
  std::string due;
  std::string due_label;
  bool is_open = false;
  std::vector<TypedAmount> amounts;  ///< empty where no closing balance is stated

  /// Records of the statement itself; each has the next number.
  void write(RawPageBuilder& out, std::uint64_t& row, std::uint32_t card) const;
};

/// Whether the list still says of the statement what was stored. What it no longer says is no other word.
[[nodiscard]] bool says_the_same(const StatementHead& head, const SettledStatement& settled,
                                 const Vocabulary& vocabulary);

/// A statement that is not read: kept like a row that is refused, so that it is seen.
struct RefusedStatement {
  Field why = Field::extension;  ///< `other_account`, `issuer_reference` (a card number as id), or nothing of these
  std::string id;                ///< the text that `why` is about
  std::string text;              ///< all of it

  void write(RawPageBuilder& out, std::uint64_t& row, std::uint32_t card) const;
};

struct StatementPage {
  std::vector<StatementHead> heads;
  std::vector<RefusedStatement> refused;
};

/// One page of the list. Annual and interim statements repeat rows of the regular ones and are left out. `schema_drift`
/// where the frame or most of the statements cannot be read.
[[nodiscard]] Result<StatementPage> read_statements(json::Value answer, std::string_view account, LocalDate today);

}  // namespace meisai::obie
