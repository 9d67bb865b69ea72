// SPDX-License-Identifier: Apache-2.0
//
// A request and an answer as the two companies see them: plain values, between the wire and the rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "samples/issuer_sandbox/encoding.h"

namespace sandbox {

struct Request {
  std::string method;
  std::string path;                            ///< without the query
  std::string query;                           ///< as it came
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  [[nodiscard]] std::string header(const std::string& name) const { return at(headers, name); }
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type;  ///< of the body; empty: none
  std::string body;
};

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response page(int status, std::string body);
[[nodiscard]] Response redirect_to(const std::string& url);
/// RFC 6749.
[[nodiscard]] Response oauth_error(int status, const std::string& code, const std::string& description);
/// OBIE: {Code, Id, Message, Errors}.
[[nodiscard]] Response obie_error(int status, const std::string& code, const std::string& message);
[[nodiscard]] std::string json_string(std::string_view text);

/// Size of the request that begins in `buffer`, or nothing while more has to come; -1 where it is no request.
[[nodiscard]] std::optional<long> request_size(const std::string& buffer);
[[nodiscard]] std::optional<Request> read_request(const std::string& bytes);
/// `body_size` nothing: the body ends with the connection.
[[nodiscard]] std::string head_of(const Response& response, std::optional<std::size_t> body_size, bool keep);

}  // namespace sandbox
