// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/issuer_calls.h"

#include <algorithm>
#include <array>
#include <span>
#include <thread>
#include <utility>

#include "engine/authorize/base64url.h"
#include "engine/authorize/callback.h"
#include "engine/authorize/json.h"
#include "engine/authorize/jws.h"
#include "engine/model/http_dates.h"

namespace meisai::authorize {
namespace {

constexpr std::chrono::milliseconds slice{100};
constexpr std::chrono::seconds assertion_life{60};
constexpr std::uint64_t largest_answer = 256 * 1024;
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

bool is_success(int status) { return status >= 200 && status < 300; }

bool is_not_now(const HttpResponse& response) { return response.status == 429 || response.status >= 500; }

/// A token for our own calls asks for no more than those calls need.
std::vector<std::string> client_scopes(const IssuerProfile& profile) {
  std::vector<std::string> scopes = profile.authorization.scopes;
  std::erase_if(scopes, [](const std::string& scope) { return scope == "openid" || scope == "offline_access"; });
  return scopes;
}

}  // namespace

bool is_not_now(const Error& error) {
  return error.code == Code::issuer_unreachable || error.code == Code::rate_limited ||
         (error.code == Code::issuer_failed && error.retry == Retry::later);
}

PermitScope IssuerCalls::scope_of(const CallFor& what) const {
  return {.issuer = profile().id, .connection = what.connection, .attended = caller_.attended, .step = what.step};
}

HttpRules IssuerCalls::rules() const {
  HttpRules rules{.issuer = profile().id.text(),
                  .pool = profile().id.text(),
                  .sandbox = profile().sandbox,
                  .ca_pem = profile().endpoints.ca_pem,
                  .total_timeout = cleaning_up_ ? std::min(limits_.clean_up, limits_.token_call) : limits_.token_call,
                  .largest_body = largest_answer};
  rules.connect_timeout = std::min(rules.connect_timeout, rules.total_timeout);
  for (const std::string& address : metadata_addresses_)
    rules.paths.push_back({.method = HttpMethod::get, .prefix = address, .exact = true});
  for (const std::string* address :
       {&metadata_.token_endpoint, &metadata_.pushed_endpoint, &metadata_.revocation_endpoint})
    if (!address->empty()) rules.paths.push_back({.method = HttpMethod::post, .prefix = *address, .exact = true});
  if (profile().consent.at_issuer)
    for (HttpPathRule& rule : issuer_.consent_paths()) rules.paths.push_back(std::move(rule));
  return rules;
}

Result<HttpTransport::Ticket> IssuerCalls::begin(HttpRequest request, const CallFor& what) {
  MEISAI_ASSIGN(auto permit, ports_.gate.ask<Authorize>(scope_of(what)));
  MEISAI_ASSIGN(auto crossing, std::move(permit).cross());
  return ports_.transport.begin(std::move(request), rules(), std::move(crossing));
}

Result<HttpResponse> IssuerCalls::finish(HttpTransport::Ticket ticket, std::chrono::milliseconds patience) {
  while (true) {
    for (HttpTransport::Ended& ended : ports_.transport.wait(slice)) {
      if (ended.ticket != ticket) continue;
      const auto date = ended.result ? http_date(ended.result->header("date")) : std::nullopt;
      if (date && ports_.hear_time) ports_.hear_time(*date);
      return std::move(ended.result);
    }
    if (cleaning_up_ || go_on()) continue;
    if (patience <= std::chrono::milliseconds::zero()) break;
    patience -= slice;
  }
  ports_.transport.abandon(ticket);
  return fail(Code::interrupted, "stopped while waiting for the issuer");
}

void IssuerCalls::pause(std::chrono::milliseconds time) {
  using Steady = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds tick{20};
  for (const auto until = Steady::now() + time; Steady::now() < until;) {
    // Nothing of ours is under way. A transport that has nothing to do at all may return at once.
    static_cast<void>(ports_.transport.wait(tick));
    std::this_thread::sleep_for(tick / 4);
  }
}

Result<HttpTransport::Ticket> IssuerCalls::begin_post(const std::string& url, const Form& form, const CallFor& what) {
  return begin({.method = HttpMethod::post,
                .url = url,
                .headers = {{"Accept", "application/json"}},
                .body = form.secret(),
                .content_type = std::string(form_type)},
               what);
}

Result<HttpResponse> IssuerCalls::post(const std::string& url, const Form& form, const CallFor& what) {
  MEISAI_ASSIGN(const auto ticket, begin_post(url, form, what));
  return finish(ticket);
}

Result<HttpResponse> IssuerCalls::get(const std::string& url, const CallFor& what) {
  MEISAI_ASSIGN(const auto ticket,
                begin({.method = HttpMethod::get, .url = url, .headers = {{"Accept", "application/json"}}}, what));
  return finish(ticket);
}

Result<void> IssuerCalls::discover(const CallFor& what) {
  MEISAI_ASSIGN(metadata_addresses_, metadata_addresses(profile()));
  for (const std::string& address : metadata_addresses_) {
    MEISAI_ASSIGN(const HttpResponse response, get(address, what));
    if (response.status == 404 && address != metadata_addresses_.back()) continue;
    if (response.status != 200) {
      Error error = issuer_error(response, ports_.gate.now(), "the issuer's metadata");
      error.where.issuer = profile().id.text();
      return fail(std::move(error));
    }
    MEISAI_ASSIGN(const Json document, parse_json_answer(response, "the issuer's metadata"));
    MEISAI_ASSIGN(metadata_, read_metadata(document, profile()));
    return {};
  }
  return fail(Code::internal_bug, "no address for the issuer's metadata");
}

Result<Secret> IssuerCalls::random_text() {
  std::array<std::byte, 32> bytes{};
  MEISAI_TRY(ports_.entropy.fill(bytes));
  std::string text = base64url(bytes);
  Secret secret{std::string_view(text)};
  wipe(bytes);
  wipe(std::as_writable_bytes(std::span(text)));
  return secret;
}

Result<std::string> IssuerCalls::client_assertion() {
  if (signer_ == nullptr)
    return fail(Code::registration_missing, "there is no client key for this issuer",
                "register with a key: `meisai issuers register`");
  MEISAI_ASSIGN(const Secret jti, random_text());
  const auto now = std::chrono::floor<std::chrono::seconds>(ports_.gate.now().time_since_epoch());
  const std::string client = json_quoted(client_id());
  // `aud` is the issuer and nothing else: an assertion for one server must be worth nothing at another.
  const std::string payload = R"({"iss":)" + client + R"(,"sub":)" + client + R"(,"aud":)" +
                              json_quoted(metadata_.issuer) + R"(,"jti":")" + std::string(jti.reveal_text()) +
                              R"(","iat":)" + std::to_string(now.count()) + R"(,"exp":)" +
                              std::to_string((now + assertion_life).count()) + "}";
  return sign_compact(*signer_, "JWT", payload);
}

