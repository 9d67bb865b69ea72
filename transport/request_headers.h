// SPDX-License-Identifier: Apache-2.0
//
// The header lines of one request in memory that is wiped: one of them carries the access token.
#pragma once

#include <memory>

#include "meisai/error.h"
#include "meisai/ports/http.h"

namespace meisai::transport {

class RequestHeaders {
 public:
  RequestHeaders();
  RequestHeaders(const RequestHeaders&) = delete;
  RequestHeaders& operator=(const RequestHeaders&) = delete;
  ~RequestHeaders();

  /// Errors: `invalid_argument` for a name or value that could add a line of its own, or a header that the transport
  /// sets itself.
  [[nodiscard]] Result<void> set(const HttpRequest& request);
  /// A `curl_slist*` that lives as long as this.
  [[nodiscard]] void* list() const noexcept;

 private:
  struct Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace meisai::transport
