// SPDX-License-Identifier: Apache-2.0
//
// The OBIE 3.1 side of one company: account-access-consents, accounts, statements, transactions. Every call
// is checked against token, scope, consent and the consent's bounds.
#pragma once

#include <optional>
#include <string>

#include "samples/issuer_sandbox/company.h"
#include "samples/issuer_sandbox/grants.h"
#include "samples/issuer_sandbox/http_message.h"
#include "samples/issuer_sandbox/story.h"

namespace sandbox {

inline constexpr const char* api_base = "/open-banking/v3.1/aisp";

/// The id of a card under a consent: another one with every new consent.
[[nodiscard]] std::string account_id(const Company& company, const std::string& consent, std::size_t card);

class AccountApi {
 public:
  struct Setting {
    const Company& company;
    std::string origin;
    std::size_t page_size = 25;
  };
  AccountApi(Setting setting, const Clock& clock, Grants& grants, Story story)
      : setting_(std::move(setting)), clock_(clock), grants_(grants), story_(std::move(story)) {}

  /// Nothing where the path is none of this side's.
  [[nodiscard]] std::optional<Response> answer(const Request& request);

 private:
  struct Caller {
    Token token;
    ConsentObject consent;
  };
  [[nodiscard]] Response consents(const Request& request, const std::string& below, const Token& token);
  [[nodiscard]] Response create_consent(const Request& request);
  [[nodiscard]] std::optional<Response> refuse(const Caller& caller, const std::string& permission) const;
  [[nodiscard]] Response accounts(const Caller& caller, const std::string& only) const;
  [[nodiscard]] Response below_account(const Caller& caller, const Request& request, const std::string& account,
                                       const std::string& rest) const;
  [[nodiscard]] Response statements(const Caller& caller, const Request& request, std::size_t card) const;
  [[nodiscard]] Response statement_rows(const Caller& caller, const Request& request, std::size_t card,
                                        const std::string& statement) const;
  [[nodiscard]] Response transactions(const Caller& caller, const Request& request, std::size_t card) const;
  [[nodiscard]] Response rows_page(const Caller& caller, const Request& request, std::vector<Row> rows) const;

  Setting setting_;
  const Clock& clock_;
  Grants& grants_;
  Story story_;
};

}  // namespace sandbox
