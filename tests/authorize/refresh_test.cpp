// SPDX-License-Identifier: Apache-2.0
//
// Refreshing. The one rule above all: a refresh token is never sent twice.
#include <catch2/catch.hpp>

#include "tests/authorize/scripted_issuer.h"

namespace meisai::authorize {
namespace {

using scripted::json_answer;
using scripted::Seen;
using scripted::World;

const ConnectionId link1{"link1"};

Result<Tokens> refresh(World& world) {
  auto authorizer = world.authorizer();
  return authorizer.refresh(link1);
}

/// The token endpoint answers refreshes with this.
void answer_refresh(World& world, const std::function<Result<HttpResponse>(HttpResponse)>& answer) {
  world.issuer.change["token"] = [answer](const Seen& seen, HttpResponse good) -> Result<HttpResponse> {
    return seen.form.at("grant_type") == "refresh_token" ? answer(std::move(good)) : std::move(good);
  };
}

void check_never_twice(const World& world) {
  for (const auto& [token, uses] : world.issuer.uses) {
    CAPTURE(token);
    CHECK(uses <= 1);
  }
}

/// Neither the error nor the audit repeats a token.
void check_silent(const World& world, const Error& error) {
  std::string said = error.what + error.remedy + error.where.text();
  for (const AuditDraft& entry : world.store.audit) said += entry.object + entry.reason;
  for (const AuditDraft& entry : world.recorded) said += entry.object + entry.reason;
  CHECK(said.find("refresh-") == std::string::npos);
  CHECK(said.find("access-") == std::string::npos);
}

TEST_CASE("a refresh is written before it leaves and stored before it is used") {
  World world;
  world.linked();
  world.issuer.change["token"] = [&](const Seen&, HttpResponse answer) -> Result<HttpResponse> {
    CHECK(world.store.kept->state == TokenState::refresh_intent);
    return answer;
  };
  const auto tokens = refresh(world);
  REQUIRE(tokens);
  CHECK(tokens->generation == 5);
  CHECK(world.store.kept->state == TokenState::active);
  CHECK(world.store.kept->access.reveal_text() == tokens->access.reveal_text());
  CHECK(world.store.kept->refresh.reveal_text() != "refresh-old");
  CHECK(world.store.kept->access_ends_at == world.clock.wall() + std::chrono::seconds(300));
  REQUIRE(world.store.audit.size() == 2);
  CHECK(world.store.audit[0].operation == "token_refresh");
  CHECK(world.store.audit[0].result == "begun");
  CHECK(world.store.audit[1].result == "done");
  const auto again = refresh(world);
  CHECK(again);
  check_never_twice(world);
}

TEST_CASE("an issuer that does not rotate keeps its refresh token") {
  World world;
  world.linked();
  answer_refresh(world, [](HttpResponse) -> Result<HttpResponse> {
    return json_answer(200, R"({"access_token":"new","token_type":"Bearer"})");
  });
  const auto tokens = refresh(world);
  REQUIRE(tokens);
  CHECK(tokens->refresh.reveal_text() == "refresh-old");
  CHECK(tokens->access_ends_at == world.clock.wall() + scripted::profile().authorization.default_access_life);
}

TEST_CASE("tokens that have some life left are used as they are") {
  World world;
  world.linked();
  world.store.kept->access_ends_at = world.clock.wall() + std::chrono::minutes(4);
  auto authorizer = world.authorizer();
  CHECK(authorizer.usable_tokens(link1)->access.reveal_text() == "access-old");
  CHECK(world.issuer.seen.empty());
  world.clock.advance(std::chrono::minutes(4) - std::chrono::seconds(20));
  CHECK(authorizer.usable_tokens(link1)->access.reveal_text() != "access-old");
  // A token that lives for two seconds is used for one and a half.
  world.store.kept->obtained_at = world.clock.wall();
  world.store.kept->access_ends_at = world.clock.wall() + std::chrono::seconds(2);
  const std::string access(world.store.kept->access.reveal_text());
  CHECK(authorizer.usable_tokens(link1)->access.reveal_text() == access);
}

TEST_CASE("an answer that is lost is never asked for again") {
  const auto lost = [](const std::function<Result<HttpResponse>(HttpResponse)>& answer) {
    World world;
    world.linked();
    answer_refresh(world, answer);
    const auto first = refresh(world);
    REQUIRE_FALSE(first);
    CHECK(first.error().code == Code::token_indeterminate);
    check_silent(world, first.error());
    CHECK(world.store.kept->state == TokenState::indeterminate);
    CHECK(world.store.audit.back().reason == "token_indeterminate");
    const std::size_t requests = world.issuer.seen.size();
    const auto second = refresh(world);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Code::token_indeterminate);
    CHECK(world.issuer.seen.size() == requests);
    check_never_twice(world);
  };
  SECTION("cut off") {
    lost([](HttpResponse) { return fail(Code::issuer_unreachable, "cut off", "", Retry::later); });
  }
  SECTION("not HTTP") {
    lost([](HttpResponse) { return fail(Code::answer_not_valid, "half an answer"); });
  }
  SECTION("a cutoff in the middle") {
    lost([](HttpResponse) { return fail(Code::cutoff_all, "cut off"); });
  }
  SECTION("a gateway's page") {
    lost([](HttpResponse) { return HttpResponse{.status = 502}; });
  }
  SECTION("a server error") {
    lost([](HttpResponse) { return json_answer(500, R"({"error":"server_error"})"); });
  }
  SECTION("success without tokens") {
    lost([](HttpResponse) { return json_answer(200, "{}"); });
  }
  SECTION("success that cannot be read") {
    lost([](HttpResponse) { return json_answer(200, R"({"access_token":"a")"); });
  }
}

TEST_CASE("an issuer that states it may be repeated is asked again") {
  IssuerProfile profile = scripted::profile();
  profile.authorization.refresh_may_be_repeated = true;
  World world(profile);
  world.linked();
  answer_refresh(world, [](HttpResponse) { return fail(Code::issuer_unreachable, "cut off", "", Retry::later); });
  const auto first = refresh(world);
  REQUIRE_FALSE(first);
  CHECK(first.error().retry == Retry::later);
  CHECK(world.store.kept->state == TokenState::active);
}

TEST_CASE("an issuer that cannot be reached costs nothing") {
  World world;
  world.linked();
  world.issuer.change["metadata"] = [](const Seen&, HttpResponse) -> Result<HttpResponse> {
    return fail(Code::issuer_unreachable, "no network", "", Retry::later);
  };
  const auto first = refresh(world);
  REQUIRE_FALSE(first);
  CHECK(first.error().code == Code::issuer_unreachable);
  CHECK(world.store.kept->state == TokenState::active);
  CHECK(world.store.audit.empty());
  world.issuer.change.clear();
  CHECK(refresh(world));
}

TEST_CASE("what the issuer did not act on may be sent at another time") {
  const auto untouched = [](const std::function<Result<HttpResponse>(HttpResponse)>& answer, Code code) {
    World world;
    world.linked();
    answer_refresh(world, answer);
    const auto first = refresh(world);
    REQUIRE_FALSE(first);
    CHECK(first.error().code == code);
    CHECK(world.store.kept->state == TokenState::active);
  };
  SECTION("rate limit") {
    untouched([](HttpResponse) { return HttpResponse{.status = 429}; }, Code::rate_limited);
  }
  SECTION("our key is not known any more") {
    untouched([](HttpResponse) { return json_answer(401, R"({"error":"invalid_client"})"); }, Code::issuer_failed);
  }
  SECTION("trust broke before anything was sent") {
    untouched([](HttpResponse) { return fail(Code::tls_not_trusted, "another certificate"); }, Code::tls_not_trusted);
  }
}

TEST_CASE("a refused refresh token needs the person") {
  World world;
  world.linked();
  world.issuer.live.clear();
  const auto first = refresh(world);
  REQUIRE_FALSE(first);
  CHECK(first.error().code == Code::reauth_required);
  CHECK(first.error().retry == Retry::after_user);
  CHECK(world.store.kept->state == TokenState::refused);
  const std::size_t requests = world.issuer.seen.size();
  CHECK(refresh(world).error().code == Code::reauth_required);
  CHECK(world.issuer.seen.size() == requests);
}

TEST_CASE("without tokens there is nothing to refresh") {
  World world;
  CHECK(refresh(world).error().code == Code::token_missing);
  world.linked();
  world.store.kept->refresh = Secret();
  CHECK(refresh(world).error().code == Code::reauth_required);
  for (const TokenState state : {TokenState::revoke_only, TokenState::destroyed}) {
    world.store.kept->state = state;
    CHECK(refresh(world).error().code == Code::token_missing);
  }
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("an intent whose process is gone is indeterminate, after as long as it could have lived") {
  World world;
  world.linked();
  world.store.kept->state = TokenState::refresh_intent;
  const auto result = refresh(world);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::token_indeterminate);
  CHECK(world.store.kept->state == TokenState::indeterminate);
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("another process's refresh is waited for") {
  World world;
  world.linked();
  world.store.kept->state = TokenState::refresh_intent;
  int reads = 0;
  SECTION("and its tokens are taken") {
    world.store.on_read = [&] {
      if (++reads != 4) return;
      world.store.kept->generation = 5;
      world.store.kept->state = TokenState::active;
      world.store.kept->access = Secret(std::string_view("theirs"));
    };
    CHECK(refresh(world)->access.reveal_text() == "theirs");
  }
  SECTION("which came to nothing") {
    world.store.on_read = [&] {
      if (++reads == 4) world.store.kept->state = TokenState::active;
    };
    CHECK(refresh(world).error().code == Code::store_busy);
  }
  SECTION("which was refused") {
    world.store.on_read = [&] {
      if (++reads == 4) world.store.kept->state = TokenState::refused;
    };
    CHECK(refresh(world).error().code == Code::reauth_required);
  }
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("tokens of a refresh that nobody waits for any more are given back") {
  World world;
  world.linked();
  world.store.before_put = [&] { world.store.kept->state = TokenState::revoke_only; };
  const auto result = refresh(world);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::token_indeterminate);
  CHECK(world.issuer.seen_at("revoke").size() == 2);
  CHECK(world.store.kept->state == TokenState::revoke_only);
}

TEST_CASE("a refresh that comes to nothing does not bring back what was withdrawn meanwhile") {
  World world;
  world.linked();
  answer_refresh(world, [&](HttpResponse) -> Result<HttpResponse> {
    world.store.kept->state = TokenState::revoke_only;
    return HttpResponse{.status = 429};
  });
  CHECK_FALSE(refresh(world));
  CHECK(world.store.kept->state == TokenState::revoke_only);
}

TEST_CASE("more scope in a refresh ends the link") {
  World world;
  world.linked();
  answer_refresh(world, [](HttpResponse) -> Result<HttpResponse> {
    return json_answer(200,
                       R"({"access_token":"n","refresh_token":"m","token_type":"Bearer","scope":"accounts payments"})");
  });
  const auto result = refresh(world);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::scope_excess);
  CHECK(world.store.kept->state == TokenState::destroyed);
  CHECK(world.issuer.seen_at("revoke").at(0)->form.at("token") == "m");
}

TEST_CASE("nothing is refreshed without a consent that stands") {
  World world;
  world.linked();
  world.clock.advance(std::chrono::days(90));
  const auto result = refresh(world);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::consent_expired);
  CHECK(world.issuer.seen.empty());
  CHECK(world.store.kept->state == TokenState::active);
}

TEST_CASE("a refresh that is stopped has a moment to end well, and is lost after it") {
  World world;
  world.linked();
  bool go_on = true;
  world.caller.go_on = [&] { return go_on; };
  int waited = 0;
  world.issuer.silent = {"token"};
  world.caller.go_on = [&] { return ++waited < 2; };
  const auto result = refresh(world);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::token_indeterminate);
  CHECK(world.issuer.abandoned == 1);
  CHECK(waited <= 12);
}

}  // namespace
}  // namespace meisai::authorize
