// SPDX-License-Identifier: Apache-2.0
//
// A file that was cut: taken in only where a stated total shows the loss, else refused whole. A later whole
// copy completes it.
#include <catch2/catch.hpp>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai;
using namespace meisai::test;

namespace {

const std::vector<Line> lines = {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210),
                                 once("2026-08-03", "見本湯", 450), once("2026-08-04", "見本茶屋", 500)};

/// The file without its last `count` lines.
std::string without_lines(std::string file, int count) {
  for (; count > 0; --count) {
    file.pop_back();
    file.erase(file.find_last_of('\n') + 1);
  }
  return file;
}

}  // namespace

TEST_CASE("a stated total shows what a cut file lacks") {
  const std::string whole = jcb_file("2026-10-13", "0000", lines);
  for (const std::string& cut : {without_lines(whole, 1), whole.substr(0, whole.size() - 20)}) {
    Person person;
    const ImportReport report = person.must_import("a.csv", cut);
    CHECK(report.added == 3);
    CHECK(report.needs_attention());
    REQUIRE(report.statements.size() == 1);
    CHECK(report.statements.front().balanced == false);
    CHECK(report.statements.front().difference_minor == 500);

    const ImportReport rest = person.must_import("a.csv", whole);
    CHECK(rest.added == 1);
    CHECK(rest.unchanged == 3);
    CHECK(person.statements().front().balanced == true);
    CHECK(person.statements().front().held_count == 0);
    CHECK(person.engine().status()->problems.empty());

    const ImportReport older = person.must_import("a.csv", cut);
    CHECK(older.added == 0);
    CHECK(older.held == 0);  // an older copy that lacks what a newer one lists is no news
    CHECK(person.transactions().size() == 4);
    CHECK(person.statements().front().balanced == true);
    CHECK(person.statements().front().held_count == 0);
  }
}

TEST_CASE("without a total, a file that ends inside a record is refused and nothing is stored") {
  const std::string section = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";
  const std::string smbc = smbc_file(section, lines);
  const std::string rakuten = rakuten_file(9, lines);
  for (const std::string& cut :
       {smbc.substr(0, smbc.size() - 30), without_lines(smbc, 1), rakuten.substr(0, rakuten.size() - 12)}) {
    Person person;
    const auto report = person.import("a.csv", cut);
    REQUIRE_FALSE(report.has_value());
    CHECK(report.error().code == Code::document_truncated);
    CHECK(person.transactions().empty());
    CHECK(person.statements().empty());
  }
}
