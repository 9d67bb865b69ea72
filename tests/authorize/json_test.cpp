// SPDX-License-Identifier: Apache-2.0
//
// The small readers that meet what strangers send: JSON, forms, base64url, token answers.
#include "engine/authorize/json.h"

#include <rapidcheck.h>

#include <array>
#include <catch2/catch.hpp>

#include "engine/authorize/base64url.h"
#include "engine/authorize/form.h"
#include "engine/authorize/token_answer.h"
#include "tests/authorize/scripted_issuer.h"

namespace meisai::authorize {
namespace {

using scripted::json_answer;

TEST_CASE("a JSON document is read strictly") {
  const auto good = parse_json(R"({"a":"x","b":[1,"2",{"c":true}],"n":12345678901,"f":1.5,"z":null})");
  REQUIRE(good);
  CHECK(good->text_of("a") == "x");
  CHECK(good->integer_of("n") == 12345678901);
  CHECK(good->find("b")->items[2].is_true("c"));
  CHECK_FALSE(good->integer_of("f"));
  CHECK_FALSE(good->text_of("n"));

  using namespace std::string_view_literals;
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const std::string long_list = R"({"a":[)" + std::string(20'000, '1') + "]}";
  std::string many = R"({"a":[1)";
  for (int i = 0; i < 9000; ++i) many += ",1";
  many += "]}";
  CHECK_FALSE(parse_json(long_list));
  for (const std::string_view bad :
       {""sv, "[]"sv, "1"sv, "{"sv, "{}{}"sv, "{} x"sv, "{\"a\":1}\0{}"sv, "\xEF\xBB\xBF{}"sv, R"({"a":1,"a":2})"sv,
        R"({"o":{"a":1,"\u0061":2}})"sv, "{\"a\":\"\xC0\xAF\"}"sv, "{\"a\":\"\xED\xA0\x80\"}"sv, R"({"a":01})"sv,
        R"({"a":"\ud800"})"sv, R"({'a':1})"sv, R"({"a":NaN})"sv, R"({"a":1,})"sv, R"({/* */"a":1})"sv}) {
    CAPTURE(bad);
    const auto read = parse_json(bad);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::answer_not_valid);
  }
  CHECK_FALSE(parse_json("{\"a\":" + deep + "}"));
  CHECK_FALSE(parse_json(many));
  CHECK_FALSE(parse_json("{\"a\":\"" + std::string(300 * 1024, 'x') + "\"}"));
}

TEST_CASE("the body of an answer must say that it is JSON") {
  HttpResponse answer = json_answer(200, "{}");
  CHECK(parse_json_answer(answer, "it"));
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON", "application/problem+json"}) {
    answer.headers = {{"content-type", type}};
    CHECK(parse_json_answer(answer, "it"));
  }
  for (const char* type : {"", "text/html", "text/json", "application/jsonx", "application/jwt"}) {
    answer.headers = {{"content-type", type}};
    CHECK_FALSE(parse_json_answer(answer, "it"));
  }
}

TEST_CASE("what json_quoted writes, parse_json reads") {
  CHECK(rc::check("round trip", [](const std::string& raw) {
    std::string text;
    for (const char c : raw) text.push_back(static_cast<char>(c & 0x7f));
    std::erase(text, '\0');
    const auto read = parse_json("{\"a\":" + json_quoted(text) + "}");
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->text_of("a") == text);
  }));
}

TEST_CASE("base64url has one spelling for each value") {
  CHECK(rc::check("round trip", [](const std::vector<std::uint8_t>& bytes) {
    const auto view = std::as_bytes(std::span(bytes));
    const auto back = from_base64url(base64url(view));
    RC_ASSERT(back && std::ranges::equal(*back, view));
  }));
  CHECK(rc::check("whatever is read is written again as it was", [] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= ")));
    const auto bytes = from_base64url(text);
    if (bytes) RC_ASSERT(base64url(*bytes) == text);
  }));
  for (const char* bad : {"A", "AA=", "AA==", "AB", "AAB", "A+A/", "AA A", "AAAA\n"}) CHECK_FALSE(from_base64url(bad));
}

