// SPDX-License-Identifier: Apache-2.0
//
// The token endpoint's answer (RFC 6749 section 5). What identifies the person (`id_token`, claims) is
// dropped unread. What was given is always returned, also where it must not be used: it has to be revoked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meisai/error.h"
#include "meisai/ports/http.h"
#include "meisai/secret.h"

namespace meisai::authorize {

struct TokenAnswer {
  Secret access;
  Secret refresh;  ///< empty: none came
  std::optional<std::chrono::seconds> life;
  std::optional<std::vector<std::string>> scopes;  ///< absent: as asked for
  std::optional<Error> unusable;                   ///< why it may not be used, although it was given
};

/// What an answer means for the request that it belongs to.
enum class TokenOutcome : std::uint8_t {
  granted,
  refused,    ///< `invalid_grant`: what was sent is worth nothing any more
  untouched,  ///< the issuer did not act on it; the same may be sent at another time
  unknown,    ///< nobody can say whether it acted
};
struct TokenReading {
  TokenOutcome outcome = TokenOutcome::unknown;
  TokenAnswer answer;          ///< for `granted`
  std::optional<Error> error;  ///< for the others
};

[[nodiscard]] TokenReading read_token_answer(const HttpResponse& response, Instant now);

/// The Error of an answer that is no success: with the OAuth error word where it is a known one, and
/// `next_allowed_at` where the issuer says when to come again.
[[nodiscard]] Error issuer_error(const HttpResponse& response, Instant now, const std::string& what);

/// Scopes as RFC 6749 writes them; nothing where a character does not belong.
[[nodiscard]] std::optional<std::vector<std::string>> read_scopes(std::string_view text);
[[nodiscard]] std::string joined_scopes(const std::vector<std::string>& scopes);

}  // namespace meisai::authorize
