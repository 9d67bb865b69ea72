// SPDX-License-Identifier: Apache-2.0
//
// How bytes reach an issuer. A transfer needs a Crossing, which only the gate makes from a permit, and
// rules that come from the issuer's profile only (origins, paths with their verbs, limits, trust). The
// implementation (transport/, or the host's own) keeps them and lets go when the crossing closes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meisai/error.h"
#include "meisai/permit.h"
#include "meisai/secret.h"

namespace meisai {

enum class HttpMethod : std::uint8_t { get, post, delete_ };
[[nodiscard]] std::string_view name_of(HttpMethod) noexcept;

struct HttpRequest {
  HttpMethod method = HttpMethod::get;
  std::string url;  ///< absolute, https
  std::vector<std::pair<std::string, std::string>> headers;
  Secret bearer;             ///< sent as `Authorization: Bearer`; empty: none
  Secret body;               ///< may hold codes and tokens; empty: none
  std::string content_type;  ///< of the body
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  Secret body;                                               ///< decoded; may hold tokens or statement content
  /// The first header of this name (lower case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// A path and what may be done there. `exact` false: everything below it too.
struct HttpPathRule {
  HttpMethod method = HttpMethod::get;
  std::string prefix;  ///< scheme, host, port and path: `https://localhost:8443/open-banking/v3.1/aisp/`
  bool exact = false;
};

/// What one issuer's transfers may do. From its profile, never from an answer.
struct HttpRules {
  std::string issuer;  ///< id, for errors
  std::string pool;    ///< connections are kept and reused within one pool only (issuer and client certificate)
  std::vector<HttpPathRule> paths;
  bool sandbox = false;  ///< loopback addresses are allowed (and nothing but them)
  std::string ca_pem;    ///< trust anchors; empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{60'000};
  std::uint64_t largest_body = std::uint64_t{32} << 20U;  ///< counted after decompression
  std::uint64_t largest_headers = 64 * 1024;
};

/// Several transfers at a time on the caller's thread. Not thread-safe.
class HttpTransport {
 public:
  using Ticket = std::uint64_t;
  struct Ended {
    Ticket ticket = 0;
    Result<HttpResponse> result;
  };
  virtual ~HttpTransport() = default;

  /// Begins a transfer; its bytes move inside `wait`. Errors before anything is sent: `write_refused` (no rule
  /// for this verb and path), `insecure_url`. Redirects are never followed.
  [[nodiscard]] virtual Result<Ticket> begin(HttpRequest request, const HttpRules& rules, Crossing crossing) = 0;
  /// Moves bytes until a transfer has ended or `longest` has passed. A transfer whose crossing closed ends with
  /// that refusal within 100 ms and without its body. Others: issuer_unreachable, tls_not_trusted, insecure_url
  /// (an address that is not allowed), redirect_refused, answer_too_large, answer_not_valid.
  [[nodiscard]] virtual std::vector<Ended> wait(std::chrono::milliseconds longest) = 0;
  /// Breaks a transfer off at once; it never appears in `wait`.
  virtual void abandon(Ticket ticket) noexcept = 0;
};

}  // namespace meisai
