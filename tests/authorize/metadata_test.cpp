// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/metadata.h"

#include <catch2/catch.hpp>

#include "tests/authorize/scripted_issuer.h"

namespace meisai::authorize {
namespace {

using scripted::World;

/// The metadata with one member changed (empty: left out).
Result<Metadata> with(const std::string& name, const std::string& value, IssuerProfile profile = scripted::profile()) {
  scripted::Issuer issuer;
  if (value.empty()) {
    issuer.metadata.erase(name);
  } else {
    issuer.metadata[name] = value;
  }
  std::string body;
  for (const auto& [key, text] : issuer.metadata) body += (body.empty() ? "{\"" : ",\"") + key + "\":" + text;
  const auto document = parse_json(body + "}");
  REQUIRE(document);
  return read_metadata(*document, profile);
}

Code code_of(const Result<Metadata>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

TEST_CASE("metadata that fits the profile is taken") {
  const auto metadata = with("x", "1");
  REQUIRE(metadata);
  CHECK(metadata->issuer == scripted::issuer_url);
  CHECK(metadata->token_endpoint == "https://auth.example/token");
  CHECK(metadata->answers_name_issuer);
  CHECK(with("pushed_authorization_request_endpoint", "")->pushed_endpoint.empty());
  CHECK(with("revocation_endpoint", "")->revocation_endpoint.empty());
  CHECK_FALSE(with("authorization_response_iss_parameter_supported", "")->answers_name_issuer);
  CHECK(with("grant_types_supported", ""));
  CHECK(with("token_endpoint", R"("https://api.example/token")"));
  CHECK(with("token_endpoint", R"("https://api.example:443/token")"));
}

TEST_CASE("the issuer is compared byte for byte") {
  for (const char* other : {R"("https://auth.example/")", R"("https://AUTH.example")", R"("https://evil.example")",
                            R"("https://auth.example:443")", R"("http://auth.example")", "\"\"", "7"}) {
    CAPTURE(other);
    CHECK(code_of(with("issuer", other)) == Code::answer_not_valid);
  }
  CHECK(code_of(with("issuer", "")) == Code::answer_not_valid);
}

TEST_CASE("an endpoint is https and on an origin of the profile") {
  for (const char* endpoint :
       {"authorization_endpoint", "token_endpoint", "pushed_authorization_request_endpoint", "revocation_endpoint"}) {
    for (const char* url :
         {"http://auth.example/x", "https://evil.example/x", "https://auth.example.evil.example/x",
          "https://auth.example@evil.example/x", "https://auth.example:8443/x", "https://auth.example./x",
          "https://AUTH.EXAMPLE/x", "//auth.example/x", "https:/auth.example/x", "https://auth.example/x#y",
          "https://auth.example\\\\@evil.example/x", "https://auth.example/a b", "https://127.0.0.1/x", "file:///x"}) {
      CAPTURE(endpoint, url);
      CHECK(code_of(with(endpoint, "\"" + std::string(url) + "\"")) == Code::insecure_url);
    }
    CHECK(code_of(with(endpoint, "7")) == Code::answer_not_valid);
  }
  CHECK(code_of(with("authorization_endpoint", "")) == Code::answer_not_valid);
  CHECK(code_of(with("token_endpoint", "")) == Code::answer_not_valid);
  CHECK_FALSE(with("token_endpoint", "7").error().what.empty());
}

TEST_CASE("what we need and the issuer lacks is named") {
  CHECK(code_of(with("code_challenge_methods_supported", "")) == Code::protocol_unsupported);
  CHECK(code_of(with("code_challenge_methods_supported", R"(["plain"])")) == Code::protocol_unsupported);
  CHECK(code_of(with("response_types_supported", R"(["token"])")) == Code::protocol_unsupported);
  CHECK(code_of(with("grant_types_supported", R"(["implicit"])")) == Code::protocol_unsupported);
  CHECK(code_of(with("grant_types_supported", R"(["authorization_code"])")) == Code::protocol_unsupported);
  CHECK(code_of(with("token_endpoint_auth_methods_supported", "")) == Code::protocol_unsupported);
  CHECK(code_of(with("token_endpoint_auth_methods_supported", R"(["client_secret_basic"])")) ==
        Code::protocol_unsupported);
  CHECK(code_of(with("token_endpoint_auth_signing_alg_values_supported", R"(["RS256"])")) ==
        Code::protocol_unsupported);
  CHECK(with("token_endpoint_auth_signing_alg_values_supported", R"(["PS256","ES256"])"));
  CHECK(code_of(with("require_signed_request_object", "true")) == Code::protocol_unsupported);
  scripted::Issuer issuer;
  IssuerProfile keeps_none = scripted::profile();
  keeps_none.consent.at_issuer = false;
  CHECK(with("grant_types_supported", R"(["authorization_code"])", keeps_none));
}

TEST_CASE("an issuer that offers bound tokens is not linked with unbound ones") {
  const auto dpop = with("dpop_signing_alg_values_supported", R"(["ES256"])");
  CHECK(code_of(dpop) == Code::protocol_unsupported);
  CHECK(dpop.error().what.find("DPoP") != std::string::npos);
  CHECK_FALSE(dpop.error().remedy.empty());
  CHECK(code_of(with("tls_client_certificate_bound_access_tokens", "true")) == Code::protocol_unsupported);
  CHECK(code_of(with("mtls_endpoint_aliases", R"({"token_endpoint":"https://auth.example/mtls"})")) ==
        Code::protocol_unsupported);
  CHECK(with("dpop_signing_alg_values_supported", "[]"));
  CHECK(with("tls_client_certificate_bound_access_tokens", "false"));
  CHECK(with("mtls_endpoint_aliases", "{}"));
  IssuerProfile unexplained = scripted::profile();
  unexplained.authorization.bearer_reason.clear();
  CHECK(code_of(with("x", "1", unexplained)) == Code::profile_not_valid);
}

TEST_CASE("metadata is asked for below the issuer, or where the profile says") {
  IssuerProfile profile = scripted::profile();
  CHECK(metadata_addresses(profile) ==
        std::vector<std::string>{"https://auth.example/.well-known/oauth-authorization-server",
                                 "https://auth.example/.well-known/openid-configuration"});
  profile.endpoints.authorization_server = "https://auth.example/tenant/7";
  CHECK(metadata_addresses(profile) ==
        std::vector<std::string>{"https://auth.example/.well-known/oauth-authorization-server/tenant/7",
                                 "https://auth.example/tenant/7/.well-known/openid-configuration"});
  profile.endpoints.metadata = "https://auth.example/meta";
  CHECK(metadata_addresses(profile) == std::vector<std::string>{"https://auth.example/meta"});
  profile.endpoints.metadata = "https://evil.example/meta";
  REQUIRE_FALSE(metadata_addresses(profile));
  CHECK(metadata_addresses(profile).error().code == Code::insecure_url);
}

TEST_CASE("without the one well-known address, the other is asked") {
  World world;
  int asked = 0;
  world.issuer.change["metadata"] = [&](const scripted::Seen&, HttpResponse answer) -> Result<HttpResponse> {
    if (++asked == 1) return scripted::json_answer(404, "{}");
    return answer;
  };
  CHECK(world.link());
  CHECK(asked == 2);
}

}  // namespace
}  // namespace meisai::authorize
