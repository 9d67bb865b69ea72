// SPDX-License-Identifier: Apache-2.0
//
// Keys, stores that cannot be opened, cutoffs, the audit trail, and the demo.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

TEST_CASE("init makes a private, encrypted store and overwrites nothing") {
  Household home;
  home.init();
  using std::filesystem::perms;
  for (const char* name : {"store", "key", "keyring"})
    CHECK((std::filesystem::status(home.folder() / name).permissions() & (perms::group_all | perms::others_all)) ==
          perms::none);
  const std::string key = bytes_of(home.folder() / "key");
  const Ran again = home.run({"--json", "init", "--simulated", "--keyring", (home.folder() / "keyring").string()});
  CHECK(again.exit == 2);
  CHECK(again.json().at("error").at("code") == "store_exists");
  CHECK(bytes_of(home.folder() / "key") == key);
  CHECK(home.run({"status"}).exit == 0);
}

TEST_CASE("a failed init leaves no key file behind, and never replaces one") {
  Household home;
  home.init();
  const std::string other = (home.folder() / "other-key").string();
  const Ran ran = home.bare({"--store", home.store().string(), "init", "--new-key-file", other, "--keyring",
                             (home.folder() / "keyring").string()});
  CHECK(ran.exit == 2);
  CHECK_FALSE(std::filesystem::exists(other));
  const std::string key = bytes_of(home.folder() / "key");
  const Ran taken = home.bare({"--store", (home.folder() / "second").string(), "init", "--new-key-file",
                               (home.folder() / "key").string(), "--keyring", (home.folder() / "ring2").string()});
  CHECK(taken.exit == 2);
  CHECK(bytes_of(home.folder() / "key") == key);
  CHECK_FALSE(std::filesystem::exists(home.folder() / "second"));
}

TEST_CASE("init puts no key into the store") {
  Household home;
  std::filesystem::create_directory_symlink(home.folder(), home.folder() / "link");
  for (const auto& key : {home.store() / "key", home.folder() / "link" / "store" / "key", home.store()}) {
    const Ran ran = home.bare({"--json", "--store", home.store().string(), "init", "--new-key-file", key.string(),
                               "--keyring", (home.folder() / "ring").string()});
    CHECK(ran.exit == 2);
    CHECK(ran.json().at("error").at("code") == "invalid_argument");
    CHECK_FALSE(std::filesystem::exists(key));
    CHECK_FALSE(std::filesystem::exists(home.store()));
    CHECK_FALSE(std::filesystem::exists(home.folder() / "ring"));
  }
}

TEST_CASE("init says as JSON what it made") {
  Household home;
  const Ran ran = home.bare({"--json", "--store", home.store().string(), "init", "--new-key-file",
                             (home.folder() / "key").string(), "--keyring", (home.folder() / "ring").string()});
  CHECK(ran.exit == 0);
  const json made = ran.json();
  CHECK(made.at("store") == home.store().string());
  CHECK(made.at("simulated") == false);
  CHECK(made.at("mode") == "personal");
  // A real store keeps the real clock.
  const Ran at = home.run({"--json", "status"});
  CHECK(at.exit == 2);
  CHECK(at.json().at("error").at("code") == "not_simulated");
  CHECK(home.bare({"--now", "2026-09-28T03:00:00Z", "--store", (home.folder() / "x").string(), "init", "--new-key-file",
                   (home.folder() / "k2").string()})
            .exit == 2);
  CHECK_FALSE(std::filesystem::exists(home.folder() / "k2"));
}

