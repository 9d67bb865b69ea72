// SPDX-License-Identifier: Apache-2.0
//
// What a company's books say at an instant. The same seed and instant give the same books, and a later instant
// only adds to them, except that a pending row gives way to its posted one. A statement's total is the sum of
// its rows, to the yen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "samples/issuer_sandbox/clock.h"
#include "samples/issuer_sandbox/company.h"

namespace sandbox {

enum class Kind : std::uint8_t { sale, refund, fee, interest, payment, repayment };
enum class Plan : std::uint8_t { none, one_time, instalments, revolving };

struct Foreign {
  std::string currency;
  std::string amount;
  std::string rate;  ///< yen for one unit
  Civil date = 0;
};

struct Row {
  std::string id;
  std::size_t card = 0;
  Kind kind = Kind::sale;
  bool pending = false;
  bool credit = false;
  bool billed = true;  ///< stands in a statement; payments and revolving purchases do not
  Civil used = 0;
  Civil booked = 0;  ///< while pending: when it was used
  Civil from = 0;    ///< shown from then on
  std::optional<Civil> until;
  std::string merchant;
  std::int64_t yen = 0;
  Plan plan = Plan::one_time;
  int index = 0;
  int count = 0;
  std::optional<std::int64_t> remaining;
  std::optional<Foreign> foreign;
  std::string authorisation;  ///< id of the pending row
};

struct Statement {
  std::string id;
  std::string reference;  ///< `2026-10`: month in which it closed
  std::size_t card = 0;
  Civil start = 0;  ///< first second of its period
  Civil end = 0;    ///< last second
  Civil created = 0;
  Civil due = 0;
  std::int64_t total = 0;
  std::vector<Row> rows;
};

struct Books {
  std::vector<Row> rows;              ///< visible now, newest first
  std::vector<Statement> statements;  ///< created by now, newest first
};

class Story {
 public:
  /// It begins 14 months before `base`, a civil day.
  Story(const Company& company, std::uint64_t seed, Civil base);
  [[nodiscard]] Books at(Seconds now) const;
  [[nodiscard]] Civil first_day() const { return first_; }

 private:
  const Company& company_;
  std::uint64_t seed_;
  Civil first_;
};

/// All rows that begin in one month of one card, whenever they become visible (story_month.cpp).
struct MonthOfCard {
  const Company& company;
  std::uint64_t seed;
  int number;  ///< of the month, from 0
  Civil first;
  std::size_t card;
};
[[nodiscard]] std::vector<Row> rows_of_month(const MonthOfCard& month);
/// Last second of the period in which something booked then is billed.
[[nodiscard]] Civil closing_of(const Company& company, Civil booked);

}  // namespace sandbox
