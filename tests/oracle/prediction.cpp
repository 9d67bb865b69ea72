// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/prediction.h"

#include <algorithm>

namespace meisai::oracle {
namespace {

constexpr int cards = 2;

std::vector<std::string> sorted(std::vector<std::string> lines) {
  std::ranges::sort(lines);
  return lines;
}

/// With the issuer's id: a bill that lists another row of the same shape was revised.
std::map<std::string, int> lines_of(const Bill& bill) {
  std::map<std::string, int> lines;
  for (const Row& row : bill.rows) ++lines[row.id + " " + line_of(row)];
  return lines;
}

}  // namespace

void Prediction::saw(const Document& document, Day today) {
  log_.emplace_back(today, document);
  if (document.is_bill) {
    const auto bill = bill_on(truth_, document.card, document.bill, today);
    if (!bill || !bill->closed) return;
    const auto [known, is_new] = closed_.try_emplace(bill->reference(), Closed{lines_of(*bill), bill->total});
    if (is_new) return;
    // A copy that lacks rows revises nothing: they stay.
    if (known->second.total != bill->total) revised_.insert(bill->reference());
    known->second.total = bill->total;
    for (const auto& [line, count] : lines_of(*bill)) {
      int& most = known->second.rows[line];
      if (count > most) revised_.insert(bill->reference());
      most = std::max(most, count);
    }
    return;
  }
  for (const Row& row : rows_on(truth_, today))
    if (row.card == document.card && row.pending && !row.hidden && row.day >= today - document.back)
      shown_pending_.emplace(row.purchase, line_of(row));
}

void Prediction::saw_cut(const Document& document) {
  // Cut before its first row, it does not even say of which card it is.
  for (int card = 0; card < cards; ++card) cut_.insert(Bill{.card = card, .index = document.bill}.reference());
}

std::vector<Bill> Prediction::final_bills() const {
  std::vector<Bill> bills;
  for (int card = 0; card < cards; ++card)
    for (int index = 0; index < statement_count; ++index) {
      auto bill = bill_on(truth_, card, index, truth_ends);
      // An empty file says of no card that it is empty.
      if (bill && !(truth_.habits.by_files && bill->rows.empty())) bills.push_back(std::move(*bill));
    }
  return bills;
}

std::vector<std::string> Prediction::rows() const {
  const std::vector<Bill> bills = final_bills();
  std::vector<std::string> lines;
  for (const Row& row : rows_on(truth_, truth_ends)) {
    std::string line = line_of(row);
    bool is_billed = false;
    for (const Bill& bill : bills) {
      const int part = bill.index - row.bill;
      if (row.pending || bill.card != row.card || part < 0 || part >= row.parts) continue;
      is_billed = true;
      if (row.parts > 1) line += " " + std::to_string(share_of(row, part));
      line += " in " + bill.reference();
    }
    if (is_billed || !truth_.habits.by_files) lines.push_back(std::move(line));
  }
  return sorted(std::move(lines));
}

std::vector<std::string> Prediction::removed_at_least() const {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < truth_.purchases.size(); ++i) {
    const Purchase& purchase = truth_.purchases[i];
    if (purchase.life != Life::released) continue;
    // Without a word of the issuer, a pending row and a posted one of the same shop and amount may be one.
    const bool has_a_like = std::ranges::any_of(truth_.purchases, [&](const Purchase& other) {
      return other.life != Life::released && other.card == purchase.card && other.shop == purchase.shop;
    });
    if (has_a_like) continue;
    const Day shown = purchase.used + purchase.late;
    if (shown + purchase.waits > truth_ends) continue;  // it is pending to the end
    for (const Row& row : rows_on(truth_, shown)) {
      const std::string line = line_of(row);
      if (row.purchase == i && shown_pending_.contains({i, line})) lines.push_back(line);
    }
  }
  return sorted(std::move(lines));
}

std::set<std::string> Prediction::removed_at_most() const {
  std::set<std::string> lines;
  for (const auto& [purchase, line] : shown_pending_) lines.insert(line);
  return lines;
}

std::map<std::pair<int, std::string>, Prediction::MonthSum> Prediction::months() const {
  std::map<std::pair<int, std::string>, MonthSum> sums;
  const std::vector<Bill> bills = final_bills();
  for (const Row& row : rows_on(truth_, truth_ends)) {
    const bool is_billed = std::ranges::any_of(bills, [&](const Bill& bill) {
      return bill.card == row.card && bill.index >= row.bill && bill.index < row.bill + row.parts;
    });
    if (truth_.habits.by_files && !is_billed) continue;
    MonthSum& sum = sums[{row.card, iso_day(row.day).substr(0, 7)}];
    sum.yen += row.yen;
    ++sum.count;
  }
  return sums;
}

std::vector<std::string> Prediction::bills() const {
  std::vector<std::string> lines;
  for (const Bill& bill : final_bills()) {
    int sum = 0;
    for (const Row& row : bill.rows) sum += share_of(row, bill.index - row.bill);
    const bool is_revised = revised_.contains(bill.reference()) && !may_be_revised(bill.reference());
    const char* state = is_revised ? " revised " : bill.closed ? " closed " : " open ";
    lines.push_back(bill.reference() + state + std::to_string(sum) + " of " + std::to_string(bill.rows.size()));
  }
  return sorted(std::move(lines));
}

}  // namespace meisai::oracle