Result<Form> IssuerCalls::client_form() {
  Form form;
  form.add("client_id", client_id());
  if (registration_.authentication == ClientAuthentication::none) return form;
  MEISAI_ASSIGN(const std::string assertion, client_assertion());
  form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  form.add("client_assertion", assertion);
  return form;
}

Result<Secret> IssuerCalls::client_token(const CallFor& what) {
  if (registration_.authentication == ClientAuthentication::none)
    return fail(Code::profile_not_valid, "a consent object at the issuer needs a client that proves who it is",
                "register with private_key_jwt, or set consent.at_issuer = false in the profile");
  MEISAI_ASSIGN(Form form, client_form());
  form.add("grant_type", "client_credentials").add("scope", joined_scopes(client_scopes(profile())));
  MEISAI_ASSIGN(const HttpResponse response, post(metadata_.token_endpoint, form, what));
  TokenReading reading = read_token_answer(response, ports_.gate.now());
  if (reading.outcome != TokenOutcome::granted) return fail(*std::move(reading.error));
  if (reading.answer.unusable) return fail(*std::move(reading.answer.unusable));
  return std::move(reading.answer.access);
}

Result<HttpResponse> IssuerCalls::call_consent(ConsentCall call, const CallFor& what) {
  MEISAI_ASSIGN(Secret token, client_token(what));
  HttpRequest request{.method = call.method,
                      .url = std::move(call.url),
                      .headers = issuer_.headers(),
                      .bearer = std::move(token),
                      .body = Secret(std::string_view(call.body)),
                      .content_type = std::move(call.content_type)};
  MEISAI_ASSIGN(const auto ticket, begin(std::move(request), what));
  return finish(ticket);
}

