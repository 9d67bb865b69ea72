// SPDX-License-Identifier: Apache-2.0
//
// A statement too large for its candidates to be kept in memory is normalized twice; it must come to the
// same ledger as a small one would, rejected rows and twins included.
#include <catch2/catch.hpp>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai;
using namespace meisai::test;

TEST_CASE("a statement of twenty thousand rows") {
  std::vector<Line> lines;
  for (int i = 0; i < 20000; ++i) {
    const int day = i % 28 + 1;
    lines.push_back(once("2026-08-" + std::string(day < 10 ? "0" : "") + std::to_string(day),
                         "見本店" + std::to_string(i % 500), 100 + i % 7));
  }
  lines[12345].date = "2026-08-32";  // no such day: the row is rejected
  const std::string file = jcb_file("2026-10-13", "0000", lines);

  Person person;
  const ImportReport first = person.must_import("a.csv", file);
  CHECK(first.added == 19999);
  REQUIRE(first.rejected.size() == 1);
  CHECK(first.rejected.front().row == 12345 + 7);
  CHECK(first.rejected.front().code == Code::date_not_valid);
  REQUIRE(first.statements.size() == 1);
  CHECK(first.statements.front().balanced == false);
  CHECK(first.statements.front().difference_minor == lines[12345].billed);

  const std::string before = person.ledger_text();
  const ImportReport again = person.must_import("b.csv", file);
  CHECK(again.added == 0);
  CHECK(again.modified == 0);
  CHECK(again.unchanged == 19999);
  CHECK(person.ledger_text() == before);

  lines[12345].date = "2026-08-31";
  const ImportReport corrected = person.must_import("c.csv", jcb_file("2026-10-13", "0000", lines));
  CHECK(corrected.added == 1);
  CHECK(corrected.unchanged == 19999);
  CHECK(person.statements().front().balanced == true);
}
