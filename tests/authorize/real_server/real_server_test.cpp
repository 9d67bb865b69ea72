// SPDX-License-Identifier: Apache-2.0
//
// Our side against a certified server: what it says on the wire, and what it notes for itself.
#include <catch2/catch.hpp>
#include <thread>

#include "engine/authorize/jws.h"
#include "tests/authorize/real_server/linked_place.h"
#include "tests/authorize/real_server/oidc_server.h"
#include "tests/authorize/real_server/person.h"
#include "tests/temporary_folder.h"

namespace meisai::test {
namespace {

using authorize::Granted;

/// A server, a place that is registered there, and a person.
struct World {
  explicit World(const std::string& client = "meisai-confidential", const std::vector<std::string>& arguments = {},
                 const Secret& pem = scripted::ec_key_pem())
      : key(pem.reveal_text()),
        server(folder.path(), *(*authorize::OpensslSigner::from_pem(Secret(std::string_view(key)), ""))->public_jwk(),
               arguments),
        person(server.ca_pem()) {
    LinkedPlace::make(folder / "place", {.issuer = server.issuer(),
                                         .ca_pem = server.ca_pem(),
                                         .client_id = client,
                                         .client_key = client == "meisai-public" ? "" : key});
    place = std::make_unique<LinkedPlace>(folder / "place");
    place->limits.listen = std::chrono::seconds(20);
  }

  Result<Granted> authorize() {
    auto authorizer = place->authorizer();
    auto granted = authorizer.authorize(person, place->order());
    person.finish();
    return granted;
  }
  void link() {
    auto granted = authorize();
    if (!granted) FAIL(name_of(granted.error().code) << ": " << granted.error().what);
    REQUIRE(place->keep(*granted));
  }
  Result<Tokens> refresh() {
    auto authorizer = place->authorizer();
    return authorizer.refresh(place->connection());
  }
  Result<Tokens> usable_tokens() {
    auto authorizer = place->authorizer();
    return authorizer.usable_tokens(place->connection());
  }
  std::string access() {
    const auto tokens = place->consents().tokens(place->connection());
    return std::string((*tokens)->access.reveal_text());
  }

