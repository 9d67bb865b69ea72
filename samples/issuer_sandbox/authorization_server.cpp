// SPDX-License-Identifier: Apache-2.0
//
// Strict where RFC 9700 is: an exact redirect, S256 alone, one use of everything.
#include "samples/issuer_sandbox/authorization_server.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/URI.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "samples/issuer_sandbox/login_page.h"

namespace sandbox {
namespace {

constexpr const char* intent_claim = "openbanking_intent_id";
constexpr const char* assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

bool is_unreserved(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") ==
             std::string_view::npos;
}

bool scope_is_known(const std::string& scope) {
  std::istringstream words(scope);
  std::string word;
  bool accounts = false;
  while (words >> word) {
    if (word != "accounts" && word != "openid") {
      return false;
    }
    accounts = accounts || word == "accounts";
  }
  return accounts;
}

bool has_twice(const Form& form) { return form.contains(std::string(1, '\0')); }

}  // namespace

std::string intent_of(const Form& parameters) {
  if (const std::string plain = at(parameters, intent_claim); !plain.empty()) {
    return plain;
  }
  try {
    Poco::JSON::Parser parser;
    const auto claims = parser.parse(at(parameters, "claims")).extract<Poco::JSON::Object::Ptr>();
    for (const char* const place : {"id_token", "userinfo"}) {
      if (const auto asked = claims->getObject(place); asked && asked->isObject(intent_claim)) {
        return asked->getObject(intent_claim)->getValue<std::string>("value");
      }
    }
  } catch (const Poco::Exception&) {
    return {};
  }
  return {};
}

std::optional<Response> AuthorizationServer::answer(const Request& request) {
  const bool get = request.method == "GET";
  const std::string& path = request.path;
  if (path == "/.well-known/oauth-authorization-server" && get) {
    return metadata();
  }
  if (path == "/authorize" && get) {
    return authorize(request);
  }
  const bool known = path == "/par" || path == "/authorize/login" || path == "/authorize/consent" || path == "/token" ||
                     path == "/revoke";
  if (!known || (path == "/par" && !setting_.company.confidential)) {
    return std::nullopt;
  }
  if (request.method != "POST") {
    return oauth_error(405, "invalid_request", "only POST is answered here");
  }
  if (!request.header("content-type").starts_with("application/x-www-form-urlencoded")) {
    return oauth_error(400, "invalid_request", "the body must be a form");
  }
  const Form form = read_form(request.body);
  if (has_twice(form)) {
    return oauth_error(400, "invalid_request", "a parameter stands twice");
  }
  if (path == "/authorize/login") {
    return login(form);
  }
  if (path == "/authorize/consent") {
    return decide(form);
  }
  if (auto refusal = refuse_client(form)) {
    return refusal;
  }
  return path == "/par" ? pushed(form) : path == "/token" ? token(form) : revoke(form);
}

Response AuthorizationServer::metadata() const {
  const std::string& origin = setting_.origin;
  const std::string method = setting_.company.confidential ? "private_key_jwt" : "none";
  std::ostringstream body;
  body << R"({"issuer":")" << origin << R"(","authorization_endpoint":")" << origin
       << R"(/authorize","token_endpoint":")" << origin << R"(/token","revocation_endpoint":")" << origin
       << R"(/revoke",)";
  if (setting_.company.confidential) {
    body << R"("pushed_authorization_request_endpoint":")" << origin
         << R"(/par","require_pushed_authorization_requests":true,)"
         << R"("token_endpoint_auth_signing_alg_values_supported":["ES256"],)"
         << R"("revocation_endpoint_auth_signing_alg_values_supported":["ES256"],)";
  }
  body << R"("response_types_supported":["code"],"response_modes_supported":["query"],)"
       << R"("grant_types_supported":["authorization_code","refresh_token","client_credentials"],)"
       << R"("code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":true,)"
       << R"("claims_parameter_supported":true,"scopes_supported":["accounts","openid"],)"
       << R"("token_endpoint_auth_methods_supported":[")" << method
       << R"("],"revocation_endpoint_auth_methods_supported":[")" << method << R"("]})";
  return json_response(200, body.str());
}

