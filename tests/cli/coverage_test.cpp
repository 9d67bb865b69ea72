// SPDX-License-Identifier: Apache-2.0
//
// The calendar of a card: each month's cell from what is known of its days.
#include "apps/meisai/coverage.h"

#include <catch2/catch.hpp>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using std::chrono::month;
using std::chrono::year;

CoverageOfCard::Range range(const char* from, const char* to, const char* channel) {
  return {*parse_iso_date(from), *parse_iso_date(to), channel, "complete"};
}

CoverageOfCard example() {
  CoverageOfCard card;
  card.card = CardId("CRD1");
  card.ranges = {range("2025-12-16", "2026-02-15", "file"), range("2026-02-16", "2026-04-10", "api"),
                 range("2026-07-01", "2026-07-31", "api"), range("2026-07-10", "2026-07-20", "file")};
  card.gaps = {range("2026-04-11", "2026-06-30", "")};
  return card;
}

TEST_CASE("a month's cell: channel, whole or part, gap") {
  const CoverageOfCard card = example();
  const auto cell = [&](int y, unsigned m) { return coverage_cell(card, year(y) / month(m)); };
  CHECK(cell(2025, 11) == "·");
  CHECK(cell(2025, 12) == "f");
  CHECK(cell(2026, 1) == "F");
  CHECK(cell(2026, 2) == "B");
  CHECK(cell(2026, 3) == "A");
  CHECK(cell(2026, 4) == "a!");
  CHECK(cell(2026, 5) == "!");
  CHECK(cell(2026, 6) == "!");
  CHECK(cell(2026, 7) == "B");
  CHECK(cell(2026, 8) == "·");
}

TEST_CASE("February is whole in its own length") {
  CoverageOfCard card;
  card.ranges = {range("2024-02-01", "2024-02-28", "file"), range("2026-02-01", "2026-02-28", "file")};
  CHECK(coverage_cell(card, year(2024) / month(2)) == "f");
  CHECK(coverage_cell(card, year(2026) / month(2)) == "F");
}

TEST_CASE("the calendar has a line a year, then the days in their order with channel and gaps") {
  Household home;
  StringOutput out, err;
  const Streams streams{out, err, false, false, 0};
  const Environment environment = home.surroundings();
  const Session session(streams, environment, {});
  print_coverage(session, example(), "Sakura ****1234");
  const std::string& text = out.text();
  INFO(text);
  const auto place = [&](const std::string& part) { return text.find(part); };
  CHECK(place("Sakura ****1234") != std::string::npos);
  CHECK(place("\n2025 ") < place("\n2026 "));
  CHECK(place("2025-12-16  2026-02-15  known  file, complete") != std::string::npos);
  CHECK(place("2026-02-16") < place("2026-04-11  2026-06-30  gap"));
  CHECK(place("2026-04-11  2026-06-30  gap") < place("2026-07-01"));
}

}  // namespace
}  // namespace meisai::cli::test
