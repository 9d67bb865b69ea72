// SPDX-License-Identifier: Apache-2.0
//
// `replay` at the command line. What a newer version reads otherwise is tested in tests/import; here it is this
// version, which finds nothing new, and the words and numbers around it.
#include <catch2/catch.hpp>

#include "apps/meisai/json.h"
#include "tests/cli/household.h"

using namespace meisai::cli::test;
using nlohmann::json;

namespace {

constexpr const char* rakuten_name = "enavi202609(0000).csv";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string with_a_bad_date() {
  std::string bytes = bytes_of(sample("rakuten"));
  const std::string good = "2026/08/30";
  const auto at = bytes.find(good);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, good.size(), "2026/02/30");
}

}  // namespace

TEST_CASE("replay finds nothing where the version is the same") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", home.write(rakuten_name, bytes_of(sample("rakuten"))).string()}).exit == 0);
  for (const bool apply : {false, true}) {
    const Ran ran = apply ? home.run({"--json", "replay", "--apply"}) : home.run({"--json", "replay"});
    CHECK(ran.exit == 0);
    const json report = ran.json();
    CHECK(report.at("applied") == apply);
    CHECK(report.at("documents") == 1);
    CHECK(report.at("unchanged") == 15);
    CHECK(report.at("modified") == 0);
    CHECK(report.at("differences").empty());
  }
  CHECK(has(home.run({"--lang", "en", "replay"}).out, "1 documents read again: 0 rows would change"));
  CHECK(has(home.run({"--lang", "ja", "replay"}).out, "文書 1 件を読み直しました"));
  CHECK_FALSE(has(home.run({"--lang", "en", "replay"}).out, "--apply"));
  CHECK(home.run({"--json", "replay", "--issuer", "jcb_card"}).json().at("documents") == 0);
  CHECK(home.run({"replay", "--issuer", "not an id"}).exit == 2);
}

TEST_CASE("a record that still cannot be read leaves replay with 3, and the quarantine names replay") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", home.write(rakuten_name, with_a_bad_date()).string()}).exit == 3);
  CHECK(has(home.run({"--lang", "en", "quarantine"}).err, "meisai replay"));
  CHECK(has(home.run({"--lang", "ja", "quarantine"}).err, "meisai replay"));
  const Ran ran = home.run({"--json", "replay", "--apply"});
  CHECK(ran.exit == 3);
  CHECK(ran.json().at("still_rejected") == 1);
  CHECK(ran.json().at("released") == 0);
  CHECK(has(home.run({"--lang", "en", "replay"}).err, "1 records still cannot be read"));
}

TEST_CASE("a replay's JSON tells a new row from a changed one") {
  const meisai::ReplayReport report{.documents = 2,
                                    .differences = {{meisai::TransactionId("t_1"), "kind", "purchase", "fee"},
                                                    {{}, "transaction", "", "2026-09-05 SHOP 780 JPY"}},
                                    .added = 1,
                                    .modified = 1,
                                    .released = 1,
                                    .no_longer_read = 3};
  const json out = json::parse(meisai::cli::json::replay(report));
  CHECK(out.at("differences").at(0) ==
        json{{"id", "t_1"}, {"field", "kind"}, {"before", "purchase"}, {"after", "fee"}});
  CHECK(out.at("differences").at(1).at("id").is_null());
  CHECK(out.at("no_longer_read") == 3);
  CHECK(out.at("applied") == false);
}
