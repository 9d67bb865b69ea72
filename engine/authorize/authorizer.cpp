// SPDX-License-Identifier: Apache-2.0
//
// The authorization itself. Whatever was obtained before something went wrong is in `Attempt`, so that one
// place can give it back.
#include "engine/authorize/authorizer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/authorize/base64url.h"
#include "engine/authorize/callback.h"
#include "engine/authorize/json.h"
#include "meisai/audit.h"

namespace meisai::authorize {

struct Authorizer::Attempt {
  Secret state;
  Secret nonce;
  Secret verifier;
  std::string reference;   ///< of the consent at the issuer
  bool exchanged = false;  ///< the code has left: tokens may exist
  Tokens tokens;
};

namespace {

Secret challenge_of(const Secret& verifier) {
  const Digest digest = sha256(verifier.reveal_text());
  const std::string text = base64url(std::as_bytes(std::span(digest)));
  return Secret(std::string_view(text));
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

bool same_words(std::vector<std::string> a, std::vector<std::string> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

/// `request_uri` comes from the issuer and goes into an address: nothing that could end or extend it.
Result<std::string> read_request_uri(const HttpResponse& response, Instant now) {
  if (response.status != 201 && response.status != 200)
    return fail(issuer_error(response, now, "the pushed authorization request"));
  MEISAI_ASSIGN(const Json document, parse_json_answer(response, "the pushed authorization request"));
  const auto uri = document.text_of("request_uri");
  const auto life = document.integer_of("expires_in");
  if (!uri || uri->empty() || uri->size() > 1024 || !life || *life <= 0)
    return fail(Code::answer_not_valid, "the pushed authorization request: no usable request_uri");
  return std::string(*uri);
}

}  // namespace

Result<std::vector<std::string>> accepted_scopes(const TokenAnswer& answer, const std::vector<std::string>& asked,
                                                 const IssuerProfile& profile) {
  if (!answer.scopes) return asked;
  std::vector<std::string> accepted;
  for (const std::string& scope : *answer.scopes) {
    if (contains(asked, scope)) {
      accepted.push_back(scope);
    } else if (!contains(profile.authorization.known_scopes, scope)) {
      return fail(Error{.code = Code::scope_excess,
                        .what = "the issuer granted more than was asked for; it was given back",
                        .where = {.issuer = profile.id.text()},
                        .remedy = "tell the issuer; if it always adds a harmless scope, name it in "
                                  "authorization.known_scopes of the profile"});
    }
  }
  return accepted;
}

AuditDraft Authorizer::draft(std::string operation, const ConnectionId& connection, std::string result,
                             const Error* error) {
  return {.at = calls_.ports().gate.now(),
          .actor = calls_.caller().actor,
          .operation = std::move(operation),
          .object = "issuer " + calls_.profile().id.text() + " connection " + connection.text(),
          .result = std::move(result),
          .reason = error == nullptr ? std::string() : std::string(name_of(error->code))};
}

Result<void> Authorizer::record(const AuditDraft& entry) {
  auto written = calls_.ports().record(entry);
  if (written) return {};
  return fail(Error{.code = Code::audit_unavailable,
                    .what = "the audit entry could not be written: " + written.error().what,
                    .remedy = written.error().remedy,
                    .retry = written.error().retry});
}

Result<Granted> Authorizer::authorize(UserAgent& browser, const AuthorizeOrder& order) {
  if (!calls_.caller().attended)
    return fail(Code::consent_missing, "only a person can begin an authorization", "run `meisai link` yourself",
                Retry::after_user);
  MEISAI_TRY(record(draft("authorize", order.connection, "begun")));
  Attempt secrets;
  auto granted = attempt(browser, order, secrets);
  Result<void> written;
  if (granted) written = record(draft("authorize", order.connection, "done"));
  if (granted && written) return granted;

  Error error = granted ? written.error() : granted.error();
  if (granted) secrets.tokens = std::move(granted->tokens);
  undo(order, secrets);
  const bool refused = is_refusal(error.code) || error.code == Code::authorization_denied;
  // The first failure is what the caller must hear; a second one in the audit could not be recorded anyway.
  static_cast<void>(record(draft("authorize", order.connection, refused ? "refused" : "failed", &error)));
  if (error.where.issuer.empty()) error.where.issuer = calls_.profile().id.text();
  return fail(std::move(error));
}

Result<Granted> Authorizer::attempt(UserAgent& browser, const AuthorizeOrder& order, Attempt& attempt) {
  const CallFor what{.connection = order.connection, .step = AuthorizeStep::link};
  MEISAI_TRY(calls_.discover(what));
  if (calls_.profile().consent.at_issuer) {
    MEISAI_ASSIGN(IssuerConsent made, calls_.make_consent(order.ends_at, order.history_from, what));
    attempt.reference = std::move(made.reference);
    AuditDraft entry = draft("consent_at_issuer", order.connection, "done");
    entry.object += " made " + attempt.reference;
    MEISAI_TRY(record(entry));
  }
  MEISAI_ASSIGN(attempt.state, calls_.random_text());
  MEISAI_ASSIGN(attempt.nonce, calls_.random_text());
  MEISAI_ASSIGN(attempt.verifier, calls_.random_text());

  MEISAI_ASSIGN(const auto listener, browser.listen());
  const std::string redirect_uri = listener->redirect_uri();
  MEISAI_ASSIGN(const std::string address, front_channel(order, attempt, redirect_uri));
  MEISAI_TRY(browser.open(address));
  MEISAI_ASSIGN(const Secret query, listener->wait(calls_.limits().listen, [this] { return calls_.go_on(); }));
  MEISAI_ASSIGN(const Secret code,
                code_from_callback(query, {.state = attempt.state.reveal_text(),
                                           .issuer = calls_.metadata().issuer,
                                           .issuer_required = calls_.metadata().answers_name_issuer}));
  MEISAI_TRY(exchange(order, attempt, code, redirect_uri));
  MEISAI_ASSIGN(const Instant ends_at, agreed_end(order, attempt));
  return Granted{.scopes = attempt.tokens.scopes,
                 .ends_at = ends_at,
                 .issuer_reference = attempt.reference,
                 .tokens = std::move(attempt.tokens)};
}

Result<std::string> Authorizer::front_channel(const AuthorizeOrder& order, const Attempt& attempt,
                                              const std::string& redirect_uri) {
  const Metadata& metadata = calls_.metadata();
  const bool pushed = !metadata.pushed_endpoint.empty();
  Form form;
  if (pushed) {
    MEISAI_ASSIGN(form, calls_.client_form());
  } else {
    form.add("client_id", calls_.client_id());
  }
  form.add("response_type", "code").add("redirect_uri", redirect_uri).add("scope", joined_scopes(order.scopes));
  form.add("state", attempt.state.reveal_text());
  form.add("code_challenge", challenge_of(attempt.verifier).reveal_text()).add("code_challenge_method", "S256");
  if (contains(order.scopes, "openid")) form.add("nonce", attempt.nonce.reveal_text());
  const std::string& claim = calls_.profile().consent.intent_claim;
  if (!claim.empty() && !attempt.reference.empty())
    form.add("claims", R"({"id_token":{)" + json_quoted(claim) + R"(:{"value":)" + json_quoted(attempt.reference) +
                           R"(,"essential":true}}})");
  if (!pushed) return with_query(metadata.authorization_endpoint, form);

  MEISAI_ASSIGN(
      const HttpResponse response,
      calls_.post(metadata.pushed_endpoint, form, {.connection = order.connection, .step = AuthorizeStep::link}));
  MEISAI_ASSIGN(const std::string request_uri, read_request_uri(response, calls_.ports().gate.now()));
  Form front;
  front.add("client_id", calls_.client_id()).add("request_uri", request_uri);
  return with_query(metadata.authorization_endpoint, front);
}

Result<void> Authorizer::exchange(const AuthorizeOrder& order, Attempt& attempt, const Secret& code,
                                  const std::string& redirect_uri) {
  MEISAI_ASSIGN(Form form, calls_.client_form());
  form.add("grant_type", "authorization_code").add("code", code.reveal_text()).add("redirect_uri", redirect_uri);
  form.add("code_verifier", attempt.verifier.reveal_text());
  const Instant asked_at = calls_.ports().gate.now();
  attempt.exchanged = true;
  MEISAI_ASSIGN(const HttpResponse response,
                calls_.post(calls_.metadata().token_endpoint, form,
                            {.connection = order.connection, .step = AuthorizeStep::link}));
  TokenReading reading = read_token_answer(response, asked_at);
  if (reading.outcome != TokenOutcome::granted) {
    reading.error->retry = Retry::after_user;
    if (reading.outcome == TokenOutcome::refused) reading.error->code = Code::authorization_failed;
    return fail(*std::move(reading.error));
  }
  TokenAnswer& answer = reading.answer;
  attempt.tokens.connection = order.connection;
  attempt.tokens.access = std::move(answer.access);
  attempt.tokens.refresh = std::move(answer.refresh);
  if (answer.unusable) return fail(*std::move(answer.unusable));
  MEISAI_ASSIGN(attempt.tokens.scopes, accepted_scopes(answer, order.scopes, calls_.profile()));
  attempt.tokens.obtained_at = asked_at;
  attempt.tokens.access_ends_at = asked_at + answer.life.value_or(calls_.profile().authorization.default_access_life);
  MEISAI_ASSIGN(const auto before, calls_.ports().store.tokens(order.connection));
  attempt.tokens.generation = before ? before->generation + 1 : 1;
  return {};
}

Result<Instant> Authorizer::agreed_end(const AuthorizeOrder& order, const Attempt& attempt) {
  if (attempt.reference.empty()) return order.ends_at;
  MEISAI_ASSIGN(const IssuerConsent consent,
                calls_.show_consent(attempt.reference, {.connection = order.connection, .step = AuthorizeStep::link}));
  const auto mismatch = [](std::string what) {
    return fail(Code::consent_mismatch, "the issuer's consent " + std::move(what) + "; it was given back",
                "link again; if it happens again, tell the issuer", Retry::after_user);
  };
  if (consent.ended || !consent.authorized) return mismatch("is not authorized there");
  if (!same_words(consent.permissions, calls_.profile().consent.permissions))
    return mismatch("has other permissions than were shown");
  if (!consent.ends_at || *consent.ends_at > order.ends_at) return mismatch("ends later than was shown");
  if (*consent.ends_at <= calls_.ports().gate.now()) return mismatch("has ended already");
  return *consent.ends_at;
}

void Authorizer::undo(const AuthorizeOrder& order, const Attempt& attempt) {
  if (!attempt.exchanged) return;  // nothing works there before a code was exchanged
  calls_.only_clean_up();
  const CallFor what{.connection = order.connection, .step = AuthorizeStep::revoke};
  std::vector<std::string> references;
  if (!attempt.reference.empty()) references.push_back(attempt.reference);
  Tokens tokens;
  tokens.refresh = attempt.tokens.refresh.clone();
  tokens.access = attempt.tokens.access.clone();
  const auto ended = end_everything(std::move(tokens), references, what);
  const Error* const error = ended ? nullptr : &ended.error();
  // The caller hears why the authorization failed; whether it could be given back stands in the audit.
  static_cast<void>(record(draft("token_revoke", order.connection, ended && *ended ? "done" : "failed", error)));
}

Result<bool> Authorizer::discard(Granted granted) {
  const CallFor what{.connection = granted.tokens.connection, .step = AuthorizeStep::revoke};
  std::vector<std::string> references;
  if (!granted.issuer_reference.empty()) references.push_back(granted.issuer_reference);
  auto ended = end_everything(std::move(granted.tokens), references, what);
  MEISAI_TRY(record(
      draft("token_revoke", what.connection, ended && *ended ? "done" : "failed", ended ? nullptr : &ended.error())));
  return ended;
}

}  // namespace meisai::authorize
