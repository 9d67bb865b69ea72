// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/truth.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "meisai/date.h"

namespace meisai::oracle {
namespace {

constexpr std::array<const char*, 3> shops = {"見本書店", "見本駅", "ＥＴＣ　見本東"};

/// The days of a purchase's life.
struct Course {
  Day shown;
  Day posted;  ///< for a released one: the day it goes
};

Course course_of(const Purchase& purchase) {
  const Day shown = purchase.used + purchase.late;
  return {shown, shown + (purchase.life == Life::at_once ? 0 : purchase.waits)};
}

int bill_for(Day posted) {
  int bill = 0;
  while (closing_day(bill) < posted) ++bill;
  return bill;
}

bool came(int after, Day since, Day today) { return after != 0 && today >= since + after; }

std::string id_of(const char* kind, std::size_t purchase, int twin) {
  return kind + std::to_string(purchase) + "x" + std::to_string(twin);
}

std::optional<Row> row_on(const Habits& habits, const Purchase& purchase, std::size_t number, int twin, Day today) {
  const auto [shown, posted] = course_of(purchase);
  if (today < shown) return std::nullopt;
  const bool is_posted = today >= posted;
  if (is_posted && purchase.life == Life::released) return std::nullopt;

  Row row{.purchase = number,
          .card = purchase.card,
          .day = purchase.used,
          .shop = shops.at(static_cast<std::size_t>(purchase.shop)),
          .yen = purchase.yen,
          .pending = !is_posted};
  const bool renamed = purchase.life == Life::linked || purchase.life == Life::unlinked;
  row.id = id_of(renamed && is_posted ? "T" : "P", number, twin);
  if (is_posted) {
    row.bill = bill_for(posted);
    row.parts = purchase.parts;
    if (purchase.life != Life::at_once) {
      row.yen += purchase.posted_more;
      row.day += std::min(purchase.posted_later, purchase.late + purchase.waits);
    }
    if (purchase.life == Life::linked) row.was_pending_as = id_of("P", number, twin);
    if (came(purchase.revised_after, posted, today)) row.yen += purchase.revised_by;
    if (came(purchase.moved_after, posted, today))
      row.day = std::min(row.day + purchase.moved_by, posted);  // never ahead
  }
  // The truth ends with everything shown.
  row.hidden = today < truth_ends && came(purchase.hidden_after, shown, today) &&
               today < shown + purchase.hidden_after + purchase.hidden_for;
  if (!habits.stable_ids) row.id.clear(), row.was_pending_as.clear();
  return row;
}

}  // namespace

std::vector<Row> rows_on(const Truth& truth, Day today) {
  today = std::min(today, truth_ends);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < truth.purchases.size(); ++i)
    for (int twin = 0; twin <= truth.purchases[i].twins; ++twin)
      if (auto row = row_on(truth.habits, truth.purchases[i], i, twin, today)) rows.push_back(std::move(*row));
  return rows;
}

std::string Bill::reference() const { return "S" + std::to_string(index) + "c" + std::to_string(card); }

int bill_of(const Purchase& purchase) { return bill_for(course_of(purchase).posted); }

int share_of(const Row& row, int part) {
  const int equal = row.yen / row.parts;
  return part + 1 < row.parts ? equal : row.yen - equal * (row.parts - 1);
}

std::optional<Bill> bill_on(const Truth& truth, int card, int index, Day today) {
  today = std::min(today, truth_ends);
  if (!truth.habits.states_bills || (index > 0 && today <= closing_day(index - 1))) return std::nullopt;
  Bill bill{.card = card, .index = index, .closed = today > closing_day(index)};
  if (truth.habits.by_files && !bill.closed) return std::nullopt;
  for (Row& row : rows_on(truth, today)) {
    if (row.pending || row.card != card || row.bill > index || row.bill + row.parts <= index) continue;
    const Day slips_in = closing_day(index) + truth.purchases[row.purchase].slips;
    if (slips_in > closing_day(index) && slips_in <= truth_ends && today < slips_in) continue;
    bill.total += share_of(row, index - row.bill);
    bill.rows.push_back(std::move(row));
  }
  return bill;
}

std::string iso_day(Day day) {
  using namespace std::chrono;
  return iso(LocalDate(sys_days(year(2026) / October / 1) + days(day)));
}

std::string line_of(const Row& row) {
  return "card " + std::to_string(row.card) + " " + iso_day(row.day) + " " + row.shop + " " + std::to_string(row.yen) +
         (row.pending ? " pending" : " posted");
}

}  // namespace meisai::oracle
