// SPDX-License-Identifier: Apache-2.0
//
// Which addresses a request may name. Nothing listens anywhere in here: the decision is made on the text.
#include <catch2/catch.hpp>
#include <string>

#include "transport/url_rules.h"

using namespace meisai;

namespace {

HttpRules rules(bool sandbox = false) {
  HttpRules made;
  made.issuer = "test_card";
  made.sandbox = sandbox;
  made.paths = {
      {.method = HttpMethod::get, .prefix = "https://api.example/aisp/", .exact = false},
      {.method = HttpMethod::get, .prefix = "https://api.example/accounts", .exact = false},
      {.method = HttpMethod::post, .prefix = "https://api.example/token", .exact = true},
      {.method = HttpMethod::delete_, .prefix = "https://api.example/aisp/consents", .exact = false},
      {.method = HttpMethod::get, .prefix = "https://api.example:8443/other/", .exact = false},
      {.method = HttpMethod::get, .prefix = "https://xn--fsq.example/", .exact = false},
      {.method = HttpMethod::get, .prefix = "https://127.0.0.1:9443/", .exact = false},
      {.method = HttpMethod::get, .prefix = "https://[::1]:9443/", .exact = false},
  };
  return made;
}

/// The code of the refusal, or nothing.
std::string refusal(HttpMethod method, const std::string& url, bool sandbox = false) {
  const auto result = transport::check_url(method, url, rules(sandbox));
  if (result) return "";
  CHECK(result.error().what.find("api.example") == std::string::npos);
  return std::string(name_of(result.error().code));
}

}  // namespace

TEST_CASE("what the profile names is allowed") {
  const std::string url =
      GENERATE(as<std::string>(), "https://api.example/aisp/accounts", "https://api.example:443/aisp/accounts",
               "https://api.example/aisp/", "https://api.example/aisp/a?next=%2F..%2Fb&c=/../d",
               "https://api.example/accounts", "https://api.example/accounts/1", "https://api.example/accounts?page=2",
               "https://api.example/aisp/caf%C3%A9", "https://api.example:8443/other/x", "https://xn--fsq.example/a");
  INFO(url);
  CHECK(refusal(HttpMethod::get, url).empty());
}

TEST_CASE("a verb is allowed by path") {
  CHECK(refusal(HttpMethod::post, "https://api.example/token").empty());
  CHECK(refusal(HttpMethod::get, "https://api.example/token") == "write_refused");
  CHECK(refusal(HttpMethod::post, "https://api.example/token/") == "write_refused");
  CHECK(refusal(HttpMethod::post, "https://api.example/token/x") == "write_refused");
  CHECK(refusal(HttpMethod::post, "https://api.example/aisp/accounts") == "write_refused");
  CHECK(refusal(HttpMethod::delete_, "https://api.example/aisp/accounts") == "write_refused");
  CHECK(refusal(HttpMethod::delete_, "https://api.example/aisp/consents/1").empty());
  CHECK(refusal(HttpMethod::delete_, "https://api.example/aisp/consentsX") == "write_refused");
  CHECK(refusal(HttpMethod::get, "https://api.example/accountsX") == "write_refused");
  CHECK(refusal(HttpMethod::get, "https://api.example/") == "write_refused");
  CHECK(refusal(HttpMethod::get, "https://api.example") == "write_refused");
  CHECK(refusal(HttpMethod::get, "https://api.example/aisp") == "write_refused");
}

TEST_CASE("another origin is refused") {
  const std::string url = GENERATE(
      as<std::string>(), "https://evil.example/aisp/a", "https://api.example.evil.example/aisp/a",
      "https://api.example:8444/aisp/a", "https://api.example:80/aisp/a", "https://sub.api.example/aisp/a",
      "https://example/aisp/a", "https://apiXexample/aisp/a", "https://8.8.8.8/aisp/a", "https://xn--fsr.example/a");
  INFO(url);
  CHECK(refusal(HttpMethod::get, url) == "insecure_url");
}

