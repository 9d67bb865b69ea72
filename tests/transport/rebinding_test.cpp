// SPDX-License-Identifier: Apache-2.0
//
// Names that lead where they must not, and names that take their time.
#include <catch2/catch.hpp>

#include "tests/transport/resolver.h"
#include "tests/transport/wire_fixture.h"

using namespace meisai;
using namespace meisai::test;
using namespace std::chrono_literals;

namespace {

const std::string host = "api.issuer.example";

/// A server whose certificate is good for the name, and rules that name it.
struct Named {
  Named()
      : server(authority.issue({.names = "DNS:" + host}), [](Peer& peer) {
          while (!peer.read().head.empty() && peer.answer("hello")) continue;
        }) {}
  Authority authority;
  TlsServer server;
  Wire wire;
  [[nodiscard]] std::string url() const { return server.origin(host) + "/api/x"; }
  [[nodiscard]] HttpRules rules(bool sandbox) const {
    HttpRules made = rules_for(server, authority.pem());
    made.sandbox = sandbox;
    made.paths = {{.method = HttpMethod::get, .prefix = server.origin(host) + "/api/", .exact = false}};
    made.connect_timeout = 2s;
    return made;
  }
};

}  // namespace

TEST_CASE("a public name that leads to a private address is refused") {
  Named named;
  const std::vector<std::string> addresses =
      GENERATE(std::vector<std::string>{"127.0.0.1"}, std::vector<std::string>{"10.0.0.1", "127.0.0.1"},
               std::vector<std::string>{"169.254.169.254"}, std::vector<std::string>{"192.168.1.1", "0.0.0.0"});
  const ResolvedName name(host, addresses);
  CHECK(code_of(named.wire.get(named.url(), named.rules(false))) == Code::insecure_url);
  CHECK(ResolvedName::asked() == 1);
  CHECK(named.server.connections() == 0);
}

TEST_CASE("a sandbox name that leads off this machine is refused, and its good address is used") {
  Named named;
  {
    const ResolvedName name(host, {"198.51.100.7"});
    CHECK(code_of(named.wire.get(named.url(), named.rules(true))) == Code::insecure_url);
  }
  const ResolvedName name(host, {"198.51.100.7", "127.0.0.1"});
  Wire fresh;
  CHECK(body_of(fresh.get(named.url(), named.rules(true))) == "hello");
}

TEST_CASE("a name that takes its time does not hold up a cutoff") {
  Named named;
  const ResolvedName name(host, {"127.0.0.1"}, 1500ms);
  REQUIRE(named.wire.transport->begin(get_request(named.url()), named.rules(true), named.wire.gate.cross()));
  CHECK(named.wire.transport->wait(50ms).empty());
  CHECK(ResolvedName::asked() == 1);
  const auto closed = std::chrono::steady_clock::now();
  named.wire.gate.close();
  const auto ended = named.wire.transport->wait(5s);
  CHECK(std::chrono::steady_clock::now() - closed < 100ms);
  REQUIRE(ended.size() == 1);
  CHECK_FALSE(ended[0].result);
  CHECK(named.wire.gate.held() == 0);
  std::this_thread::sleep_for(1600ms);  // libcurl's thread ends by itself
  CHECK(named.server.connections() == 0);
}
