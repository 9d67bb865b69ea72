// SPDX-License-Identifier: Apache-2.0
//
// What an issuer's server may answer, and what it may not.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/temporary_folder.h"
#include "tests/transport/wire_fixture.h"

using namespace meisai;
using namespace meisai::test;
using namespace std::chrono_literals;

namespace {

/// A server that reads one request and sends these bytes as they are.
struct Saying {
  explicit Saying(std::string bytes)
      : server(authority.issue(), [text = std::move(bytes)](Peer& peer) {
          if (!peer.read().head.empty()) peer.send(text);
        }) {}
  Authority authority;
  TlsServer server;
  Wire wire;
  [[nodiscard]] HttpRules rules() const { return rules_for(server, authority.pem()); }
  [[nodiscard]] Result<HttpResponse> ask() { return ask(rules()); }
  [[nodiscard]] Result<HttpResponse> ask(const HttpRules& by) { return wire.get(server.origin() + "/api/x", by); }
};

std::string gzipped(const std::string& shell_command) {
  const TemporaryFolder folder;
  const std::string file = folder / "packed.gz";
  REQUIRE(std::system((shell_command + " | gzip -9 > " + file).c_str()) == 0);
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string gzip_answer(const std::string& packed) {
  return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n\r\n" +
         packed;
}

}  // namespace

TEST_CASE("a request arrives as it was asked for, and the answer as it was sent") {
  const Authority authority;
  LastRequest last;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    last.keep(peer.read());
    peer.answer("{}", "Date: Fri, 20 Nov 2026 02:00:00 GMT\r\nX-Two: first\r\nX-TWO: second\r\n");
  });
  Wire wire;
  HttpRequest request = post_request(server.origin() + "/api/token?a=b", "grant_type=x&code=very-secret");
  request.bearer = Secret("token-123");
  request.headers = {{"Accept", "application/json"}, {"x-fapi-interaction-id", "abc"}};
  const auto result = wire.fetch(std::move(request), rules_for(server, authority.pem()));
  CHECK(body_of(result) == "{}");
  CHECK(result->status == 200);
  CHECK(result->header("date") == "Fri, 20 Nov 2026 02:00:00 GMT");
  CHECK(result->header("x-two") == "first");
  CHECK(result->header("absent").empty());
  const ReceivedRequest seen = last.get();
  CHECK(seen.path() == "/api/token?a=b");
  CHECK(seen.head.starts_with("POST "));
  CHECK(seen.has("\r\nAuthorization: Bearer token-123\r\n"));
  CHECK(seen.has("\r\nAccept: application/json\r\n"));
  CHECK(seen.has("\r\nx-fapi-interaction-id: abc\r\n"));
  CHECK(seen.has("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
  CHECK(seen.has("\r\nAccept-Encoding: gzip\r\n"));
  CHECK_FALSE(seen.has("Cookie"));
  CHECK_FALSE(seen.has("Expect"));
  CHECK(seen.body == "grant_type=x&code=very-secret");
}

TEST_CASE("a DELETE and a POST without a body say so") {
  const HttpMethod method = GENERATE(HttpMethod::delete_, HttpMethod::post);
  const Authority authority;
  LastRequest last;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    last.keep(peer.read());
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Wire wire;
  HttpRules rules = rules_for(server, authority.pem());
  rules.paths.push_back({.method = HttpMethod::delete_, .prefix = server.origin() + "/api/consents/", .exact = false});
  HttpRequest request = get_request(server.origin() + "/api/consents/1");
  request.method = method;
  const auto result = wire.fetch(std::move(request), rules);
  CHECK(body_of(result).empty());
  CHECK(result->status == 204);
  const ReceivedRequest seen = last.get();
  CHECK(seen.head.starts_with(std::string(name_of(method)) + " /api/consents/1 HTTP/1.1\r\n"));
  CHECK(seen.has("\r\nContent-Length: 0\r\n"));
  CHECK_FALSE(seen.has("Content-Type"));
}

TEST_CASE("an answer that is no success is an answer") {
  Saying saying("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
  const auto result = saying.ask();
  CHECK(body_of(result) == "{}");
  CHECK(result->status == 429);
  CHECK(result->header("retry-after") == "7");
}

TEST_CASE("a header that could add a line, or that is the transport's, is refused before anything is sent") {
  Saying saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  for (const auto& [name, value] : {std::pair{"X", "a\r\nY: b"}, std::pair{"X\n", "a"}, std::pair{"Host", "other"},
                                    std::pair{"Cookie", "a=b"}, std::pair{"X", ""}}) {
    HttpRequest request = get_request(saying.server.origin() + "/api/x");
    request.headers = {{name, value}};
    CHECK(code_of(saying.wire.fetch(std::move(request), saying.rules())) == Code::invalid_argument);
  }
  HttpRequest request = get_request(saying.server.origin() + "/api/x");
  request.bearer = Secret("a\r\nX: b");
  CHECK(code_of(saying.wire.fetch(std::move(request), saying.rules())) == Code::invalid_argument);
  CHECK(saying.server.connections() == 0);
}

TEST_CASE("no redirect is followed") {
  const Authority authority;
  TlsServer other(authority.issue(), [](Peer& peer) {
    if (!peer.read().head.empty()) peer.answer("elsewhere");
  });
  for (const std::string& target : {other.origin() + "/api/x", std::string("http://localhost/"), std::string("/api/y"),
                                    std::string("file:///etc/passwd")}) {
    for (const int status : {301, 302, 303, 307, 308}) {
      TlsServer server(authority.issue(), [&](Peer& peer) {
        if (!peer.read().head.empty())
          peer.send("HTTP/1.1 " + std::to_string(status) + " Go\r\nLocation: " + target +
                    "\r\nContent-Length: 4\r\n\r\nbody");
      });
      Wire wire;
      HttpRules rules = rules_for(server, authority.pem());
      rules.paths.push_back({.method = HttpMethod::get, .prefix = other.origin() + "/", .exact = false});
      CHECK(code_of(wire.get(server.origin() + "/api/x", rules)) == Code::redirect_refused);
      CHECK(server.connections() == 1);
    }
  }
  CHECK(other.connections() == 0);
}

TEST_CASE("gzip is taken") {
  Saying saying(gzip_answer(gzipped("printf 'hello hello hello'")));
  CHECK(body_of(saying.ask()) == "hello hello hello");
}

TEST_CASE("a body that grows out of proportion is broken off") {
  Saying saying(gzip_answer(gzipped("head -c 64M /dev/zero")));
  HttpRules rules = saying.rules();
  rules.largest_body = std::uint64_t{1} << 30U;
  CHECK(code_of(saying.ask(rules)) == Code::answer_too_large);
}

TEST_CASE("the size of a body is counted after decompression") {
  // Random hexadecimal digits shrink to a little more than half.
  const std::string packed = gzipped("head -c 600000 /dev/urandom | od -An -v -tx1 | tr -d ' \\n'");
  Saying saying(gzip_answer(packed));
  HttpRules rules = saying.rules();
  rules.largest_body = 1'000'000;
  REQUIRE(packed.size() < rules.largest_body);
  CHECK(code_of(saying.ask(rules)) == Code::answer_too_large);
  rules.largest_body = 1'200'000;
  CHECK(body_of(saying.ask(rules)).size() == 1'200'000);
}

TEST_CASE("a huge body is broken off, announced or not") {
  const bool announced = GENERATE(true, false);
  const Authority authority;
  std::atomic<std::size_t> sent = 0;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    if (peer.read().head.empty()) return;
    peer.send(announced ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
                        : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece = announced ? std::string(65536, 'x') : "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (peer.send(piece) && sent < 500'000'000) sent += piece.size();
  });
  Wire wire;
  HttpRules rules = rules_for(server, authority.pem());
  rules.largest_body = 1U << 20U;
  CHECK(code_of(wire.get(server.origin() + "/api/x", rules)) == Code::answer_too_large);
  CHECK(sent < 100'000'000);
}

TEST_CASE("headers without an end are broken off") {
  const bool one_line = GENERATE(true, false);
  const Authority authority;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    if (peer.read().head.empty()) return;
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    const std::string piece = one_line ? std::string(4096, 'x') : "\r\nX: " + std::string(4000, 'x');
    for (int i = 0; i < 10'000 && peer.send(piece);) ++i;
  });
  Wire wire;
  CHECK(code_of(wire.get(server.origin() + "/api/x", rules_for(server, authority.pem()))) == Code::answer_too_large);
}

