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

TEST_CASE("a refresh that is killed at any moment never sends a token twice") {
  const char* const given = std::getenv("MEISAI_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);

  const TemporaryFolder folder;
  const std::string key(scripted::ec_key_pem().reveal_text());
  const auto signer = authorize::OpensslSigner::from_pem(Secret(std::string_view(key)), "");
  OidcServer server(folder.path(), *(*signer)->public_jwk());
  Person person(server.ca_pem());
  LinkedPlace::make(
      folder / "place",
      {.issuer = server.issuer(), .ca_pem = server.ca_pem(), .client_id = "meisai-confidential", .client_key = key});
  const auto link = [&] {
    LinkedPlace place(folder / "place");
    auto authorizer = place.authorizer();
    auto granted = authorizer.authorize(person, place.order());
    person.finish();
    REQUIRE(granted);
    REQUIRE(place.keep(*granted));
  };
  link();
  server.tell(R"({"do":"slow","ms":60})");

  // How long an undisturbed one takes, so that the moments cover all of it.
  const auto begun = std::chrono::steady_clock::now();
  int status = 0;
  ::waitpid(start_refresh(folder / "place"), &status, 0);
  const auto takes =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();

  int finished = 0;
  int working = 0;
  int lost = 0;
  for (int point = 0; point < 50; ++point) {
    const pid_t pid = start_refresh(folder / "place");
    std::uniform_int_distribution<long> moment(0, static_cast<long>(takes * 11 / 10));
    std::this_thread::sleep_for(std::chrono::microseconds(moment(random)));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    finished += WIFEXITED(status) ? 1 : 0;

    LinkedPlace place(folder / "place");
    place.limits.token_call = std::chrono::seconds(2);
    auto authorizer = place.authorizer();
    const auto tokens = authorizer.refresh(place.connection());
    CAPTURE(point);
    if (tokens) {
      ++working;
      CHECK(place.state() == TokenState::active);
      CHECK(server.is_active(std::string(tokens->access.reveal_text())));
    } else {
      ++lost;
      CHECK(tokens.error().code == Code::token_indeterminate);
      CHECK(place.state() == TokenState::indeterminate);
      link();
    }
    REQUIRE(server.refresh_tokens_sent_twice() == 0);
  }
  WARN(finished << " ended before they were killed, " << working << " went on, " << lost << " had to link again");
  CHECK(working > 0);
  CHECK(lost > 0);
  CHECK(server.count("grant.revoked") == 0);
}

}  // namespace
}  // namespace meisai::test
