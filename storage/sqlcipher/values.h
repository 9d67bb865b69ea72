// SPDX-License-Identifier: Apache-2.0
//
// How the model's values look in columns, and back. A value that no program of ours wrote is `store_damaged`.
#pragma once

#include <chrono>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "meisai/audit.h"
#include "meisai/date.h"
#include "meisai/money.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::sqlcipher {

[[nodiscard]] inline tl::unexpected<Error> damaged_value(const char* what) {
  return fail(Code::store_damaged, std::string("the store holds an impossible value: ") + what,
              "restore the store from a backup; do not delete the damaged file before that worked");
}

/// An enumerator from its number; `count` is how many there are.
template <class Enum>
[[nodiscard]] Result<Enum> enum_from(std::int64_t number, std::int64_t count) {
  if (number < 0 || number >= count) return damaged_value("an unknown enumerator");
  return static_cast<Enum>(number);
}

[[nodiscard]] inline std::int64_t to_column(Instant at) noexcept { return at.time_since_epoch().count(); }
[[nodiscard]] inline Instant instant_from(std::int64_t column) noexcept {
  return Instant(std::chrono::milliseconds(column));
}
[[nodiscard]] inline std::optional<std::int64_t> to_column(std::optional<Instant> at) noexcept {
  if (!at) return std::nullopt;
  return to_column(*at);
}
[[nodiscard]] inline std::optional<Instant> instant_from(std::optional<std::int64_t> column) noexcept {
  if (!column) return std::nullopt;
  return instant_from(*column);
}

[[nodiscard]] inline std::optional<std::int64_t> to_column(std::optional<LocalDate> date) noexcept {
  if (!date) return std::nullopt;
  return ledger_rules::day_of(*date);
}
[[nodiscard]] inline std::optional<LocalDate> date_from(std::optional<std::int64_t> column) noexcept {
  if (!column) return std::nullopt;
  return ledger_rules::date_of(static_cast<DayKey>(*column));
}

[[nodiscard]] inline std::int32_t to_column(BillingMonth month) noexcept {
  return static_cast<std::int32_t>(static_cast<int>(month.year()) * 12) +
         static_cast<std::int32_t>(static_cast<unsigned>(month.month())) - 1;
}
[[nodiscard]] inline BillingMonth month_from(std::int64_t column) noexcept {
  return BillingMonth(std::chrono::year(static_cast<int>(column / 12)),
                      std::chrono::month(static_cast<unsigned>(column % 12) + 1));
}
[[nodiscard]] inline std::optional<std::int64_t> to_column(std::optional<BillingMonth> month) noexcept {
  if (!month) return std::nullopt;
  return to_column(*month);
}
[[nodiscard]] inline std::optional<BillingMonth> month_from(std::optional<std::int64_t> column) noexcept {
  if (!column) return std::nullopt;
  return month_from(*column);
}

[[nodiscard]] inline Result<Currency> currency_from(std::string_view code) {
  if (code == "JPY") return Currency::jpy();
  auto currency = Currency::parse(code);
  if (!currency) return damaged_value("a currency");
  return currency;
}

template <std::size_t N>
[[nodiscard]] std::span<const std::byte> bytes_of(const std::array<std::uint8_t, N>& array) noexcept {
  return std::as_bytes(std::span(array));
}
/// False when the blob has another length.
template <std::size_t N>
[[nodiscard]] bool copy_bytes(std::span<const std::byte> blob, std::array<std::uint8_t, N>& into) noexcept {
  if (blob.size() != N) return false;
  std::memcpy(into.data(), blob.data(), N);
  return true;
}
[[nodiscard]] inline Result<Digest> digest_from(std::span<const std::byte> blob) {
  Digest digest{};
  if (!copy_bytes(blob, digest)) return damaged_value("a digest");
  return digest;
}

}  // namespace meisai::sqlcipher
