// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 by Poco's message classes, over strings instead of sockets.
#include "samples/issuer_sandbox/http_message.h"

#include <Poco/Exception.h>
#include <Poco/JSONString.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>

#include <sstream>

namespace sandbox {
namespace {

constexpr std::size_t largest_head = 64UL * 1024;
constexpr std::size_t largest_body = 1024UL * 1024;

std::optional<Poco::Net::HTTPRequest> read_head(const std::string& bytes) {
  try {
    Poco::Net::HTTPRequest head;
    std::istringstream stream(bytes);
    head.read(stream);
    return head;
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string json_string(std::string_view text) { return Poco::toJSON(std::string(text), Poco::JSON_WRAP_STRINGS); }

Response json_response(int status, std::string body) {
  return {.status = status,
          .headers = {{"Cache-Control", "no-store"}},
          .content_type = "application/json",
          .body = std::move(body)};
}

Response page(int status, std::string body) {
  return {.status = status,
          .headers = {{"Cache-Control", "no-store"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"},
                      {"Referrer-Policy", "no-referrer"}},
          .content_type = "text/html; charset=utf-8",
          .body = std::move(body)};
}

Response redirect_to(const std::string& url) {
  return {.status = 303,
          .headers = {{"Location", url}, {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}}};
}

Response oauth_error(int status, const std::string& code, const std::string& description) {
  return json_response(
      status, R"({"error":)" + json_string(code) + R"(,"error_description":)" + json_string(description) + "}");
}

Response obie_error(int status, const std::string& code, const std::string& message) {
  std::ostringstream body;
  body << R"({"Code":")" << status << R"(","Id":")" << random_name(12) << R"(","Message":)" << json_string(message)
       << R"(,"Errors":[{"ErrorCode":)" << json_string(code) << R"(,"Message":)" << json_string(message) << "}]}";
  return json_response(status, body.str());
}

std::optional<long> request_size(const std::string& buffer) {
  const std::size_t end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) {
    return buffer.size() > largest_head ? std::optional<long>(-1) : std::nullopt;
  }
  const auto head = read_head(buffer.substr(0, end + 4));
  if (!head || head->getChunkedTransferEncoding()) {
    return -1;
  }
  const auto body = head->hasContentLength() ? head->getContentLength64() : 0;
  if (body < 0 || static_cast<std::size_t>(body) > largest_body) {
    return -1;
  }
  const std::size_t whole = end + 4 + static_cast<std::size_t>(body);
  return buffer.size() >= whole ? std::optional<long>(static_cast<long>(whole)) : std::nullopt;
}

std::optional<Request> read_request(const std::string& bytes) {
  const auto head = read_head(bytes);
  if (!head) {
    return std::nullopt;
  }
  Request request;
  request.method = head->getMethod();
  const std::string& target = head->getURI();
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query = mark == std::string::npos ? std::string() : target.substr(mark + 1);
  for (const auto& [name, value] : *head) {
    request.headers.emplace(Poco::toLower(name), value);
  }
  request.body = bytes.substr(bytes.find("\r\n\r\n") + 4);
  return request;
}

std::string head_of(const Response& response, std::optional<std::size_t> body_size, bool keep) {
  Poco::Net::HTTPResponse head(Poco::Net::HTTPMessage::HTTP_1_1,
                               static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
  for (const auto& [name, value] : response.headers) {
    head.set(name, value);
  }
  if (!response.content_type.empty()) {
    head.setContentType(response.content_type);
  }
  if (body_size) {
    head.setContentLength64(static_cast<Poco::Int64>(*body_size));
  }
  head.setKeepAlive(keep && body_size.has_value());
  std::ostringstream text;
  head.write(text);
  return text.str();
}

}  // namespace sandbox
