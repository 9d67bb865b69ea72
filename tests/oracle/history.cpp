// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/history.h"

#include <algorithm>

#include "meisai/date.h"

namespace meisai::oracle {
namespace {

Look everything(bool bills_first) {
  std::vector<Document> lists, bills;
  for (int card = 0; card < 2; ++card) {
    lists.push_back({.card = card, .back = truth_ends + 10 * pending_term});
    for (int bill = 0; bill < statement_count; ++bill) bills.push_back({.is_bill = true, .card = card, .bill = bill});
  }
  Look look;
  look.documents = bills_first ? bills : lists;
  std::ranges::copy(bills_first ? lists : bills, std::back_inserter(look.documents));
  return look;
}

}  // namespace

Instant noon_of(Day day) {
  return parse_rfc3339(iso_day(day) + "T12:00:00Z").value();  // in the evening, in Japan
}

std::vector<Visit> course_of(const History& history) {
  std::vector<Visit> course;
  Day today = first_fetch;
  for (const Look& look : history.looks) {
    today = std::min(today + look.days_later, last_fetch);
    course.push_back({today, look});
  }
  for (int i = 0; i < 3; ++i) course.push_back({truth_ends + i * (pending_term + 1), everything(history.bills_first)});
  return course;
}

}  // namespace meisai::oracle
