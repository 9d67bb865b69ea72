// SPDX-License-Identifier: Apache-2.0
//
// Walks the rows of a query in order of (day, number) without sorting them all: some days at a time, each
// card through the unique key, sorted in memory. The walk can be left and gone on with, so that an export
// in batches reads each row once. Memory: the rows of those days.
#pragma once

#include <cstddef>
#include <vector>

#include "meisai/ports/store.h"
#include "storage/sqlcipher/database.h"

namespace meisai::sqlcipher {

class RowWalk {
 public:
  /// `cards`: those the query may see, already cut to its own. The database's read transaction must outlast this.
  RowWalk(Database& database, const TransactionQuery& query, const std::vector<CardKey>& cards);

  /// Goes behind `query.after`, where it has one: `not_found` without that row. Called once, first.
  [[nodiscard]] Result<void> start();
  /// The next row, valid until the next call; null at the end.
  [[nodiscard]] Result<const StoredRow*> next();

  [[nodiscard]] const TransactionQuery& query() const noexcept { return query_; }
  /// The row handed out last; 0 before the first.
  [[nodiscard]] TransactionKey last() const noexcept { return last_; }

 private:
  struct CardPlace {
    CardKey card = 0;
    std::int64_t next_day = 0;  // no row of the card lies between the walk and this day
    bool done = false;
  };
  [[nodiscard]] Result<bool> fill();
  [[nodiscard]] Result<void> seek(CardPlace& place, std::int64_t from);
  [[nodiscard]] Result<void> read_days(CardKey card, std::int64_t from, std::int64_t to);
  [[nodiscard]] Result<bool> keeps(const StoredRow& row);
  [[nodiscard]] Result<bool> listed(const StoredRow& row);
  StoredRow& free_slot();

  Database& database_;
  TransactionQuery query_;
  std::vector<CardPlace> places_;
  std::int64_t first_day_ = 0;
  std::int64_t last_day_ = 0;
  std::int64_t width_ = 31;  // days a fill; follows how many rows they hold
  DayKey after_day_ = 0;
  TransactionKey last_ = 0;
  bool only_pending_ = false;

  std::vector<StoredRow> rows_;  // slots are filled again, so that their texts keep their memory
  std::size_t used_ = 0;
  std::vector<std::size_t> order_;
  std::size_t position_ = 0;
};

}  // namespace meisai::sqlcipher
