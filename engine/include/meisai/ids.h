// SPDX-License-Identifier: Apache-2.0
//
// Names of things, one type each, so that a card cannot be passed for a statement. Public ids are
// printable, at most 20 ASCII letters and digits (accounting targets stop there), and stable for the
// life of what they name. Issuer and layout ids are snake_case words from the profiles.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "meisai/error.h"

namespace meisai {

/// A strong id. Made from outside text by `parse`, from our own text by the constructor.
template <class Tag>
class Id {
 public:
  Id() = default;  ///< empty: names nothing
  explicit Id(std::string text) : text_(std::move(text)) {}

  /// Outside text becomes an id: 1 to 64 characters of `[A-Za-z0-9_-]`, else `invalid_argument`.
  [[nodiscard]] static Result<Id> parse(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (text.empty() || text.size() > 64 || text.find_first_not_of(allowed) != std::string_view::npos)
      return fail(Code::invalid_argument, "an id has 1 to 64 letters, digits, '_' or '-'");
    return Id(std::string(text));
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string text_;
};

using IssuerId = Id<struct IssuerTag>;  ///< カード会社: whoever operates the download or API
using CardId = Id<struct CardTag>;
using StatementId = Id<struct StatementTag>;      ///< 請求
using TransactionId = Id<struct TransactionTag>;  ///< 利用明細
using IncidentId = Id<struct IncidentTag>;
using ConnectionId = Id<struct ConnectionTag>;  ///< one person's link to one issuer
using ConsentId = Id<struct ConsentTag>;        ///< 同意
using HoldId = Id<struct HoldTag>;              ///< a batch that waits for a person
using SuggestionId = Id<struct SuggestionTag>;  ///< a doubtful link that waits for a person

}  // namespace meisai
