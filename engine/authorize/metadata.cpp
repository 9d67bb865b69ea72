// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/metadata.h"

#include <algorithm>
#include <array>

namespace meisai::authorize {
namespace {

constexpr std::string_view https = "https://";

Where at(const IssuerProfile& profile) { return {.issuer = profile.id.text()}; }

tl::unexpected<Error> refused(Code code, const IssuerProfile& profile, std::string what, std::string remedy = {}) {
  return fail(Error{.code = code,
                    .what = "the issuer's metadata: " + std::move(what),
                    .where = at(profile),
                    .remedy = std::move(remedy)});
}

bool lists(const Json& document, std::string_view name, std::string_view word) {
  const auto texts = document.texts_of(name);
  return texts && std::ranges::find(*texts, word) != texts->end();
}

std::string_view without_default_port(std::string_view origin) {
  if (origin.ends_with(":443")) origin.remove_suffix(4);
  return origin;
}

/// Scheme, host and port.
std::string_view origin_of(std::string_view url) { return url.substr(0, url.find_first_of("/?", https.size())); }

/// An endpoint that must be there.
Result<std::string> endpoint(const Json& document, std::string_view name, const IssuerProfile& profile) {
  const auto url = document.text_of(name);
  if (!url || url->empty()) return refused(Code::answer_not_valid, profile, "no `" + std::string(name) + "`");
  auto checked = check_address(*url, profile);
  if (!checked) {
    checked.error().what = "the issuer's metadata: `" + std::string(name) + "`: " + checked.error().what;
    return fail(std::move(checked).error());
  }
  return std::string(*url);
}

Result<std::string> optional_endpoint(const Json& document, std::string_view name, const IssuerProfile& profile) {
  if (document.find(name) == nullptr) return std::string();
  return endpoint(document, name, profile);
}

/// Tokens that are bound to a key are safer than ours; where they are offered, bearer tokens are not taken.
Result<void> refuse_unused_constraint(const Json& document, const IssuerProfile& profile) {
  const auto dpop = document.texts_of("dpop_signing_alg_values_supported");
  const Json* const aliases = document.find("mtls_endpoint_aliases");
  const char* offered = nullptr;
  if (dpop && !dpop->empty()) offered = "DPoP";
  if (document.is_true("tls_client_certificate_bound_access_tokens") ||
      (aliases != nullptr && aliases->kind == Json::Kind::object && !aliases->items.empty()))
    offered = "mutual TLS";
  if (offered != nullptr)
    return refused(Code::protocol_unsupported, profile,
                   std::string("it offers tokens bound to a key (") + offered +
                       "), which this version cannot use, and unbound ones are not taken where bound ones are offered",
                   "link this issuer with a version of Meisai that has sender-constrained tokens");
  if (profile.authorization.bearer_reason.empty())
    return fail(Error{.code = Code::profile_not_valid,
                      .what = "the profile gives no reason for tokens that are not bound to a key",
                      .where = at(profile),
                      .remedy = "add authorization.bearer_reason to the profile"});
  return {};
}

Result<void> check_grants(const Json& document, const IssuerProfile& profile) {
  if (!lists(document, "response_types_supported", "code"))
    return refused(Code::protocol_unsupported, profile, "it does not offer the authorization code");
  if (document.find("grant_types_supported") != nullptr) {
    if (!lists(document, "grant_types_supported", "authorization_code"))
      return refused(Code::protocol_unsupported, profile, "it does not offer the grant authorization_code");
    if (profile.consent.at_issuer && !lists(document, "grant_types_supported", "client_credentials"))
      return refused(Code::protocol_unsupported, profile,
                     "it does not offer the grant client_credentials, which making a consent there needs");
  }
  if (!lists(document, "code_challenge_methods_supported", "S256"))
    return refused(Code::protocol_unsupported, profile, "it does not offer PKCE with S256");
  if (document.is_true("require_signed_request_object"))
    return refused(Code::protocol_unsupported, profile, "it asks for signed authorization requests");
  return {};
}

Result<void> check_client_authentication(const Json& document, const IssuerProfile& profile) {
  const std::string method(name_of(profile.authorization.client_authentication));
  if (!lists(document, "token_endpoint_auth_methods_supported", method))
    return refused(Code::protocol_unsupported, profile, "it does not offer the client authentication " + method);
  constexpr std::string_view algorithms = "token_endpoint_auth_signing_alg_values_supported";
  const std::string_view algorithm = name_of(profile.authorization.signing_algorithm);
  if (profile.authorization.client_authentication == ClientAuthentication::private_key_jwt &&
      document.find(algorithms) != nullptr && !lists(document, algorithms, algorithm))
    return refused(Code::protocol_unsupported, profile,
                   "it does not take client assertions signed with " + std::string(algorithm));
  return {};
}

}  // namespace

Result<void> check_address(std::string_view url, const IssuerProfile& profile) {
  const auto refuse = [&](std::string what) {
    return fail(Error{.code = Code::insecure_url, .what = std::move(what), .where = at(profile)});
  };
  if (!url.starts_with(https)) return refuse("an address that is not https");
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '"'; });
  if (!printable || url.find_first_of("#@") != std::string_view::npos || url.size() > 2048)
    return refuse("an address with a user, a fragment or characters that no address has");
  const std::string_view origin = without_default_port(origin_of(url));
  const bool known = std::ranges::any_of(profile.endpoints.origins,
                                         [&](const std::string& each) { return without_default_port(each) == origin; });
  if (!known) return refuse("an address on a host that the profile does not name");
  return {};
}

