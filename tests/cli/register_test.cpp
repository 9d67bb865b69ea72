// SPDX-License-Identifier: Apache-2.0
//
// What `issuers register` refuses before it opens a store: our key at an issuer is guarded like every key.
#include <catch2/catch.hpp>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* pem = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";

Ran enter(Household& home, const fs::path& key) {
  return home.run({"issuers", "register", "sakura_card", "--profile", home.write("p.toml", "").string(), "--client-id",
                   "abc", "--key-file", key.string()});
}

TEST_CASE("a private key that others can read is refused, and its text is nowhere") {
  Household home;
  const fs::path key = home.write("client.pem", pem);
  fs::permissions(key, fs::perms::owner_read | fs::perms::group_read);
  const Ran ran = enter(home, key);
  CHECK(ran.exit == 78);
  CHECK(ran.err.find("key_file_unsafe") != std::string::npos);
  CHECK(ran.err.find("MIGH") == std::string::npos);
}

TEST_CASE("what is no PKCS#8 key is refused by its form, never quoted") {
  Household home;
  const fs::path key = home.write("client.pem", "-----BEGIN EC PRIVATE KEY-----\nMIGHSECRET\n");
  fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
  const Ran ran = enter(home, key);
  CHECK(ran.exit == 2);
  CHECK(ran.err.find("PKCS#8") != std::string::npos);
  CHECK(ran.err.find("MIGHSECRET") == std::string::npos);
  CHECK(enter(home, home.folder() / "none.pem").exit == 2);
}

TEST_CASE("a profile that is not there, or is no profile by its size, is told at once") {
  Household home;
  const Words words = {"issuers", "register", "sakura_card", "--client-id", "abc", "--profile"};
  const auto with = [&](const fs::path& profile) {
    Words all = words;
    all.push_back(profile.string());
    return home.run(all);
  };
  CHECK(with(home.folder() / "none.toml").exit == 4);
  const Ran large = with(home.write("large.toml", std::string((std::size_t{1} << 20U) + 1, '#')));
  CHECK(large.exit == 78);
  CHECK(large.err.find("profile_not_valid") != std::string::npos);
}

}  // namespace
}  // namespace meisai::cli::test
