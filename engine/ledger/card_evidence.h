// SPDX-License-Identifier: Apache-2.0
//
// Is a card that a document shows for the first time one that is known under other marks? Issuers rename account ids
// with a new consent, cards are renewed under another number, products are renamed, a file calls a card otherwise than
// an API. What speaks for it: the last four digits, name and role, and rows that both sides have.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/ledger/cards.h"
#include "engine/ledger/matching.h"

namespace meisai::ledger {

enum class Digits : std::uint8_t {
  unknown,  ///< one side states none
  same,
  other,
};

struct CardEvidence {
  CardKey card = 0;
  Digits digits = Digits::unknown;
  bool same_kind = false;
  bool same_name = false;        ///< name and role
  std::uint64_t comparable = 0;  ///< rows of the document on days of which the known card has rows
  std::uint64_t shared = 0;      ///< of these, how many it has too: day, amount, currency and cleaned merchant
};

enum class Likely : std::uint8_t { no, doubtful, certain };

/// Fewer rows in common prove nothing,
constexpr std::uint64_t telling_rows_in_common = 3;
/// but where the issuer states the same last four digits as well.
constexpr std::uint64_t telling_rows_of_same_digits = 2;

/// Certain: at least three rows in common, more than half of those that can be compared, and the digits do not
/// contradict (a renewal that carried its history over: other digits, but the same name and role); or the same digits
/// and kind, and two rows or more of which all are in common. Doubtful: the same digits, or rows in common that do not
/// make it certain.
[[nodiscard]] Likely judge(const CardEvidence& evidence) noexcept;

/// Compares entry card `index` of a window with a stored card.
[[nodiscard]] Result<CardEvidence> compare_card(LedgerWrite& ledger, const CardSeen& seen, const CardRow& known,
                                                std::span<const Entry> entries, std::uint32_t index,
                                                const LikenessOf& likeness_of);

/// What a window's unknown card is: `known` where it is certain, else the cards that it may be (none: a new card).
struct CardFinding {
  CardKey known = 0;
  std::vector<CardKey> candidates;
};
[[nodiscard]] CardFinding find_card(std::span<const CardEvidence> evidence);

}  // namespace meisai::ledger
