// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/arguments.h"

#include <catch2/catch.hpp>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

const Words all_commands = {"demo",       "init",         "status",   "issuers", "import",   "cards",
                            "statements", "transactions", "upcoming", "changes", "coverage", "export",
                            "audit",      "incident",     "doctor",   "version"};

TEST_CASE("each command has a help with an example, in both languages") {
  Household home;
  for (const std::string& command : all_commands) {
    INFO(command);
    const Ran english = home.bare({command, "--help"});
    CHECK(english.exit == 0);
    CHECK(english.out.find("Usage:") != std::string::npos);
    CHECK(english.out.find("Example:\n  meisai " + command) != std::string::npos);
    CHECK(english.err.empty());
    const Ran japanese = home.bare({command, "--help", "--lang", "ja"});
    CHECK(japanese.exit == 0);
    CHECK(japanese.out.find("使い方:") != std::string::npos);
    CHECK(japanese.out.find("例:\n  meisai " + command) != std::string::npos);
  }
  const Ran root = home.bare({"--help"});
  for (const std::string& command : all_commands) CHECK(root.out.find("  " + command) != std::string::npos);
}

TEST_CASE("a typo suggests the nearest command or option") {
  Household home;
  const auto error_of = [&](const Words& words) {
    const Ran ran = home.bare(words);
    CHECK(ran.exit == 2);
    CHECK(ran.out.empty());
    return ran.err;
  };
  CHECK(error_of({"improt", "file.csv"}).find("did you mean `import`?") != std::string::npos);
  CHECK(error_of({"stauts"}).find("did you mean `status`?") != std::string::npos);
  CHECK(error_of({"transactions", "--mont", "2026-08"}).find("did you mean `--month`?") != std::string::npos);
  CHECK(error_of({"audit", "verfy"}).find("did you mean `verify`?") != std::string::npos);
  CHECK(error_of({"--lang", "ja", "improt"}).find("もしかして `import` ですか?") != std::string::npos);
  CHECK(error_of({"frobnicate"}).find("did you mean") == std::string::npos);
}

TEST_CASE("wrong usage is 2, before any store is looked at") {
  Household home;
  const std::vector<Words> wrong = {
      {"import"},
      {"audit"},
      {"incident"},
      {"export"},
      {"transactions", "--month", "2026-13"},
      {"transactions", "--from", "2026-02-30"},
      {"transactions", "--from", "2026-08-02", "--to", "2026-08-01"},
      {"transactions", "--status", "maybe"},
      {"transactions", "--limit", "0"},
      {"transactions", "--limit", "many"},
      {"transactions", "--card", "no such/id"},
      {"transactions", "show"},
      {"incident", "open", "--reason", "x"},
      {"incident", "open", "--all", "--issuer", "jcb_card", "--reason", "x"},
      {"incident", "open", "--all"},
      {"incident", "open", "--all", "--reason", "x", "--degree", "total"},
      {"incident", "lift", "x"},
      {"init", "--mode", "public"},
      {"--lang", "fr", "status"},
      {"--now", "yesterday", "status"},
      {"status", "extra"},
      {"import", "--card", "", "x.csv"},
      {"import", "--card", "  ", "x.csv"},
      {"import", "--card", "\xe3\x80\x80", "x.csv"},
      {"transactions", "--card", ""},
      {"incident", "open", "--all", "--issuer", "", "--reason", "x"},
      {"--store", "", "status"},
  };
  for (const Words& words : wrong) {
    CAPTURE(words);
    const Ran plain = home.bare(words);
    CHECK(plain.exit == 2);
    CHECK(plain.err.find("meisai: error: invalid_argument: ") == 0);
    Words with_json = words;
    with_json.insert(with_json.begin(), "--json");
    const Ran json = home.bare(with_json);
    CHECK(json.exit == 2);
    CHECK(json.json().at("error").at("code") == "invalid_argument");
  }
}

TEST_CASE("--json counts also where parsing ends before it") {
  Household home;
  CHECK(home.bare({"improt", "--json"}).json().at("error").at("remedy") == "did you mean `import`?");
}

TEST_CASE("the language comes from the option, then from the locale") {
  Household home;
  const auto speaks_japanese = [&](const Words& words) {
    return home.bare(words).out.find("使い方") != std::string::npos;
  };
  CHECK_FALSE(speaks_japanese({"--help"}));
  home.variables["LANG"] = "ja_JP.UTF-8";
  CHECK(speaks_japanese({"--help"}));
  home.variables["LC_ALL"] = "C.UTF-8";
  CHECK_FALSE(speaks_japanese({"--help"}));
  CHECK(speaks_japanese({"--help", "--lang=ja"}));
}

TEST_CASE("a person's own words hold no card number and no control characters") {
  Household home;
  CHECK(home.bare({"import", "--card", "4111 1111 1111 1111", "x.csv"}).exit == 27);
  CHECK(home.bare({"import", "--card", "a\nb", "x.csv"}).exit == 2);
  CHECK(home.bare({"incident", "open", "--all", "--reason", "seen 4111111111111111"}).exit == 27);
}

TEST_CASE("the nearest candidate is one that is near") {
  const Words candidates = {"import", "export", "init"};
  CHECK(nearest("imprt", candidates) == "import");
  CHECK(nearest("exprot", candidates) == "export");
  CHECK_FALSE(nearest("zebra", candidates).has_value());
}

TEST_CASE("global options stand before or behind the command") {
  const Words before = {"--json", "--store", "x", "cards"};
  const Words behind = {"cards", "--store", "x", "--json"};
  for (const Words& words : {before, behind}) {
    const Invocation invocation = parse(words, Language::en);
    CHECK(invocation.global.json);
    CHECK(invocation.global.store == "x");
    CHECK(std::holds_alternative<CardsArguments>(std::get<Command>(invocation.what)));
  }
}

TEST_CASE("a file may be called like a command") {
  const Words words = {"import", "status", "--dry-run"};
  const Invocation invocation = parse(words, Language::en);
  const auto& arguments = std::get<ImportArguments>(std::get<Command>(invocation.what));
  CHECK(arguments.files == std::vector<std::filesystem::path>{"status"});
}

TEST_CASE("the version") {
  Household home;
  CHECK(home.bare({"--version"}).out.starts_with("meisai "));
  CHECK(home.bare({"version", "--json"}).json().at("version").is_string());
  CHECK(home.bare({"--version", "--json"}).json().at("library").is_string());
}

}  // namespace
}  // namespace meisai::cli::test
