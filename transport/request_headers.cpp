// SPDX-License-Identifier: Apache-2.0
//
// curl_slist_append would copy each line into memory that nobody wipes, so the list's nodes point into ours.
#include "transport/request_headers.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "transport/wiped_buffer.h"

namespace meisai::transport {
namespace {

constexpr std::array<std::string_view, 9> set_by_transport = {
    "accept-encoding",  "connection", "content-length", "content-type", "cookie", "expect", "host", "te",
    "transfer-encoding"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_value(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

Result<void> check(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!is_name(name) || !is_value(value))
      return fail(Code::invalid_argument, "a header of the request has a name or value that is not allowed");
    const std::string plain = lower(name);
    if (std::ranges::find(set_by_transport, plain) != set_by_transport.end() ||
        (plain == "authorization" && !request.bearer.empty()))
      return fail(Code::invalid_argument, "the header " + plain + " is set by the transport");
  }
  if (!request.content_type.empty() && !is_value(request.content_type))
    return fail(Code::invalid_argument, "the request's content type is not valid");
  const std::string_view bearer = request.bearer.reveal_text();
  if (!std::ranges::all_of(bearer, [](char c) { return c > ' ' && c < 0x7f; }))
    return fail(Code::invalid_argument, "the access token has characters that no header may have");
  return {};
}

}  // namespace

struct RequestHeaders::Lines {
  WipedBuffer text;  ///< each line ends with NUL
  std::vector<std::size_t> begins;
  std::vector<curl_slist> nodes;

  void add(std::string_view name, std::string_view separator, std::string_view value) {
    begins.push_back(text.size());
    text.append(name);
    text.append(separator);
    text.append(value);
    text.append(std::string_view("\0", 1));
  }
};

RequestHeaders::RequestHeaders() : lines_(std::make_unique<Lines>()) {}
RequestHeaders::~RequestHeaders() = default;

Result<void> RequestHeaders::set(const HttpRequest& request) {
  MEISAI_TRY(check(request));
  lines_->add("Expect", ":", "");  // no 100-continue: a body is sent with its request
  if (request.method != HttpMethod::get)
    lines_->add("Content-Type", request.content_type.empty() ? ":" : ": ", request.content_type);
  for (const auto& [name, value] : request.headers) lines_->add(name, ": ", value);
  if (!request.bearer.empty()) lines_->add("Authorization", ": Bearer ", request.bearer.reveal_text());

  // Only now, as the text does not move any more.
  char* const text = reinterpret_cast<char*>(lines_->text.data());
  lines_->nodes.resize(lines_->begins.size());
  for (std::size_t i = 0; i < lines_->nodes.size(); ++i)
    lines_->nodes[i] = {text + lines_->begins[i], i + 1 < lines_->nodes.size() ? &lines_->nodes[i + 1] : nullptr};
  return {};
}

void* RequestHeaders::list() const noexcept { return lines_->nodes.data(); }

}  // namespace meisai::transport
