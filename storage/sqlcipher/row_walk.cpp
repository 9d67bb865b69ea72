// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/row_walk.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/row_codec.h"
#include "storage/sqlcipher/row_queries.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t no_day_below = std::numeric_limits<DayKey>::min();
constexpr std::int64_t no_day_above = std::numeric_limits<DayKey>::max();
constexpr std::size_t few_rows = 2000;
constexpr std::size_t many_rows = 8000;
constexpr std::int64_t widest = 4096;

}  // namespace

RowWalk::RowWalk(Database& database, const TransactionQuery& query, const std::vector<CardKey>& cards)
    : database_(database), query_(query), only_pending_(query.status == TransactionStatus::pending) {
  const bool undated = !ledger_rules::has_range(query) || !query.undated_of.empty();
  first_day_ = undated ? no_day_below : query.from ? std::max<std::int64_t>(ledger_rules::day_of(*query.from), 0) : 0;
  last_day_ = query.to ? ledger_rules::day_of(*query.to) : no_day_above;
  for (const CardKey card : cards) places_.push_back({.card = card, .next_day = first_day_});
}

Result<void> RowWalk::start() {
  if (query_.after) {
    Statement& row = database_.prepared("SELECT tdate FROM txn WHERE id=?1");
    const RowScope scope(row);
    row.bind(1, *query_.after);
    MEISAI_ASSIGN(const bool found, row.step());
    if (!found) return fail(Code::not_found, "no such transaction to go on from");
    after_day_ = static_cast<DayKey>(row.int64(0));
    last_ = *query_.after;
    first_day_ = std::max<std::int64_t>(first_day_, after_day_);
  }
  for (CardPlace& place : places_) MEISAI_TRY(seek(place, first_day_));
  return {};
}

Result<void> RowWalk::seek(CardPlace& place, std::int64_t from) {
  Statement& row =
      only_pending_ ? database_.prepared(queries::next_pending_day) : database_.prepared(queries::next_day);
  const RowScope scope(row);
  row.bind(1, place.card).bind(2, from);
  MEISAI_ASSIGN(const bool found, row.step());
  place.done = !found || row.int64(0) > last_day_;
  if (!place.done) place.next_day = row.int64(0);
  return {};
}

Result<const StoredRow*> RowWalk::next() {
  while (position_ == order_.size()) {
    MEISAI_ASSIGN(const bool more, fill());
    if (!more) return nullptr;
  }
  const StoredRow& row = rows_[order_[position_++]];
  last_ = row.key;
  return &row;
}

Result<bool> RowWalk::fill() {
  order_.clear();
  position_ = 0;
  used_ = 0;
  std::int64_t from = no_day_above;
  bool any = false;
  for (const CardPlace& place : places_) {
    if (place.done) continue;
    any = true;
    from = std::min(from, place.next_day);
  }
  if (!any) return false;
  const std::int64_t to = std::min(from + width_ - 1, last_day_);
  for (CardPlace& place : places_) {
    if (place.done || place.next_day > to) continue;
    MEISAI_TRY(read_days(place.card, from, to));
    MEISAI_TRY(seek(place, to + 1));
  }
  if (used_ < few_rows) width_ = std::min(width_ * 2, widest);
  if (used_ > many_rows) width_ = std::max<std::int64_t>(width_ / 2, 1);
  for (std::size_t slot = 0; slot < used_; ++slot) order_.push_back(slot);
  std::ranges::sort(order_, {}, [this](std::size_t slot) { return std::pair(rows_[slot].day, rows_[slot].key); });
  return true;
}

StoredRow& RowWalk::free_slot() {
  if (used_ == rows_.size()) rows_.emplace_back();
  return rows_[used_];
}

Result<void> RowWalk::read_days(CardKey card, std::int64_t from, std::int64_t to) {
  Statement& statement =
      only_pending_ ? database_.prepared(queries::pending_rows_on_days) : database_.prepared(queries::rows_on_days);
  const RowScope scope(statement);
  statement.bind(1, card).bind(2, from).bind(3, to);
  for (;;) {
    MEISAI_ASSIGN(const bool more, statement.step());
    if (!more) return {};
    StoredRow& row = free_slot();
    MEISAI_TRY(read_row(statement, row));
    MEISAI_ASSIGN(const bool kept, keeps(row));
    if (kept) ++used_;
  }
}

Result<bool> RowWalk::keeps(const StoredRow& row) {
  if (query_.after && std::pair(row.day, row.key) <= std::pair(after_day_, *query_.after)) return false;
  bool in_statement = false;
  if (row.day < 0 && ledger_rules::has_range(query_)) {
    MEISAI_ASSIGN(in_statement, listed(row));
  }
  return ledger_rules::wanted(query_, row, in_statement);
}

Result<bool> RowWalk::listed(const StoredRow& row) {
  const auto asked = [this](StatementKey statement) {
    return std::ranges::find(query_.undated_of, statement) != query_.undated_of.end();
  };
  if (asked(row.statement)) return true;
  MEISAI_ASSIGN(const auto parts, load_parts(database_, row.key));
  return std::ranges::any_of(parts, asked, &BilledPart::statement);
}

}  // namespace meisai::sqlcipher
