// SPDX-License-Identifier: Apache-2.0
//
// The authorization: what goes out, what may come back, and that nothing stands after a failure.
#include <catch2/catch.hpp>
#include <set>

#include "engine/authorize/base64url.h"
#include "engine/authorize/callback.h"
#include "tests/authorize/scripted_issuer.h"

namespace meisai::authorize {
namespace {

using scripted::json_answer;
using scripted::Seen;
using scripted::World;

Code code_of(const Result<Granted>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

/// The person's browser brings back the answer with one parameter changed (empty: left out) or added.
void tamper(World& world, const std::string& name, const std::string& value) {
  world.browser = scripted::Browser([&world, name, value](const std::string& url) {
    auto query = scripted::form_of(world.issuer.agree(url));
    query.erase(name);
    if (!value.empty()) query[name] = value;
    Form form;
    for (const auto& [key, text] : query) form.add(key, text);
    return std::string(form.text());
  });
}

int code_exchanges(const World& world) {
  int count = 0;
  for (const Seen* seen : world.issuer.seen_at("token")) count += seen->form.at("grant_type") == "authorization_code";
  return count;
}

TEST_CASE("an authorization with everything that the issuer offers") {
  World world;
  const auto granted = world.link();
  REQUIRE(granted);
  CHECK(granted->scopes == std::vector<std::string>{"openid", "accounts"});
  CHECK(granted->ends_at == world.order().ends_at);
  CHECK(granted->issuer_reference == world.issuer.consent_reference);
  CHECK(world.issuer.live.contains(std::string(granted->tokens.access.reveal_text())));
  CHECK(world.issuer.live.contains(std::string(granted->tokens.refresh.reveal_text())));
  CHECK(granted->tokens.generation == 1);
  CHECK(granted->tokens.access_ends_at == world.clock.wall() + std::chrono::seconds(300));
  CHECK_FALSE(world.store.kept);

  // The front channel shows nothing but who asks and where the request lies.
  const auto front = scripted::form_of(world.browser.opened.substr(world.browser.opened.find('?') + 1));
  CHECK(front.size() == 2);
  CHECK(front.contains("request_uri"));
  const Seen& pushed = *world.issuer.seen_at("par").at(0);
  CHECK(pushed.form.at("response_type") == "code");
  CHECK(pushed.form.at("code_challenge_method") == "S256");
  CHECK(pushed.form.at("state").size() == 43);
  CHECK(pushed.form.at("nonce").size() == 43);
  CHECK(pushed.form.at("claims") ==
        R"({"id_token":{"openbanking_intent_id":{"value":")" + granted->issuer_reference + R"(","essential":true}}})");
  REQUIRE(world.recorded.size() == 3);
  CHECK(world.recorded[0].result == "begun");
  CHECK(world.recorded[1].operation == "consent_at_issuer");
  CHECK(world.recorded[2].result == "done");
}

TEST_CASE("without PAR the request goes with the browser") {
  World world;
  world.issuer.metadata.erase("pushed_authorization_request_endpoint");
  REQUIRE(world.link());
  const auto front = scripted::form_of(world.browser.opened.substr(world.browser.opened.find('?') + 1));
  CHECK(front.at("redirect_uri") == "http://127.0.0.1:49152/callback");
  CHECK_FALSE(front.contains("client_assertion"));
  CHECK_FALSE(front.contains("code_verifier"));
}

TEST_CASE("a public client proves itself with PKCE alone") {
  IssuerProfile profile = scripted::profile();
  profile.authorization.client_authentication = ClientAuthentication::none;
  profile.consent.at_issuer = false;
  World world(profile);
  const auto granted = world.link();
  REQUIRE(granted);
  CHECK(granted->issuer_reference.empty());
  CHECK_FALSE(world.issuer.seen_at("par").at(0)->form.contains("claims"));
  for (const Seen& seen : world.issuer.seen) CHECK_FALSE(seen.form.contains("client_assertion"));

  profile.consent.at_issuer = true;
  World keeps(profile);
  CHECK(code_of(keeps.link()) == Code::profile_not_valid);
}

TEST_CASE("every assertion is new, for this issuer, and lives a minute") {
  World world;
  REQUIRE(world.link());
  std::set<std::string> ids;
  std::size_t assertions = 0;
  for (const Seen& seen : world.issuer.seen) {
    if (!seen.form.contains("client_assertion")) continue;
    ++assertions;
    CHECK(seen.form.at("client_assertion_type") == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    const std::string& token = seen.form.at("client_assertion");
    const std::size_t dot = token.find('.');
    const auto payload = from_base64url(std::string_view(token).substr(dot + 1, token.rfind('.') - dot - 1));
    REQUIRE(payload);
    const auto claims = parse_json({reinterpret_cast<const char*>(payload->data()), payload->size()});
    REQUIRE(claims);
    CHECK(claims->text_of("iss") == "meisai-test");
    CHECK(claims->text_of("sub") == "meisai-test");
    CHECK(claims->text_of("aud") == scripted::issuer_url);
    CHECK(*claims->integer_of("exp") - *claims->integer_of("iat") <= 60);
    ids.emplace(*claims->text_of("jti"));
  }
  CHECK(assertions == 4);
  CHECK(ids.size() == assertions);
}

TEST_CASE("a callback that is not exactly ours never reaches the token endpoint") {
  const auto refused = [](const std::string& name, const std::string& value) {
    CAPTURE(name, value);
    World world;
    tamper(world, name, value);
    const auto result = world.link();
    CHECK(code_of(result) == Code::authorization_failed);
    CHECK(code_exchanges(world) == 0);
    CHECK(result.error().what.find("code-") == std::string::npos);
  };
  refused("state", "");
  refused("state", "another");
  refused("state", std::string(43, 'A'));
  refused("iss", "");
  refused("iss", "https://evil.example");
  refused("iss", "https://auth.example/");
  refused("code", "");
  refused("error", "server_error");
  refused("code", std::string(5000, 'x'));
}

TEST_CASE("the state of one attempt is worth nothing in another") {
  World world;
  std::string first;
  world.browser = scripted::Browser([&](const std::string& url) { return first = world.issuer.agree(url); });
  REQUIRE(world.link());
  world.browser = scripted::Browser([&](const std::string& url) {
    static_cast<void>(world.issuer.agree(url));
    return first;
  });
  CHECK(code_of(world.link()) == Code::authorization_failed);
  CHECK(code_exchanges(world) == 1);
}

TEST_CASE("where the issuer does not announce `iss`, a wrong one is refused all the same") {
  for (const bool wrong : {false, true}) {
    World world;
    world.issuer.metadata.erase("authorization_response_iss_parameter_supported");
    tamper(world, "iss", wrong ? "https://evil.example" : "");
    CHECK(world.link().has_value() == !wrong);
  }
}

TEST_CASE("errors of the callback are believed only with our state and issuer") {
  const auto answer = [](const std::string& query) {
    return code_from_callback(Secret(std::string_view(query)),
                              {.state = "s", .issuer = "https://a.example", .issuer_required = true});
  };
  const auto denied = answer("error=access_denied&state=s&iss=https%3A%2F%2Fa.example");
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == Code::authorization_denied);
  for (const char* query :
       {"error=access_denied&state=x&iss=https%3A%2F%2Fa.example", "error=access_denied&state=s",
        "error=access_denied&state=s&iss=https%3A%2F%2Fb.example",
        "error=access_denied&code=c&state=s&iss=https%3A%2F%2Fa.example", "state=s&iss=https%3A%2F%2Fa.example", "",
        "code=a&code=b&state=s&iss=https%3A%2F%2Fa.example", "code=a&state=s&state=s&iss=https%3A%2F%2Fa.example"}) {
    CAPTURE(query);
    const auto refused = answer(query);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::authorization_failed);
  }
  const auto strange = answer("error=%3Cscript%3E&state=s&iss=https%3A%2F%2Fa.example");
  REQUIRE_FALSE(strange);
  CHECK(strange.error().what.find("script") == std::string::npos);
  CHECK(answer("code=abc&state=s&iss=https%3A%2F%2Fa.example")->reveal_text() == "abc");
}

TEST_CASE("the person declines") {
  World world;
  world.browser = scripted::Browser([&](const std::string& url) {
    const auto query = scripted::form_of(world.issuer.agree(url));
    Form form;
    form.add("error", "access_denied").add("state", query.at("state")).add("iss", query.at("iss"));
    return std::string(form.text());
  });
  CHECK(code_of(world.link()) == Code::authorization_denied);
  CHECK(world.recorded.back().result == "refused");
  CHECK(world.recorded.back().reason == "authorization_denied");
}

TEST_CASE("a granted scope that nobody asked for is given back") {
  for (const char* scope : {"openid accounts payments", "payments"}) {
    World world;
    world.issuer.change["token"] = [&](const Seen& seen, HttpResponse answer) -> Result<HttpResponse> {
      if (seen.form.at("grant_type") != "authorization_code") return answer;
      std::string body(answer.body.reveal_text());
      body.replace(body.find("openid accounts"), 15, scope);
      return json_answer(200, body);
    };
    CHECK(code_of(world.link()) == Code::scope_excess);
    CHECK(world.issuer.seen_at("revoke").size() == 2);
    CHECK(world.issuer.seen_at("revoke").at(0)->form.at("token_type_hint") == "refresh_token");
    CHECK(world.issuer.consent_reference.empty());
    CHECK_FALSE(world.store.kept);
  }
}

TEST_CASE("scopes that the profile knows are dropped, and fewer than asked are fine") {
  const IssuerProfile profile = scripted::profile();
  TokenAnswer answer;
  answer.scopes = std::vector<std::string>{"accounts", "offline_access"};
  CHECK(accepted_scopes(answer, {"openid", "accounts"}, profile) == std::vector<std::string>{"accounts"});
  answer.scopes.reset();
  CHECK(accepted_scopes(answer, {"accounts"}, profile) == std::vector<std::string>{"accounts"});
}

TEST_CASE("what the issuer keeps must be what was shown") {
  SECTION("a shorter end wins") {
    World world;
    world.issuer.consent_ends_at = world.clock.wall() + std::chrono::days(30);
    const auto granted = world.link();
    REQUIRE(granted);
    CHECK(granted->ends_at == world.clock.wall() + std::chrono::days(30));
  }
  const auto mismatch = [](const std::function<void(scripted::Issuer&)>& spoil) {
    World world;
    spoil(world.issuer);
    CHECK(code_of(world.link()) == Code::consent_mismatch);
    CHECK(world.issuer.seen_at("revoke").size() == 2);
    CHECK(world.issuer.consent_reference.empty());
  };
  SECTION("a longer end") {
    mismatch([](auto& issuer) { *issuer.consent_ends_at += std::chrono::milliseconds(1); });
  }
  SECTION("no end") {
    mismatch([](auto& issuer) { issuer.consent_ends_at.reset(); });
  }
  SECTION("other permissions") {
    mismatch([](auto& issuer) { issuer.drop_permissions = true; });
  }
  SECTION("not authorized") {
    mismatch([](auto& issuer) { issuer.consent_authorized = false; });
  }
}

TEST_CASE("an exchange whose answer is lost ends the consent at the issuer") {
  World world;
  world.issuer.change["token"] = [&](const Seen& seen, HttpResponse answer) -> Result<HttpResponse> {
    if (seen.form.at("grant_type") == "authorization_code")
      return fail(Code::issuer_unreachable, "cut off", "", Retry::later);
    return answer;
  };
  CHECK(code_of(world.link()) == Code::issuer_unreachable);
  CHECK(world.issuer.consent_reference.empty());
}

TEST_CASE("tokens that are no bearer tokens are given back") {
  World world;
  world.issuer.change["token"] = [&](const Seen& seen, HttpResponse answer) -> Result<HttpResponse> {
    if (seen.form.at("grant_type") != "authorization_code") return answer;
    return json_answer(200, R"({"access_token":"a","refresh_token":"r","token_type":"DPoP"})");
  };
  CHECK(code_of(world.link()) == Code::protocol_unsupported);
  CHECK(world.issuer.seen_at("revoke").at(0)->form.at("token") == "r");
  CHECK(world.issuer.seen_at("revoke").at(1)->form.at("token") == "a");
}

TEST_CASE("who is not there cannot begin an authorization") {
  World world;
  world.caller.attended = false;
  CHECK(code_of(world.link()) == Code::consent_missing);
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("a cutoff refuses before anything is sent") {
  World world;
  world.facts.facts_.incidents.push_back(
      {.id = IncidentId("i1"), .scope = CutoffScope::all, .state = IncidentState::open});
  CHECK(code_of(world.link()) == Code::cutoff_all);
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("whoever stops is heard") {
  World world;
  world.caller.go_on = [] { return false; };
  world.issuer.silent = {"metadata"};
  CHECK(code_of(world.link()) == Code::interrupted);
  CHECK(world.issuer.abandoned == 1);
}

TEST_CASE("an entry that cannot be written stops the authorization") {
  World world;
  Authorizer authorizer({.gate = world.gate,
                         .transport = world.issuer,
                         .store = world.store,
                         .entropy = world.entropy,
                         .record = [](const AuditDraft&) -> Result<void> { return fail(Code::disk_full, "full"); }},
                        world.linked_issuer, world.registration, world.signer.get(), {}, world.limits);
  CHECK(code_of(authorizer.authorize(world.browser, world.order())) == Code::audit_unavailable);
  CHECK(world.issuer.seen.empty());
}

TEST_CASE("what was granted and cannot be kept is given back") {
  World world;
  auto granted = world.link();
  REQUIRE(granted);
  auto authorizer = world.authorizer();
  CHECK(authorizer.discard(*std::move(granted)) == true);
  CHECK(world.issuer.consent_reference.empty());
  CHECK(world.issuer.seen_at("revoke").size() == 2);
}

}  // namespace
}  // namespace meisai::authorize