std::optional<Response> AuthorizationServer::refuse_client(const Form& form) {
  const std::string id = at(form, "client_id");
  if (!setting_.company.confidential) {
    return id == setting_.client.id ? std::nullopt
                                    : std::optional(oauth_error(401, "invalid_client", "no such client"));
  }
  if (at(form, "client_assertion_type") != assertion_type || (!id.empty() && id != setting_.client.id)) {
    return oauth_error(401, "invalid_client", "the client must sign (private_key_jwt)");
  }
  grants_.note_secret("client_assertion", at(form, "client_assertion"));
  const std::string fault =
      fault_of_assertion(at(form, "client_assertion"), setting_.client, setting_.origin, clock_.now(), grants_);
  return fault.empty() ? std::nullopt : std::optional(oauth_error(401, "invalid_client", fault));
}

// RFC 8252: a loopback address, any port. No other redirect is registered.
std::string AuthorizationServer::fault_of_redirect(const Form& parameters) const {
  if (at(parameters, "client_id") != setting_.client.id) {
    return "no such client";
  }
  try {
    const Poco::URI uri(at(parameters, "redirect_uri"));
    const bool loopback = uri.getHost() == "127.0.0.1" || uri.getHost() == "::1" || uri.getHost() == "[::1]";
    if (uri.getScheme() != "http" || !loopback || !uri.getUserInfo().empty() || !uri.getFragment().empty()) {
      return "redirect_uri must be http on 127.0.0.1 or [::1]";
    }
  } catch (const Poco::Exception&) {
    return "redirect_uri is no address";
  }
  return {};
}

std::pair<std::string, std::string> AuthorizationServer::fault_of_request(const Form& parameters) const {
  if (at(parameters, "response_type") != "code") {
    return {"unsupported_response_type", "response_type must be code"};
  }
  if (at(parameters, "code_challenge_method") != "S256" || at(parameters, "code_challenge").size() != 43) {
    return {"invalid_request", "PKCE with S256 is required"};
  }
  if (!scope_is_known(at(parameters, "scope"))) {
    return {"invalid_scope", "scope must be accounts"};
  }
  if (const std::string intent = intent_of(parameters); !intent.empty()) {
    const auto consent = grants_.consent(intent);
    if (!consent || (consent->status != "AwaitingAuthorisation" && consent->status != "Authorised")) {
      return {"invalid_request", "the consent cannot be authorised"};
    }
  } else if (setting_.company.confidential) {
    return {"invalid_request", "openbanking_intent_id is missing"};
  }
  return {};
}

Response AuthorizationServer::pushed(const Form& form) {
  if (form.contains("request_uri")) {
    return oauth_error(400, "invalid_request", "request_uri cannot be pushed");
  }
  Form parameters = form;
  parameters["client_id"] = setting_.client.id;
  parameters.erase("client_assertion");
  parameters.erase("client_assertion_type");
  if (const std::string fault = fault_of_redirect(parameters); !fault.empty()) {
    return oauth_error(400, "invalid_request", fault);
  }
  if (const auto [code, fault] = fault_of_request(parameters); !code.empty()) {
    return oauth_error(400, code, fault);
  }
  const std::string uri = grants_.push(setting_.client.id, std::move(parameters));
  return json_response(
      201, R"({"request_uri":")" + uri + R"(","expires_in":)" + std::to_string(grants_.lives().pushed) + "}");
}

Response AuthorizationServer::authorize(const Request& request) {
  Form parameters = read_form(request.query);
  if (has_twice(parameters)) {
    return page(400, refusal_page(setting_.company, "A parameter stands twice."));
  }
  if (setting_.company.confidential) {
    const auto taken = grants_.take_pushed(at(parameters, "client_id"), at(parameters, "request_uri"));
    if (!taken) {
      return page(400, refusal_page(setting_.company, "The request was not pushed, is over, or was used before."));
    }
    parameters = *taken;
  }
  if (const std::string fault = fault_of_redirect(parameters); !fault.empty()) {
    return page(400, refusal_page(setting_.company, fault));
  }
  if (const auto [code, fault] = fault_of_request(parameters); !code.empty()) {
    return redirect_to(callback(parameters, {{"error", code}, {"error_description", fault}}));
  }
  grants_.note_secret("state", at(parameters, "state"));
  if (setting_.auto_approve) {
    return decided(parameters, true);
  }
  return page(200, login_page(setting_.company, grants_.open_interaction(parameters)));
}

Response AuthorizationServer::login(const Form& form) {
  const std::string id = at(form, "interaction");
  const auto parameters = grants_.interaction(id);
  if (!parameters || at(form, "name").empty()) {
    return page(400, refusal_page(setting_.company, "Nobody is asked for here, or no name was given."));
  }
  const auto consent = grants_.consent(intent_of(*parameters));
  return page(200, consent_page(setting_.company, id, at(form, "name"), consent));
}

