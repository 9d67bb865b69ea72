// SPDX-License-Identifier: Apache-2.0
//
// The loopback redirect: one good request of one path ends it, whatever else this machine's programs say to it.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <charconv>
#include <future>
#include <thread>
#include <vector>

#include "transport/loopback_listener.h"

using namespace meisai;
using namespace std::chrono_literals;

namespace {

/// A connection of somebody on this machine.
class Caller {
 public:
  explicit Caller(const std::string& uri, in_addr_t address = htonl(INADDR_LOOPBACK))
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const std::size_t colon = uri.rfind(':');
    std::uint16_t port = 0;
    std::from_chars(uri.data() + colon + 1, uri.data() + uri.size(), port);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = address;
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { ::close(fd_); }
  [[nodiscard]] bool connected() const { return connected_; }
  void say(std::string_view text) const { static_cast<void>(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL)); }
  /// Everything until the other side closes.
  [[nodiscard]] std::string hear() const {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t count = 0; (count = ::recv(fd_, piece.data(), piece.size(), 0)) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(count));
    return text;
  }

 private:
  int fd_;
  bool connected_ = false;
};

struct Listening {
  Listening() {
    auto made = make_user_agent([](const std::string&) { return Result<void>(); })->listen();
    REQUIRE(made);
    listener = std::move(*made);
    uri = listener->redirect_uri();
    host = uri.substr(7, uri.rfind('/') - 7);
    result = std::async(std::launch::async, [this] { return listener->wait(20s, [this] { return !stop; }); });
  }
  [[nodiscard]] std::string call(const std::string& request) const {
    const Caller caller(uri);
    REQUIRE(caller.connected());
    caller.say(request);
    return caller.hear();
  }
  [[nodiscard]] std::string good(const std::string& query) const {
    return "GET /callback?" + query + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: */*\r\n\r\n";
  }
  [[nodiscard]] bool still_waits() const { return result.wait_for(50ms) == std::future_status::timeout; }
  std::unique_ptr<RedirectListener> listener;
  std::string uri, host;
  std::atomic<bool> stop = false;
  std::future<Result<Secret>> result;
};

}  // namespace

TEST_CASE("the redirect is taken, answered in two languages, and the listener is gone") {
  Listening listening;
  CHECK_THAT(listening.uri, Catch::Matches("http://127\\.0\\.0\\.1:[0-9]+/callback"));
  const std::string answer = listening.call(listening.good("code=a%20b&state=xyz&iss=https%3A%2F%2Fissuer.example"));
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  for (const char* part :
       {"Cache-Control: no-store", "Referrer-Policy: no-referrer", "Content-Security-Policy: default-src 'none'",
        "charset=utf-8", "この画面を閉じて", "close this window"})
    CHECK_THAT(answer, Catch::Contains(part));
  CHECK_THAT(answer, !Catch::Contains("xyz"));
  const auto query = listening.result.get();
  REQUIRE(query);
  CHECK(query->reveal_text() == "code=a%20b&state=xyz&iss=https%3A%2F%2Fissuer.example");
  CHECK_FALSE(Caller(listening.uri).connected());
  const auto again = listening.listener->wait(1s, [] { return true; });
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::authorization_failed);
}

TEST_CASE("what is not the redirect is refused and does not end the waiting") {
  Listening listening;
  const std::string host = "Host: " + listening.host + "\r\n";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"GET /favicon.ico HTTP/1.1\r\n" + host + "\r\n", "404"},
      {"GET /callback/x?code=a HTTP/1.1\r\n" + host + "\r\n", "404"},
      {"GET /?code=a HTTP/1.1\r\n" + host + "\r\n", "404"},
      {"GET http://" + listening.host + "/callback?code=a HTTP/1.1\r\n" + host + "\r\n", "404"},
      {"POST /callback?code=a HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", "405"},
      {"HEAD /callback?code=a HTTP/1.1\r\n" + host + "\r\n", "405"},
      {"GET /callback HTTP/1.1\r\n" + host + "\r\n", "400"},
      {"GET /callback?code=a HTTP/1.1\r\n\r\n", "400"},
      {"GET /callback?code=a HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400"},
      {"GET /callback?code=a HTTP/1.1\r\nHost: localhost:80\r\n\r\n", "400"},
      {"GET /callback?code=a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "400"},
      {"GET /callback?code=a HTTP/1.1\r\n" + host + host + "\r\n", "400"},
      {"GET /callback?code=a HTTP/2.0\r\n" + host + "\r\n", "400"},
      {"GET /callback?code=a\r\n" + host + "\r\n", "400"},
      {"GET /callback?code=a b HTTP/1.1\r\n" + host + "\r\n", "400"},
      {"nonsense\r\n\r\n", "400"},
      {"\r\n\r\n", "400"},
      {std::string("GET /callback?code=\0a HTTP/1.1\r\n", 33) + host + "\r\n", "400"},
      {std::string(17U * 1024, 'x'), "400"},
  };
  for (const auto& [request, status] : wrong) {
    INFO(request.substr(0, 60));
    const std::string answer = listening.call(request);
    // What is too large may be answered by a reset: it was not all read.
    if (request.size() < 16U * 1024) CHECK(answer.starts_with("HTTP/1.1 " + status));
  }
  CHECK(listening.still_waits());
  CHECK(listening.call(listening.good("code=right")).starts_with("HTTP/1.1 200"));
  const auto query = listening.result.get();
  REQUIRE(query);
  CHECK(query->reveal_text() == "code=right");
}

TEST_CASE("those who say nothing do not keep the browser waiting") {
  Listening listening;
  std::vector<std::unique_ptr<Caller>> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(std::make_unique<Caller>(listening.uri));
  silent[39]->say("GET /call");
  const auto begin = std::chrono::steady_clock::now();
  const Caller browser(listening.uri);
  const std::string request = listening.good("code=a");
  for (const std::size_t cut : {std::size_t{5}, std::size_t{30}}) {  // and it may speak in pieces
    browser.say(std::string_view(request).substr(cut == 5 ? 0 : 5, cut == 5 ? 5 : 25));
    std::this_thread::sleep_for(20ms);
  }
  browser.say(std::string_view(request).substr(30));
  CHECK(browser.hear().starts_with("HTTP/1.1 200"));
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
  CHECK(listening.result.get());
}

TEST_CASE("a program that keeps on disturbing ends it") {
  Listening listening;
  for (int i = 0; i < 200 && listening.result.wait_for(0s) == std::future_status::timeout; ++i) {
    const Caller caller(listening.uri);
    caller.say("GET /x HTTP/1.1\r\n\r\n");
    static_cast<void>(caller.hear());
  }
  const auto result = listening.result.get();
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::authorization_failed);
}

TEST_CASE("waiting ends when it is told to, and when nobody comes") {
  Listening listening;
  const auto begin = std::chrono::steady_clock::now();
  listening.stop = true;
  const auto stopped = listening.result.get();
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == Code::interrupted);
  CHECK(std::chrono::steady_clock::now() - begin < 400ms);
  const auto nobody = listening.listener->wait(150ms, [] { return true; });
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == Code::authorization_failed);
}

TEST_CASE("nobody comes in by another interface") {
  Listening listening;
  ifaddrs* interfaces = nullptr;
  REQUIRE(::getifaddrs(&interfaces) == 0);
  for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET || (each->ifa_flags & IFF_LOOPBACK) != 0)
      continue;
    const in_addr_t address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr.s_addr;
    CHECK_FALSE(Caller(listening.uri, address).connected());
  }
  ::freeifaddrs(interfaces);
  CHECK_FALSE(Caller(listening.uri, htonl(INADDR_LOOPBACK + 1)).connected());
  listening.stop = true;
}

TEST_CASE("the user agent opens by what it was given") {
  std::string opened;
  const auto agent = make_user_agent([&](const std::string& url) -> Result<void> {
    opened = url;
    return fail(Code::io_error, "no browser");
  });
  const auto result = agent->open("https://issuer.example/auth");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::io_error);
  CHECK(opened == "https://issuer.example/auth");
}
