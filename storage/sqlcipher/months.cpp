// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/months.h"

#include <string>
#include <vector>

#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {

std::size_t MonthCounter::Hash::operator()(const Key& key) const noexcept {
  std::uint64_t mixed = static_cast<std::uint64_t>(key.card) * 0x9E3779B97F4A7C15U;
  mixed ^= static_cast<std::uint64_t>(to_column(key.month)) * 0xBF58476D1CE4E5B9U;
  for (const char letter : key.currency.code()) mixed = mixed * 131U + static_cast<unsigned char>(letter);
  return static_cast<std::size_t>(mixed ^ (mixed >> 29U));
}

Result<void> MonthCounter::count(const StoredRow& row, int sign) {
  const auto month = ledger_rules::counted_month(row);
  if (!month) return {};
  const Key key{row.card, *month, row.facts.currency};
  if (last_ == nullptr || !(key == last_key_)) {
    last_ = &deltas_[key];
    last_key_ = key;
  }
  MEISAI_TRY(ledger_rules::add_to_month(last_->sum, row.facts.amount_minor, 0, sign));
  last_->rows += sign;
  return {};
}

Result<void> MonthCounter::flush(Database& database) {
  for (const auto& [key, delta] : deltas_) {
    if (delta.rows == 0 && delta.sum.amount_minor == 0) continue;
    MonthTotal total;
    bool known = false;
    {
      Statement& row =
          database.prepared("SELECT amount,count FROM month_total WHERE card=?1 AND month=?2 AND currency=?3");
      const RowScope scope(row);
      row.bind(1, key.card).bind(2, to_column(key.month)).bind(3, key.currency.code());
      MEISAI_ASSIGN(known, row.step());
      if (known) {
        total.amount_minor = row.int64(0);
        total.count = static_cast<std::uint64_t>(row.int64(1));
      }
    }
    MEISAI_TRY(ledger_rules::add_to_month(total, delta.sum.amount_minor, delta.rows, +1));
    // REPLACE, or an UPDATE that can ABORT, would journal the page for each of them: as much as the rest of it.
    Statement& write = known ? database.prepared(
                                   "UPDATE OR FAIL month_total SET amount=?4,count=?5 "
                                   "WHERE card=?1 AND month=?2 AND currency=?3")
                             : database.prepared("INSERT INTO month_total VALUES(?1,?2,?3,?4,?5)");
    MEISAI_TRY(write.bind(1, key.card)
                   .bind(2, to_column(key.month))
                   .bind(3, key.currency.code())
                   .bind(4, total.amount_minor)
                   .bind(5, static_cast<std::int64_t>(total.count))
                   .run());
  }
  deltas_.clear();
  last_ = nullptr;
  return {};
}

Result<std::vector<MonthTotal>> load_month_totals(Database& database) {
  std::vector<MonthTotal> totals;
  Statement& row =
      database.prepared("SELECT card,month,currency,amount,count FROM month_total ORDER BY card,month,currency");
  const RowScope scope(row);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return totals;
    MEISAI_ASSIGN(const Currency currency, currency_from(row.text(2)));
    totals.push_back({.card = row.int64(0),
                      .month = month_from(row.int64(1)),
                      .amount_minor = row.int64(3),
                      .count = static_cast<std::uint64_t>(row.int64(4)),
                      .currency = currency});
  }
}

Result<void> MonthCounter::compare(Database& database, std::vector<std::string>& findings) const {
  MEISAI_ASSIGN(const auto totals, load_month_totals(database));
  const auto complain = [&findings](CardKey card, BillingMonth month) {
    findings.push_back("the month total of card " + std::to_string(card) + " for " + iso(month) + " is wrong");
  };
  std::size_t matched = 0;
  for (const MonthTotal& total : totals) {
    const auto counted = deltas_.find({total.card, total.month, total.currency});
    if (counted != deltas_.end()) ++matched;
    const Delta expected = counted == deltas_.end() ? Delta{} : counted->second;
    if (total.amount_minor != expected.sum.amount_minor || static_cast<std::int64_t>(total.count) != expected.rows) {
      complain(total.card, total.month);
      return {};
    }
  }
  if (matched != deltas_.size()) findings.emplace_back("a month total is missing");
  return {};
}

}  // namespace meisai::sqlcipher
