// SPDX-License-Identifier: Apache-2.0
#include "adapters/profile/checks.h"

#include <algorithm>
#include <set>

#include "adapters/profile/keys.h"

namespace meisai::profile {
namespace {

class Together {
 public:
  Together(const IssuerProfile& profile, const std::map<std::string, Place>& places, std::vector<Mistake>& mistakes)
      : profile_(profile), places_(places), mistakes_(mistakes) {}

  void check() {
    listed("endpoints.authorization_server", profile_.endpoints.authorization_server);
    listed("endpoints.metadata", profile_.endpoints.metadata);
    listed("endpoints.resource_base", profile_.endpoints.resource_base);
    if (profile_.sandbox && !std::ranges::all_of(profile_.endpoints.origins, is_loopback))
      wrong("endpoints.origins", "a sandbox is on this machine: localhost, 127.0.0.1 or [::1]");
    if (!profile_.charge_word.empty() && profile_.charge_word == profile_.credit_word)
      wrong("credit_word", "is the same word as charge_word");
    if (given("kinds") && !given("fields.kind")) wrong("kinds", "nothing reads these words: fields.kind is missing");
    if (given("plans") && !given("fields.plan")) wrong("plans", "nothing reads these words: fields.plan is missing");
    if (given("consent.at_issuer") && profile_.consent.at_issuer && profile_.consent.permissions.empty())
      wrong("consent.at_issuer", "a consent at the issuer needs consent.permissions");
    repeated("kinds", profile_.kinds);
    repeated("plans", profile_.plans);
    both_languages();
    for (const std::string& scope : profile_.authorization.known_scopes)
      if (std::ranges::find(profile_.authorization.scopes, scope) != profile_.authorization.scopes.end())
        wrong("authorization.known_scopes", "holds a scope that authorization.scopes asks for");
  }

 private:
  [[nodiscard]] bool given(const char* key) const { return places_.contains(key); }
  void wrong(const std::string& key, const std::string& what) {
    const auto found = places_.find(key);
    mistakes_.push_back({found == places_.end() ? Place{} : found->second, key + ": " + what});
  }

  void listed(const char* key, const std::string& url) {
    const auto& origins = profile_.endpoints.origins;
    if (url.empty() || origins.empty()) return;  // told already
    if (std::ranges::find(origins, origin_of(url)) == origins.end())
      wrong(key, "its origin is not listed in endpoints.origins");
  }

  template <class Words>
  void repeated(const char* key, const Words& words) {
    std::set<std::string_view> seen;
    for (const auto& each : words)
      if (!seen.insert(each.word).second) return wrong(key, "the same word stands twice");
  }

  void both_languages() {
    const auto lacks = [&](const char* key, const auto& here, const auto& there) {
      for (const auto& [item, text] : there)
        if (!here.contains(item)) wrong(key, "the other language has an item " + item + " that is missing here");
    };
    if (!given("consent.texts_ja") || !given("consent.texts_en")) return;
    lacks("consent.texts_ja", profile_.consent.texts_ja, profile_.consent.texts_en);
    lacks("consent.texts_en", profile_.consent.texts_en, profile_.consent.texts_ja);
  }

  const IssuerProfile& profile_;
  const std::map<std::string, Place>& places_;
  std::vector<Mistake>& mistakes_;
};

}  // namespace

std::string check_url(std::string_view url) {
  if (!url.starts_with("https://")) return "the address does not begin with `https://`";
  if (url.find('@') != std::string_view::npos) return "the address names a user";
  if (url.find_first_of("?#") != std::string_view::npos) return "the address has a query or a fragment";
  const std::string origin = origin_of(url);
  if (origin.empty()) return "not an address: `https://host/path`, the host in small letters";
  const std::string_view path = url.substr(origin.size());
  if (path.find("//") != std::string_view::npos || path.find("/.") != std::string_view::npos ||
      path.find('%') != std::string_view::npos)
    return "the path has an empty, dotted or escaped step";
  return {};
}

std::string check_pem(std::string_view text) {
  if (text.find("PRIVATE KEY") != std::string_view::npos) return "a private key does not belong into a profile";
  if (text.find("-----BEGIN CERTIFICATE-----") == std::string_view::npos) return "no PEM certificate is in the text";
  return {};
}

void check_together(const IssuerProfile& profile, const std::map<std::string, Place>& places,
                    std::vector<Mistake>& mistakes) {
  Together(profile, places, mistakes).check();
}

}  // namespace meisai::profile
