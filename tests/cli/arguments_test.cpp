// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/arguments.h"

#include <catch2/catch.hpp>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

const Words all_commands = {"demo",         "init",     "status",  "issuers",     "import", "cards",   "statements",
                            "transactions", "upcoming", "changes", "coverage",    "export", "audit",   "incident",
                            "doctor",       "version",  "link",    "connections", "sync",   "consent", "suggestions"};

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

TEST_CASE("behind `register` --key-file is our key at the issuer, before the command the store's") {
  const Words words = {"--key-file", "store.key",   "issuers", "register",   "sakura_card", "--profile",
                       "p.toml",     "--client-id", "abc",     "--key-file", "client.pem"};
  const Invocation invocation = parse(words, Language::en);
  CHECK(invocation.global.key_file == "store.key");
  const auto& arguments = std::get<IssuersRegisterArguments>(std::get<Command>(invocation.what));
  CHECK(arguments.issuer.text() == "sakura_card");
  CHECK(arguments.profile == "p.toml");
  CHECK(arguments.client_id == "abc");
  CHECK(arguments.client_key == "client.pem");
  CHECK(arguments.key_id.empty());

  const Words public_client = {"issuers", "register", "sakura_card", "--profile", "p.toml", "--client-id", "abc"};
  const Invocation without = parse(public_client, Language::en);
  CHECK_FALSE(without.global.key_file.has_value());
  CHECK_FALSE(std::get<IssuersRegisterArguments>(std::get<Command>(without.what)).client_key.has_value());
}

TEST_CASE("linking: terms and hash are read before any store is looked at") {
  const std::string hash(64, 'a');
  const Words words = {"link", "sakura_card", "--no-browser", "--end-terms", "seal", "--accept", hash};
  const Invocation invocation = parse(words, Language::en);
  const auto& link = std::get<LinkArguments>(std::get<Command>(invocation.what));
  CHECK(link.issuer.text() == "sakura_card");
  CHECK(link.options.no_browser);
  CHECK(link.options.end_terms == EndTerms::seal);
  CHECK(link.options.accept == hash);

  const Words plain_words = {"link", "sakura_card"};
  const Invocation plain = parse(plain_words, Language::en);
  CHECK_FALSE(std::get<LinkArguments>(std::get<Command>(plain.what)).options.end_terms.has_value());

  Household home;
  for (const Words& wrong : std::vector<Words>{{"link"},
                                               {"link", "sakura card"},
                                               {"link", "sakura_card", "--end-terms", "sell"},
                                               {"link", "sakura_card", "--accept", "abc"},
                                               {"link", "sakura_card", "--accept", std::string(64, 'A')},
                                               {"link", "sakura_card", "--accept", ""},
                                               {"sync", "not an id"},
                                               {"consent"},
                                               {"consent", "show"},
                                               {"consent", "revoke", "CNS1"},
                                               {"consent", "revoke", "CNS1", "--held", "burn"},
                                               {"issuers", "register", "sakura_card", "--client-id", "abc"},
                                               {"issuers", "register", "sakura_card", "--profile", "p.toml"}}) {
    INFO(Catch::Detail::stringify(wrong));
    CHECK(home.bare(wrong).exit == 2);
  }
}

TEST_CASE("sync takes no connection, or several") {
  const auto connections = [](const Words& words) {
    const Invocation invocation = parse(words, Language::en);
    return std::get<SyncArguments>(std::get<Command>(invocation.what)).connections;
  };
  CHECK(connections({"sync"}).empty());
  CHECK(connections({"sync", "CNX1", "CNX2"}) == std::vector<ConnectionId>{ConnectionId("CNX1"), ConnectionId("CNX2")});
}

TEST_CASE("a cutoff has exactly one scope") {
  const auto request = [](const Words& scope) {
    Words words = {"incident", "open", "--reason", "strange mail"};
    words.insert(words.end(), scope.begin(), scope.end());
    return parse(words, Language::en);
  };
  const Invocation connection = request({"--connection", "CNX1"});
  const IncidentRequest& cut = std::get<IncidentOpenArguments>(std::get<Command>(connection.what)).request;
  CHECK(cut.scope == CutoffScope::connection);
  CHECK(cut.connection.text() == "CNX1");
  CHECK(cut.issuer.empty());
  for (const Words& wrong : std::vector<Words>{{},
                                               {"--all", "--issuer", "a"},
                                               {"--issuer", "a", "--connection", "b"},
                                               {"--all", "--issuer", "a", "--connection", "b"}}) {
    INFO(Catch::Detail::stringify(wrong));
    CHECK(std::holds_alternative<Error>(request(wrong).what));
  }
}

TEST_CASE("the version") {
  Household home;
  CHECK(home.bare({"--version"}).out.starts_with("meisai "));
  CHECK(home.bare({"version", "--json"}).json().at("version").is_string());
  CHECK(home.bare({"--version", "--json"}).json().at("library").is_string());
}

}  // namespace
}  // namespace meisai::cli::test
