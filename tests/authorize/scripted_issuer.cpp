// SPDX-License-Identifier: Apache-2.0
#include "tests/authorize/scripted_issuer.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/authorize/base64url.h"
#include "engine/authorize/form.h"
#include "meisai/audit.h"

namespace meisai::scripted {
namespace {

Secret pem_of(EVP_PKEY* raw) {
  const authorize::Key key(raw);
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!key || PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("no key");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return Secret(std::string_view(data, static_cast<std::size_t>(size)));
}

class NoHold final : public Admission::Hold {};

std::string endpoint_of(const std::string& url) {
  if (url.find("/.well-known/") != std::string::npos) return "metadata";
  if (url == std::string(issuer_url) + "/token") return "token";
  if (url == std::string(issuer_url) + "/par") return "par";
  if (url == std::string(issuer_url) + "/revoke") return "revoke";
  if (url.starts_with(consent_base)) return "consent";
  return "elsewhere";
}

}  // namespace

IssuerProfile profile() {
  IssuerProfile profile;
  profile.id = IssuerId("sakura_card");
  profile.family = "obie";
  profile.endpoints.authorization_server = issuer_url;
  profile.endpoints.resource_base = consent_base;
  profile.endpoints.origins = {issuer_url, "https://api.example"};
  profile.authorization.scopes = {"openid", "accounts"};
  profile.authorization.known_scopes = {"offline_access"};
  profile.authorization.bearer_reason = "a test";
  profile.consent.intent_claim = "openbanking_intent_id";
  profile.consent.permissions = {"ReadAccountsBasic", "ReadTransactionsDetail"};
  return profile;
}

Secret ec_key_pem_on(const char* curve) { return pem_of(EVP_EC_gen(curve)); }
Secret ec_key_pem() { return ec_key_pem_on("P-256"); }
Secret rsa_key_pem(unsigned bits) { return pem_of(EVP_RSA_gen(bits)); }

HttpResponse json_answer(int status, const std::string& body) {
  return {.status = status, .headers = {{"content-type", "application/json"}}, .body = Secret(std::string_view(body))};
}

std::map<std::string, std::string> form_of(std::string_view text) {
  std::map<std::string, std::string> form;
  const auto read = authorize::read_query(text);
  if (!read) throw std::runtime_error("a form that cannot be read");
  for (const auto& [name, value] : *read) form.emplace(name, value.reveal_text());
  return form;
}

// ---- locks and store -------------------------------------------------------------------------------------

Result<std::unique_ptr<Admission::Hold>> FreeLocks::share(std::chrono::milliseconds) {
  return std::make_unique<NoHold>();
}
Result<std::unique_ptr<Admission::Hold>> FreeLocks::exclude(std::chrono::milliseconds) {
  return std::make_unique<NoHold>();
}
Result<std::unique_ptr<Admission::Hold>> FreeLocks::enter(const IssuerId&, const ConnectionId&) {
  return std::make_unique<NoHold>();
}

Result<void> TokenStore::put_consent(const Consent& consent, const AuditDraft& entry) {
  consents_.push_back(consent);
  audit.push_back(entry);
  return {};
}

Result<std::optional<Tokens>> TokenStore::tokens(const ConnectionId&) {
  if (on_read) on_read();
  if (!kept) return std::optional<Tokens>();
  return std::optional(kept->clone());
}

Result<void> TokenStore::put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                                    const AuditDraft& entry) {
  if (before_put) before_put();
  if (after_intent && (!kept || kept->generation != *after_intent || kept->state != TokenState::refresh_intent))
    return fail(Code::token_indeterminate, "the intent does not stand");
  const std::uint64_t generation = kept ? kept->generation + 1 : 1;
  kept = tokens.clone();
  kept->generation = generation;
  kept->state = TokenState::active;
  audit.push_back(entry);
  return {};
}

Result<bool> TokenStore::intend_refresh(Permit<Authorize> permit, const ConnectionId&, std::uint64_t generation,
                                        const AuditDraft& entry) {
  if (!kept || kept->generation != generation || kept->state != TokenState::active) return false;
  MEISAI_TRY(std::move(permit).admit());
  kept->state = TokenState::refresh_intent;
  audit.push_back(entry);
  return true;
}

Result<void> TokenStore::set_token_state(const ConnectionId&, std::uint64_t generation, TokenState state,
                                         const AuditDraft& entry) {
  if (!kept || kept->generation != generation) return fail(Code::not_found, "no such generation");
  kept->state = state;
  if (state == TokenState::destroyed) {
    kept->access = Secret();
    kept->refresh = Secret();
  }
  audit.push_back(entry);
  return {};
}

// ---- the issuer ------------------------------------------------------------------------------------------

