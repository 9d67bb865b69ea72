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

/// A household that took in the demo's story until its month has closed: a fuel authorization is posted with another
/// amount, on the next day.
struct Fuelled : Household {
  Fuelled() {
    init();
    const std::filesystem::path story = std::filesystem::path(MEISAI_SOURCE_DIR) / "samples" / "story";
    for (const char* file : {"1-open-month.csv", "2-open-month-a-week-later.csv", "3-closed-month.csv"})
      REQUIRE(run({"import", (story / file).string()}).exit == 0);
    const json open = list({"suggestions"}).at("suggestions");
    REQUIRE(open.size() == 1);
    asked = open.at(0);
    REQUIRE(rows().size() == 8);
  }
  json list(Words words) {
    words.insert(words.begin(), "--json");
    const Ran ran = run(words);
    INFO(ran.out << ran.err);
    REQUIRE(ran.exit == 0);
    return ran.json();
  }
  json rows() { return list({"transactions"}).at("transactions"); }
  Ran decide(const char* answer) { return run({"--json", "suggestions", answer, asked.at("id").get<std::string>()}); }
  json asked;
};

TEST_CASE("an accepted suggestion makes two rows one, and both ids lead to it", "[links]") {
  Fuelled home;
  const std::string first = home.asked.at("first"), second = home.asked.at("second");
  CHECK(home.asked.at("evidence") == "alike");
  CHECK(home.asked.at("detail") == "amount -2658, 1 day later");
  REQUIRE(home.decide("accept").exit == 0);
  const json rows = home.rows();
  CHECK(rows.size() == 7);
  for (const json& row : rows) CHECK(row.at("status") == "posted");
  for (const std::string& id : {first, second}) {
    const json shown = home.list({"transactions", "show", id, "--why"});
    CHECK(shown.at("transactions").at(0).at("id") == first);
    CHECK(shown.at("transactions").at(0).at("amount_minor") == 7342);
    CHECK(shown.at("why").at("ids") == json::array({first, second}));
  }
  CHECK(home.list({"suggestions"}).at("suggestions").empty());
  CHECK(home.list({"suggestions", "--all"}).at("suggestions").at(0).at("state") == "accepted");
  CHECK(home.decide("accept").exit == 2);
  CHECK(home.decide("refuse").exit == 2);
}

TEST_CASE("a refused suggestion leaves both rows and is not made again", "[links]") {
  Fuelled home;
  REQUIRE(home.decide("refuse").exit == 0);
  const auto closed = std::filesystem::path(MEISAI_SOURCE_DIR) / "samples" / "story" / "3-closed-month.csv";
  REQUIRE(home.run({"import", closed.string()}).exit == 0);
  CHECK(home.rows().size() == 8);
  CHECK(home.list({"suggestions"}).at("suggestions").empty());
  CHECK(home.list({"suggestions", "--all"}).at("suggestions").at(0).at("state") == "refused");
}

TEST_CASE("a row that its statement does not list says so once, and with that statement's file", "[links]") {
  Fuelled home;
  REQUIRE(home.decide("accept").exit == 0);
  const json why = home.list({"transactions", "show", home.asked.at("first").get<std::string>(), "--why"}).at("why");
  std::vector<std::string> rules;
  for (const json& step : why.at("steps")) rules.push_back(step.at("rule"));
  CHECK(rules == std::vector<std::string>{"same_identity", "absent", "suggestion_accepted"});
  const json& absent = why.at("steps").at(1);
  CHECK(absent.at("source").at("layout") == "rakuten_closed_2026_06");
  CHECK(absent.at("before").at("amount_minor") == 10000);
}

}  // namespace
}  // namespace meisai::cli::test
