// SPDX-License-Identifier: Apache-2.0
//
// The Host header is checked because a web page can make a browser call 127.0.0.1 under a name of its own.
#include "transport/redirect_request.h"

#include <algorithm>

namespace meisai::transport {
namespace {

using Kind = RedirectRequest::Kind;

constexpr std::string_view line_end = "\r\n";

constexpr std::string_view page = R"(<!DOCTYPE html>
<html lang="ja">
<head><meta charset="utf-8"><title>Meisai</title></head>
<body>
<p>カード会社からの返答を受け取りました。この画面を閉じて、Meisai に戻ってください。</p>
<p lang="en">The answer of the card company has arrived. You can close this window and return to Meisai.</p>
</body>
</html>
)";

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether there is exactly one Host header, and it names us.
bool is_for(std::string_view headers, std::string_view host) {
  int hosts = 0;
  bool ours = false;
  while (!headers.empty()) {
    const std::size_t end = headers.find(line_end);
    const std::string_view line = headers.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_ignoring_case(line.substr(0, colon), "host")) {
      ++hosts;
      ours = trimmed(line.substr(colon + 1)) == host;
    }
    headers = end == std::string_view::npos ? std::string_view() : headers.substr(end + line_end.size());
  }
  return hosts == 1 && ours;
}

Kind kind_of(std::string_view method, std::string_view path, std::string_view query, std::string_view version) {
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return Kind::malformed;
  if (method != "GET") return Kind::wrong_method;
  if (path != redirect_path) return Kind::wrong_path;
  const bool plain = std::ranges::all_of(query, [](char c) { return c > ' ' && c < 0x7f; });
  return query.empty() || !plain ? Kind::malformed : Kind::redirect;
}

}  // namespace

RedirectRequest read_redirect_request(std::string_view text, std::string_view host) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end > largest_redirect_request)  // or not there at all: npos is larger than anything
    return {.kind = text.size() < largest_redirect_request ? Kind::unfinished : Kind::malformed, .query = {}};
  const std::size_t first_end = text.find(line_end);
  const std::string_view first = text.substr(0, first_end);
  const std::size_t method_end = first.find(' ');
  const std::size_t target_end = first.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end) return {.kind = Kind::malformed, .query = {}};
  if (!is_for(text.substr(first_end + line_end.size(), end - first_end), host))
    return {.kind = Kind::malformed, .query = {}};

  const std::string_view target = first.substr(method_end + 1, target_end - method_end - 1);
  const std::size_t question = target.find('?');
  const std::string_view query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  return {.kind = kind_of(first.substr(0, method_end), target.substr(0, question), query, first.substr(target_end + 1)),
          .query = query};
}

std::string redirect_answer(RedirectRequest::Kind kind) {
  std::string_view status = "400 Bad Request";
  if (kind == Kind::redirect) status = "200 OK";
  if (kind == Kind::wrong_path) status = "404 Not Found";
  if (kind == Kind::wrong_method) status = "405 Method Not Allowed";
  const std::string_view body = kind == Kind::redirect ? page : std::string_view();
  std::string answer = "HTTP/1.1 ";
  answer += status;
  answer += kind == Kind::wrong_method ? "\r\nAllow: GET" : "";
  answer +=
      "\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\n"
      "Connection: close\r\nContent-Length: ";
  answer += std::to_string(body.size());
  answer += "\r\n\r\n";
  answer += body;
  return answer;
}

}  // namespace meisai::transport
