// SPDX-License-Identifier: Apache-2.0
//
// What makes a row the same row (I6). The recipe is versioned and made only of raw facts that do not
// change: precision, merchant as the issuer wrote it, usage amount and currency; card and day stand
// beside it in the unique key. The plan is left out (a purchase may be turned into リボ later), and so are
// cleaned text, file names and fetch order. Twins are told apart by the occurrence number. Where the issuer's
// own id of a row is stable, the id alone is the recipe (decision 0013): amounts and dates may change under it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "meisai/ports/store.h"

namespace meisai::ledger {

/// Version byte and truncated SHA-256: the first twelve bytes of a Fingerprint.
using FactsKey = std::array<std::uint8_t, 12>;
/// Bytes of its digest, which spread well enough as they are.
struct FactsHash {
  [[nodiscard]] std::size_t operator()(const FactsKey& key) const noexcept {
    std::uint64_t hash = 0;
    std::memcpy(&hash, key.data() + 1, sizeof hash);
    return hash;
  }
};

constexpr std::uint8_t identity_recipe = 1;          ///< raw facts
constexpr std::uint8_t issuer_reference_recipe = 2;  ///< the issuer's stable id
[[nodiscard]] inline bool is_by_reference(const FactsKey& key) noexcept { return key[0] == issuer_reference_recipe; }
/// The recipe as one bit of a set.
[[nodiscard]] inline std::uint8_t recipe_bit(const FactsKey& key) noexcept {
  return static_cast<std::uint8_t>(1U << (key[0] & 7U));
}

[[nodiscard]] FactsKey facts_key(const TransactionFacts& facts);
[[nodiscard]] Fingerprint fingerprint(const FactsKey& facts, std::uint32_t occurrence) noexcept;

/// The day column: days since 1970, or the statement's number negated for a row without a date.
[[nodiscard]] DayKey day_key(const UsageDate& date, StatementKey statement) noexcept;

/// A hash over everything a row says; equal rows have equal hashes within this process.
[[nodiscard]] std::uint64_t content_hash(const TransactionFacts& facts) noexcept;
/// A hash of who was paid: merchant text and currency.
[[nodiscard]] std::uint32_t merchant_hash(const TransactionFacts& facts) noexcept;
/// What two views of one purchase have in common where no id links them: who was paid (upper half) and how much (lower
/// half), each with the currency. `who`: the merchant as it is to be compared.
[[nodiscard]] std::uint64_t likeness_hash(std::string_view who, const TransactionFacts& facts) noexcept;
[[nodiscard]] inline std::uint32_t who_of(std::uint64_t likeness) noexcept {
  return static_cast<std::uint32_t>(likeness >> 32U);
}
[[nodiscard]] inline std::uint32_t price_of(std::uint64_t likeness) noexcept {
  return static_cast<std::uint32_t>(likeness);
}
/// A hash of an issuer's id of a row; 0 for none.
[[nodiscard]] std::uint64_t reference_hash(std::string_view reference) noexcept;

}  // namespace meisai::ledger
