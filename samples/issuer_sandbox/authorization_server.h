// SPDX-License-Identifier: Apache-2.0
//
// The OAuth 2 side of one company: metadata (RFC 8414), pushed requests (RFC 9126), the two pages a person
// sees, codes with PKCE, tokens, revocation (RFC 7009), `iss` in every answer of the browser (RFC 9207).
#pragma once

#include <optional>
#include <string>

#include "samples/issuer_sandbox/client_assertion.h"
#include "samples/issuer_sandbox/company.h"
#include "samples/issuer_sandbox/grants.h"
#include "samples/issuer_sandbox/http_message.h"

namespace sandbox {

class AuthorizationServer {
 public:
  struct Setting {
    const Company& company;
    std::string origin;  ///< the issuer's identifier
    KnownClient client;
    bool auto_approve = false;
  };
  AuthorizationServer(Setting setting, const Clock& clock, Grants& grants)
      : setting_(std::move(setting)), clock_(clock), grants_(grants) {}

  /// Nothing where the path is none of this side's.
  [[nodiscard]] std::optional<Response> answer(const Request& request);

 private:
  [[nodiscard]] Response metadata() const;
  [[nodiscard]] Response pushed(const Form& form);
  [[nodiscard]] Response authorize(const Request& request);
  [[nodiscard]] Response login(const Form& form);
  [[nodiscard]] Response decide(const Form& form);
  [[nodiscard]] Response decided(const Form& parameters, bool allowed);
  [[nodiscard]] Response token(const Form& form);
  [[nodiscard]] Response token_for_code(const Form& form);
  [[nodiscard]] Response token_for_refresh(const Form& form);
  [[nodiscard]] Response revoke(const Form& form);

  [[nodiscard]] std::optional<Response> refuse_client(const Form& form);
  [[nodiscard]] std::string fault_of_redirect(const Form& parameters) const;
  [[nodiscard]] std::pair<std::string, std::string> fault_of_request(const Form& parameters) const;
  [[nodiscard]] std::string consent_of(const Form& parameters) const;
  [[nodiscard]] std::string callback(const Form& parameters, Form answer) const;
  [[nodiscard]] Response token_answer(const TokenPair& pair, const std::string& scope) const;

  Setting setting_;
  const Clock& clock_;
  Grants& grants_;
};

/// `openbanking_intent_id`: as OBIE sends it in `claims`, or as a plain parameter.
[[nodiscard]] std::string intent_of(const Form& parameters);

}  // namespace sandbox
