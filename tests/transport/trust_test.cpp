// SPDX-License-Identifier: Apache-2.0
//
// Whom the transport believes: only a server whose certificate is valid for the name, from an authority that the
// profile trusts, over a TLS that is strong enough. Nothing of a request is sent to anybody else.
#include <catch2/catch.hpp>

#include "tests/transport/wire_fixture.h"

using namespace meisai;
using namespace meisai::test;

namespace {

struct Trial {
  explicit Trial(const Identity& identity, const TlsServer::Options& options = {})
      : server(
            identity,
            [this](Peer& peer) {
              if (peer.read().head.empty()) return;
              ++requests;
              peer.answer("hello");
            },
            options) {}
  std::atomic<int> requests = 0;
  TlsServer server;
  Wire wire;
  [[nodiscard]] Result<HttpResponse> ask(const std::string& ca_pem) {
    return wire.get(server.origin() + "/api/x", rules_for(server, ca_pem));
  }
  void must_be_refused(const std::string& ca_pem, std::string_view because) {
    const auto result = ask(ca_pem);
    CHECK(code_of(result) == Code::tls_not_trusted);
    CHECK_THAT(result.error().what, Catch::Contains(std::string(because)));
    CHECK_FALSE(result.error().remedy.empty());
    CHECK(server.connections() >= 1);
    CHECK(requests == 0);
  }
};

}  // namespace

TEST_CASE("a good certificate is believed") {
  const Authority authority;
  const int newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  Trial trial(authority.issue(), {.newest_version = newest, .ciphers = {}, .hangs_up = false});
  CHECK(body_of(trial.ask(authority.pem())) == "hello");
}

TEST_CASE("a bad certificate is not") {
  const Authority authority;
  SECTION("another name") {
    Trial(authority.issue({.names = "DNS:other.example,IP:127.0.0.2"}))
        .must_be_refused(authority.pem(), "another name");
  }
  SECTION("expired") {
    Trial(authority.issue({.valid_from_days = -9, .valid_until_days = -1})).must_be_refused(authority.pem(), "expired");
  }
  SECTION("not valid yet") {
    Trial(authority.issue({.valid_from_days = 1})).must_be_refused(authority.pem(), "not valid yet");
  }
  SECTION("signed by itself") { Trial(Authority::self_signed()).must_be_refused(authority.pem(), "signed by itself"); }
  SECTION("of another authority") { Trial(authority.issue()).must_be_refused(Authority().pem(), ""); }
  SECTION("of an authority that the system does not know") { Trial(authority.issue()).must_be_refused("", ""); }
  SECTION("against something that is no certificate") {
    Trial trial(authority.issue());
    const auto result = trial.ask("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    CHECK(code_of(result) == Code::tls_not_trusted);
    CHECK(trial.requests == 0);
  }
}

TEST_CASE("a TLS that is too old or too weak is refused") {
  const Authority authority;
  SECTION("TLS 1.1") {
    Trial(authority.issue(), {.newest_version = TLS1_1_VERSION, .ciphers = {}, .hangs_up = false})
        .must_be_refused(authority.pem(), "TLS");
  }
  SECTION("TLS 1.2 with CBC") {
    Trial(authority.issue(),
          {.newest_version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256", .hangs_up = false})
        .must_be_refused(authority.pem(), "TLS");
  }
}

TEST_CASE("a connection that breaks in the handshake is nobody's distrust") {
  const Authority authority;
  Trial trial(authority.issue(), {.newest_version = 0, .ciphers = {}, .hangs_up = true});
  CHECK(code_of(trial.ask(authority.pem())) == Code::issuer_unreachable);
  CHECK(trial.server.connections() == 1);
}
