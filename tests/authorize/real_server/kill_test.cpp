// SPDX-License-Identifier: Apache-2.0
//
// kill -9 in the middle of a refresh, fifty times at random moments. Whatever the moment: the server never sees
// a refresh token twice, and the place ends with tokens that work or knows that it does not know.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/authorize/real_server/linked_place.h"
#include "tests/authorize/real_server/oidc_server.h"
#include "tests/authorize/real_server/person.h"
#include "tests/temporary_folder.h"

extern char** environ;

namespace meisai::test {
namespace {

pid_t start_refresh(const std::filesystem::path& place) {
  std::string program = MEISAI_REFRESH_ONCE;
  std::string argument = place.string();
  std::array<char*, 3> arguments{program.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
  return pid;
}

/// A server, and a place that is linked to it.
struct World {
  World() {
    LinkedPlace::make(
        where,
        {.issuer = server.issuer(), .ca_pem = server.ca_pem(), .client_id = "meisai-confidential", .client_key = key});
    link();
  }
  void link() {
    LinkedPlace place(where);
    auto authorizer = place.authorizer();
    auto granted = authorizer.authorize(person, place.order());
    person.finish();
    REQUIRE(granted);
    REQUIRE(place.keep(*granted));
  }

  TemporaryFolder folder;
  std::filesystem::path where = folder / "place";
  std::string key{scripted::ec_key_pem().reveal_text()};
  OidcServer server{folder.path(),
                    *(*authorize::OpensslSigner::from_pem(Secret(std::string_view(key)), ""))->public_jwk()};
  Person person{server.ca_pem()};
};

TEST_CASE("of several processes that refresh at once, one does") {
  World world;
  for (std::size_t round = 1; round <= 3; ++round) {
    std::array<pid_t, 4> processes{};
    for (pid_t& pid : processes) pid = start_refresh(world.where);
    for (const pid_t pid : processes) {
      int status = 0;
      ::waitpid(pid, &status, 0);
      CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
    CHECK(world.server.refresh_tokens_sent_twice() == 0);
    CHECK(LinkedPlace(world.where).state() == TokenState::active);
  }
  CHECK(world.server.count("grant.revoked") == 0);
}

TEST_CASE("a refresh that is killed at any moment never sends a token twice") {
  const char* const given = std::getenv("MEISAI_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  World world;
  world.server.tell(R"({"do":"slow","ms":60})");

  // How long an undisturbed one takes, so that the moments cover all of it.
  const auto begun = std::chrono::steady_clock::now();
  int status = 0;
  ::waitpid(start_refresh(world.where), &status, 0);
  const auto takes =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();

  int finished = 0;
  int working = 0;
  int lost = 0;
  for (int point = 0; point < 50; ++point) {
    const pid_t pid = start_refresh(world.where);
    std::uniform_int_distribution<long> moment(0, static_cast<long>(takes * 11 / 10));
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    finished += WIFEXITED(status) ? 1 : 0;

    LinkedPlace place(world.where);
    place.limits.token_call = std::chrono::seconds(1);
    auto authorizer = place.authorizer();
    const auto tokens = authorizer.refresh(place.connection());
    CAPTURE(point);
    if (tokens) {
      ++working;
      CHECK(place.state() == TokenState::active);
      CHECK(world.server.is_active(std::string(tokens->access.reveal_text())));
    } else {
      ++lost;
      CHECK(tokens.error().code == Code::token_indeterminate);
      CHECK(place.state() == TokenState::indeterminate);
      world.link();
    }
    REQUIRE(world.server.refresh_tokens_sent_twice() == 0);
  }
  WARN(finished << " ended before they were killed, " << working << " went on, " << lost << " had to link again");
  CHECK(working > 0);
  CHECK(lost > 0);
  CHECK(world.server.count("grant.revoked") == 0);
}

}  // namespace
}  // namespace meisai::test
