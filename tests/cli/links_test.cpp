// SPDX-License-Identifier: Apache-2.0
//
// `cards join`, `suggestions` and `transactions show --why`, in both languages and as JSON.
#include <catch2/catch.hpp>

#include "tests/cli/household.h"
#include "tests/import/statement_files.h"

namespace meisai::cli::test {
namespace {

using meisai::test::jcb_file;
using meisai::test::once;
using nlohmann::json;

/// A household whose card was renewed under another number.
struct Renewed : Household {
  Renewed() {
    init();
    const auto first = write("a.csv", jcb_file("2026-10-13", "0000", {once("2026-09-01", "見本書店", 900)}));
    const auto second = write("b.csv", jcb_file("2026-11-10", "9999", {once("2026-10-03", "見本園", 1200)}));
    REQUIRE(run({"import", first.string()}).exit == 0);
    REQUIRE(run({"import", second.string()}).exit == 0);
    cards = read({"cards"}).at("cards");
    REQUIRE(cards.size() == 2);
    row = read({"transactions"}).at("transactions").at(1).at("id");
  }
  json read(Words words) {
    words.insert(words.begin(), "--json");
    const Ran ran = run(words);
    INFO(ran.out << ran.err);
    REQUIRE(ran.exit == 0);
    CHECK(ran.err.empty());
    return ran.json();
  }
  std::string id(std::size_t card) { return cards.at(card).at("id"); }
  json cards;
  std::string row;
};

TEST_CASE("two cards are joined, and the other's id leads on", "[links]") {
  Renewed home;
  const json joined = home.read({"cards", "join", home.id(0), home.id(1)});
  CHECK(joined.at("cards").at(0).at("id") == home.id(0));
  CHECK(home.read({"cards"}).at("cards").size() == 1);
  CHECK(home.read({"transactions", "--card", home.id(1)}).at("transactions").size() == 2);
  const Ran again = home.run({"--json", "cards", "join", home.id(0), home.id(1)});
  CHECK(again.exit == 2);
  CHECK(again.json().at("error").at("code") == "invalid_argument");
  CHECK(home.run({"--json", "cards", "join", home.id(0), "czzzz00009"}).exit == 5);
  CHECK(home.run({"--json", "cards", "join", home.id(0)}).exit == 2);
}

TEST_CASE("joining says so in both languages", "[links]") {
  for (const auto& [language, word] : {std::pair("en", " now."), std::pair("ja", "にまとめました")}) {
    Renewed home;
    const Ran ran = home.run({"--lang", language, "cards", "join", home.id(0), home.id(1)});
    CHECK(ran.exit == 0);
    CHECK(ran.out.find(word) != std::string::npos);
    CHECK(ran.out.find(home.id(1)) != std::string::npos);
  }
}

TEST_CASE("a row tells how it came to be", "[links]") {
  Renewed home;
  home.read({"cards", "join", home.id(0), home.id(1)});
  const json why = home.read({"transactions", "show", home.row, "--why"}).at("why");
  CHECK(why.at("ids") == json::array({home.row}));
  CHECK(why.at("identity").get<std::string>().starts_with("recipe 1"));
  REQUIRE(why.at("steps").size() == 2);
  CHECK(why.at("steps").at(0).at("rule") == "same_identity");
  CHECK(why.at("steps").at(0).at("before").is_null());
  CHECK(why.at("steps").at(1).at("rule") == "cards_joined");
  CHECK(why.at("steps").at(1).at("before").at("amount_minor") == 1200);
  CHECK(why.at("suggestions") == json::array());
  CHECK(home.run({"--lang", "en", "transactions", "show", home.row, "--why"}).out.find("two cards are one") !=
        std::string::npos);
  CHECK(home.run({"--lang", "ja", "transactions", "show", home.row, "--why"}).out.find("同じカード") !=
        std::string::npos);
}

TEST_CASE("with nothing to decide, suggestions say so", "[links]") {
  Renewed home;
  CHECK(home.read({"suggestions"}) == json{{"suggestions", json::array()}});
  CHECK(home.run({"--lang", "ja", "suggestions", "--all"}).err.find("決めることはありません") != std::string::npos);
  for (const char* decision : {"accept", "refuse"}) {
    const Ran ran = home.run({"--json", "suggestions", decision, "gzzzz00001"});
    CHECK(ran.exit == 5);
    CHECK(ran.json().at("error").at("code") == "not_found");
    CHECK(home.run({"--json", "suggestions", decision}).exit == 2);
  }
}

TEST_CASE("a file is asked about, and --new-card answers", "[links]") {
  Renewed home;
  const auto file = home.write("c.csv", jcb_file("2026-12-10", "1234", {once("2026-11-03", "見本堂", 70)}));
  CHECK(home.run({"--json", "import", "--card", "x", "--new-card", file.string()}).exit == 2);
  CHECK(home.read({"import", "--new-card", file.string()}).at("files").at(0).at("added") == 1);
  CHECK(home.read({"cards"}).at("cards").size() == 3);
}

}  // namespace
}  // namespace meisai::cli::test
