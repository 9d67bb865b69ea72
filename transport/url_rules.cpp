// SPDX-License-Identifier: Apache-2.0
//
// A small strict scanner reads the address, and libcurl's own parser, which is the one that will be used, must
// read the same out of it.
#include "transport/url_rules.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace meisai::transport {
namespace {

constexpr std::string_view scheme = "https://";
constexpr std::size_t longest_url = 8192;

tl::unexpected<Error> insecure(const char* what) {
  return fail(Code::insecure_url, what, "nothing was sent; only https addresses of the issuer's profile are used");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_host_letter(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Printable ASCII without what parsers treat differently or drop.
bool is_plain(char c) {
  return c > ' ' && c < 0x7f && std::string_view("\\#\"<>^`{|}").find(c) == std::string_view::npos;
}

/// Whether some parser would take the host for an IPv4 address: its last label is a number, in any base.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1);
  return std::ranges::all_of(last, is_digit) || last.starts_with("0x");
}

bool is_written_canonically(int family, const std::string& address) {
  std::array<unsigned char, 16> binary{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_pton(family, address.c_str(), binary.data()) == 1 &&
         ::inet_ntop(family, binary.data(), text.data(), text.size()) != nullptr && address == text.data();
}

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (label.empty() || label.size() > 63 || !std::ranges::all_of(label, is_host_letter)) return false;
    if (label.size() == host.size()) return true;
    host.remove_prefix(label.size() + 1);
  }
}

Result<void> take_host(std::string_view text, Url& url) {
  url.host = text;
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || !is_written_canonically(AF_INET6, std::string(text.substr(1, text.size() - 2))))
      return insecure("the address names its host in a way that is not allowed");
    url.is_literal = true;
    return {};
  }
  if (!is_name(text)) return insecure("the address names its host in a way that is not allowed");
  if (ends_in_number(text)) {
    if (!is_written_canonically(AF_INET, url.host))
      return insecure("the address names its host in a way that is not allowed");
    url.is_literal = true;
  }
  return {};
}

Result<void> take_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) return insecure("the address holds a user name");
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || end != port.data() + port.size() || url.port == 0 || port.starts_with('0'))
      return insecure("the address names no valid port");
  }
  return take_host(text.substr(0, colon), url);
}

Result<void> take_path(std::string_view path, Url& url) {
  url.path = path.empty() ? "/" : std::string(path);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') continue;
    const int high = i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    const int low = i + 2 < path.size() ? hex_value(path[i + 2]) : -1;
    if (high < 0 || low < 0) return insecure("the path of the address is not encoded correctly");
    const int byte = (high * 16) + low;
    if (byte < 0x20 || byte == 0x7f || byte == '/' || byte == '\\' || byte == '.' || byte == '%')
      return insecure("the path of the address hides a separator, a dot or a control character");
  }
  std::string_view rest = std::string_view(url.path).substr(1);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..")
      return insecure("the path of the address has empty or dot segments");
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return {};
}

struct Parts {
  std::string_view authority, path;
  bool has_query = false;
};

Parts split(std::string_view rest) {
  Parts parts;
  const std::size_t question = rest.find('?');
  parts.has_query = question != std::string_view::npos;
  rest = rest.substr(0, question);
  const std::size_t slash = rest.find('/');
  parts.authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) parts.path = rest.substr(slash);
  return parts;
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

std::string part(CURLU* url, CURLUPart which, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owned(text);
  return text;
}

/// Whether libcurl, which will use the address, reads it as we do.
bool libcurl_agrees(const std::string& text, const Url& ours) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  return url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) == CURLUE_OK &&
         part(url.get(), CURLUPART_SCHEME, 0) == "https" && part(url.get(), CURLUPART_HOST, 0) == ours.host &&
         part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT) == std::to_string(ours.port) &&
         part(url.get(), CURLUPART_PATH, 0) == ours.path;
}

bool covers(const Url& rule, bool exact, const std::string& path) {
  if (exact) return path == rule.path;
  if (!path.starts_with(rule.path)) return false;
  return rule.path.ends_with('/') || path.size() == rule.path.size() || path[rule.path.size()] == '/';
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.size() > longest_url) return insecure("the address is too long");
  if (!text.starts_with(scheme)) return insecure("the address is not an https address");
  if (!std::ranges::all_of(text, is_plain)) return insecure("the address has characters that are not allowed");
  const Parts parts = split(text.substr(scheme.size()));
  if (parts.has_query && parts.path.empty()) return insecure("the address has a query but no path");
  Url url;
  url.has_query = parts.has_query;
  MEISAI_TRY(take_authority(parts.authority, url));
  MEISAI_TRY(take_path(parts.path, url));
  if (!libcurl_agrees(std::string(text), url)) return insecure("the address can be read in two ways");
  return url;
}

Result<void> check_url(HttpMethod method, std::string_view url, const HttpRules& rules) {
  MEISAI_ASSIGN(const Url asked, parse_url(url));
  if (asked.is_literal && !rules.sandbox) return insecure("the address names an IP address in place of a host");
  bool origin_known = false;
  bool path_known = false;
  for (const HttpPathRule& rule : rules.paths) {
    const auto allowed = parse_url(rule.prefix);
    if (!allowed || allowed->has_query)
      return fail(Code::profile_not_valid, "a path of the issuer's profile is not an https address");
    if (allowed->host != asked.host || allowed->port != asked.port) continue;
    origin_known = true;
    if (!covers(*allowed, rule.exact, asked.path)) continue;
    if (rule.method == method) return {};
    path_known = true;
  }
  if (!origin_known) return insecure("the address is not on a host of the issuer's profile");
  return fail(
      Code::write_refused,
      std::string(name_of(method)) + (path_known ? " is not allowed on this path" : " has no rule for this path"),
      "nothing was sent; the issuer's profile names every path and what may be done there");
}

}  // namespace meisai::transport
