// SPDX-License-Identifier: Apache-2.0
//
// What a browser, or anything else on this machine, said to the loopback listener, and what it is answered.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace meisai::transport {

constexpr std::string_view redirect_path = "/callback";
constexpr std::size_t largest_redirect_request = std::size_t{16} * 1024;

struct RedirectRequest {
  enum class Kind { unfinished, redirect, wrong_path, wrong_method, malformed };
  Kind kind = Kind::unfinished;
  std::string_view query;  ///< of a redirect; points into the text that was read
};

/// `host` is the one value of the Host header that is taken: `127.0.0.1:49152`.
[[nodiscard]] RedirectRequest read_redirect_request(std::string_view text, std::string_view host);

/// The whole HTTP answer. The page is the same for every redirect: it says nothing of the outcome.
[[nodiscard]] std::string redirect_answer(RedirectRequest::Kind kind);

}  // namespace meisai::transport
