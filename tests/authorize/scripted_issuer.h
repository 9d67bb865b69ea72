// SPDX-License-Identifier: Apache-2.0
//
// An issuer in memory, and everything else that an Authorizer needs, so that each rule can be tried with the
// answer that breaks it. It checks what it is sent (PKCE, the assertion, the one use of a refresh token) and
// keeps what it saw. The real server's tests are beside (real_server/).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/authorize/authorizer.h"
#include "engine/authorize/openssl_signer.h"
#include "meisai/ports/system.h"

namespace meisai::scripted {

inline constexpr const char* issuer_url = "https://auth.example";
inline constexpr const char* consent_base = "https://api.example/open-banking/v3.1/aisp";

[[nodiscard]] IssuerProfile profile();
/// A new key of its own for every call.
[[nodiscard]] Secret ec_key_pem();
[[nodiscard]] Secret rsa_key_pem(unsigned bits);
[[nodiscard]] Secret ec_key_pem_on(const char* curve);

/// What came in, with the form's parameters in the clear.
struct Seen {
  std::string endpoint;  ///< `token`, `par`, `revoke`, `metadata`, `consent`
  HttpMethod method = HttpMethod::get;
  std::map<std::string, std::string> form;
  std::string bearer;
};

/// Facts of a store in which one consent stands.
class Facts1 final : public FactSource {
 public:
  Result<Facts> facts() override { return facts_; }
  Result<Facts> facts_about(const ConnectionId&) override { return facts_; }
  Result<void> raise_high_water(Instant at) override {
    facts_.high_water = std::max(facts_.high_water, at);
    return {};
  }
  Facts facts_;
};

class FreeLocks final : public GateLock, public WireLock {
 public:
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds) override;
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds) override;
  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId&, const ConnectionId&) override;
  Result<void> drain(const IssuerId&, const ConnectionId&, std::chrono::milliseconds) override { return {}; }
};

/// One connection's tokens. `on_read` lets a test play another process.
class TokenStore final : public ConsentStore {
 public:
  Result<void> put_consent(const Consent& consent, const AuditDraft& audit) override;
  Result<std::vector<Consent>> consents() override { return consents_; }
  Result<std::optional<Tokens>> tokens(const ConnectionId&) override;
  Result<void> put_tokens(const Tokens& tokens, std::optional<std::uint64_t> after_intent,
                          const AuditDraft& audit) override;
  Result<bool> intend_refresh(Permit<Authorize> permit, const ConnectionId&, std::uint64_t generation,
                              const AuditDraft& audit) override;
  Result<void> set_token_state(const ConnectionId&, std::uint64_t generation, TokenState state,
                               const AuditDraft& audit) override;
  Result<void> put_grant(const Consent&, const Tokens&, const AuditDraft&) override { return {}; }
  Result<void> adopt(const ConnectionId&, const ConsentId&, const ConsentId&, const AuditDraft&) override { return {}; }
  Result<std::vector<TokensAside>> aside() override { return std::vector<TokensAside>(); }
  Result<void> drop_aside(const ConnectionId&, const ConsentId&, const AuditDraft&) override { return {}; }
  Result<void> put_client_key(const IssuerId&, const Secret&, const AuditDraft&) override { return {}; }
  Result<Secret> client_key(const IssuerId&) override { return Secret(); }

  std::optional<Tokens> kept;
  std::vector<Consent> consents_;
  std::vector<AuditDraft> audit;
  std::function<void()> on_read;
  std::function<void()> before_put;
};

/// The issuer's side, as a transport: answers at once.
class Issuer final : public HttpTransport {
 public:
  Result<Ticket> begin(HttpRequest request, const HttpRules& rules, Crossing crossing) override;
  std::vector<Ended> wait(std::chrono::milliseconds longest) override;
  void abandon(Ticket) noexcept override { ++abandoned; }

