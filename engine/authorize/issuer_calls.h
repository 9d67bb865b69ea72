// SPDX-License-Identifier: Apache-2.0
//
// The calls that engine/authorize makes at an issuer: metadata, token, pushed request, revocation, consent.
// Each goes through the gate on its own and may go nowhere but to the addresses that profile and metadata
// name, with the verb that belongs there. Whoever has transfers of its own under way shares the transport by
// transport_view.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/authorize/form.h"
#include "engine/authorize/metadata.h"
#include "engine/authorize/token_answer.h"
#include "engine/gate/gate.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/http.h"
#include "meisai/ports/linked_adapter.h"
#include "meisai/ports/signer.h"

namespace meisai::authorize {

struct AuthorizePorts {
  Gate& gate;
  HttpTransport& transport;
  ConsentStore& store;
  Entropy& entropy;
  /// Writes an entry for what the store's own calls do not cover (`Store::record`).
  std::function<Result<void>(const AuditDraft&)> record;
  /// Hears what an issuer's answer says the time is: a second source (requirements 10.8). May be empty.
  std::function<void(Instant)> hear_time = {};
};

/// Who asks, and whether they still want it.
struct Caller {
  std::string actor = "subject";
  bool attended = true;
  std::function<bool()> go_on;  ///< asked several times a second; false: stop. Empty: never stops
};

struct AuthorizeLimits {
  std::chrono::milliseconds listen{std::chrono::minutes(10)};  ///< for the person at the issuer
  std::chrono::milliseconds token_call{30'000};                ///< longest life of a call, so of a refresh intent
  std::chrono::milliseconds clean_up{5'000};                   ///< for undoing after a failure or an interruption
};

/// Whether a failed call may simply be made again at another time. What gate and person say stands, and what
/// somebody must look at (trust, a registration that is refused) is said aloud.
[[nodiscard]] bool is_not_now(const Error& error);

/// What a call is for.
struct CallFor {
  ConnectionId connection;
  AuthorizeStep step = AuthorizeStep::refresh;
};

class IssuerCalls {
 public:
  IssuerCalls(AuthorizePorts ports, const LinkedIssuer& issuer, const Registration& registration, Signer* signer,
              Caller caller, AuthorizeLimits limits)
      : ports_(std::move(ports)),
        issuer_(issuer),
        registration_(registration),
        signer_(signer),
        caller_(std::move(caller)),
        limits_(limits) {}

  [[nodiscard]] AuthorizePorts& ports() noexcept { return ports_; }
  [[nodiscard]] const IssuerProfile& profile() const { return issuer_.profile(); }
  [[nodiscard]] const Caller& caller() const noexcept { return caller_; }
  [[nodiscard]] const AuthorizeLimits& limits() const noexcept { return limits_; }
  [[nodiscard]] const std::string& client_id() const noexcept { return registration_.client_id; }
  [[nodiscard]] PermitScope scope_of(const CallFor& what) const;
  [[nodiscard]] bool go_on() const { return !caller_.go_on || caller_.go_on(); }
  /// From now on nobody is asked any more and every call ends soon: for undoing what was done.
  void only_clean_up() noexcept { cleaning_up_ = true; }

  /// Reads the metadata anew. Everything below needs it.
  [[nodiscard]] Result<void> discover(const CallFor& what);
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }

  /// A form that proves who we are, for one attempt.
  [[nodiscard]] Result<Form> client_form();
  /// A form post: begun (nothing has left the machine where this fails), then waited for.
  [[nodiscard]] Result<HttpTransport::Ticket> begin_post(const std::string& url, const Form& form, const CallFor& what);
  /// `patience`: how long to wait on once the caller wants to stop.
  [[nodiscard]] Result<HttpResponse> finish(HttpTransport::Ticket ticket, std::chrono::milliseconds patience = {});
  [[nodiscard]] Result<HttpResponse> post(const std::string& url, const Form& form, const CallFor& what);

  /// Passes at least this time. Transfers of others go on meanwhile, and see a cutoff.
  void pause(std::chrono::milliseconds time);

  [[nodiscard]] Result<IssuerConsent> make_consent(Instant ends_at, LocalDate history_from, const CallFor& what);
  [[nodiscard]] Result<IssuerConsent> show_consent(const std::string& reference, const CallFor& what);
  /// True: confirmed. False: not reachable now. Other answers are errors.
  [[nodiscard]] Result<bool> end_consent(const std::string& reference, const CallFor& what);
  /// RFC 7009, refresh token first. True and false as `end_consent`.
  [[nodiscard]] Result<bool> revoke_tokens(const Secret& refresh, const Secret& access, const CallFor& what);

  /// 32 bytes of randomness in base64url.
  [[nodiscard]] Result<Secret> random_text();

 private:
  [[nodiscard]] HttpRules rules() const;
  [[nodiscard]] Result<HttpTransport::Ticket> begin(HttpRequest request, const CallFor& what);
  [[nodiscard]] Result<HttpResponse> get(const std::string& url, const CallFor& what);
  [[nodiscard]] Result<std::string> client_assertion();
  [[nodiscard]] Result<Secret> client_token(const CallFor& what);
  [[nodiscard]] Result<HttpResponse> call_consent(ConsentCall call, const CallFor& what);
  [[nodiscard]] Result<IssuerConsent> read_consent_answer(const HttpResponse& response);
  [[nodiscard]] Result<bool> revoke_token(const Secret& token, std::string_view hint, const CallFor& what);

  AuthorizePorts ports_;
  const LinkedIssuer& issuer_;
  const Registration& registration_;
  Signer* signer_;
  Caller caller_;
  AuthorizeLimits limits_;
  Metadata metadata_;
  std::vector<std::string> metadata_addresses_;
  bool cleaning_up_ = false;
};

}  // namespace meisai::authorize
