// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong in the world, seen from the command line: each leaves with its own number, says where and
// what to do, and leaves the store as it was.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

std::string replaced(std::string bytes, const std::string& what, const std::string& by) {
  const std::size_t at = bytes.find(what);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at, what.size(), by);
}

const std::string rakuten_name = "enavi202609(0000).csv";

/// A household with a store, into which one damaged file is imported.
struct Importer : Household {
  Importer() { init(); }
  Ran import(const std::string& name, const std::string& bytes) {
    return run({"--json", "import", write(name, bytes).string()});
  }
  void refuses(const std::string& name, const std::string& bytes, const std::string& code) {
    const Ran ran = import(name, bytes);
    INFO(ran.out);
    CHECK(ran.exit == 4);
    CHECK(ran.json().at("error").at("code") == code);
    CHECK_FALSE(ran.json().at("error").at("where").empty());
    CHECK_FALSE(ran.json().at("error").at("remedy").get<std::string>().empty());
    CHECK(run({"--json", "cards"}).json().at("cards").empty());
    CHECK(run({"--json", "transactions"}).json().at("transactions").empty());
  }
};

TEST_CASE("documents that cannot be understood are 4") {
  Importer home;
  const std::string rakuten = bytes_of(sample("rakuten"));
  const std::string jcb = bytes_of(sample("jcb"));
  home.refuses("letter.csv", "Dear customer,\r\nyour statement is ready.\r\n", "document_not_recognized");
  home.refuses(rakuten_name, rakuten + std::string("\"a\0b\"\n", 6), "not_text");
  home.refuses(rakuten_name, rakuten + "\"2026/08/01\",\"\x83\x7e\x83\x7a\x83\x93\"\n", "mixed_encodings");
  home.refuses(rakuten_name, rakuten + std::string(10U << 20U, 'x') + "\n", "record_too_long");
  home.refuses(rakuten_name, replaced(rakuten, "利用金額", "ポイント"), "column_missing");
  home.refuses(rakuten_name, rakuten.substr(0, rakuten.rfind("本人") - 4), "document_truncated");
}

TEST_CASE("a column that nobody knows is kept and counted") {
  Importer home;
  std::string bytes;
  std::istringstream lines(bytes_of(sample("rakuten")));
  for (std::string line; std::getline(lines, line);) bytes += line + (bytes.empty() ? ",\"お得な情報\"\n" : ",\"\"\n");
  const Ran ran = home.import(rakuten_name, bytes);
  INFO(ran.out);
  CHECK(ran.exit == 0);
  CHECK(ran.json().at("files").at(0).at("unknown_columns") == json::array({"お得な情報"}));
  CHECK(ran.json().at("files").at(0).at("added") == 15);
}

TEST_CASE("a bad amount or date is that row's, and leaves with 3") {
  for (const auto& [good, bad, code] : {std::tuple("\"853\"", "\"1,2,3\"", "amount_not_a_number"),
                                        std::tuple("2026/08/30", "2026/02/30", "date_not_valid")}) {
    Importer home;
    const std::string bytes = bytes_of(sample("rakuten"));
    const bool quoted = bytes.find(good) != std::string::npos;
    const Ran ran = home.import(rakuten_name, replaced(bytes, quoted ? good : ",853,", quoted ? bad : ",\"1,2,3\","));
    INFO(ran.out);
    CHECK(ran.exit == 3);
    const json file = ran.json().at("files").at(0);
    CHECK(file.at("rejected_count") == 1);
    CHECK(file.at("rejected").at(0).at("code") == code);
    CHECK(file.at("added") == 14);
    CHECK(home.run({"--json", "status"}).json().at("quarantined") == 1);
    CHECK(home.run({"status"}).out.find("1 rows in quarantine") != std::string::npos);
  }
}

TEST_CASE("a card number in a shop's name is masked and flagged; the rest of the row stays") {
  for (const char* number : {"4111111111111111", "4111 1111 1111 1111", "４１１１　１１１１　１１１１　１１１１"}) {
    Importer home;
    const Ran ran =
        home.import(rakuten_name, replaced(bytes_of(sample("rakuten")), "ミホンマート", std::string(number) + "店"));
    INFO(ran.out);
    CHECK(ran.exit == 0);
    const Ran listed = home.run({"--json", "transactions"});
    CHECK(listed.out.find(number) == std::string::npos);
    CHECK(listed.out.find("4111111111111111") == std::string::npos);
    std::size_t flagged = 0;
    const json rows = listed.json().at("transactions");
    for (const json& row : rows) {
      if (row.at("flags") != json::array({"pan_masked"})) continue;
      ++flagged;
      CHECK(row.at("amount_minor") == 2450);
    }
    CHECK(flagged == 1);
  }
}

TEST_CASE("a statement whose stated sum shows that rows are missing is 3") {
  Importer home;
  const std::string bytes = bytes_of(sample("jcb"));
  const std::size_t last_row = bytes.rfind("\r\n", bytes.size() - 3);
  const Ran ran = home.import("202610meisai.csv", bytes.substr(0, last_row + 2));
  INFO(ran.out);
  CHECK(ran.exit == 3);
  CHECK(ran.json().at("files").at(0).at("statements").at(0).at("balanced") == false);
}

TEST_CASE("a file that contradicts the known statement is held whole until --card says otherwise") {
  Importer home;
  const std::string known = bytes_of(sample("rakuten"));
  REQUIRE(home.import(rakuten_name, known).exit == 0);
  std::string other;  // another card of the same person: the content cannot tell
  for (std::size_t i = 0; i < known.size(); ++i) {
    const bool shop = known.compare(i, 9, "ミホン") == 0 || known.compare(i, 6, "見本") == 0;
    other += shop ? "別" + known.substr(i, 3) : known.substr(i, 1);
    if (shop) i += 2;
  }
  const std::string file = home.write("other.csv", other).string();
  const Ran held = home.run({"--json", "import", file});
  INFO(held.out);
  CHECK(held.exit == 3);
  CHECK(held.json().at("files").at(0).at("hold").at("code") == "statement_contradicted");
  CHECK(held.json().at("files").at(0).at("added") == 0);
  CHECK(home.run({"import", file}).err.find("--card") != std::string::npos);
  CHECK(home.run({"--json", "transactions"}).json().at("transactions").size() == 15);
  const Ran named = home.run({"--json", "import", "--card", "二枚目", file});
  INFO(named.out);
  CHECK(named.exit == 0);
  CHECK(home.run({"--json", "transactions"}).json().at("transactions").size() == 30);
}

TEST_CASE("a clock that went back is 15, and nothing is taken in") {
  Importer home;
  REQUIRE(home.run({"import", sample("smbc").string()}).exit == 0);
  const Ran back = home.bare({"--store", home.store().string(), "--key-file", (home.folder() / "key").string(), "--now",
                              "2026-01-01T00:00:00Z", "--json", "import", sample("jcb").string()});
  CHECK(back.exit == 15);
  CHECK(back.json().at("error").at("code") == "clock_hold");
  CHECK(home.run({"--json", "cards"}).json().at("cards").size() == 2);
}

}  // namespace
}  // namespace meisai::cli::test
