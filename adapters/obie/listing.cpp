// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/listing.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace meisai::obie {
namespace {

constexpr std::string_view secure = "https://";
constexpr std::size_t longest_link = 8'000;
constexpr std::size_t longest_id = 128;

tl::unexpected<Error> bad_link(std::string what) {
  return fail(Code::answer_not_valid, "the link to the next page " + std::move(what),
              "the issuer's answer is at fault; nothing of this list was kept");
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Scheme and host in small letters and without the default port: the one spelling that profiles have.
std::string one_spelling(std::string_view link) {
  const std::size_t scheme = link.find("://");
  const std::size_t path = std::min(link.find_first_of("/?#", scheme + 3), link.size());
  std::string origin(link.substr(0, path));
  std::ranges::transform(origin, origin.begin(), lower);
  if (origin.starts_with(secure) && origin.ends_with(":443")) origin.resize(origin.size() - 4);
  return origin + std::string(link.substr(path));
}

/// Steps that lead up, and bytes that two URL parsers could read in two ways.
bool is_plain_path(std::string_view path) {
  const std::string_view steps = path.substr(0, path.find('?'));
  std::string low(steps);
  std::ranges::transform(low, low.begin(), lower);
  if (low.find("/.") != std::string::npos || low.find("%2e") != std::string::npos ||
      low.find("%2f") != std::string::npos || low.find("%5c") != std::string::npos ||
      low.find("//") != std::string::npos)
    return false;
  return std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '#'; });
}

/// `Links` stand beside `Data`; the publisher's own examples have them inside it.
std::optional<json::Value> links_of(json::Value answer) {
  if (const auto links = answer.find("Links")) return links;
  const auto data = answer.find("Data");
  return data ? data->find("Links") : std::nullopt;
}

}  // namespace

Listing::Listing(const IssuerProfile& profile, std::string first_url)
    : profile_(&profile), url_(std::move(first_url)), seen_{url_} {}

Result<void> Listing::follow(json::Value answer) {
  url_.clear();
  const auto links = links_of(answer);
  if (!links || links->is(json::Kind::null)) return {};
  if (!links->is(json::Kind::object)) return bad_link("cannot be read: Links is no object");
  const auto next = links->find("Next");
  if (!next || next->is(json::Kind::null) || (next->is(json::Kind::string) && next->text().empty())) return {};
  if (!next->is(json::Kind::string)) return bad_link("is no text");
  const std::string_view link = next->text();
  if (link.size() > longest_link) return bad_link("is too long");
  if (link.starts_with("null")) return bad_link("begins with the text null");
  if (link.find("://") == std::string_view::npos || link.starts_with('/')) return bad_link("is not absolute");
  std::string url = one_spelling(link);
  if (!url.starts_with(secure)) return fail(Code::insecure_url, "the link to the next page is not https");
  const std::string base = profile_->endpoints.resource_base;
  const std::size_t origin_end = std::min(base.find('/', secure.size()), base.size());
  const std::string_view origin = std::string_view(base).substr(0, origin_end);
  if (!url.starts_with(origin) || (url.size() > origin.size() && url[origin.size()] != '/'))
    return bad_link("leads to another host than the profile's");
  const std::string_view below = std::string_view(url).substr(std::min(base.size(), url.size()));
  if (!url.starts_with(base) || !below.starts_with('/') || below.starts_with(consent_path))
    return bad_link("leads out of the API");
  if (!is_plain_path(below)) return bad_link("holds steps or bytes that are not followed");
  if (seen_.size() >= profile_->limits.most_pages) return bad_link("has no end: more pages than limits.most_pages");
  if (!seen_.insert(url).second) return bad_link("leads to a page that was read already");
  url_ = std::move(url);
  return {};
}

Result<std::string> path_step(std::string_view id) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  if (id.empty() || id.size() > longest_id || id == "." || id == "..")
    return fail(Code::answer_not_valid, "an id in the answer cannot stand in an address");
  std::string step;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '~' || c == '.';
    if (plain) {
      step += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      step += '%';
      step += hex[byte >> 4U];
      step += hex[byte & 15U];
    }
  }
  return step;
}

}  // namespace meisai::obie
