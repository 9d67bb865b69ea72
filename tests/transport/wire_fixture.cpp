// SPDX-License-Identifier: Apache-2.0
//
// The gate is the product's; only what it stands on is replaced.
#include "tests/transport/wire_fixture.h"

#include <catch2/catch.hpp>
#include <utility>

#include "transport/curl_transport.h"

namespace meisai::test {
namespace {

struct Hold final : Admission::Hold {
  explicit Hold(std::atomic<int>& count) : held(count) { ++held; }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() override { --held; }
  std::atomic<int>& held;
};
struct NoHold final : Admission::Hold {};

}  // namespace

Crossing WireGate::cross() {
  auto permit = gate_.ask<Request>({.issuer = IssuerId("test_card")});
  REQUIRE(permit);
  auto crossing = std::move(*permit).cross();
  REQUIRE(crossing);
  return std::move(*crossing);
}

void WireGate::close() {
  const std::lock_guard guard(mutex_);
  now_.incidents.push_back({.id = IncidentId("i1"), .scope = CutoffScope::all, .reason = "test"});
}

void WireGate::open_again() {
  const std::lock_guard guard(mutex_);
  now_.incidents.clear();
}

Result<Facts> WireGate::facts() {
  const std::lock_guard guard(mutex_);
  return now_;
}

Result<std::unique_ptr<Admission::Hold>> WireGate::share(std::chrono::milliseconds) {
  return std::make_unique<NoHold>();
}
Result<std::unique_ptr<Admission::Hold>> WireGate::exclude(std::chrono::milliseconds) {
  return std::make_unique<NoHold>();
}
Result<std::unique_ptr<Admission::Hold>> WireGate::enter(const IssuerId&, const ConnectionId&) {
  return std::make_unique<Hold>(held_);
}

HttpRules rules_for(const TlsServer& server, const std::string& ca_pem) {
  HttpRules rules;
  rules.issuer = "test_card";
  rules.pool = "test_card";
  rules.sandbox = true;
  rules.ca_pem = ca_pem;
  rules.total_timeout = std::chrono::seconds(10);
  for (const HttpMethod method : {HttpMethod::get, HttpMethod::post})
    rules.paths.push_back({.method = method, .prefix = server.origin() + "/api/", .exact = false});
  return rules;
}

Wire::Wire() : transport(make_curl_transport()) {}

Result<HttpResponse> Wire::fetch(HttpRequest request, const HttpRules& rules) {
  MEISAI_ASSIGN(const auto ticket, transport->begin(std::move(request), rules, gate.cross()));
  auto ended = transport->wait(std::chrono::seconds(20));
  REQUIRE(ended.size() == 1);
  REQUIRE(ended[0].ticket == ticket);
  CHECK(gate.held() == 0);
  return std::move(ended[0].result);
}

Result<HttpResponse> Wire::get(const std::string& url, const HttpRules& rules) {
  return fetch(get_request(url), rules);
}

HttpRequest get_request(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  return request;
}

HttpRequest post_request(std::string url, std::string_view body) {
  HttpRequest request;
  request.method = HttpMethod::post;
  request.url = std::move(url);
  request.body = Secret(body);
  request.content_type = "application/x-www-form-urlencoded";
  return request;
}

Code code_of(const Result<HttpResponse>& result) {
  REQUIRE_FALSE(result);
  INFO(result.error().what);
  CHECK(result.error().where.issuer == "test_card");
  return result.error().code;
}

std::string body_of(const Result<HttpResponse>& result) {
  INFO((result ? "" : result.error().what));
  REQUIRE(result);
  return std::string(result->body.reveal_text());
}

}  // namespace meisai::test
