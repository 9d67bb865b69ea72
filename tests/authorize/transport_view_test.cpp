// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/transport_view.h"

#include <catch2/catch.hpp>

#include "tests/authorize/scripted_issuer.h"

namespace meisai::authorize {
namespace {

using scripted::World;

Crossing crossing_of(World& world) {
  auto permit = world.gate.ask<Authorize>({.issuer = world.linked_issuer.profile().id,
                                           .connection = ConnectionId("link1"),
                                           .step = AuthorizeStep::refresh});
  REQUIRE(permit);
  auto crossing = std::move(*permit).cross();
  REQUIRE(crossing);
  return std::move(*crossing);
}

HttpTransport::Ticket begin(World& world, HttpTransport& transport) {
  const std::string url = "https://auth.example/.well-known/oauth-authorization-server";
  const auto ticket = transport.begin({.url = url}, {.paths = {{HttpMethod::get, url, true}}}, crossing_of(world));
  REQUIRE(ticket);
  return *ticket;
}

TEST_CASE("what ends while another waits is kept for whoever began it") {
  World world;
  SharedTransport shared(world.issuer);
  TransportView fetching(shared);
  const auto fetched = begin(world, fetching);
  world.linked();
  {
    // A whole refresh on the same transport, in the middle of the fetch.
    TransportView asking(shared);
    Authorizer authorizer({.gate = world.gate,
                           .transport = asking,
                           .store = world.store,
                           .entropy = world.entropy,
                           .record = [](const AuditDraft&) -> Result<void> { return {}; }},
                          world.linked_issuer, world.registration, world.signer.get(), {}, world.limits);
    CHECK(authorizer.refresh(ConnectionId("link1")));
  }
  const auto ended = fetching.wait(std::chrono::milliseconds(1));
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].ticket == fetched);
  CHECK(fetching.wait(std::chrono::milliseconds(1)).empty());
}

TEST_CASE("what was broken off never appears, and a view leaves nothing behind") {
  World world;
  SharedTransport shared(world.issuer);
  TransportView one(shared);
  {
    TransportView other(shared);
    const auto first = begin(world, one);
    static_cast<void>(begin(world, other));
    CHECK(other.wait(std::chrono::milliseconds(1)).size() == 1);
    other.abandon(first);  // not its own
    CHECK(world.issuer.abandoned == 0);
    one.abandon(first);  // it had ended already
    CHECK(world.issuer.abandoned == 0);
    CHECK(one.wait(std::chrono::milliseconds(1)).empty());
    static_cast<void>(begin(world, other));
  }
  CHECK(world.issuer.abandoned == 1);
  CHECK(one.wait(std::chrono::milliseconds(1)).empty());
}

}  // namespace
}  // namespace meisai::authorize
