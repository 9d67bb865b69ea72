// SPDX-License-Identifier: Apache-2.0
//
// Held batches and the quarantine at the command line: tables in both languages, JSON, exit codes.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/cli/household.h"

using namespace meisai::cli::test;
using nlohmann::json;

namespace {

constexpr const char* rakuten_name = "enavi202609(0000).csv";

/// A household that knows a 楽天 month, and the same month of another card.
struct Held : Household {
  Held() {
    init();
    const std::string known = bytes_of(sample("rakuten"));
    REQUIRE(run({"import", write(rakuten_name, known).string()}).exit == 0);
    std::string other;
    for (std::size_t i = 0; i < known.size(); ++i) {
      const bool shop = known.compare(i, 9, "ミホン") == 0 || known.compare(i, 6, "見本") == 0;
      other += shop ? "別" + known.substr(i, 3) : known.substr(i, 1);
      if (shop) i += 2;
    }
    file = write("other.csv", other).string();
    const Ran ran = run({"--json", "import", file});
    REQUIRE(ran.exit == 3);
    id = ran.json().at("files").at(0).at("hold_id").get<std::string>();
  }
  std::size_t transactions() { return run({"--json", "transactions"}).json().at("transactions").size(); }
  json holds(const std::string& which = "") {
    return (which.empty() ? run({"--json", "holds"}) : run({"--json", "holds", which})).json().at("holds");
  }
  std::string file;
  std::string id;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a held file says where it waits, and status reminds of it") {
  Held home;
  for (const std::string language : {"en", "ja"}) {
    const Ran ran = home.run({"--lang", language, "import", home.file});
    CHECK(ran.exit == 3);
    CHECK(has(ran.err, "meisai holds show " + home.id));
    CHECK(has(home.run({"--lang", language, "status"}).out, "meisai holds show " + home.id));
  }
  const json problems = home.run({"--json", "status"}).json().at("problems");
  CHECK(std::ranges::any_of(
      problems, [&](const json& one) { return one.at("code") == "batch_held" && one.at("object") == home.id; }));
}

TEST_CASE("holds are listed and shown with what they would change") {
  Held home;
  const json list = home.holds();
  REQUIRE(list.size() == 1);
  CHECK(list[0].at("id") == home.id);
  CHECK(list[0].at("state") == "open");
  CHECK(list[0].at("code") == "statement_contradicted");
  CHECK(list[0].at("document") == "other.csv");
  CHECK(list[0].at("transactions") == 15);
  CHECK(list[0].at("connection").is_null());
  CHECK_FALSE(list[0].at("diagnosis").get<std::string>().empty());

  const Ran shown = home.run({"--json", "holds", "show", home.id});
  CHECK(shown.exit == 0);
  CHECK(shown.json().at("hold").at("id") == home.id);
  CHECK(shown.json().at("obstacle").is_null());
  const json would = shown.json().at("would");
  CHECK(would.at("added").get<int>() > 0);
  CHECK(would.at("removed").get<int>() > 0);
  CHECK(shown.json().at("changes").size() == would.at("added").get<std::size_t>() +
                                                 would.at("modified").get<std::size_t>() +
                                                 would.at("removed").get<std::size_t>());
  CHECK(home.transactions() == 15);
  CHECK(home.holds().size() == 1);

  const Ran english = home.run({"holds", "show", home.id});
  CHECK(has(english.out, "Accepting it would add"));
  CHECK(has(english.out, "meisai holds discard " + home.id));
  const Ran japanese = home.run({"--lang", "ja", "holds", "show", home.id});
  CHECK(has(japanese.out, "取り込むと"));
  CHECK(has(home.run({"--lang", "ja", "holds"}).out, "判断待ち"));
  CHECK(has(home.run({"holds"}).out, home.id));
}

TEST_CASE("an accepted hold takes the place of what was known") {
  Held home;
  const json would = home.run({"--json", "holds", "show", home.id}).json().at("would");
  const Ran accepted = home.run({"--json", "holds", "accept", home.id});
  INFO(accepted.out);
  CHECK(accepted.exit == 0);
  const json file = accepted.json().at("files").at(0);
  CHECK(file.at("added") == would.at("added"));
  CHECK(file.at("removed") == would.at("removed"));
  CHECK(file.at("hold_id").is_null());
  CHECK(home.transactions() == 15);
  CHECK(home.holds().empty());
  CHECK(home.holds("--all")[0].at("state") == "accepted");
  CHECK(home.run({"holds", "accept", home.id}).exit == 2);
  CHECK(home.run({"--json", "import", home.file}).json().at("files").at(0).at("unchanged") == 15);
}

TEST_CASE("a hold is accepted as another card") {
  for (const Words& answer : {Words{"--card", "二枚目"}, Words{"--new-card"}}) {
    Held home;
    Words words = {"holds", "accept", home.id};
    words.insert(words.end(), answer.begin(), answer.end());
    const Ran accepted = home.run(words);
    INFO(accepted.err);
    CHECK(accepted.exit == 0);
    CHECK(has(accepted.out, home.id));
    CHECK(home.transactions() == 30);
  }
  Held home;
  CHECK(home.run({"holds", "accept", home.id, "--card", "a", "--new-card"}).exit == 2);
  CHECK(home.transactions() == 15);
}

TEST_CASE("a discarded hold is gone") {
  Held home;
  const Ran discarded = home.run({"--json", "holds", "discard", home.id});
  CHECK(discarded.exit == 0);
  CHECK(discarded.json().at("hold").at("state") == "discarded");
  CHECK(home.holds().empty());
  CHECK(home.holds("--all").size() == 1);
  CHECK(home.transactions() == 15);
  CHECK(has(home.run({"holds"}).err, "Nothing is held."));
  CHECK(has(home.run({"--lang", "ja", "holds"}).err, "保留中の取り込みはありません"));
  CHECK(home.run({"holds", "discard", home.id}).exit == 2);
}

TEST_CASE("a hold that does not exist is 5") {
  Held home;
  for (const char* command : {"show", "accept", "discard"}) {
    const Ran ran = home.run({"--json", "holds", command, "h1"});
    CHECK(ran.exit == 5);
    CHECK(ran.json().at("error").at("code") == "not_found");
  }
}

TEST_CASE("the quarantine shows each record with its place and reason") {
  Household home;
  home.init();
  CHECK(has(home.run({"quarantine"}).err, "The quarantine is empty."));
  std::string bytes = bytes_of(sample("rakuten"));
  const std::size_t at = bytes.find("2026/08/30");
  REQUIRE(at != std::string::npos);
  bytes.replace(at, 10, "2026/02/30");
  REQUIRE(home.run({"import", home.write(rakuten_name, bytes).string()}).exit == 3);
  const json records = home.run({"--json", "quarantine"}).json().at("quarantine");
  REQUIRE(records.size() == 1);
  CHECK(records[0].at("code") == "date_not_valid");
  CHECK(records[0].at("row").get<int>() > 1);
  CHECK(records[0].at("made_good") == false);
  CHECK(records[0].at("statement_id").is_string());
  CHECK(has(records[0].at("masked_text").get<std::string>(), "2026/02/30"));
  CHECK(has(home.run({"quarantine"}).out, "date_not_valid"));
  CHECK(has(home.run({"--lang", "ja", "quarantine"}).out, "date_not_valid"));
  REQUIRE(home.run({"import", home.write(rakuten_name, bytes_of(sample("rakuten"))).string()}).exit == 0);
  CHECK(home.run({"--json", "quarantine"}).json().at("quarantine").at(0).at("made_good") == true);
}
