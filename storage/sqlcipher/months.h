// SPDX-License-Identifier: Apache-2.0
//
// The month roll-up's one writer: counts in memory while a window is written, and is flushed once before
// its commit. Every insert and revision of a row goes through it.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

class MonthCounter {
 public:
  /// Counts a row in (sign +1) or out (-1). Rows that no month counts are ignored. `amount_overflow`.
  [[nodiscard]] Result<void> count(const StoredRow& row, int sign);
  /// Adds what was counted to the table and forgets it.
  [[nodiscard]] Result<void> flush(Database& database);
  /// Compares the table with what was counted; the first difference becomes a finding.
  [[nodiscard]] Result<void> compare(Database& database, std::vector<std::string>& findings) const;

 private:
  struct Key {
    CardKey card = 0;
    BillingMonth month{};
    Currency currency = Currency::jpy();
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Delta {
    MonthTotal sum;         // amount only
    std::int64_t rows = 0;  // may be negative
  };
  std::unordered_map<Key, Delta, Hash> deltas_;
  // Rows come card by card and month by month: the last one is nearly always the next one.
  Key last_key_;
  Delta* last_ = nullptr;
};

[[nodiscard]] Result<std::vector<MonthTotal>> load_month_totals(Database& database);

}  // namespace meisai::sqlcipher