TEST_CASE("a passphrase is asked for, twice when it is chosen, and never where nobody can type") {
  Household home;
  const Words init = {"--store", home.store().string(), "init", "--keyring", (home.folder() / "ring").string()};
  home.passphrases = {"correct horse battery", "correct horse bettary"};
  CHECK(home.bare(init).exit == 2);
  home.passphrases = {"short"};
  CHECK(home.bare(init).exit == 2);
  CHECK(home.bare(init).exit == 12);  // no terminal
  CHECK_FALSE(std::filesystem::exists(home.store() / "control.db"));
  home.passphrases = {"correct horse battery", "correct horse battery"};
  const Ran made = home.bare(init);
  INFO(made.err);
  REQUIRE(made.exit == 0);

  const Words cards = {"--store", home.store().string(), "--json", "cards"};
  home.passphrases = {"correct horse battery"};
  CHECK(home.bare(cards).exit == 0);
  home.passphrases = {"wrong horse battery"};
  CHECK(home.bare(cards).json().at("error").at("code") == "wrong_key");
  home.passphrases = {"correct horse battery"};
  const Ran silent = home.bare({"--store", home.store().string(), "--no-input", "cards"});
  CHECK(silent.exit == 12);
  CHECK(home.passphrases.size() == 1);
}

TEST_CASE("store and key come from the environment when no option says otherwise") {
  Household home;
  home.init();
  home.variables["MEISAI_STORE"] = home.store().string();
  home.variables["MEISAI_KEY_FILE"] = (home.folder() / "key").string();
  CHECK(home.bare({"--now", "2026-09-28T03:00:00Z", "status"}).exit == 0);
  CHECK(home.bare({"--now", "2026-09-28T03:00:00Z", "--store", (home.folder() / "none").string(), "status"}).exit ==
        10);
}

TEST_CASE("stores that cannot be opened: each with its own number") {
  Household home;
  const Ran missing = home.run({"--json", "status"});
  CHECK(missing.exit == 10);
  home.init();
  const std::string wrong = home.write("wrong", std::string(64, 'a')).string();
  std::filesystem::permissions(wrong, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto with_key = [&](const std::string& key) {
    return home.bare({"--json", "--store", home.store().string(), "--key-file", key, "status"});
  };
  CHECK(with_key(wrong).exit == 12);
  CHECK(with_key((home.folder() / "no-such-key").string()).exit == 12);
  std::filesystem::permissions(wrong, std::filesystem::perms::all);
  CHECK(with_key(wrong).exit == 78);

  for (const auto& entry : std::filesystem::recursive_directory_iterator(home.store() / "vaults")) {
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 + 100);
    file.write("damaged damaged damaged", 23);
  }
  const Ran damaged = home.run({"--json", "doctor"});
  CHECK(damaged.exit == 14);
  // A cutoff must still be possible.
  const Ran cut = home.run({"--json", "incident", "open", "--all", "--reason", "the ledger is damaged"});
  CHECK(cut.exit == 0);
  CHECK(home.run({"--json", "incident", "list"}).json().at("incidents").size() == 1);
}

TEST_CASE("a cutoff stops imports until it is lifted; reading goes on") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", sample("smbc").string()}).exit == 0);
  const Ran opened = home.run({"--json", "incident", "open", "--issuer", "jcb_card", "--reason", "strange mail",
                               "--suspected-since", "2026-09-01T00:00:00Z"});
  REQUIRE(opened.exit == 0);
  const json incident = opened.json().at("incidents").at(0);
  for (const char* field : {"id", "scope", "degree", "state", "opened_at", "suspected_since", "reason"})
    CHECK(incident.contains(field));
  CHECK(incident.at("scope") == "issuer");
  CHECK(incident.at("degree") == "suspend");
  CHECK(incident.at("state") == "open");
  CHECK(incident.at("suspected_since") == "2026-09-01T00:00:00.000Z");

  const Ran refused = home.run({"--json", "import", sample("jcb").string()});
  CHECK(refused.exit == 21);
  CHECK(refused.json().at("error").at("code") == "cutoff_issuer");
  CHECK(home.run({"import", sample("rakuten").string()}).exit == 0);
  CHECK(home.run({"import", sample("jcb").string(), sample("smbc").string()}).exit == 3);
  const Ran list = home.run({"transactions"});
  CHECK(list.exit == 0);
  CHECK(list.err.find("A cutoff is in force") != std::string::npos);
  CHECK(home.run({"--lang", "ja", "transactions"}).err.find("遮断中") != std::string::npos);
  CHECK(home.run({"--json", "transactions"}).json().at("cutoff_open") == true);
  CHECK(home.run({"--json", "status"}).json().at("problems").size() >= 1);

  CHECK(home.run({"incident", "lift", incident.at("id"), "--reason", "it was ours"}).exit == 0);
  CHECK(home.run({"transactions"}).err.empty());
  CHECK(home.run({"--json", "transactions"}).json().at("cutoff_open") == false);
  CHECK(home.run({"import", sample("jcb").string()}).exit == 0);
  CHECK(home.run({"incident", "lift", "nosuch", "--reason", "x"}).exit == 5);
  CHECK(home.run({"incident", "list"}).out.find("lifted") != std::string::npos);
  CHECK(home.run({"--lang", "ja", "incident", "list"}).out.find("解除済み") != std::string::npos);
}

