// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/generate.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace meisai::oracle {
namespace {

namespace gen = rc::gen;

/// 0 mostly, else 1..most.
rc::Gen<int> sometimes(int most, std::size_t weight = 1) {
  return gen::weightedOneOf<int>({{4, gen::just(0)}, {weight, gen::inRange(1, most + 1)}});
}

rc::Gen<Purchase> purchases() {
  return gen::build<Purchase>(
      gen::set(&Purchase::card, gen::weightedElement<int>({{3, 0}, {1, 1}})),
      gen::set(&Purchase::used, gen::oneOf(gen::inRange(0, last_use), gen::inRange(30, 36))),
      gen::set(&Purchase::shop, gen::inRange(0, 3)), gen::set(&Purchase::yen, gen::element(300, 500, 900, -300)),
      gen::set(&Purchase::twins, sometimes(2)), gen::set(&Purchase::late, sometimes(40)),
      gen::set(
          &Purchase::life,
          gen::weightedElement<Life>(
              {{6, Life::at_once}, {2, Life::same_id}, {2, Life::linked}, {2, Life::unlinked}, {2, Life::released}})),
      gen::set(&Purchase::waits, gen::oneOf(gen::inRange(1, 12), gen::inRange(1, 50))),
      gen::set(&Purchase::posted_more, sometimes(200, 3)), gen::set(&Purchase::posted_later, sometimes(6, 3)),
      gen::set(&Purchase::revised_after, sometimes(40, 2)),
      gen::set(&Purchase::revised_by, gen::element(133, 266, -177)), gen::set(&Purchase::moved_after, sometimes(40)),
      gen::set(&Purchase::moved_by, gen::inRange(-10, 10)), gen::set(&Purchase::hidden_after, sometimes(10, 2)),
      gen::set(&Purchase::hidden_for, gen::inRange(1, 60)), gen::set(&Purchase::slips, sometimes(15, 2)),
      gen::set(&Purchase::parts, gen::weightedElement<int>({{4, 1}, {1, 2}, {1, 3}})));
}

/// What the issuer never does is taken out afterwards, so that shrinking knows nothing of habits.
Purchase within(const Habits& habits, Purchase purchase) {
  if (!habits.pending_rows) purchase.life = Life::at_once;
  if (!habits.other_amount_when_posted) purchase.posted_more = 0;
  if (!habits.revises) purchase.revised_after = 0;
  if (!habits.moves_dates) purchase.moved_after = purchase.posted_later = 0;
  if (!habits.hides) purchase.hidden_after = 0;
  if (!habits.slips) purchase.slips = 0;
  // Without ids, a statement of which most is known of another card is held, and a person is asked.
  if (!habits.stable_ids) purchase.yen += 10 * purchase.card;
  if (!habits.parts || purchase.yen < 0) purchase.parts = 1;
  if (!habits.plans_alike) purchase.yen += purchase.parts - 1;
  return purchase;
}

/// A bill keeps at most one row that another bill has too.
void keep_bills_apart(std::vector<Purchase>& purchases) {
  using Content = std::tuple<int, Day, int, int>;
  std::map<Content, std::vector<int>> bills_with;  // one entry a row
  std::set<std::pair<int, int>> with_a_like;       // card and bill
  for (Purchase& one : purchases) {
    const int bill = bill_of(one);
    for (;; one.yen += 7) {
      std::vector<int>& bills = bills_with[{one.card, one.used, one.shop, one.yen}];
      const bool is_like = std::ranges::any_of(bills, [bill](int other) { return other != bill; });
      const bool may_be = bills.size() == 1 && one.twins == 0 && !with_a_like.contains({one.card, bill}) &&
                          !with_a_like.contains({one.card, bills.front()});
      if (is_like && !may_be) continue;
      if (is_like) with_a_like.insert({{one.card, bill}, {one.card, bills.front()}});
      bills.insert(bills.end(), static_cast<std::size_t>(one.twins) + 1, bill);
      break;
    }
  }
}

rc::Gen<Look> looks() {
  const rc::Gen<Document> documents = gen::build<Document>(
      gen::set(&Document::is_bill, gen::weightedElement<bool>({{2, false}, {1, true}})),
      gen::set(&Document::card, gen::weightedElement<int>({{3, 0}, {1, 1}})),
      gen::set(&Document::back, gen::oneOf(gen::just(truth_ends), gen::inRange(0, 60))),
      gen::set(&Document::bill, gen::inRange(0, statement_count)), gen::set(&Document::pages, gen::inRange(1, 4)),
      gen::set(&Document::reversed), gen::set(&Document::overlaps));
  return gen::build<Look>(
      gen::set(&Look::days_later, gen::weightedOneOf<int>({{1, gen::just(0)}, {3, gen::inRange(1, 15)}})),
      gen::set(&Look::documents, up_to(5, documents)),
      gen::set(&Look::breaks,
               gen::weightedElement<Break>({{5, Break::none}, {1, Break::issuer_fails}, {1, Break::cutoff}})),
      gen::set(&Look::breaks_at, gen::inRange(0, 8)));
}

/// A file says which row was revised only where the rest of the month stays and the row is alone on its day at its
/// shop; a month of which most changes is held, and a person is asked; so is a second card of which most is known of
/// the first. Truths keep to what a file can tell.
Truth tellable(Truth truth) {
  std::map<std::pair<int, int>, int> revised;
  for (std::size_t i = 0; i < truth.purchases.size(); ++i) {
    Purchase& one = truth.purchases[i];
    if (one.revised_after == 0) continue;
    const auto rows = rows_on(truth, truth_ends);
    const auto of_it = std::ranges::find(rows, i, &Row::purchase);
    const auto is_near = [&](const Row& row) { return row.card == one.card && row.bill == of_it->bill; };
    const auto is_early = [&](const Row& row) { return is_near(row) && truth.purchases[row.purchase].slips == 0; };
    const auto in_place = [&](const Row& row) {
      return is_near(row) && row.day == one.used && row.shop == of_it->shop;
    };
    const bool can_tell = of_it != rows.end() && one.parts == 1 && std::ranges::count_if(rows, in_place) == 1 &&
                          std::ranges::count_if(rows, is_early) > 3 * ++revised[{one.card, of_it->bill}];
    if (!can_tell) one.revised_after = 0;
  }
  return truth;
}

}  // namespace

