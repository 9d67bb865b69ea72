// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/classes.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace meisai::oracle {
namespace {

using Twin = std::pair<std::size_t, int>;  ///< which purchase, which of its twins

class Watcher {
 public:
  Watcher(const Truth& truth, const History& history) : truth_(truth) {
    for (const Visit& visit : course_of(history)) watch(visit);
  }
  std::set<std::string> found;

 private:
  void watch(const Visit& visit) {
    if (visit.look.breaks != Break::none && !visit.look.documents.empty())
      found.insert(visit.look.breaks == Break::cutoff ? "broken off by a cutoff" : "broken off by the issuer");
    if (visit.look.breaks != Break::none) return;  // what came of it is not told here
    for (const Document& document : visit.look.documents) {
      if (document.pages > 1) found.insert(document.overlaps ? "pages overlap" : "several pages");
      if (document.reversed) found.insert("newest first");
      if (document.card == 1) found.insert("second card");
      if (document.is_bill)
        watch_bill(document, visit.day);
      else
        watch_list(document, visit.day);
    }
  }

  void watch_list(const Document& document, Day today) {
    const Day from = today - document.back;
    for (const auto& [card, day, began] : lists_) {
      if (card != document.card) continue;
      if (day == today && began == from) found.insert("the same list twice");
      if (day < today && began < from && from <= day) found.insert("lists overlap");
      if (from > day) found.insert("days between two lists are in none");
    }
    const auto rows = rows_on(truth_, today);
    std::map<std::size_t, int> twins;
    for (const Row& row : rows) {
      const Twin twin{row.purchase, twins[row.purchase]++};
      if (row.card != document.card || row.day < from) continue;
      if (row.hidden)
        watch_absence(twin, today);
      else
        watch_row(twin, row, today);
    }
    for (const auto& [twin, row] : seen_)
      if (row.card == document.card && row.day >= from && row.pending && twins[twin.first] == 0)
        found.insert("a pending row that was shown is gone");
    lists_.emplace_back(document.card, today, from);
  }

  void watch_row(const Twin& twin, const Row& row, Day today) {
    if (twin.second > 0) found.insert("twins");
    if (row.yen < 0) found.insert("credits");
    const auto known = seen_.find(twin);
    if (known == seen_.end()) {
      const bool covered = std::ranges::any_of(lists_, [&](const auto& list) {
        const auto& [card, day, from] = list;
        return card == row.card && row.day >= from && row.day <= day && day < today;
      });
      if (covered) found.insert("a row comes late to days that were listed");
      if (billed_.contains(twin)) found.insert("billed before it is listed");
    } else {
      watch_change(known->second, row);
      if (absent_.contains(twin)) found.insert("listed again after an absence");
    }
    absent_.erase(twin);
    seen_[twin] = row;
  }

  void watch_change(const Row& before, const Row& now) {
    if (before.pending && !now.pending) {
      const bool other_id = before.id != now.id;
      found.insert(!other_id                    ? "pending, then posted under its id"
                   : now.was_pending_as.empty() ? "pending, then posted under another id without a word"
                                                : "pending, then posted under another id that is linked");
      if (before.yen != now.yen) found.insert("posted with another amount");
    } else if (before.yen != now.yen) {
      found.insert("revised after it was listed");
    }
    if (before.day != now.day) found.insert("moved to another day");
  }

  void watch_absence(const Twin& twin, Day today) {
    if (!seen_.contains(twin)) return;
    found.insert("listed, then absent for a while");
    const auto [since, is_new] = absent_.try_emplace(twin, today);
    if (!is_new && seen_[twin].pending && today - since->second >= pending_term)
      found.insert("pending and absent for longer than the term");
  }

  void watch_bill(const Document& document, Day today) {
    const auto bill = bill_on(truth_, document.card, document.bill, today);
    if (!bill || bill->rows.empty()) return;
    std::map<std::size_t, int> twins;
    std::vector<std::string> lines;
    for (const Row& row : bill->rows) {
      billed_.insert({row.purchase, twins[row.purchase]++});
      lines.push_back(line_of(row));
    }
    const auto [known, is_new] = bills_.try_emplace(bill->reference(), *bill);
    if (!is_new) {
      if (!known->second.closed && bill->closed) found.insert("a bill that was open is closed");
      std::vector<std::string> before;
      for (const Row& row : known->second.rows) before.push_back(line_of(row));
      if (known->second.closed && before != lines) found.insert("a closed bill is revised");
      if (!known->second.closed && before.size() < lines.size()) found.insert("an open bill grows");
    }
    known->second = *bill;
  }

  const Truth& truth_;
  std::vector<std::tuple<int, Day, Day>> lists_;  // card, today, from
  std::map<Twin, Row> seen_;                      // as listed last
  std::map<Twin, Day> absent_;                    // since when
  std::set<Twin> billed_;
  std::map<std::string, Bill> bills_;  // as shown last
};

}  // namespace

std::set<std::string> classes_of(const Truth& truth, const History& history) { return Watcher(truth, history).found; }

}  // namespace meisai::oracle
