// SPDX-License-Identifier: Apache-2.0
//
// The brake: each side of each of its thresholds, and what it must let pass.
#include "engine/ledger/brake.h"

#include <catch2/catch.hpp>

using namespace meisai;
using namespace meisai::ledger;

namespace {

constexpr CardKey card = 7;
constexpr DayKey first_day = 20'000;
constexpr DayKey last_known = first_day + 30;

LocalDate date_of(DayKey day) { return LocalDate(std::chrono::sys_days(std::chrono::days(day))); }

TransactionFacts facts(DayKey day, int shop, std::int64_t amount) {
  TransactionFacts made;
  made.date = {date_of(day), DatePrecision::day};
  made.merchant_raw = made.merchant_normalized = "shop " + std::to_string(shop);
  made.amount_minor = amount;
  return made;
}

/// A window over one card, and what is stored of it.
class Case {
 public:
  Case() { known.push_back({card, date_of(first_day), date_of(last_known), "file", "complete"}); }

  StoredRow& stored(const TransactionFacts& what) {
    StoredRow& row = rows.emplace_back();
    row.key = static_cast<TransactionKey>(rows.size());
    row.card = card;
    row.day = day_key(what.date, 0);
    row.fingerprint = fingerprint(facts_key(what), 1);
    row.facts = what;
    return row;
  }
  void lists(const TransactionFacts& what, Decision decision = {}) {
    Entry entry;
    entry.facts = facts_key(what);
    entry.day = day_key(what.date, 0);
    entry.content = content_hash(what);
    entry.ordinal = static_cast<std::uint32_t>(entries.size());
    entries.push_back(entry);
    decisions.push_back(decision);
  }
  void lists_known(const TransactionFacts& what) { lists(what, {.action = Action::keep, .row = stored(what).key}); }
  void lists_revised(const TransactionFacts& what, const TransactionFacts& was) {
    lists(what, {.action = Action::revise, .row = stored(was).key});
  }
  std::optional<BrakeFinding> look() {
    const std::vector<CardKey> cards = {card};
    return brake({.entries = entries, .decisions = decisions, .cards = cards, .rows = rows, .known = known});
  }
  std::string diagnosis() {
    const auto finding = look();
    return finding ? finding->diagnosis : "";
  }

  std::vector<Entry> entries;
  std::vector<Decision> decisions;
  std::vector<StoredRow> rows;
  std::vector<CoverageRow> known;
};

/// `count` rows that look new on known days, beside as many stored ones that are not listed.
void add_doubtful(Case& it, int count, DayKey day = first_day) {
  for (int i = 0; i < count; ++i) {
    it.stored(facts(day + i % 5, i, 100 + i));
    it.lists(facts(day + i % 5, 1000 + i, 100 + i));
  }
}

}  // namespace

TEST_CASE("most of a known stretch that looks new is doubtful", "[brake]") {
  Case it;
  add_doubtful(it, 5);
  CHECK(it.diagnosis() == "5 of 5 rows on days that are known look new");
}

TEST_CASE("a few new rows on known days are late postings", "[brake]") {
  Case it;
  add_doubtful(it, 4);
  CHECK(it.diagnosis().empty());
}

TEST_CASE("more than half has to look new", "[brake]") {
  for (const int known : {5, 6}) {
    Case it;
    add_doubtful(it, 6);
    for (int i = 0; i < known; ++i) it.lists_known(facts(first_day + i, 50 + i, 10));
    CHECK(it.diagnosis() == (known == 5 ? "6 of 11 rows on days that are known look new" : ""));
  }
}

TEST_CASE("new rows double nothing where every stored row is listed", "[brake]") {
  Case it;
  for (int i = 0; i < 3; ++i) it.lists_known(facts(first_day + i, i, 10));
  for (int i = 0; i < 20; ++i) it.lists(facts(first_day + i % 5, 100 + i, 10));
  CHECK(it.diagnosis().empty());
}

TEST_CASE("half as many unlisted rows as new ones is where doubling begins", "[brake]") {
  for (const int unlisted : {4, 5}) {
    Case it;
    for (int i = 0; i < unlisted; ++i) it.stored(facts(first_day + i, i, 10));
    for (int i = 0; i < 10; ++i) it.lists(facts(first_day + i % 5, 100 + i, 10));
    CHECK(it.diagnosis().empty() == (unlisted == 4));
  }
}

