// SPDX-License-Identifier: Apache-2.0
//
// What the cards truly did, and what their issuer shows of it on a day. Deliberately simple, and of its own: it shares
// nothing with the engine, so that both cannot be wrong in the same way. A truth is a handful of purchases of one or
// two cards over four months; every number in it shrinks towards the plainest purchase there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace meisai::oracle {

using Day = int;  ///< days since 2026-10-01

constexpr Day first_fetch = 20;  ///< nobody looks earlier
constexpr Day last_fetch = 100;  ///< nor later, until the truth is final
constexpr Day truth_ends = 101;  ///< what is shown from here on stays as it is
constexpr Day pending_term = 7;  ///< of the issuer
constexpr Day last_use = 90;     ///< newest day of use
constexpr int statement_count = 4;
[[nodiscard]] constexpr Day closing_day(int statement) { return 20 + 30 * statement; }

/// How a purchase comes to be posted.
enum class Life : std::uint8_t {
  at_once,   ///< posted when it is first shown
  same_id,   ///< pending, then posted under the same id
  linked,    ///< pending, then posted under another id; the issuer says which it was
  unlinked,  ///< pending, then posted under another id, without a word
  released,  ///< pending, then listed no more: no money moved
};

struct Purchase {
  int card = 0;   ///< 0 or 1
  Day used = 0;   ///< the usage date at first
  int shop = 0;   ///< index into a few shops
  int yen = 0;    ///< of each twin; a credit is negative
  int twins = 0;  ///< how many more there are of the very same
  int late = 0;   ///< days until the issuer shows it
  Life life = Life::at_once;
  int waits = 0;          ///< days that it is pending
  int posted_more = 0;    ///< yen by which the posted amount differs from the pending one
  int posted_later = 0;   ///< days by which the posted date differs
  int revised_after = 0;  ///< days after posting, 0: never: the amount is revised
  int revised_by = 0;     ///< yen
  int moved_after = 0;    ///< days after posting, 0: never: the usage date is moved
  int moved_by = 0;       ///< days
  int hidden_after = 0;   ///< days after it is first shown, 0: never: the list lacks it for a while
  int hidden_for = 0;     ///< days
  int slips = 0;          ///< days after its bill was closed, 0: in time: only then it comes into that bill
  int parts = 1;          ///< how many bills it is paid in, one after the other
};

/// What an issuer never does is left out of its truths.
struct Habits {
  bool stable_ids = true;
  bool pending_rows = true;
  bool other_amount_when_posted = true;
  bool revises = true;
  bool moves_dates = true;
  bool hides = true;
  bool states_bills = true;
  bool slips = true;
  bool parts = false;
  bool pending_like_posted = true;  ///< a pending row may stand beside a posted one of the same day, shop and amount
  bool plans_alike = true;          ///< a purchase in instalments may be like one that is billed once
  bool like_other_bills = true;     ///< most rows of a bill may be like rows of another bill
  bool by_files = false;            ///< shows closed bills and nothing else
};

/// Files of closed months, and nothing else.
inline constexpr Habits closed_months{.stable_ids = false,
                                      .pending_rows = false,
                                      .moves_dates = false,
                                      .hides = false,
                                      .parts = true,
                                      .plans_alike = false,
                                      .by_files = true};

struct Truth {
  Habits habits;
  std::vector<Purchase> purchases;
};

/// A row as the issuer shows it on a day.
struct Row {
  std::size_t purchase = 0;  ///< which of the truth
  int card = 0;
  Day day = 0;
  std::string shop;
  int yen = 0;
  bool pending = false;
  std::string id;              ///< empty where the issuer's ids are not stable
  std::string was_pending_as;  ///< where the issuer links the two
  int bill = 0;                ///< index of the statement that bills it, once it is posted; of several, the first
  int parts = 1;               ///< how many bill it
  bool hidden = false;         ///< on this day the list lacks it
};

/// Every row that the issuer knows on this day, twins one by one, in order of the truth.
[[nodiscard]] std::vector<Row> rows_on(const Truth& truth, Day today);

/// The first bill that bills it.
[[nodiscard]] int bill_of(const Purchase& purchase);
/// What the k-th bill (from 0) of a row states of it.
[[nodiscard]] int share_of(const Row& row, int part);

/// A statement of one card as the issuer shows it on a day.
struct Bill {
  int card = 0;
  int index = 0;
  bool closed = false;
  std::vector<Row> rows;
  int total = 0;  ///< of a closed one

  [[nodiscard]] std::string reference() const;
};
/// The statement, if there is one yet.
[[nodiscard]] std::optional<Bill> bill_on(const Truth& truth, int card, int index, Day today);
/// Where it is paid: what a file knows a statement by.
[[nodiscard]] constexpr Day due_day(int statement) { return closing_day(statement) + 25; }

[[nodiscard]] std::string iso_day(Day day);
/// A row on one line, for comparing and for people: card, date, shop, amount, state.
[[nodiscard]] std::string line_of(const Row& row);

}  // namespace meisai::oracle