Issuer::Issuer() {
  const std::string base = issuer_url;
  metadata = {{"issuer", "\"" + base + "\""},
              {"authorization_endpoint", "\"" + base + "/auth\""},
              {"token_endpoint", "\"" + base + "/token\""},
              {"pushed_authorization_request_endpoint", "\"" + base + "/par\""},
              {"revocation_endpoint", "\"" + base + "/revoke\""},
              {"response_types_supported", R"(["code"])"},
              {"grant_types_supported", R"(["authorization_code","refresh_token","client_credentials"])"},
              {"code_challenge_methods_supported", R"(["S256"])"},
              {"token_endpoint_auth_methods_supported", R"(["private_key_jwt","none"])"},
              {"authorization_response_iss_parameter_supported", "true"}};
}

Result<HttpTransport::Ticket> Issuer::begin(HttpRequest request, const HttpRules& rules, Crossing) {
  const bool allowed = std::ranges::any_of(rules.paths, [&](const HttpPathRule& rule) {
    return rule.method == request.method &&
           (rule.exact ? request.url == rule.prefix : request.url.starts_with(rule.prefix));
  });
  if (!allowed) return fail(Code::write_refused, "no rule for this verb and path");
  Seen what{.endpoint = endpoint_of(request.url),
            .method = request.method,
            .bearer = std::string(request.bearer.reveal_text())};
  if (request.content_type == "application/x-www-form-urlencoded") what.form = form_of(request.body.reveal_text());
  seen.push_back(what);
  const Ticket ticket = next_++;
  HttpResponse response = answer(what, request.url);
  if (silent.contains(what.endpoint)) return ticket;
  const auto found = change.find(what.endpoint);
  ended_.push_back({ticket, found == change.end() ? Result<HttpResponse>(std::move(response))
                                                  : found->second(what, std::move(response))});
  return ticket;
}

std::vector<HttpTransport::Ended> Issuer::wait(std::chrono::milliseconds) { return std::exchange(ended_, {}); }

HttpResponse Issuer::answer(const Seen& what, const std::string& url) {
  if (what.endpoint == "metadata") {
    std::string body;
    for (const auto& [name, value] : metadata) body += (body.empty() ? "{\"" : ",\"") + name + "\":" + value;
    return json_answer(metadata_status, body + "}");
  }
  if (what.endpoint == "token") return token(what);
  if (what.endpoint == "par") {
    const std::string uri = "urn:ietf:params:oauth:request_uri:" + std::to_string(++counter_);
    pushed_[uri] = what.form;
    return json_answer(201, R"({"request_uri":")" + uri + R"(","expires_in":60})");
  }
  if (what.endpoint == "revoke") {
    if (what.form.at("token_type_hint") == "refresh_token") live.clear();
    live.erase(what.form.at("token"));
    return {.status = 200};
  }
  if (what.endpoint != "consent" || !live.contains(what.bearer))
    return json_answer(401, R"({"error":"invalid_token"})");
  if (what.method == HttpMethod::post) {
    ++consents_made;
    consent_reference = "intent-" + std::to_string(++counter_);
  } else if (!url.ends_with("/" + consent_reference) || consent_reference.empty()) {
    return json_answer(404, "{}");
  }
  if (what.method == HttpMethod::delete_) {
    consent_reference.clear();
    return {.status = 204};
  }
  nlohmann::json body{{"id", consent_reference}, {"authorized", consent_authorized}};
  if (consent_ends_at) body["ends_at"] = consent_ends_at->time_since_epoch().count();
  body["permissions"] = nlohmann::json::array({"ReadTransactionsDetail"});
  if (!drop_permissions) body["permissions"].push_back("ReadAccountsBasic");
  return json_answer(what.method == HttpMethod::post ? 201 : 200, body.dump());
}

HttpResponse Issuer::issue(const std::string& scope, bool with_refresh) {
  const std::string access = "access-" + std::to_string(++counter_);
  live.insert(access);
  nlohmann::json body{{"access_token", access}, {"token_type", "bearer"}, {"expires_in", 300}, {"scope", scope}};
  if (with_refresh) {
    body["refresh_token"] = "refresh-" + std::to_string(counter_);
    body["id_token"] = "aaa.bbb.ccc";
    live.insert("refresh-" + std::to_string(counter_));
  }
  return json_answer(200, body.dump());
}

HttpResponse Issuer::token(const Seen& what) {
  const std::string& grant = what.form.at("grant_type");
  const auto refuse = [](const std::string& word) { return json_answer(400, R"({"error":")" + word + "\"}"); };
  if (grant == "client_credentials") return issue(what.form.at("scope"), false);
  if (grant == "refresh_token") {
    const std::string& token = what.form.at("refresh_token");
    if (++uses[token] > 1) live.clear();
    if (live.erase(token) == 0) return refuse("invalid_grant");
    return issue("openid accounts", true);
  }
  const auto found = challenge.find(what.form.at("code"));
  if (found == challenge.end()) return refuse("invalid_grant");
  const Digest digest = sha256(what.form.at("code_verifier"));
  const bool good = found->second == authorize::base64url(std::as_bytes(std::span(digest))) &&
                    what.form.at("redirect_uri") == redirect_uri;
  challenge.erase(found);
  return good ? issue("openid accounts", true) : refuse("invalid_grant");
}