Response AuthorizationServer::decide(const Form& form) {
  const std::string id = at(form, "interaction");
  const auto parameters = grants_.interaction(id);
  const std::string decision = at(form, "decision");
  if (!parameters || (decision != "allow" && decision != "deny")) {
    return page(400, refusal_page(setting_.company, "Nothing is to be decided here."));
  }
  grants_.close_interaction(id);
  return decided(*parameters, decision == "allow");
}

// The consent that the request names, or where none has to be made first, a new one without bounds.
std::string AuthorizationServer::consent_of(const Form& parameters) const {
  if (std::string intent = intent_of(parameters); !intent.empty()) {
    return intent;
  }
  return grants_
      .add_consent({.status = "AwaitingAuthorisation",
                    .permissions = {"ReadAccountsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits",
                                    "ReadTransactionsDetail"}})
      .id;
}

Response AuthorizationServer::decided(const Form& parameters, bool allowed) {
  if (!allowed) {
    if (const std::string intent = intent_of(parameters); !intent.empty()) {
      grants_.set_status(intent, "Rejected");
    }
    return redirect_to(callback(parameters, {{"error", "access_denied"}, {"error_description", "the person said no"}}));
  }
  const std::string consent = consent_of(parameters);
  if (!grants_.set_status(consent, "Authorised")) {
    return redirect_to(callback(parameters, {{"error", "invalid_request"}, {"error_description", "no consent"}}));
  }
  const std::string code = grants_.add_code({.client_id = at(parameters, "client_id"),
                                             .redirect_uri = at(parameters, "redirect_uri"),
                                             .challenge = at(parameters, "code_challenge"),
                                             .scope = "accounts",
                                             .consent = consent});
  return redirect_to(callback(parameters, {{"code", code}}));
}

std::string AuthorizationServer::callback(const Form& parameters, Form answer) const {
  answer["iss"] = setting_.origin;
  if (parameters.contains("state")) {
    answer["state"] = at(parameters, "state");
  }
  std::string url = at(parameters, "redirect_uri");
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : answer) {
    url += separator + name + "=" + percent(value);
    separator = '&';
  }
  return url;
}

Response AuthorizationServer::token(const Form& form) {
  const std::string grant = at(form, "grant_type");
  if (grant == "authorization_code") {
    return token_for_code(form);
  }
  if (grant == "refresh_token") {
    return token_for_refresh(form);
  }
  if (grant != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type", "grant_type is not offered");
  }
  if (at(form, "scope") != "accounts") {
    return oauth_error(400, "invalid_scope", "scope must be accounts");
  }
  return token_answer({.access = grants_.client_token(setting_.client.id, "accounts")}, "accounts");
}

Response AuthorizationServer::token_for_code(const Form& form) {
  const std::string value = at(form, "code");
  const auto code = grants_.use_code(value);
  const std::string verifier = at(form, "code_verifier");
  grants_.note_secret("code_verifier", verifier);
  if (!code || code->client_id != setting_.client.id || code->redirect_uri != at(form, "redirect_uri") ||
      !is_unreserved(verifier, 43, 128) || base64url(sha256(verifier)) != code->challenge) {
    return oauth_error(400, "invalid_grant", "the code is not good, or not for this request");
  }
  return token_answer(grants_.new_grant(value, *code), code->scope);
}

Response AuthorizationServer::token_for_refresh(const Form& form) {
  const auto pair = grants_.refresh(setting_.client.id, at(form, "refresh_token"));
  if (!pair) {
    return oauth_error(400, "invalid_grant", "the refresh token is not good any more");
  }
  return token_answer(*pair, "accounts");
}

Response AuthorizationServer::token_answer(const TokenPair& pair, const std::string& scope) const {
  std::string body = R"({"access_token":")" + pair.access + R"(","token_type":"Bearer","expires_in":)" +
                     std::to_string(grants_.lives().access);
  if (!pair.refresh.empty()) {
    body += R"(,"refresh_token":")" + pair.refresh + "\"";
  }
  return json_response(200, body + R"(,"scope":)" + json_string(scope) + "}");
}

Response AuthorizationServer::revoke(const Form& form) {
  grants_.revoke(setting_.client.id, at(form, "token"));
  return {.status = 200, .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace sandbox