  TemporaryFolder folder;
  std::string key;
  OidcServer server;
  Person person;
  std::unique_ptr<LinkedPlace> place;
};

Code code_of(const auto& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

TEST_CASE("linking with PAR, PKCE and private_key_jwt; refreshing with rotation; giving back") {
  World world;
  world.link();
  CHECK(world.server.count("pushed_authorization_request.success") == 1);
  CHECK(world.person.last_address().find("state=") == std::string::npos);
  CHECK(world.server.count("authorization_code.consumed") == 1);
  CHECK(world.server.is_active(world.access()));

  const std::string before = world.access();
  for (int i = 0; i < 3; ++i) {
    const auto tokens = world.refresh();
    if (!tokens) FAIL(name_of(tokens.error().code) << ": " << tokens.error().what);
  }
  CHECK(world.access() != before);
  CHECK(world.server.count("refresh_token.consumed") == 3);
  CHECK(world.server.refresh_tokens_sent_twice() == 0);
  CHECK(world.server.is_active(world.access()));

  auto authorizer = world.place->authorizer();
  const auto revoked = authorizer.revoke(world.place->connection());
  if (!revoked) FAIL(name_of(revoked.error().code) << ": " << revoked.error().what);
  CHECK(*revoked);
  CHECK(world.server.count("grant.revoked") >= 1);
  CHECK(world.place->state() == TokenState::destroyed);
  CHECK(code_of(world.refresh()) == Code::token_missing);
  CHECK(world.server.count("server_error") == 0);
}

TEST_CASE("a public native client, without PAR") {
  World world("meisai-public", {"--no-par"});
  world.link();
  CHECK(world.person.last_address().find("code_challenge_method=S256") != std::string::npos);
  CHECK(world.refresh());
  CHECK(world.server.count("pushed_authorization_request.success") == 0);
}

TEST_CASE("after a refresh whose answer was lost, the old token is not sent again") {
  World world;
  world.link();
  world.server.tell(R"({"do":"lose_next","grant":"refresh_token"})");
  CHECK(code_of(world.refresh()) == Code::token_indeterminate);
  CHECK(world.server.count("lost") == 1);
  CHECK(world.place->state() == TokenState::indeterminate);
  const std::size_t requests = world.server.count("token_request");
  CHECK(code_of(world.refresh()) == Code::token_indeterminate);
  CHECK(code_of(world.usable_tokens()) == Code::token_indeterminate);
  CHECK(world.server.count("token_request") == requests);
  CHECK(world.server.refresh_tokens_sent_twice() == 0);
  CHECK(world.server.count("grant.revoked") == 0);
  // The person links again, and all is well.
  world.link();
  CHECK(world.refresh());
}

TEST_CASE("a refresh token that somebody else used ends the grant, and the person is asked") {
  World world;
  world.link();
  // A thief with a copy of the store uses the token first.
  const auto stolen = world.place->consents().tokens(world.place->connection());
  REQUIRE(world.refresh());
  REQUIRE(world.place->consents().put_tokens(
      **stolen, std::nullopt,
      {.at = (*stolen)->obtained_at, .actor = "subject", .operation = "authorize", .object = "t", .result = "done"}));
  CHECK(code_of(world.refresh()) == Code::reauth_required);
  CHECK(world.place->state() == TokenState::refused);
  CHECK(world.server.said("refresh token already used"));
  CHECK(world.server.count("grant.revoked") >= 1);
}

TEST_CASE("a code that somebody sends again ends what it gave, and the person is asked") {
  World world("meisai-public");
  world.link();
  world.server.tell(R"({"do":"replay_code"})");
  CHECK(world.server.said("already consumed"));
  CHECK(world.server.count("grant.revoked") >= 1);
  CHECK(code_of(world.refresh()) == Code::reauth_required);
}

TEST_CASE("PS256, and what npm jose signs is believed as what we sign is") {
  World world("meisai-confidential", {}, scripted::rsa_key_pem(2048));
  world.link();
  CHECK(world.refresh());
  for (const char* algorithm : {"ES256", "PS256"}) {
    const auto theirs = world.server.sign(algorithm, R"({"iss":"https://a.example","aud":"meisai","exp":2000000000})");
    const auto keys = authorize::KeySet::parse(theirs.jwks);
    REQUIRE(keys);
    authorize::JwsRules rules{.algorithms = {SigningAlgorithm::es256, SigningAlgorithm::ps256},
                              .typ = "JWT",
                              .issuer = "https://a.example",
                              .audience = "meisai",
                              .now = Instant(std::chrono::seconds(1'999'999'999))};
    CHECK(authorize::verify_compact(theirs.jws, *keys, rules));
    rules.now += std::chrono::seconds(1);
    CHECK_FALSE(authorize::verify_compact(theirs.jws, *keys, rules));
  }
}

TEST_CASE("a code of an earlier attempt is worth nothing in a later one") {
  World world;
  world.link();
  world.person.brings_code = world.person.last_code();
  CHECK(code_of(world.authorize()) == Code::authorization_failed);
  CHECK(world.server.count("grant.error") == 1);
  CHECK(world.server.said("invalid_grant"));
  // Without the verifier and the address of its own attempt it ended nothing either.
  CHECK(world.refresh());
}

TEST_CASE("a wrong or missing iss ends the attempt before the token endpoint") {
  for (const char* spoil : {R"({"do":"wrong_iss"})", R"({"do":"no_iss"})"}) {
    World world;
    world.server.tell(spoil);
    CHECK(code_of(world.authorize()) == Code::authorization_failed);
    CHECK(world.server.count("token_request") == 0);
  }
}

TEST_CASE("the person declines at the issuer") {
  World world;
  world.person.declines = true;
  CHECK(code_of(world.authorize()) == Code::authorization_denied);
  CHECK(world.server.count("token_request") == 0);
}

TEST_CASE("tokens end by themselves: first the access token, then the refresh token") {
  World world("meisai-confidential", {"--access-ttl", "2", "--refresh-ttl", "4"});
  world.link();
  const std::string first = world.access();
  CHECK(world.usable_tokens()->access.reveal_text() == first);
  std::this_thread::sleep_for(std::chrono::milliseconds(2200));
  CHECK_FALSE(world.server.is_active(first));
  const auto second = world.usable_tokens();
  REQUIRE(second);
  CHECK(second->access.reveal_text() != first);
  std::this_thread::sleep_for(std::chrono::milliseconds(5200));
  CHECK(code_of(world.refresh()) == Code::reauth_required);
  CHECK(world.place->state() == TokenState::refused);
}

TEST_CASE("the person cancels at the issuer") {
  World world;
  world.link();
  world.server.tell(R"({"do":"revoke_grants"})");
  CHECK(code_of(world.refresh()) == Code::reauth_required);
  CHECK(world.server.said("grant not found"));
}

TEST_CASE("an issuer that offers DPoP is not linked with bearer tokens") {
  World world("meisai-confidential", {"--dpop"});
  const auto granted = world.authorize();
  CHECK(code_of(granted) == Code::protocol_unsupported);
  CHECK(granted.error().what.find("DPoP") != std::string::npos);
  CHECK(world.person.last_address().empty());
}

TEST_CASE("more scope than was asked for is given back") {
  World world;
  world.server.tell(R"({"do":"extra_scope","scope":"payments"})");
  CHECK(code_of(world.authorize()) == Code::scope_excess);
  CHECK(world.server.count("grant.revoked") >= 1);
  CHECK(world.place->state() == TokenState::destroyed);
}

TEST_CASE("a certificate of somebody else ends it before anything is said") {
  World world;
  const Authority other;
  LinkedPlace::make(world.folder / "stranger", {.issuer = world.server.issuer(),
                                                .ca_pem = other.pem(),
                                                .client_id = "meisai-confidential",
                                                .client_key = world.key});
  LinkedPlace stranger(world.folder / "stranger");
  auto authorizer = stranger.authorizer();
  CHECK(code_of(authorizer.authorize(world.person, stranger.order())) == Code::tls_not_trusted);
}

}  // namespace
}  // namespace meisai::test
