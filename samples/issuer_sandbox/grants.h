// SPDX-License-Identifier: Apache-2.0
//
// What one company remembers of clients and people: consents, pushed requests, codes, tokens. Tokens are kept
// as digests, unless the run is to be searched for them afterwards. All of it lives as long as the process.
// Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "samples/issuer_sandbox/clock.h"
#include "samples/issuer_sandbox/encoding.h"

namespace sandbox {

struct ConsentObject {
  std::string id;
  std::string status;  ///< AwaitingAuthorisation, Authorised, Rejected, Revoked
  std::vector<std::string> permissions;
  Seconds created = 0;
  Seconds updated = 0;
  std::optional<Seconds> expires;
  std::optional<Seconds> from;
  std::optional<Seconds> to;
};

struct Code {
  std::string client_id;
  std::string redirect_uri;
  std::string challenge;
  std::string scope;
  std::string consent;
  Seconds expires = 0;
  std::optional<std::string> grant;  ///< made of it when it was used
};

enum class TokenUse : std::uint8_t { access, refresh, client };

struct Token {
  TokenUse use = TokenUse::access;
  std::string grant;    ///< empty for a client's own token
  std::string consent;  ///< likewise
  std::string scope;
  std::string client_id;
  Seconds expires = 0;
  bool spent = false;  ///< a refresh token that was used
};

struct TokenPair {
  std::string access;
  std::string refresh;
};

struct Lives {
  Seconds access = 300;
  Seconds refresh = 180 * day_length;
  Seconds code = 60;
  Seconds pushed = 90;
};

class Grants {
 public:
  Grants(const Clock& clock, Lives lives) : clock_(clock), lives_(lives) {}
  [[nodiscard]] const Lives& lives() const { return lives_; }

  // Consents.
  [[nodiscard]] ConsentObject add_consent(ConsentObject draft);
  [[nodiscard]] std::optional<ConsentObject> consent(const std::string& id) const;
  bool set_status(const std::string& id, const std::string& status);
  /// What DELETE does: the object is gone and every token of it is dead.
  bool delete_consent(const std::string& id);
  [[nodiscard]] std::vector<ConsentObject> consents() const;

  // Pushed requests: each may be taken once.
  [[nodiscard]] std::string push(const std::string& client_id, Form parameters);
  [[nodiscard]] std::optional<Form> take_pushed(const std::string& client_id, const std::string& request_uri);

  // What a person has open in the browser.
  [[nodiscard]] std::string open_interaction(Form parameters);
  [[nodiscard]] std::optional<Form> interaction(const std::string& id) const;
  void close_interaction(const std::string& id);

  // Codes and tokens.
  [[nodiscard]] std::string add_code(Code code);
  /// The code, once. A second use kills the grant that the first one made.
  [[nodiscard]] std::optional<Code> use_code(const std::string& code);
  [[nodiscard]] TokenPair new_grant(const std::string& code, const Code& from);
  [[nodiscard]] std::string client_token(const std::string& client_id, const std::string& scope);
  /// Rotates. A second use of the same token kills the whole grant.
  [[nodiscard]] std::optional<TokenPair> refresh(const std::string& client_id, const std::string& token);
  [[nodiscard]] std::optional<Token> live(const std::string& token) const;
  void revoke(const std::string& client_id, const std::string& token);
  [[nodiscard]] bool first_use_of_assertion(const std::string& jti, Seconds expires);

  // What the control port does to the issuer's side.
  std::size_t kill_access_tokens();
  std::size_t kill_all_tokens();
  [[nodiscard]] std::map<std::string, std::size_t> counts() const;

  // For a test that looks for them where they must not be. Off, nothing is kept.
  void remember_secrets();
  void note_secret(const std::string& kind, const std::string& value);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> secrets() const;
  [[nodiscard]] bool remembers_secrets() const;

 private:
  [[nodiscard]] std::string keep(Token token);
  void note(const char* kind, const std::string& value);
  void end_grant(const std::string& grant);
  [[nodiscard]] TokenPair pair_for(const Token& like);

  const Clock& clock_;
  Lives lives_;
  mutable std::mutex mutex_;
  std::map<std::string, ConsentObject> consents_;
  struct Pushed {
    std::string client_id;
    Form parameters;
    Seconds expires = 0;
  };
  std::map<std::string, Pushed> pushed_;
  std::map<std::string, Form> interactions_;
  std::map<std::string, Code> codes_;
  std::map<std::string, Token> tokens_;  ///< by digest
  std::set<std::string> ended_grants_;
  std::map<std::string, Seconds> assertions_;
  std::map<std::string, std::size_t> counts_;
  std::optional<std::vector<std::pair<std::string, std::string>>> secrets_;
};

}  // namespace sandbox
