// SPDX-License-Identifier: Apache-2.0
//
// `transactions edit`, `transactions undo` and what lists show of it, in both languages and as JSON.
#include <catch2/catch.hpp>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

/// A household that imported a sample; `id` is one of its transactions.
struct Settled : Household {
  Settled() {
    init();
    REQUIRE(run({"import", sample("jcb").string()}).exit == 0);
    const json rows = read({"transactions"}).at("transactions");
    for (const json& row : rows)
      if (!row.at("date").is_null() && row.at("kind") == "purchase") first = row;
    id = first.at("id");
  }
  json read(Words words) {
    words.insert(words.begin(), "--json");
    const Ran ran = run(words);
    INFO(ran.out << ran.err);
    REQUIRE(ran.exit == 0);
    CHECK(ran.err.empty());
    return ran.json();
  }
  json edit(const Words& words) {
    Words all = {"transactions", "edit", id};
    all.insert(all.end(), words.begin(), words.end());
    return read(all).at("transactions").at(0);
  }
  json row() { return read({"transactions", "show", id}).at("transactions").at(0); }
  /// Exit and code of an edit that is refused.
  std::pair<int, std::string> refused(const Words& words) {
    Words all = {"--json", "transactions", "edit", id};
    all.insert(all.end(), words.begin(), words.end());
    const Ran ran = run(all);
    INFO(ran.out);
    CHECK(ran.json().at("error").at("message").get<std::string>().find("SECRET") == std::string::npos);
    return {ran.exit, ran.json().at("error").at("code")};
  }
  json first;
  std::string id;
};

const json nothing = {
    {"note", nullptr}, {"category", nullptr}, {"tags", json::array()}, {"merchant", nullptr}, {"ignored", false}};

TEST_CASE("edit and undo as JSON: the transaction with its user object", "[user_layer]") {
  Settled home;
  CHECK(home.first.at("user") == nothing);
  const json edited = home.edit({"--note", " 花さんと ", "--category", "食費", "--tag", "立替", "--tag", "仕事",
                                 "--merchant", "見本食堂", "--ignore"});
  json expected = home.first;
  expected["user"] = {{"note", "花さんと"},
                      {"category", "食費"},
                      {"tags", {"仕事", "立替"}},
                      {"merchant", "見本食堂"},
                      {"ignored", true}};
  CHECK(edited == expected);
  CHECK(home.row() == expected);
  home.edit({"--no-ignore", "--no-tags"});
  expected["user"]["ignored"] = false;
  expected["user"]["tags"] = json::array();
  CHECK(home.row() == expected);
  home.edit({"--note", "", "--category", "", "--merchant", ""});
  CHECK(home.row().at("user") == nothing);
  const json undone = home.read({"transactions", "undo", home.id}).at("transactions").at(0);
  CHECK(undone == expected);
  home.read({"transactions", "undo", home.id});
  home.read({"transactions", "undo", home.id});
  CHECK(home.row() == home.first);
  const Ran ran = home.run({"--json", "transactions", "undo", home.id});
  CHECK(ran.exit == 2);
  CHECK(ran.json().at("error").at("code") == "invalid_argument");
}

TEST_CASE("lists leave ignored rows out unless they are asked for", "[user_layer]") {
  Settled home;
  const auto count = [&](const Words& words) { return home.read(words).at("transactions").size(); };
  home.edit({"--ignore"});
  CHECK(count({"transactions"}) == 13);
  CHECK(count({"transactions", "--ignored"}) == 14);
  CHECK(count({"transactions", "--month", "2026-08"}) + 1 ==
        count({"transactions", "--month", "2026-08", "--ignored"}));
  const json statement = home.read({"statements"}).at("statements").at(0);
  CHECK(statement.at("balanced") == true);
  CHECK(statement.at("transaction_count") == 14);
  const Ran exported = home.run({"export", "jsonl"});
  CHECK(exported.exit == 0);
  CHECK(exported.out.find(home.id) == std::string::npos);
  CHECK(exported.err.find("1 transactions are left out because you ignore them") != std::string::npos);
  // The same file again does not bring it back.
  REQUIRE(home.run({"import", sample("jcb").string()}).exit == 0);
  CHECK(count({"transactions"}) == 13);
  home.read({"transactions", "undo", home.id});
  CHECK(count({"transactions"}) == 14);
}