TEST_CASE("what can be read in two ways is refused") {
  const std::string url =
      GENERATE(as<std::string>(), "", "api.example/aisp/a", "//api.example/aisp/a", "http://api.example/aisp/a",
               "HTTPS://api.example/aisp/a", "ftp://api.example/aisp/a", "file:///etc/passwd",
               "https:api.example/aisp/a", "https:///api.example/aisp/a", "https://API.example/aisp/a",
               "https://api.example./aisp/a", "https://.api.example/aisp/a", "https://api..example/aisp/a",
               "https://user@api.example/aisp/a", "https://user:pass@api.example/aisp/a", "https://@api.example/aisp/a",
               "https://api.example@evil.example/aisp/a", "https://evil.example#@api.example/aisp/a",
               "https://evil.example\\@api.example/aisp/a", "https://api.example\\.evil.example/aisp/a",
               "https://api.ex%61mple/aisp/a", "https://api.example:/aisp/a", "https://api.example:0/aisp/a",
               "https://api.example:0443/aisp/a", "https://api.example:65979/aisp/a", "https://api.example:443x/aisp/a",
               "https://api.example:+443/aisp/a", "https://api.example?/aisp/a", "https://api.example/aisp/a#fragment",
               "https://api.example/aisp/../token", "https://api.example/aisp/./a", "https://api.example/aisp/..",
               "https://api.example/aisp/a/%2e%2e/b", "https://api.example/aisp/%2E./b", "https://api.example/aisp%2fa",
               "https://api.example/aisp/a%5Cb", "https://api.example/aisp//a", "https://api.example//aisp/a",
               "https://api.example/aisp/%00", "https://api.example/aisp/%0d%0aX:%20y", "https://api.example/aisp/a%",
               "https://api.example/aisp/a%2", "https://api.example/aisp/a%zz", "https://api.example/aisp/%252e%252e/a",
               "https://api.example/aisp/a b", "https://api.example/aisp/a\tb", "https://api.example/aisp/a\r\nX: y",
               " https://api.example/aisp/a", "https://api.example/aisp/a ", "https://\xe4\xbe\x8b.example/a",
               "https://api\xe3\x80\x82"
               "example/aisp/a",
               "https://api.example/aisp/\xff");
  INFO(url);
  CHECK(refusal(HttpMethod::get, url) == "insecure_url");
  CHECK(refusal(HttpMethod::get, url, true) == "insecure_url");
}

TEST_CASE("an IP address is taken in a sandbox, and in one notation") {
  CHECK(refusal(HttpMethod::get, "https://127.0.0.1:9443/a", true).empty());
  CHECK(refusal(HttpMethod::get, "https://[::1]:9443/a", true).empty());
  CHECK(refusal(HttpMethod::get, "https://127.0.0.1:9443/a") == "insecure_url");
  CHECK(refusal(HttpMethod::get, "https://[::1]:9443/a") == "insecure_url");
  const std::string host =
      GENERATE(as<std::string>(), "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.01",
               "127.0.0.256", "127.0.0.1.", "[0:0:0:0:0:0:0:1]", "[::0001]", "[::ffff:127.0.0.1]", "[::1", "::1",
               "[::1%25lo]", "[]", "1.2.3.4.5", "example.0x1");
  INFO(host);
  CHECK(refusal(HttpMethod::get, "https://" + host + ":9443/a", true) == "insecure_url");
}

TEST_CASE("a rule that is no address allows nothing") {
  HttpRules broken = rules();
  for (const char* prefix : {"http://api.example/", "https://api.example/a?b", "https://API.example/", ""}) {
    broken.paths = {{.method = HttpMethod::get, .prefix = prefix, .exact = false}};
    const auto result = transport::check_url(HttpMethod::get, "https://api.example/a", broken);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::profile_not_valid);
  }
}

TEST_CASE("names of verbs") {
  CHECK(name_of(HttpMethod::get) == "GET");
  CHECK(name_of(HttpMethod::post) == "POST");
  CHECK(name_of(HttpMethod::delete_) == "DELETE");
}