TEST_CASE("a cutoff that would cover nothing, or begin later, is refused") {
  Household home;
  home.init();
  const Ran unknown = home.run({"--json", "incident", "open", "--issuer", "nosuch_card", "--reason", "x"});
  CHECK(unknown.exit == 5);
  CHECK(unknown.json().at("error").at("code") == "not_found");
  const Ran later =
      home.run({"--json", "incident", "open", "--all", "--reason", "x", "--suspected-since", "2026-09-28T03:00:01Z"});
  CHECK(later.exit == 2);
  CHECK(later.json().at("error").at("code") == "invalid_argument");
  CHECK(home.run({"--json", "incident", "list"}).json().at("incidents").empty());
}

TEST_CASE("the audit trail lists every act and every refusal, and verifies") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", sample("jcb").string()}).exit == 0);
  REQUIRE(home.run({"incident", "open", "--all", "--reason", "drill"}).exit == 0);
  REQUIRE(home.run({"import", sample("smbc").string()}).exit == 21);
  const Ran listed = home.run({"--json", "audit", "list"});
  REQUIRE(listed.exit == 0);
  bool refusal = false;
  const json entries = listed.json().at("entries");
  for (const json& entry : entries) {
    for (const char* field : {"seq", "at", "actor", "operation", "object", "result", "reason", "hash"})
      CHECK(entry.contains(field));
    refusal = refusal || (entry.at("result") == "refused" && entry.at("reason") == "cutoff_all");
  }
  CHECK(refusal);
  CHECK(listed.out.find("ミホン") == std::string::npos);
  const Ran verified = home.run({"--json", "audit", "verify"});
  CHECK(verified.exit == 0);
  CHECK(verified.json().at("verified") == true);
  CHECK(verified.json().at("entries").get<int>() > 3);
  CHECK(verified.json().at("findings").empty());
}

TEST_CASE("the doctor finds a sound store sound, and an open folder not private") {
  Household home;
  home.init();
  const Ran sound = home.run({"--json", "doctor", "--prune"});
  CHECK(sound.exit == 0);
  CHECK(sound.json().at("sound") == true);
  CHECK(sound.json().at("raw_pages_pruned") == 0);
  std::filesystem::permissions(home.store(), std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
  const Ran open = home.run({"doctor"});
  CHECK(open.exit == 3);
  CHECK(open.out.find("chmod 700") != std::string::npos);
}

TEST_CASE("no merchant of an import lies anywhere in clear text") {
  Household home;
  home.init();
  REQUIRE(home.run({"import", sample("jcb").string(), sample("smbc").string()}).exit == 0);
  std::vector<std::string> names;
  for (const char* sample_name : {"jcb", "smbc"}) {
    const json rows = truth_of(sample_name).at("transactions");
    for (const json& row : rows)
      for (const char* field : {"merchant_raw", "merchant_normalized"})
        if (const std::string text = row.at(field); text.size() >= 9) names.push_back(text);
  }
  REQUIRE(names.size() > 20);
  for (const std::string& file : files_below(home.folder())) {
    const std::filesystem::path path = home.folder() / file;
    if (!std::filesystem::is_regular_file(path)) continue;
    const std::string bytes = bytes_of(path);
    for (const std::string& name : names) {
      INFO(file);
      CHECK(bytes.find(name) == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace meisai::cli::test
