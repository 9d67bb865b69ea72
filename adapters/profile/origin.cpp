// SPDX-License-Identifier: Apache-2.0
//
// The part of an address that says who is asked. Addresses are compared as text, so only one spelling of each passes:
// small letters, no default port, no user, nothing that a URL parser could read in another way.
#include <algorithm>
#include <charconv>

#include "adapters/profile/keys.h"

namespace meisai::profile {
namespace {

constexpr std::string_view scheme = "https://";

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") == std::string_view::npos;
  }
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string_view::npos;
}

bool is_port(std::string_view port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number > 0 && number < 65'536 && number != 443 &&
         port.front() != '0';
}

}  // namespace

std::string origin_of(std::string_view url) {
  if (!url.starts_with(scheme)) return {};
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '\\'; })) return {};
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const bool has_port = colon != std::string_view::npos;
  if (!is_host(authority.substr(0, colon)) || (has_port && !is_port(authority.substr(colon + 1)))) return {};
  return std::string(scheme) + std::string(authority);
}

bool is_loopback(std::string_view origin) {
  if (!origin.starts_with(scheme)) return false;
  const std::string_view rest = origin.substr(scheme.size());
  const std::string_view host =
      rest.starts_with('[') ? rest.substr(0, rest.find(']') + 1) : rest.substr(0, rest.find(':'));
  const bool is_v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || is_v4;
}

}  // namespace meisai::profile