TEST_CASE("forms come back as they went") {
  CHECK(rc::check("round trip", [](const std::string& value) {
    Form form;
    form.add("a b", value).add("c", "d");
    const auto read = read_query(form.text());
    RC_ASSERT(read && read->size() == 2U);
    RC_ASSERT(read->at(0).first == "a b");
    RC_ASSERT(read->at(0).second.reveal_text() == value);
  }));
  for (const char* bad : {"a=1&a=2", "a=%", "a=%4", "a=%4g", "a=1&%61=2"}) CHECK_FALSE(read_query(bad));
  CHECK_FALSE(read_query("a=" + std::string(20'000, 'x')));
  Form form;
  form.add("x", "1");
  CHECK(with_query("https://a.example/auth", form) == "https://a.example/auth?x=1");
  CHECK(with_query("https://a.example/auth?y=2", form) == "https://a.example/auth?y=2&x=1");
}

TEST_CASE("a token answer is granted, refused, untouched or unknown") {
  const auto outcome = [](int status, const std::string& body) {
    return read_token_answer(json_answer(status, body), Instant{}).outcome;
  };
  CHECK(outcome(200, R"({"access_token":"a","token_type":"Bearer"})") == TokenOutcome::granted);
  CHECK(outcome(400, R"({"error":"invalid_grant"})") == TokenOutcome::refused);
  CHECK(outcome(400, R"({"error":"invalid_client"})") == TokenOutcome::untouched);
  CHECK(outcome(401, R"({"error":"invalid_client"})") == TokenOutcome::untouched);
  CHECK(outcome(429, "") == TokenOutcome::untouched);
  CHECK(outcome(503, R"({"error":"temporarily_unavailable"})") == TokenOutcome::untouched);
  CHECK(outcome(500, R"({"error":"server_error"})") == TokenOutcome::unknown);
  CHECK(outcome(500, R"({"error":"invalid_grant"})") == TokenOutcome::unknown);
  CHECK(outcome(502, "<html>") == TokenOutcome::unknown);
  CHECK(outcome(404, "not here") == TokenOutcome::unknown);
  CHECK(outcome(400, R"({"error":"something of their own"})") == TokenOutcome::unknown);
  CHECK(outcome(200, "{") == TokenOutcome::unknown);
  CHECK(outcome(204, "") == TokenOutcome::unknown);
  CHECK(outcome(302, "") == TokenOutcome::unknown);
}

TEST_CASE("a granted answer says why it cannot be used, and keeps what has to be revoked") {
  const auto read = [](const std::string& body) { return read_token_answer(json_answer(200, body), Instant{}).answer; };
  const TokenAnswer good = read(
      R"({"access_token":"a.b-c~d+e/f==","refresh_token":"r","token_type":"bEaReR","expires_in":60,"scope":"a b a"})");
  CHECK_FALSE(good.unusable);
  CHECK(good.life == std::chrono::seconds(60));
  CHECK(good.scopes == std::vector<std::string>{"a", "b"});
  CHECK(read(R"({"access_token":"a","token_type":"Bearer","expires_in":"60"})").life == std::chrono::seconds(60));
  CHECK_FALSE(read(R"({"access_token":"a","token_type":"Bearer"})").life);
  for (const char* body : {R"({"access_token":"a","refresh_token":"r"})",
                           R"({"access_token":"a","refresh_token":"r","token_type":"DPoP"})",
                           R"({"access_token":"a b","refresh_token":"r","token_type":"Bearer"})",
                           R"({"access_token":"a\r\nX: y","refresh_token":"r","token_type":"Bearer"})",
                           R"({"access_token":"","refresh_token":"r","token_type":"Bearer"})",
                           R"({"access_token":7,"refresh_token":"r","token_type":"Bearer"})",
                           R"({"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":-1})",
                           R"({"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":"soon"})",
                           R"({"access_token":"a","refresh_token":"r","token_type":"Bearer","scope":"a\"b"})",
                           R"({"access_token":"a","refresh_token":"r","token_type":"Bearer","scope":["a"]})"}) {
    CAPTURE(body);
    const TokenAnswer answer = read(body);
    CHECK(answer.unusable);
    CHECK(answer.refresh.reveal_text() == "r");
  }
}

TEST_CASE("an issuer that says when to come again is heard, within bounds") {
  const Instant now{std::chrono::seconds(1000)};
  HttpResponse answer = json_answer(429, "{}");
  answer.headers.emplace_back("retry-after", "30");
  CHECK(issuer_error(answer, now, "it").next_allowed_at == now + std::chrono::seconds(30));
  CHECK(issuer_error(answer, now, "it").code == Code::rate_limited);
  answer.headers.back().second = "99999999";
  CHECK(issuer_error(answer, now, "it").next_allowed_at == now + std::chrono::hours(24));
  answer.headers.back().second = "Thu, 01 Jan 1970 00:20:00 GMT";
  CHECK(issuer_error(answer, now, "it").next_allowed_at == Instant(std::chrono::seconds(1200)));
  answer.headers.back().second = "-5";
  CHECK_FALSE(issuer_error(answer, now, "it").next_allowed_at);
  const Error quiet = issuer_error(json_answer(400, R"({"error":"secret-looking text"})"), now, "it");
  CHECK(quiet.what.find("secret-looking") == std::string::npos);
}

}  // namespace
}  // namespace meisai::authorize