TEST_CASE("interim answers without an end are broken off") {
  std::string interim;
  for (int i = 0; i < 5000; ++i) interim += "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  Saying saying(interim);
  CHECK(code_of(saying.ask()) == Code::answer_too_large);
}

TEST_CASE("an answer that ends early is no answer") {
  const std::string bytes = GENERATE(as<std::string>(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                                     "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n");
  Saying saying(bytes);
  const auto result = saying.ask();
  CHECK(code_of(result) == Code::answer_not_valid);
  CHECK(result.error().retry == Retry::later);
  CHECK(result.error().what.find("cut off") != std::string::npos);
}

TEST_CASE("what is not HTTP is no answer") {
  const std::string bytes = GENERATE(
      as<std::string>(), "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nno length: cut off or not?",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nno colon in here\r\nContent-Length: 0\r\n\r\n");
  Saying saying(bytes);
  CHECK(code_of(saying.ask()) == Code::answer_not_valid);
}

TEST_CASE("a server that says nothing is given up") {
  Saying saying("");
  CHECK(code_of(saying.ask()) == Code::issuer_unreachable);
}

TEST_CASE("a drip is given up long before the total time") {
  const Authority authority;
  TlsServer server(authority.issue(), [](Peer& peer) {
    if (peer.read().head.empty()) return;
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 200 && peer.send("x"); ++i) std::this_thread::sleep_for(50ms);
  });
  Wire wire;
  HttpRules rules = rules_for(server, authority.pem());
  const auto begin = std::chrono::steady_clock::now();
  SECTION("by its speed") {
    rules.total_timeout = 4s;
    CHECK(code_of(wire.get(server.origin() + "/api/x", rules)) == Code::issuer_unreachable);
    CHECK(std::chrono::steady_clock::now() - begin < 3500ms);
  }
  SECTION("by the total time") {
    rules.total_timeout = 300ms;
    CHECK(code_of(wire.get(server.origin() + "/api/x", rules)) == Code::issuer_unreachable);
    CHECK(std::chrono::steady_clock::now() - begin < 1s);
  }
}
