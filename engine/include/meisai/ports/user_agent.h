// SPDX-License-Identifier: Apache-2.0
//
// The person's browser, and the loopback address to which the issuer sends it back (RFC 8252). Never a web
// view: the person sees the issuer's own address (METI-3.4.2-iii). A host app may bring its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai {

/// Where the issuer sends the browser back to. Takes one request of the right path, then closes.
class RedirectListener {
 public:
  virtual ~RedirectListener() = default;
  /// `http://127.0.0.1:49152/callback`: goes into the authorization request as it is.
  [[nodiscard]] virtual const std::string& redirect_uri() const = 0;
  /// Waits for the redirect and answers it with a static page. Returns the query, still encoded. Asks
  /// `go_on` at least every 200 ms. Errors: `interrupted` (go_on said no), `authorization_failed` (nobody came).
  [[nodiscard]] virtual Result<Secret> wait(std::chrono::milliseconds longest, const std::function<bool()>& go_on) = 0;
};

class UserAgent {
 public:
  virtual ~UserAgent() = default;
  /// Begins to listen on a free port of the loopback interface only.
  [[nodiscard]] virtual Result<std::unique_ptr<RedirectListener>> listen() = 0;
  /// Shows the address to the person. The address holds no secret.
  [[nodiscard]] virtual Result<void> open(const std::string& url) = 0;
};

}  // namespace meisai