Result<IssuerConsent> IssuerCalls::read_consent_answer(const HttpResponse& response) {
  if (!is_success(response.status))
    return fail(issuer_error(response, ports_.gate.now(), "the issuer's consent endpoint"));
  MEISAI_ASSIGN(IssuerConsent consent, issuer_.read_consent(response.body.reveal_text()));
  const bool printable = std::ranges::all_of(consent.reference, [](char c) { return c > ' ' && c < 0x7f; });
  if (consent.reference.empty() || consent.reference.size() > 128 || !printable)
    return fail(Code::answer_not_valid, "the issuer's consent has no usable id");
  return consent;
}

Result<IssuerConsent> IssuerCalls::make_consent(Instant ends_at, LocalDate history_from, const CallFor& what) {
  MEISAI_ASSIGN(const HttpResponse response, call_consent(issuer_.create_consent(ends_at, history_from), what));
  return read_consent_answer(response);
}

Result<IssuerConsent> IssuerCalls::show_consent(const std::string& reference, const CallFor& what) {
  MEISAI_ASSIGN(const HttpResponse response, call_consent(issuer_.show_consent(reference), what));
  MEISAI_ASSIGN(IssuerConsent consent, read_consent_answer(response));
  if (consent.reference != reference)
    return fail(Code::consent_mismatch, "the issuer shows another consent than the one that was made");
  return consent;
}

Result<bool> IssuerCalls::end_consent(const std::string& reference, const CallFor& what) {
  const auto response = call_consent(issuer_.revoke_consent(reference), what);
  if (!response) {
    if (is_not_now(response.error())) return false;
    return fail(response.error());
  }
  // Gone already is as good as gone now.
  if (is_success(response->status) || response->status == 404 || response->status == 410) return true;
  if (is_not_now(*response)) return false;
  return fail(issuer_error(*response, ports_.gate.now(), "ending the consent at the issuer"));
}

Result<bool> IssuerCalls::revoke_token(const Secret& token, std::string_view hint, const CallFor& what) {
  MEISAI_ASSIGN(Form form, client_form());
  form.add("token", token.reveal_text()).add("token_type_hint", hint);
  const auto response = post(metadata_.revocation_endpoint, form, what);
  if (!response) {
    if (is_not_now(response.error())) return false;
    return fail(response.error());
  }
  if (response->status == 200) return true;
  if (is_not_now(*response)) return false;
  // An issuer whose access tokens cannot be revoked says so; they end by themselves within minutes.
  const auto document = parse_json_answer(*response, "the revocation endpoint");
  if (hint == "access_token" && document && document->text_of("error") == "unsupported_token_type") return true;
  return fail(issuer_error(*response, ports_.gate.now(), "the revocation endpoint"));
}

Result<bool> IssuerCalls::revoke_tokens(const Secret& refresh, const Secret& access, const CallFor& what) {
  if (!refresh.empty()) {
    MEISAI_ASSIGN(const bool gone, revoke_token(refresh, "refresh_token", what));
    if (!gone) return false;
  }
  if (access.empty()) return true;
  return revoke_token(access, "access_token", what);
}

}  // namespace meisai::authorize