TEST_CASE("days that nobody claims to know, and the newest ones of those known, do not count", "[brake]") {
  SECTION("unknown days") {
    Case it;
    it.known.clear();
    add_doubtful(it, 8);
    CHECK(it.diagnosis().empty());
  }
  SECTION("a statement's days") {
    Case it;
    it.known.front().certainty = "statement";
    add_doubtful(it, 8);
    CHECK(it.diagnosis().empty());
  }
  SECTION("another card's days") {
    Case it;
    it.known.front().card = card + 1;
    add_doubtful(it, 8);
    CHECK(it.diagnosis().empty());
  }
  SECTION("the posting delay") {
    for (const DayKey day : {last_known - posting_delay_days, last_known - posting_delay_days + 1}) {
      Case it;
      for (int i = 0; i < 8; ++i) {
        it.stored(facts(day, i, 10));
        it.lists(facts(day, 100 + i, 10));
      }
      CHECK(it.diagnosis().empty() == (day > last_known - posting_delay_days));
    }
  }
  SECTION("many new rows behind what is known") {
    Case it;
    for (int i = 0; i < 3; ++i) it.lists_known(facts(first_day + i, i, 10));
    for (int i = 0; i < 40; ++i) it.lists(facts(last_known + 1 + i % 20, 100 + i, 10));
    CHECK(it.diagnosis().empty());
  }
}

TEST_CASE("rows that equal known ones but for the sign are doubtful", "[brake]") {
  SECTION("by their facts") {
    for (const int turned : {4, 5}) {
      Case it;
      it.known.clear();
      for (int i = 0; i < turned; ++i) {
        it.stored(facts(first_day + i, i, 100 + i));
        it.lists(facts(first_day + i, i, -100 - i));
      }
      CHECK(it.diagnosis() == (turned == 4 ? "" : "5 of 5 rows have the opposite sign of what is known"));
    }
  }
  SECTION("by the issuer's id") {
    for (const int same : {5, 6}) {
      Case it;
      const auto with_id = [](TransactionFacts what, int id) {
        what.issuer_reference = "T" + std::to_string(id);
        return what;
      };
      for (int i = 0; i < 6; ++i)
        it.lists_revised(with_id(facts(first_day, i, -500), i), with_id(facts(first_day, i, 500), i));
      for (int i = 0; i < same; ++i) it.lists_known(with_id(facts(first_day, i, 20), 100 + i));
      CHECK(it.diagnosis().empty() == (same == 6));
    }
  }
  SECTION("not a refund beside the purchase that is listed too") {
    Case it;
    for (int i = 0; i < 8; ++i) {
      it.lists_known(facts(first_day + i, i, 300));
      it.lists(facts(first_day + i, i, -300));
    }
    CHECK(it.diagnosis().empty());
  }
}

TEST_CASE("rows that equal known ones but for a constant number of days are doubtful", "[brake]") {
  const auto moved_by = [](DayKey shift, int count, DayKey every) {
    Case it;
    it.known.clear();
    for (int i = 0; i < count; ++i) {
      it.stored(facts(first_day + 40 + i * every, i, 100));
      it.lists(facts(first_day + 40 + i * every + shift, i, 100));
    }
    return it.look();
  };
  CHECK(moved_by(1, 5, 1).value().diagnosis == "5 of 5 rows are 1 day later than known: time zone or posting dates?");
  CHECK(moved_by(-2, 6, 1).value().diagnosis ==
        "6 of 6 rows are 2 days earlier than known: time zone or posting dates?");
  CHECK(moved_by(-2, 6, 1).value().shift == -2);
  CHECK(moved_by(31, 6, 1).has_value());
  CHECK_FALSE(moved_by(32, 6, 1).has_value());
  CHECK_FALSE(moved_by(1, 4, 1).has_value());

  SECTION("by the issuer's id: of what was posted, with its day of use") {
    for (const bool posted : {true, false})
      for (const bool use : {true, false}) {
        Case it;
        for (int i = 0; i < 6; ++i) {
          TransactionFacts was = facts(first_day + i, i, 100);
          was.issuer_reference = "T" + std::to_string(i);
          if (!posted) was.status = TransactionStatus::pending;
          if (!use) was.flags = static_cast<std::uint16_t>(RowFlag::date_is_posting);
          TransactionFacts now = facts(first_day + i + 1, i, 100);
          now.issuer_reference = was.issuer_reference;
          it.lists_revised(now, was);
        }
        CHECK(it.look().has_value() == (posted && use));
      }
  }
  SECTION("different numbers of days are no constant") {
    Case it;
    it.known.clear();
    for (int i = 0; i < 8; ++i) {
      it.stored(facts(first_day + i * 9, i, 100));
      it.lists(facts(first_day + i * 9 + i + 1, i, 100));
    }
    CHECK_FALSE(it.look().has_value());
  }
}

TEST_CASE("a month full of twins that goes on is no shift", "[brake]") {
  Case it;
  for (int day = 0; day < 10; ++day)
    for (int twin = 0; twin < 4; ++twin) it.lists_known(facts(first_day + day, 1, 320));
  for (int day = 10; day < 22; ++day)
    for (int twin = 0; twin < 4; ++twin) it.lists(facts(last_known - 20 + day, 1, 320));
  CHECK(it.diagnosis().empty());
}

TEST_CASE("nothing stored, nothing doubtful", "[brake]") {
  Case it;
  for (int i = 0; i < 50; ++i) it.lists(facts(first_day + i % 20, i, 100));
  CHECK(it.diagnosis().empty());
  CHECK(Case().diagnosis().empty());
}
