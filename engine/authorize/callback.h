// SPDX-License-Identifier: Apache-2.0
//
// What the browser brings back, checked before anything of it goes anywhere: our one-time state, then the
// issuer (RFC 9207, also in errors), then exactly one of code and error.
#pragma once

#include <string_view>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai::authorize {

struct ExpectedCallback {
  std::string_view state;
  std::string_view issuer;
  bool issuer_required = false;
};

/// The authorization code. `authorization_denied` where the person said no, `authorization_failed` otherwise;
/// a callback that is not ours says so and nothing of it is repeated.
[[nodiscard]] Result<Secret> code_from_callback(const Secret& query, const ExpectedCallback& expected);

/// An OAuth error word that may be shown: from the closed lists of RFC 6749, 7009, 9126 and OpenID Connect;
/// any other is `unknown`.
[[nodiscard]] std::string_view known_error_word(std::string_view word) noexcept;

}  // namespace meisai::authorize