rc::Gen<Truth> truths(const Habits& habits) {
  return gen::map(up_to(12, purchases()), [habits](std::vector<Purchase> purchases) {
    for (Purchase& each : purchases) each = within(habits, each);
    // Amounts of their own for what is pending at times: no other row is like it.
    for (std::size_t i = 0; i < purchases.size(); ++i)
      if (!habits.pending_like_posted && purchases[i].life != Life::at_once)
        purchases[i].yen += 11 * (static_cast<int>(i) + 1);
    if (!habits.like_other_bills) keep_bills_apart(purchases);
    const Truth truth{habits, std::move(purchases)};
    return habits.by_files ? tellable(truth) : truth;
  });
}

rc::Gen<History> histories() {
  return gen::build<History>(gen::set(&History::looks, up_to(12, looks())), gen::set(&History::bills_first));
}

std::ostream& operator<<(std::ostream& out, const Truth& truth) {
  out << "Purchases:\n";
  for (const Purchase& each : truth.purchases) {
    out << "  {.card = " << each.card << ", .used = " << each.used << ", .shop = " << each.shop
        << ", .yen = " << each.yen << ", .twins = " << each.twins << ", .late = " << each.late << ", .life = Life("
        << static_cast<int>(each.life) << ")";
    if (each.life != Life::at_once)
      out << ", .waits = " << each.waits << ", .posted_more = " << each.posted_more
          << ", .posted_later = " << each.posted_later;
    if (each.revised_after != 0)
      out << ", .revised_after = " << each.revised_after << ", .revised_by = " << each.revised_by;
    if (each.moved_after != 0) out << ", .moved_after = " << each.moved_after << ", .moved_by = " << each.moved_by;
    if (each.hidden_after != 0)
      out << ", .hidden_after = " << each.hidden_after << ", .hidden_for = " << each.hidden_for;
    if (each.slips != 0) out << ", .slips = " << each.slips;
    if (each.parts != 1) out << ", .parts = " << each.parts;
    out << "},\n";
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const History& history) {
  out << "Looks" << (history.bills_first ? " (bills first at the end)" : "") << ":\n";
  for (const Look& look : history.looks) {
    out << "  {.days_later = " << look.days_later << ", .documents = {";
    for (const Document& each : look.documents) {
      out << "{.is_bill = " << each.is_bill << ", .card = " << each.card;
      if (each.is_bill)
        out << ", .bill = " << each.bill;
      else
        out << ", .back = " << each.back;
      out << ", .pages = " << each.pages << ", .reversed = " << each.reversed << ", .overlaps = " << each.overlaps
          << "}, ";
    }
    out << "}, .breaks = Break(" << static_cast<int>(look.breaks) << "), .breaks_at = " << look.breaks_at << "},\n";
  }
  return out;
}

}  // namespace meisai::oracle
