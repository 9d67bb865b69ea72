// SPDX-License-Identifier: Apache-2.0
//
// The change feed as a consumer follows it: every change once, and a way back in when it stayed away too long.
#include <catch2/catch.hpp>
#include <limits>

#include "tests/reading/desk.h"

namespace {

using namespace meisai;
using namespace meisai::test;

}  // namespace

TEST_CASE("pages follow each other, and the last one says so") {
  Desk desk;
  desk.tell(1, 5);
  const auto first = desk.changes("", 2).value();
  CHECK(first.changes.size() == 2);
  CHECK(first.has_more);
  const auto second = desk.changes(first.cursor, 3).value();
  CHECK(second.changes.size() == 3);
  CHECK_FALSE(second.has_more);  // known without asking once more
  CHECK(second.cursor == desk.cursor());
  const auto end = desk.changes(second.cursor, 3).value();
  CHECK(end.changes.empty());
  CHECK_FALSE(end.has_more);
  CHECK(end.cursor == second.cursor);
}

TEST_CASE("a cursor of before the retention is too old, and the error says from where to go on") {
  Desk desk("2025-01-01");
  desk.tell(1, 3);
  const std::string old = desk.changes("", 2).value().cursor;
  desk.today("2026-01-01");
  desk.tell(4, 4);
  const std::string kept = desk.changes("", 3).value().cursor;
  CHECK(desk.prune().changes_pruned == 0);  // a year is within 400 days
  desk.today("2026-02-06");
  CHECK(desk.prune().changes_pruned == 3);
  CHECK(desk.prune().changes_pruned == 0);

  const auto too_old = desk.changes(old, 10);
  REQUIRE_FALSE(too_old);
  CHECK(too_old.error().code == Code::cursor_too_old);
  const std::string restart = too_old.error().restart_cursor;
  CHECK(too_old.error().remedy.find(restart) != std::string::npos);
  CHECK(desk.changes("", 10).error().code == Code::cursor_too_old);  // "from the beginning" would lack the beginning

  // What comes while the consumer reads everything anew comes behind the restart point.
  desk.tell(5, 5);
  const auto after = desk.changes(restart, 10).value();
  REQUIRE(after.changes.size() == 1);
  CHECK(after.changes[0].position == 5);
  // A consumer that knew all that was pruned goes on as before.
  const auto on_time = desk.changes(kept, 10).value();
  REQUIRE(on_time.changes.size() == 2);
  CHECK(on_time.changes[0].position == 4);
}

TEST_CASE("a feed of which everything was pruned goes on counting") {
  Desk desk("2024-01-01");
  desk.tell(1, 3);
  const std::string at_end = desk.cursor();
  desk.today("2026-01-01");
  CHECK(desk.prune().changes_pruned == 3);
  CHECK(desk.cursor() == at_end);
  CHECK(desk.changes(at_end, 5).value().changes.empty());
  desk.tell(9, 9);
  CHECK(desk.changes(at_end, 5).value().changes.at(0).position == 4);
}

TEST_CASE("a consumer passes over what is sealed, a whole page of it too") {
  Desk desk;
  const CardKey hidden = desk.card("hidden", "CN1"), shown = desk.card("shown");
  const TransactionKey first = desk.use(hidden, {.date = "2026-11-01"});
  desk.use(hidden, {.date = "2026-11-02"});
  desk.use(hidden, {.date = "2026-11-03"});
  const TransactionKey ours = desk.use(shown, {.date = "2026-11-04"});
  desk.tell(ours, ours);
  desk.tell(first, first + 2);
  CHECK(desk.changes("", 1).value().has_more);
  desk.seal("CN1");
  const auto page = desk.changes("", 1).value();
  CHECK(page.changes.size() == 1);
  CHECK_FALSE(page.has_more);  // the rest may not be seen
  CHECK(page.cursor == desk.cursor());
  desk.tell(ours, ours);
  const auto more = desk.changes("", 1).value();
  CHECK(more.has_more);
  const auto last = desk.changes(more.cursor, 1).value();
  REQUIRE(last.changes.size() == 1);
  CHECK(last.changes[0].position == 5);
  CHECK_FALSE(last.has_more);
}

TEST_CASE("as many as there are may be asked for, and none at all") {
  Desk desk;
  desk.tell(1, 5);
  CHECK(desk.changes("", std::numeric_limits<std::size_t>::max()).value().changes.size() == 5);
  const auto none = desk.changes("", 0).value();
  CHECK(none.changes.empty());
  CHECK(none.has_more);
  CHECK(desk.changes(none.cursor, 9).value().changes.size() == 5);
}

TEST_CASE("a feed of which everything is sealed is at its end at once") {
  Desk desk;
  const TransactionKey row = desk.use(desk.card("hidden", "CN1"), {.date = "2026-11-01"});
  desk.tell(row, row);
  desk.seal("CN1");
  const auto page = desk.changes("", 10).value();
  CHECK(page.changes.empty());
  CHECK_FALSE(page.has_more);
  CHECK(page.cursor == desk.cursor());
}
