// SPDX-License-Identifier: Apache-2.0
//
// The rules of RFC 6749, 7636, 9126 and 9700 about what may be used how often and until when.
#include "samples/issuer_sandbox/grants.h"

#include <utility>

namespace sandbox {

ConsentObject Grants::add_consent(ConsentObject draft) {
  const std::lock_guard lock(mutex_);
  draft.id = "consent-" + random_name(12);
  draft.created = draft.updated = clock_.now();
  consents_[draft.id] = draft;
  ++counts_["consents"];
  return draft;
}

std::optional<ConsentObject> Grants::consent(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = consents_.find(id);
  return found == consents_.end() ? std::nullopt : std::optional(found->second);
}

bool Grants::set_status(const std::string& id, const std::string& status) {
  const std::lock_guard lock(mutex_);
  const auto found = consents_.find(id);
  if (found == consents_.end()) {
    return false;
  }
  found->second.status = status;
  found->second.updated = clock_.now();
  return true;
}

bool Grants::delete_consent(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (consents_.erase(id) == 0) {
    return false;
  }
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.consent == id; });
  ++counts_["consents_deleted"];
  return true;
}

std::vector<ConsentObject> Grants::consents() const {
  const std::lock_guard lock(mutex_);
  std::vector<ConsentObject> result;
  for (const auto& [id, object] : consents_) {
    result.push_back(object);
  }
  return result;
}

std::string Grants::push(const std::string& client_id, Form parameters) {
  const std::lock_guard lock(mutex_);
  std::string uri = "urn:ietf:params:oauth:request_uri:" + random_name();
  pushed_[uri] = {client_id, std::move(parameters), clock_.now() + lives_.pushed};
  ++counts_["pushed"];
  note("request_uri", uri);
  return uri;
}

std::optional<Form> Grants::take_pushed(const std::string& client_id, const std::string& request_uri) {
  const std::lock_guard lock(mutex_);
  const auto found = pushed_.find(request_uri);
  if (found == pushed_.end()) {
    return std::nullopt;
  }
  const Pushed taken = std::move(found->second);
  pushed_.erase(found);
  if (taken.client_id != client_id || taken.expires <= clock_.now()) {
    return std::nullopt;
  }
  return taken.parameters;
}

std::string Grants::open_interaction(Form parameters) {
  const std::lock_guard lock(mutex_);
  std::string id = random_name();
  interactions_[id] = std::move(parameters);
  return id;
}

std::optional<Form> Grants::interaction(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = interactions_.find(id);
  return found == interactions_.end() ? std::nullopt : std::optional(found->second);
}

void Grants::close_interaction(const std::string& id) {
  const std::lock_guard lock(mutex_);
  interactions_.erase(id);
}

std::string Grants::add_code(Code code) {
  const std::lock_guard lock(mutex_);
  code.expires = clock_.now() + lives_.code;
  std::string value = random_name();
  codes_[sha256(value)] = std::move(code);
  ++counts_["codes"];
  note("code", value);
  return value;
}

std::optional<Code> Grants::use_code(const std::string& code) {
  const std::lock_guard lock(mutex_);
  const auto found = codes_.find(sha256(code));
  if (found == codes_.end()) {
    return std::nullopt;
  }
  if (found->second.grant) {
    end_grant(*found->second.grant);
    ++counts_["codes_replayed"];
    return std::nullopt;
  }
  found->second.grant = "";
  return found->second.expires > clock_.now() ? std::optional(found->second) : std::nullopt;
}

TokenPair Grants::new_grant(const std::string& code, const Code& from) {
  const std::lock_guard lock(mutex_);
  const std::string grant = random_name();
  codes_[sha256(code)].grant = grant;
  ++counts_["grants"];
  return pair_for({.grant = grant, .consent = from.consent, .scope = from.scope, .client_id = from.client_id});
}