std::string Issuer::agree(const std::string& url) {
  auto request = form_of(url.substr(url.find('?') + 1));
  if (request.contains("request_uri")) request = pushed_.at(request.at("request_uri"));
  const std::string code = "code-" + std::to_string(++counter_);
  if (request.at("code_challenge_method") != "S256") throw std::runtime_error("no PKCE");
  challenge[code] = request.at("code_challenge");
  redirect_uri = request.at("redirect_uri");
  authorize::Form form;
  form.add("code", code).add("state", request.at("state")).add("iss", issuer_url);
  return std::string(form.text());
}

std::vector<const Seen*> Issuer::seen_at(const std::string& endpoint) const {
  std::vector<const Seen*> found;
  for (const Seen& each : seen)
    if (each.endpoint == endpoint) found.push_back(&each);
  return found;
}

// ---- browser and link ------------------------------------------------------------------------------------

namespace {

class Listener final : public RedirectListener {
 public:
  explicit Listener(const std::string& query) : query_(query) {}
  const std::string& redirect_uri() const override { return uri_; }
  Result<Secret> wait(std::chrono::milliseconds, const std::function<bool()>& go_on) override {
    if (!go_on()) return fail(Code::interrupted, "stopped");
    if (query_.empty()) return fail(Code::authorization_failed, "nobody came");
    return Secret(std::string_view(query_));
  }

 private:
  const std::string& query_;
  std::string uri_ = "http://127.0.0.1:49152/callback";
};

}  // namespace

Result<std::unique_ptr<RedirectListener>> Browser::listen() { return std::make_unique<Listener>(query_); }

Result<void> Browser::open(const std::string& url) {
  opened = url;
  query_ = visit_(url);
  return {};
}

std::vector<HttpPathRule> Link::consent_paths() const {
  const std::string base = std::string(consent_base) + "/account-access-consents";
  return {{.method = HttpMethod::post, .prefix = base, .exact = true},
          {.method = HttpMethod::get, .prefix = base + "/"},
          {.method = HttpMethod::delete_, .prefix = base + "/"}};
}
ConsentCall Link::create_consent(Instant, LocalDate) const {
  return {HttpMethod::post, std::string(consent_base) + "/account-access-consents", "{}", "application/json"};
}
ConsentCall Link::show_consent(const std::string& reference) const {
  return {HttpMethod::get, std::string(consent_base) + "/account-access-consents/" + reference, "", ""};
}
ConsentCall Link::revoke_consent(const std::string& reference) const {
  return {HttpMethod::delete_, std::string(consent_base) + "/account-access-consents/" + reference, "", ""};
}
Result<IssuerConsent> Link::read_consent(std::string_view body) const {
  const auto json = nlohmann::json::parse(body);
  IssuerConsent consent{.reference = json.at("id"), .authorized = json.at("authorized")};
  if (json.contains("ends_at"))
    consent.ends_at = Instant(std::chrono::milliseconds(json["ends_at"].get<std::int64_t>()));
  consent.permissions = json.at("permissions").get<std::vector<std::string>>();
  return consent;
}

// ---- all of it -------------------------------------------------------------------------------------------

World::World(IssuerProfile of) : linked_issuer(std::move(of)) {
  facts.facts_.consent =
      ConsentTerm{.consent = ConsentId("consent1"), .not_after = clock.wall() + std::chrono::days(90)};
  registration = {.issuer = linked_issuer.profile().id,
                  .client_id = "meisai-test",
                  .authentication = linked_issuer.profile().authorization.client_authentication};
  signer = std::move(authorize::OpensslSigner::from_pem(ec_key_pem(), "")).value();
  issuer.consent_ends_at = order().ends_at;
  limits.token_call = std::chrono::milliseconds(200);
}

authorize::Authorizer World::authorizer() {
  return authorize::Authorizer({.gate = gate,
                                .transport = issuer,
                                .store = store,
                                .entropy = entropy,
                                .record = [this](const AuditDraft& entry) -> Result<void> {
                                  recorded.push_back(entry);
                                  return {};
                                }},
                               linked_issuer, registration, signer.get(), caller, limits);
}

authorize::AuthorizeOrder World::order() const {
  return {.connection = ConnectionId("link1"),
          .scopes = {"openid", "accounts"},
          .ends_at = clock.wall() + std::chrono::days(90)};
}

void World::linked() {
  Tokens tokens;
  tokens.connection = ConnectionId("link1");
  tokens.generation = 4;
  tokens.access = Secret(std::string_view("access-old"));
  tokens.refresh = Secret(std::string_view("refresh-old"));
  tokens.obtained_at = clock.wall() - std::chrono::hours(1);
  tokens.access_ends_at = clock.wall() - std::chrono::minutes(55);
  tokens.scopes = {"openid", "accounts"};
  issuer.live = {"access-old", "refresh-old"};
  store.kept = std::move(tokens);
}

Result<authorize::Granted> World::link() {
  auto authorizer_now = authorizer();
  return authorizer_now.authorize(browser, order());
}

}  // namespace meisai::scripted
