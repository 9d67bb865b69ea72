// SPDX-License-Identifier: Apache-2.0
//
// What a person added to a row, where each target has a place for it; their texts break no format.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/exporters/sample_ledger.h"

namespace meisai {
namespace {

using test::day;
using test::exported;
using test::purchase;

test::Ledger annotated(const UserLayer& layer) {
  test::Ledger ledger;
  ledger.rows = {purchase("T1", day("2026-08-01"), "ﾐﾎﾝ ｼﾖｸﾄﾞｳ"), purchase("T2", day("2026-08-02"), "見本書店")};
  ledger.rows.front().user = layer;
  return ledger;
}

const UserLayer lunch{.note = "花さんと", .category = "食費", .tags = {"仕事", "立替"}, .merchant = "見本食堂"};

TEST_CASE("hledger: the person's shop name, category, tags and note; the issuer's name beside them") {
  const std::string journal = exported("hledger", annotated(lunch));
  CHECK(journal.find("2026-08-01 * (T1) 見本食堂\n") != std::string::npos);
  CHECK(journal.find("    ; category:食費, tag:仕事, tag:立替, issuer-merchant:ﾐﾎﾝ ｼﾖｸﾄﾞｳ, note:花さんと\n") !=
        std::string::npos);
  CHECK(journal.find("2026-08-02 * (T2) 見本書店\n    ; meisai-id:T2, kind:purchase, issuer:") != std::string::npos);
  const test::Outcome found = test::run_with_file("hledger -f {} register tag:tag=立替 tag:category=食費",
                                                  exported("hledger", annotated(lunch)));
  INFO(found.output);
  CHECK(found.exit == 0);
  CHECK(found.output.find("2026-08-01") != std::string::npos);
  CHECK(found.output.find("2026-08-02") == std::string::npos);
}

TEST_CASE("hledger: a text of the person's cannot begin a tag, a date or a line") {
  const UserLayer hostile{.note = "date:2020-01-01, [2019-01-01] x:y\n2026-01-01 * stolen",
                          .category = "a, b:c",
                          .tags = {"date:2018-01-01"},
                          .merchant = "; | shop"};
  const std::string journal = exported("hledger", annotated(hostile));
  CHECK(journal.find("note:date：2020-01-01， ［2019-01-01］ x：y 2026-01-01 * stolen\n") != std::string::npos);
  const test::Outcome check = test::run_with_file("hledger -f {} check --strict", journal);
  INFO(check.output);
  CHECK(check.exit == 0);
  const test::Outcome dates = test::run_with_file("hledger -f {} stats", journal);
  CHECK(dates.output.find("2026-08-01 to 2026-08-03") != std::string::npos);
}

TEST_CASE("csv: columns at the end, neutralized like other text") {
  UserLayer layer = lunch;
  layer.note = "=SUM(A1), \"x\"";
  const std::string csv = exported("csv", annotated(layer));
  std::istringstream lines(csv);
  std::string head;
  std::string first;
  std::getline(lines, head);
  std::getline(lines, first);
  CHECK(head.ends_with(",id,user_note,user_category,user_tags,user_merchant\r"));
  CHECK(first.ends_with(",T1,\"＝SUM(A1), \"\"x\"\"\",食費,\"仕事, 立替\",見本食堂\r"));
  CHECK(csv.ends_with(",T2,,,,\r\n"));
}

TEST_CASE("jsonl: the same object as the command line's") {
  std::istringstream lines(exported("jsonl", annotated(lunch)));
  std::string line;
  std::getline(lines, line);
  CHECK(nlohmann::json::parse(line).at("user") == nlohmann::json{{"note", "花さんと"},
                                                                 {"category", "食費"},
                                                                 {"tags", {"仕事", "立替"}},
                                                                 {"merchant", "見本食堂"},
                                                                 {"ignored", false}});
  std::getline(lines, line);
  CHECK(nlohmann::json::parse(line).at("user") == nlohmann::json{{"note", nullptr},
                                                                 {"category", nullptr},
                                                                 {"tags", nlohmann::json::array()},
                                                                 {"merchant", nullptr},
                                                                 {"ignored", false}});
}

}  // namespace
}  // namespace meisai
