// SPDX-License-Identifier: Apache-2.0
//
// The end of a transfer whose crossing closes: soon, and without another byte on the wire, not even TLS's own
// good-bye. The server counts what arrives below TLS.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <condition_variable>

#include "tests/transport/wire_fixture.h"
#include "transport/curl_transport.h"

using namespace meisai;
using namespace meisai::test;
using namespace std::chrono_literals;

namespace {

/// A server that takes a request, leaves it unanswered, and counts what follows it.
class Waiting {
 public:
  Waiting()
      : server_(authority_.issue(), [this](Peer& peer) {
          if (peer.read().head.empty()) return;
          if (const std::string words = first_words(); !words.empty()) peer.send(words);
          ++asked_;
          const std::size_t more = peer.raw_bytes_until_end();
          const std::lock_guard guard(mutex_);
          more_.push_back(more);
          counted_.notify_all();
        }) {}
  void say_first(std::string words) {
    const std::lock_guard guard(mutex_);
    first_words_ = std::move(words);
  }
  /// Begins a request and moves bytes until the server has it.
  HttpTransport::Ticket ask(Wire& wire) {
    const int before = asked_;
    const auto ticket = wire.transport->begin(get_request(server_.origin() + "/api/x"), rules(), wire.gate.cross());
    REQUIRE(ticket);
    while (asked_ == before) REQUIRE(wire.transport->wait(1ms).empty());
    for (int i = 0; i < 5; ++i) REQUIRE(wire.transport->wait(1ms).empty());  // whatever was said first is taken in
    return *ticket;
  }
  /// Bytes after the request, for each connection that is over, once there are so many.
  std::vector<std::size_t> counts(std::size_t connections) {
    std::unique_lock lock(mutex_);
    REQUIRE(counted_.wait_for(lock, 3s, [&] { return more_.size() >= connections; }));
    return more_;
  }
  [[nodiscard]] HttpRules rules() const { return rules_for(server_, authority_.pem()); }

 private:
  [[nodiscard]] std::string first_words() {
    const std::lock_guard guard(mutex_);
    return first_words_;
  }

  Authority authority_;
  std::string first_words_;
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::condition_variable counted_;
  std::vector<std::size_t> more_;
  TlsServer server_;
};

const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe first half";

}  // namespace

TEST_CASE("a crossing that closes ends its transfer within 100 ms, without a byte more") {
  Waiting waiting;
  if (GENERATE(true, false)) waiting.say_first(half);
  Wire wire;
  const auto ticket = waiting.ask(wire);
  CHECK(wire.gate.held() == 1);
  const auto closed = std::chrono::steady_clock::now();
  wire.gate.close();
  const auto ended = wire.transport->wait(5s);
  CHECK(std::chrono::steady_clock::now() - closed < 100ms);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].ticket == ticket);
  REQUIRE_FALSE(ended[0].result);
  CHECK(ended[0].result.error().code == Code::cutoff_all);
  CHECK(wire.gate.held() == 0);
  CHECK(waiting.counts(1) == std::vector<std::size_t>{0});
}

TEST_CASE("the count would show a good-bye") {
  Waiting waiting;
  waiting.say_first("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  Wire wire;
  CHECK(body_of(wire.get(waiting.rules().paths[0].prefix, waiting.rules())).empty());
  CHECK(waiting.counts(1).at(0) > 0);
}

TEST_CASE("an abandoned transfer sends nothing more and is never heard of again") {
  Waiting waiting;
  Wire wire;
  const auto first = waiting.ask(wire);
  const auto second = waiting.ask(wire);
  wire.transport->abandon(first);
  CHECK(wire.gate.held() == 1);
  wire.transport->abandon(first);
  wire.transport->abandon(999);
  wire.transport->abandon(second);
  CHECK(wire.gate.held() == 0);
  CHECK(wire.transport->wait(50ms).empty());
  CHECK(waiting.counts(2) == std::vector<std::size_t>{0, 0});
}

TEST_CASE("a transport that goes away sends nothing more, on busy connections and on idle ones") {
  Waiting waiting;
  std::size_t after_answer = 1;
  const Authority authority;
  {
    TlsServer idle(authority.issue(), [&](Peer& peer) {
      static_cast<void>(peer.read());
      peer.answer("kept");
      after_answer = peer.raw_bytes_until_end();
    });
    Wire wire;
    CHECK(body_of(wire.get(idle.origin() + "/api/x", rules_for(idle, authority.pem()))) == "kept");
    waiting.ask(wire);
    wire.transport.reset();
    CHECK(wire.gate.held() == 0);
  }
  CHECK(waiting.counts(1) == std::vector<std::size_t>{0});
  CHECK(after_answer == 0);
}

TEST_CASE("a closed crossing lets nothing begin") {
  const Authority authority;
  TlsServer server(authority.issue(), [](Peer&) {});
  Wire wire;
  REQUIRE(wire.transport->begin(get_request(server.origin() + "/api/x"), rules_for(server, authority.pem()),
                                wire.gate.cross()));
  wire.gate.close();
  const auto ended = wire.transport->wait(5s);
  REQUIRE(ended.size() == 1);
  CHECK_FALSE(ended[0].result);
  CHECK(server.connections() == 0);
}

TEST_CASE("an answer that is whole when the crossing closes is thrown away all the same") {
  const Authority authority;
  Wire wire;
  std::size_t after = 1;
  std::atomic<bool> answered = false;
  {
    TlsServer server(authority.issue(), [&](Peer& peer) {
      static_cast<void>(peer.read());
      wire.gate.close();
      peer.answer("too late");
      answered = true;
      after = peer.raw_bytes_until_end();
    });
    const auto result = wire.get(server.origin() + "/api/x", rules_for(server, authority.pem()));
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::cutoff_all);
    wire.transport.reset();
  }
  CHECK(answered);
  CHECK(after == 0);
}