TokenPair Grants::pair_for(const Token& like) {
  Token access = like;
  access.use = TokenUse::access;
  access.spent = false;
  access.expires = clock_.now() + lives_.access;
  Token refresh = access;
  refresh.use = TokenUse::refresh;
  refresh.expires = clock_.now() + lives_.refresh;
  TokenPair pair;
  pair.access = keep(std::move(access));
  pair.refresh = keep(std::move(refresh));
  return pair;
}

std::string Grants::keep(Token token) {
  std::string value = random_name(32);
  note(token.use == TokenUse::access    ? "access_token"
       : token.use == TokenUse::refresh ? "refresh_token"
                                        : "client_token",
       value);
  tokens_[sha256(value)] = std::move(token);
  return value;
}

std::string Grants::client_token(const std::string& client_id, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  ++counts_["client_tokens"];
  return keep(
      {.use = TokenUse::client, .scope = scope, .client_id = client_id, .expires = clock_.now() + lives_.access});
}

std::optional<TokenPair> Grants::refresh(const std::string& client_id, const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(sha256(token));
  if (found == tokens_.end() || found->second.use != TokenUse::refresh || found->second.client_id != client_id) {
    ++counts_["refreshes_refused"];
    return std::nullopt;
  }
  if (found->second.spent) {
    ++counts_["refresh_tokens_reused"];
    end_grant(std::string(found->second.grant));
    return std::nullopt;
  }
  if (found->second.expires <= clock_.now()) {
    ++counts_["refreshes_refused"];
    return std::nullopt;
  }
  found->second.spent = true;
  ++counts_["refreshes"];
  return pair_for(Token(found->second));
}

// Spent refresh tokens stay, so that each later use of one is recognized.
void Grants::end_grant(const std::string& grant) {
  ended_grants_.insert(grant);
  std::erase_if(tokens_, [&](const auto& entry) { return entry.second.grant == grant && !entry.second.spent; });
}

std::optional<Token> Grants::live(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(sha256(token));
  if (found == tokens_.end() || found->second.use == TokenUse::refresh || found->second.expires <= clock_.now() ||
      ended_grants_.contains(found->second.grant)) {
    return std::nullopt;
  }
  return found->second;
}

void Grants::revoke(const std::string& client_id, const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(sha256(token));
  if (found == tokens_.end() || found->second.client_id != client_id) {
    return;  // RFC 7009: an unknown token is as good as revoked
  }
  ++counts_["revocations"];
  if (found->second.use == TokenUse::refresh) {
    end_grant(std::string(found->second.grant));
  } else {
    tokens_.erase(found);
  }
}

bool Grants::first_use_of_assertion(const std::string& jti, Seconds expires) {
  const std::lock_guard lock(mutex_);
  std::erase_if(assertions_, [now = clock_.now()](const auto& entry) { return entry.second < now; });
  return assertions_.emplace(jti, expires).second;
}

std::size_t Grants::kill_access_tokens() {
  const std::lock_guard lock(mutex_);
  return std::erase_if(tokens_, [](const auto& entry) { return entry.second.use == TokenUse::access; });
}

std::size_t Grants::kill_all_tokens() {
  const std::lock_guard lock(mutex_);
  return std::erase_if(tokens_, [](const auto& entry) { return entry.second.use != TokenUse::client; });
}

std::map<std::string, std::size_t> Grants::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Grants::remember_secrets() {
  const std::lock_guard lock(mutex_);
  secrets_.emplace();
}

bool Grants::remembers_secrets() const {
  const std::lock_guard lock(mutex_);
  return secrets_.has_value();
}

void Grants::note(const char* kind, const std::string& value) {
  if (secrets_ && !value.empty()) {
    secrets_->emplace_back(kind, value);
  }
}

void Grants::note_secret(const std::string& kind, const std::string& value) {
  const std::lock_guard lock(mutex_);
  note(kind.c_str(), value);
}

std::vector<std::pair<std::string, std::string>> Grants::secrets() const {
  const std::lock_guard lock(mutex_);
  return secrets_.value_or(std::vector<std::pair<std::string, std::string>>{});
}

}  // namespace sandbox