Result<std::vector<std::string>> metadata_addresses(const IssuerProfile& profile) {
  std::vector<std::string> addresses;
  if (!profile.endpoints.metadata.empty()) {
    addresses.push_back(profile.endpoints.metadata);
  } else {
    std::string_view issuer = profile.endpoints.authorization_server;
    if (issuer.ends_with('/')) issuer.remove_suffix(1);
    const std::string_view origin = origin_of(issuer);
    // RFC 8414 puts the well-known part before the issuer's own path, OpenID Connect after it.
    addresses.push_back(std::string(origin) + "/.well-known/oauth-authorization-server" +
                        std::string(issuer.substr(origin.size())));
    addresses.push_back(std::string(issuer) + "/.well-known/openid-configuration");
  }
  for (const std::string& address : addresses) MEISAI_TRY(check_address(address, profile));
  return addresses;
}

Result<Metadata> read_metadata(const Json& document, const IssuerProfile& profile) {
  Metadata metadata;
  metadata.issuer = document.text_of("issuer").value_or("");
  if (metadata.issuer.empty() || metadata.issuer != profile.endpoints.authorization_server)
    return refused(Code::answer_not_valid, profile, "it names another issuer than the profile");
  MEISAI_ASSIGN(metadata.authorization_endpoint, endpoint(document, "authorization_endpoint", profile));
  MEISAI_ASSIGN(metadata.token_endpoint, endpoint(document, "token_endpoint", profile));
  MEISAI_ASSIGN(metadata.pushed_endpoint,
                optional_endpoint(document, "pushed_authorization_request_endpoint", profile));
  MEISAI_ASSIGN(metadata.revocation_endpoint, optional_endpoint(document, "revocation_endpoint", profile));
  metadata.answers_name_issuer = document.is_true("authorization_response_iss_parameter_supported");
  if (document.is_true("require_pushed_authorization_requests") && metadata.pushed_endpoint.empty())
    return refused(Code::answer_not_valid, profile, "it wants pushed requests and gives no address for them");
  MEISAI_TRY(check_grants(document, profile));
  MEISAI_TRY(refuse_unused_constraint(document, profile));
  MEISAI_TRY(check_client_authentication(document, profile));
  return metadata;
}

}  // namespace meisai::authorize