TEST_CASE("a body that is being sent stops where it is") {
  const Authority authority;
  std::atomic<Peer*> at_server = nullptr;
  std::atomic<bool> done = false;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    at_server = &peer;
    while (!done) std::this_thread::sleep_for(1ms);
  });
  Wire wire;
  REQUIRE(wire.transport->begin(post_request(server.origin() + "/api/x", std::string(std::size_t{32} << 20U, 'x')),
                                rules_for(server, authority.pem()), wire.gate.cross()));
  while (at_server == nullptr || at_server.load()->unread() < 100'000) REQUIRE(wire.transport->wait(5ms).empty());
  wire.gate.close();
  REQUIRE(wire.transport->wait(5s).size() == 1);
  const std::size_t then = at_server.load()->unread();
  std::this_thread::sleep_for(200ms);
  CHECK(at_server.load()->unread() == then);
  done = true;
}

TEST_CASE("one crossing that closes leaves the transfers of others alone") {
  const Authority authority;
  Waiting waiting;
  TlsServer slow(authority.issue(), [](Peer& peer) {
    static_cast<void>(peer.read());
    std::this_thread::sleep_for(300ms);
    peer.answer("fine");
  });
  Wire wire;
  WireGate other;
  waiting.ask(wire);
  const auto kept =
      wire.transport->begin(get_request(slow.origin() + "/api/x"), rules_for(slow, authority.pem()), other.cross());
  REQUIRE(kept);
  wire.gate.close();
  const auto refused = wire.transport->wait(5s);
  REQUIRE(refused.size() == 1);
  CHECK_FALSE(refused[0].result);
  const auto ended = wire.transport->wait(5s);
  REQUIRE(ended.size() == 1);
  CHECK(body_of(ended[0].result) == "fine");
}

TEST_CASE("at whatever moment the crossing closes, nothing follows") {
  // The server answers and goes on reading; a thread closes the crossing at some point of connect, handshake,
  // request, answer. What is unread when the crossing is gone is all there will ever be.
  const Authority authority;
  std::atomic<Peer*> at_server = nullptr;
  std::atomic<bool> leave = false;
  TlsServer server(authority.issue(), [&](Peer& peer) {
    at_server = &peer;
    while (!leave) std::this_thread::sleep_for(100us);
    at_server = nullptr;
  });
  int refused = 0;
  for (int round = 0; round < 100; ++round) {
    Wire wire;
    leave = false;
    const auto ticket = wire.transport->begin(get_request(server.origin() + "/api/x"),
                                              rules_for(server, authority.pem()), wire.gate.cross());
    REQUIRE(ticket);
    std::thread closer([&] {
      std::this_thread::sleep_for(50us * round);
      wire.gate.close();
    });
    const auto ended = wire.transport->wait(5s);
    closer.join();
    REQUIRE(ended.size() == 1);
    CHECK_FALSE(ended[0].result);
    ++refused;
    std::this_thread::sleep_for(1ms);
    if (const Peer* peer = at_server) {
      const std::size_t then = peer->unread();
      wire.transport.reset();
      std::this_thread::sleep_for(3ms);
      CHECK(peer->unread() == then);
    }
    leave = true;
    while (at_server != nullptr) std::this_thread::sleep_for(100us);
  }
  CHECK(refused == 100);
}

TEST_CASE("nothing is left open after many transfers that were broken off") {
  const auto descriptors = [] {
    int open = 0;
    for (int fd = 0; fd < 1024; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return open;
  };
  const int before = descriptors();
  {
    Waiting waiting;
    Wire wire;
    for (int i = 0; i < 20; ++i) wire.transport->abandon(waiting.ask(wire));
    waiting.counts(20);
  }
  CHECK(descriptors() == before);
}