TEST_CASE("the table shows the person's shop name with a mark, and categories where there are any", "[user_layer]") {
  Settled home;
  const std::string before = home.run({"transactions"}).out;
  CHECK(before.find("Category") == std::string::npos);
  CHECK(before.find("✎") == std::string::npos);
  CHECK(before.find(home.id) != std::string::npos);  // else nobody could name it
  home.terminal = true;
  home.columns = 120;
  CHECK(home.run({"transactions"}).out.find(home.id) != std::string::npos);
  home.columns = 70;
  CHECK(home.run({"transactions"}).out.find(home.id) == std::string::npos);
  home.terminal = false;
  home.columns = 0;
  home.edit({"--merchant", "見本食堂", "--category", "食費"});
  for (const auto& [lang, head] : {std::pair("en", "Category"), std::pair("ja", "分類")}) {
    const std::string table = home.run({"--lang", lang, "transactions"}).out;
    INFO(table);
    CHECK(table.find(head) != std::string::npos);
    CHECK(table.find("✎ 見本食堂") != std::string::npos);
    CHECK(table.find("食費") != std::string::npos);
  }
  home.edit({"--ignore"});
  CHECK(home.run({"transactions", "--ignored"}).out.find("left out") != std::string::npos);
  CHECK(home.run({"--lang", "ja", "transactions", "--ignored"}).out.find("除外") != std::string::npos);
  CHECK(home.run({"transactions"}).out.find("見本食堂") == std::string::npos);
  // What is left out counts in no total.
  const auto total = [&](const Words& words) {
    const std::string out = home.run(words).out;
    const std::size_t line = out.rfind('\n', out.size() - 2);
    return out.substr(out.find_first_not_of("0123456789\n ", line));  // but for the count of rows
  };
  CHECK(total({"transactions"}) == total({"transactions", "--ignored"}));
}

TEST_CASE("show tells what the person added, and edit what has become of it, in both languages", "[user_layer]") {
  Settled home;
  const Ran english = home.run({"transactions", "edit", home.id, "--note", "花さんと", "--tag", "立替"});
  CHECK(english.exit == 0);
  CHECK(english.out.find("meisai transactions undo " + home.id) != std::string::npos);
  CHECK(english.out.find("花さんと") != std::string::npos);
  const Ran japanese = home.run({"--lang", "ja", "transactions", "edit", home.id, "--category", "食費"});
  CHECK(japanese.out.find("カード会社の記載は変わりません") != std::string::npos);
  const std::string shown = home.run({"--lang", "ja", "transactions", "show", home.id}).out;
  for (const char* text : {"メモ", "花さんと", "分類", "食費", "タグ", "立替"})
    CHECK(shown.find(text) != std::string::npos);
  home.run({"transactions", "undo", home.id});
  const Ran undone = home.run({"transactions", "undo", home.id});
  CHECK(undone.out.find("You say nothing of this transaction now.") != std::string::npos);
  CHECK(home.run({"transactions", "show", home.id}).out.find("Note") == std::string::npos);
}

TEST_CASE("a twin that is ignored is still one of two", "[user_layer]") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", sample("smbc").string()}).exit == 0);
  const json twins = home.run({"--json", "transactions", "--from", "2026-08-21", "--to", "2026-08-21"}).json();
  REQUIRE(twins.at("transactions").size() == 2);
  const std::string id = twins.at("transactions").at(1).at("id");
  REQUIRE(home.run({"transactions", "edit", id, "--ignore"}).exit == 0);
  const json shown = home.run({"--json", "transactions", "show", id, "--why"}).json();
  CHECK(shown.at("why").at("occurrence") == 2);
  CHECK(shown.at("why").at("equal_rows") == 2);
}

TEST_CASE("edits that cannot be are refused with a code", "[user_layer]") {
  Settled home;
  const std::pair usage(2, std::string("invalid_argument"));
  CHECK(home.refused({}) == usage);
  CHECK(home.refused({"--ignored"}) == usage);  // the list's option, most likely mistyped
  CHECK(home.refused({"--ignore", "--no-ignore"}) == usage);
  CHECK(home.refused({"--tag", "a", "--no-tags"}) == usage);
  CHECK(home.refused({"--tag", ""}) == usage);
  CHECK(home.refused({"--tag", "SECRET,b"}) == usage);
  CHECK(home.refused({"--note", "SECRET" + std::string(495, 'x')}) == usage);
  CHECK(home.refused({"--note", "SECRET\nline"}) == usage);
  CHECK(home.refused({"--merchant", "SECRET\x1b[2J"}) == usage);
  CHECK(home.refused({"--category", "SECRET\xff"}) == usage);
  CHECK(home.refused({"--note", "SECRET 4111 1111 1111 1111"}) == std::pair(27, std::string("pan_detected")));
  CHECK(home.row() == home.first);
  for (const char* command : {"edit", "undo"}) {
    Words words = {"--json", "transactions", command, "Tzzzz99"};
    if (std::string_view(command) == "edit") words.insert(words.end(), {"--note", "x"});
    CHECK(home.run(words).exit == 5);
    words[3] = "no/id";
    CHECK(home.run(words).exit == 2);
  }
}

}  // namespace
}  // namespace meisai::cli::test
