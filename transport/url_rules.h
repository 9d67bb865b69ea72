// SPDX-License-Identifier: Apache-2.0
//
// Where a request may go and with which verb, decided on the text of its address before anything is sent. An
// address that two parsers could read in two ways is refused: next links come from the other side.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "meisai/error.h"
#include "meisai/ports/http.h"

namespace meisai::transport {

/// An https address in the one form that we take.
struct Url {
  std::string host;  ///< lower case; an IPv6 literal with its brackets
  std::uint16_t port = 443;
  std::string path;  ///< begins with '/'
  bool has_query = false;
  bool is_literal = false;  ///< the host is an IP address
};

/// `insecure_url`, saying what is wrong with it and never what it is.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// Whether one of the rules allows this. Errors: `insecure_url` (form, scheme, foreign origin), `write_refused`
/// (no rule for this verb and path), `profile_not_valid` (a rule that is no address itself).
[[nodiscard]] Result<void> check_url(HttpMethod method, std::string_view url, const HttpRules& rules);

}  // namespace meisai::transport
