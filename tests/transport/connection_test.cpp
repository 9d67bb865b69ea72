// SPDX-License-Identifier: Apache-2.0
//
// Connections: kept within a pool, never shared with another; where they may go; what of the surroundings is
// ignored; and that nothing but a GET is ever sent a second time.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>

#include "tests/temporary_folder.h"
#include "tests/transport/wire_fixture.h"
#include "transport/curl_transport.h"

using namespace meisai;
using namespace meisai::test;
using namespace std::chrono_literals;

namespace {

/// Answers each request of each connection with its path.
void echo(Peer& peer) {
  while (true) {
    const ReceivedRequest request = peer.read();
    if (request.head.empty() || !peer.answer(request.path())) return;
  }
}

class EnvironmentValue {
 public:
  EnvironmentValue(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    ::setenv(name, value.c_str(), 1);
  }
  EnvironmentValue(const EnvironmentValue&) = delete;
  EnvironmentValue& operator=(const EnvironmentValue&) = delete;
  ~EnvironmentValue() { old_.empty() ? ::unsetenv(name_) : ::setenv(name_, old_.c_str(), 1); }

 private:
  const char* name_;
  std::string old_;
};

}  // namespace

TEST_CASE("a connection is kept within a pool and not used by another") {
  const Authority authority;
  TlsServer server(authority.issue(), echo);
  Wire wire;
  HttpRules rules = rules_for(server, authority.pem());
  for (int i = 0; i < 5; ++i) CHECK(body_of(wire.get(server.origin() + "/api/a", rules)) == "/api/a");
  CHECK(server.connections() == 1);

  rules.pool = "another";
  for (int i = 0; i < 5; ++i) CHECK(body_of(wire.get(server.origin() + "/api/b", rules)) == "/api/b");
  CHECK(server.connections() == 2);

  rules.pool = "test_card";
  CHECK(body_of(wire.get(server.origin() + "/api/c", rules)) == "/api/c");
  CHECK(server.connections() == 2);
}

TEST_CASE("what the caller did not trust yesterday is not reused today") {
  const Authority authority;
  TlsServer server(authority.issue(), echo);
  Wire wire;
  CHECK(body_of(wire.get(server.origin() + "/api/a", rules_for(server, authority.pem()))) == "/api/a");
  CHECK(code_of(wire.get(server.origin() + "/api/a", rules_for(server, Authority().pem()))) == Code::tls_not_trusted);
}

TEST_CASE("transfers run side by side") {
  const Authority authority;
  TlsServer server(authority.issue(), [](Peer& peer) {
    const ReceivedRequest request = peer.read();
    std::this_thread::sleep_for(200ms);
    peer.answer(request.path());
  });
  Wire wire;
  const auto begin = std::chrono::steady_clock::now();
  std::map<HttpTransport::Ticket, std::string> expected;
  for (int i = 0; i < 20; ++i) {
    HttpRules rules = rules_for(server, authority.pem());
    rules.pool += std::to_string(i % 3);
    const std::string path = "/api/" + std::to_string(i);
    const auto ticket = wire.transport->begin(get_request(server.origin() + path), rules, wire.gate.cross());
    REQUIRE(ticket);
    expected[*ticket] = path;
  }
  CHECK(expected.size() == 20);
  CHECK(wire.gate.held() == 20);
  while (!expected.empty()) {
    for (const auto& ended : wire.transport->wait(5s)) {
      CHECK(body_of(ended.result) == expected[ended.ticket]);
      expected.erase(ended.ticket);
    }
    REQUIRE(std::chrono::steady_clock::now() - begin < 3s);
  }
  CHECK(wire.gate.held() == 0);
  CHECK(wire.transport->wait(5s).empty());
}

TEST_CASE("wait comes back when nothing has ended") {
  const Authority authority;
  TlsServer server(authority.issue(), [](Peer& peer) {
    static_cast<void>(peer.read());
    static_cast<void>(peer.raw_bytes_until_end());
  });
  Wire wire;
  REQUIRE(wire.transport->begin(get_request(server.origin() + "/api/a"), rules_for(server, authority.pem()),
                                wire.gate.cross()));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(wire.transport->wait(60ms).empty());
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(took >= 60ms);
  CHECK(took < 500ms);
}