  /// Metadata, as JSON members that a test may change.
  std::map<std::string, std::string> metadata;
  int metadata_status = 200;
  bool drop_permissions = false;
  std::optional<Instant> consent_ends_at;
  bool consent_authorized = true;
  /// Looks at, changes or replaces an answer. By endpoint name.
  std::map<std::string, std::function<Result<HttpResponse>(const Seen&, HttpResponse)>> change;
  /// Endpoints that never answer: `wait` gives nothing.
  std::set<std::string> silent;

  std::vector<Seen> seen;
  std::set<std::string> live;                    ///< tokens that work there
  std::map<std::string, int> uses;               ///< of each refresh token
  std::map<std::string, std::string> challenge;  ///< of each code
  std::string redirect_uri;
  std::string consent_reference;  ///< the one that stands; empty: none
  int abandoned = 0;
  int consents_made = 0;

  Issuer();
  /// What the person does in the browser: the query that the issuer sends it back with.
  [[nodiscard]] std::string agree(const std::string& url);
  [[nodiscard]] std::vector<const Seen*> seen_at(const std::string& endpoint) const;

 private:
  [[nodiscard]] HttpResponse answer(const Seen& seen, const std::string& url);
  [[nodiscard]] HttpResponse token(const Seen& seen);
  [[nodiscard]] HttpResponse issue(const std::string& scope, bool with_refresh);

  std::map<std::string, std::map<std::string, std::string>> pushed_;
  std::vector<Ended> ended_;
  Ticket next_ = 1;
  int counter_ = 0;
};

[[nodiscard]] HttpResponse json_answer(int status, const std::string& body);
[[nodiscard]] std::map<std::string, std::string> form_of(std::string_view text);

/// A browser whose person does what `visit` says: takes the address, gives the query of the redirect.
class Browser final : public UserAgent {
 public:
  explicit Browser(std::function<std::string(const std::string&)> visit) : visit_(std::move(visit)) {}
  Result<std::unique_ptr<RedirectListener>> listen() override;
  Result<void> open(const std::string& url) override;
  std::string opened;

 private:
  std::function<std::string(const std::string&)> visit_;
  std::string query_;
};

/// An issuer of a family that keeps consents, with nothing behind it to fetch.
class Link final : public LinkedIssuer {
 public:
  explicit Link(IssuerProfile profile) : profile_(std::move(profile)) {}
  const IssuerProfile& profile() const override { return profile_; }
  std::span<const LayoutInfo> layouts() const override { return {}; }
  std::vector<HttpPathRule> resource_paths() const override { return {}; }
  std::vector<HttpPathRule> consent_paths() const override;
  std::vector<std::pair<std::string, std::string>> headers() const override { return {}; }
  std::unique_ptr<Conversation> converse(const FetchPlan&) const override { return nullptr; }
  ConsentCall create_consent(Instant ends_at, LocalDate history_from) const override;
  ConsentCall show_consent(const std::string& reference) const override;
  ConsentCall revoke_consent(const std::string& reference) const override;
  Result<IssuerConsent> read_consent(std::string_view body) const override;
  IssuerProfile profile_;
};

/// All of it together.
class World {
 public:
  explicit World(IssuerProfile of = profile());
  [[nodiscard]] authorize::Authorizer authorizer();
  [[nodiscard]] authorize::AuthorizeOrder order() const;
  /// Tokens as an earlier link left them.
  void linked();
  [[nodiscard]] Result<authorize::Granted> link();

  ScriptedClock clock{Instant(std::chrono::seconds(1'790'000'000))};
  SeededEntropy entropy{7};
  Facts1 facts;
  FreeLocks locks;
  Gate gate{facts, locks, locks, clock};
  Issuer issuer;
  TokenStore store;
  Link linked_issuer;
  Registration registration;
  std::unique_ptr<authorize::OpensslSigner> signer;
  Browser browser{[this](const std::string& url) { return issuer.agree(url); }};
  authorize::Caller caller;
  authorize::AuthorizeLimits limits;
  std::vector<AuditDraft> recorded;
};

}  // namespace meisai::scripted
