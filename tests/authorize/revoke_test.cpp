// SPDX-License-Identifier: Apache-2.0
//
// Giving back: what is told to the issuer, in which order, and what is left here until it has heard.
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

Result<bool> revoke(World& world) {
  auto authorizer = world.authorizer();
  return authorizer.revoke(link1);
}

void with_consent(World& world) {
  world.linked();
  Consent consent;
  consent.id = ConsentId("consent1");
  consent.connection = link1;
  consent.issuer_reference = "intent-0";
  world.store.consents_.push_back(consent);
  world.issuer.consent_reference = "intent-0";
}

TEST_CASE("giving back: refresh token, access token, consent, then nothing is left") {
  World world;
  with_consent(world);
  world.issuer.change["revoke"] = [&](const Seen&, HttpResponse answer) -> Result<HttpResponse> {
    CHECK(world.store.kept->state == TokenState::revoke_only);
    return answer;
  };
  CHECK(revoke(world) == true);
  const auto seen = world.issuer.seen_at("revoke");
  REQUIRE(seen.size() == 2);
  CHECK(seen[0]->form.at("token") == "refresh-old");
  CHECK(seen[1]->form.at("token") == "access-old");
  CHECK(world.issuer.consent_reference.empty());
  CHECK(world.store.kept->state == TokenState::destroyed);
  CHECK(world.store.kept->refresh.empty());
  world.store.consents_.at(0).revocation = Revocation::confirmed;
  const std::size_t requests = world.issuer.seen.size();
  CHECK(revoke(world) == true);
  CHECK(world.issuer.seen.size() == requests);
}

TEST_CASE("an issuer that cannot listen is told later; until then nothing works here") {
  const auto later = [](const std::string& endpoint, const Result<HttpResponse>& with) {
    CAPTURE(endpoint);
    World world;
    with_consent(world);
    const bool answered = with.has_value();
    const int status = answered ? with->status : 0;
    world.issuer.change[endpoint] = [=](const Seen&, HttpResponse) -> Result<HttpResponse> {
      if (answered) return HttpResponse{.status = status};
      return fail(Code::issuer_unreachable, "no network", "", Retry::later);
    };
    CHECK(revoke(world) == false);
    CHECK(world.store.kept->state == TokenState::revoke_only);
    CHECK(world.store.kept->refresh.reveal_text() == "refresh-old");
    CHECK(refresh(world).error().code == Code::token_missing);
    world.issuer.change.clear();
    CHECK(revoke(world) == true);
    CHECK(world.store.kept->state == TokenState::destroyed);
  };
  for (const char* endpoint : {"metadata", "revoke", "consent"}) {
    later(endpoint, fail(Code::issuer_unreachable, "no network"));
    later(endpoint, HttpResponse{.status = 503});
    later(endpoint, HttpResponse{.status = 429});
  }
}

TEST_CASE("a consent that is gone at the issuer is as good as ended") {
  World world;
  with_consent(world);
  world.issuer.consent_reference = "another";
  CHECK(revoke(world) == true);
}

TEST_CASE("an issuer without revocation is named, and so is one that refuses us") {
  World world;
  world.linked();
  world.issuer.metadata.erase("revocation_endpoint");
  CHECK(revoke(world).error().code == Code::protocol_unsupported);
  World refused;
  refused.linked();
  refused.issuer.change["revoke"] = [](const Seen&, HttpResponse) -> Result<HttpResponse> {
    return json_answer(401, R"({"error":"invalid_client"})");
  };
  CHECK(revoke(refused).error().code == Code::issuer_failed);
  CHECK(refused.store.kept->state == TokenState::revoke_only);
}

TEST_CASE("an access token that cannot be revoked ends by itself") {
  World world;
  world.linked();
  world.issuer.change["revoke"] = [](const Seen& seen, HttpResponse answer) -> Result<HttpResponse> {
    if (seen.form.at("token_type_hint") == "refresh_token") return answer;
    return json_answer(400, R"({"error":"unsupported_token_type"})");
  };
  CHECK(revoke(world) == true);
}

TEST_CASE("giving back works after the consent's end and under a cutoff that cancels") {
  World world;
  with_consent(world);
  world.clock.advance(std::chrono::days(100));
  world.facts.facts_.incidents.push_back({.id = IncidentId("i1"),
                                          .scope = CutoffScope::all,
                                          .degree = CutoffDegree::cancel,
                                          .state = IncidentState::open});
  CHECK(revoke(world) == true);
  World suspended;
  with_consent(suspended);
  suspended.facts.facts_.incidents.push_back({.id = IncidentId("i1"),
                                              .scope = CutoffScope::all,
                                              .degree = CutoffDegree::suspend,
                                              .state = IncidentState::open});
  CHECK(revoke(suspended).error().code == Code::cutoff_all);
  CHECK(suspended.store.kept->state == TokenState::revoke_only);
}

}  // namespace
}  // namespace meisai::authorize