TEST_CASE("only a GET is sent again when a kept connection breaks") {
  const Authority authority;
  std::atomic<int> gets = 0;
  std::atomic<int> posts = 0;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    while (true) {
      const ReceivedRequest request = peer.read();
      if (request.head.empty()) return;
      if (request.path() == "/api/warm") {
        peer.answer("warm");
        continue;
      }
      // Read, and no answer: the other side cannot know whether it was acted upon.
      ++(request.head.starts_with("GET") ? gets : posts);
      return;
    }
  });
  Wire wire;
  const HttpRules rules = rules_for(server, authority.pem());
  CHECK(body_of(wire.get(server.origin() + "/api/warm", rules)) == "warm");
  CHECK(code_of(wire.fetch(post_request(server.origin() + "/api/token", "refresh_token=x"), rules)) ==
        Code::issuer_unreachable);
  CHECK(posts == 1);
  CHECK(body_of(wire.get(server.origin() + "/api/warm", rules)) == "warm");
  CHECK(code_of(wire.get(server.origin() + "/api/x", rules)) == Code::issuer_unreachable);
  CHECK(gets >= 1);
}

TEST_CASE("an address that is not allowed is not connected to") {
  const Authority authority;
  TlsServer server(authority.issue(), echo);
  Wire wire;
  HttpRules rules = rules_for(server, authority.pem());
  rules.sandbox = false;  // and the name `localhost` leads to loopback, as a rebound name would
  const auto result = wire.get(server.origin() + "/api/x", rules);
  CHECK(code_of(result) == Code::insecure_url);
  CHECK(result.error().what.find("not on the internet") != std::string::npos);
  CHECK(server.connections() == 0);
}

TEST_CASE("a verb or address without a rule is refused before anything is sent") {
  const Authority authority;
  TlsServer server(authority.issue(), echo);
  Wire wire;
  const HttpRules rules = rules_for(server, authority.pem());
  HttpRequest request = get_request(server.origin() + "/api/x");
  request.method = HttpMethod::delete_;
  CHECK(code_of(wire.fetch(std::move(request), rules)) == Code::write_refused);
  CHECK(code_of(wire.get(server.origin() + "/elsewhere", rules)) == Code::write_refused);
  CHECK(code_of(wire.get("https://other.example/api/x", rules)) == Code::insecure_url);
  CHECK(code_of(wire.get("http://localhost/api/x", rules)) == Code::insecure_url);
  request = get_request(server.origin() + "/api/x");
  request.body = Secret("a GET with a body");
  CHECK(code_of(wire.fetch(std::move(request), rules)) == Code::invalid_argument);
  CHECK(server.connections() == 0);
  CHECK(wire.gate.held() == 0);
}

TEST_CASE("a server that is not there is unreachable") {
  const Authority authority;
  HttpRules rules;
  std::string url;
  {
    TlsServer gone(authority.issue(), echo);
    rules = rules_for(gone, authority.pem());
    url = gone.origin() + "/api/x";
  }
  Wire wire;
  const auto result = wire.get(url, rules);
  CHECK(code_of(result) == Code::issuer_unreachable);
  CHECK(result.error().retry == Retry::later);

  rules.paths = {{.method = HttpMethod::get, .prefix = "https://no-such-host.invalid/", .exact = false}};
  CHECK(code_of(wire.get("https://no-such-host.invalid/x", rules)) == Code::issuer_unreachable);
}

TEST_CASE("proxies and passwords of the surroundings are ignored") {
  const Authority authority;
  TlsServer proxy(authority.issue(), echo);
  LastRequest last;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    last.keep(peer.read());
    peer.answer("direct", "Set-Cookie: a=b; Path=/\r\n");
  });
  const TemporaryFolder home;
  std::ofstream(home / ".netrc") << "machine localhost login somebody password something\n";
  const EnvironmentValue home_folder("HOME", home.path().string());
  const std::string proxy_address = "http://127.0.0.1:" + std::to_string(proxy.port());
  const EnvironmentValue https_proxy("https_proxy", proxy_address);
  const EnvironmentValue https_proxy_upper("HTTPS_PROXY", proxy_address);
  const EnvironmentValue all_proxy("ALL_PROXY", proxy_address);
  Wire wire;
  const HttpRules rules = rules_for(server, authority.pem());
  for (int i = 0; i < 2; ++i) {
    CHECK(body_of(wire.get(server.origin() + "/api/x", rules)) == "direct");
    CHECK(last.get().has("GET /api/x"));
    CHECK_FALSE(last.get().has("Authorization"));
    CHECK_FALSE(last.get().has("Cookie"));
  }
  CHECK(proxy.connections() == 0);
}

TEST_CASE("the secrets of a session are written nowhere, whatever the surroundings ask for") {
  const Authority authority;
  TlsServer server(authority.issue(), echo);
  const TemporaryFolder folder;
  const std::string file = folder / "keys";
  const EnvironmentValue key_log("SSLKEYLOGFILE", file);
  Wire wire;
  CHECK(body_of(wire.get(server.origin() + "/api/x", rules_for(server, authority.pem()))) == "/api/x");
  wire.transport.reset();
  CHECK(std::ifstream(file).is_open());  // libcurl has seen the wish
  CHECK(std::ifstream(file).peek() == std::ifstream::traits_type::eof());
}
