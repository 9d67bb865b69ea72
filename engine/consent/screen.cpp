// SPDX-License-Identifier: Apache-2.0
#include "engine/consent/screen.h"

#include <map>
#include <string>

#include "engine/consent/screen_texts.h"
#include "meisai/date.h"

namespace meisai::consent {
namespace {

constexpr std::chrono::hours japan_offset{9};

Instant begin_of_day_in_japan(LocalDate date) { return Instant(std::chrono::sys_days(date)) - japan_offset; }

using Values = std::map<std::string, std::string, std::less<>>;

/// Replaces `{name}` by its value; a name without one stays as it is.
std::string filled(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    out += text.substr(0, open);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    out += value != values.end() ? std::string_view(value->second) : text.substr(open, close - open + 1);
    text.remove_prefix(close + 1);
  }
  return out += text;
}

std::string replaced(const ItemText& item, std::string_view ours, const std::map<std::string, std::string>& theirs) {
  const auto found = theirs.find(std::string(item.key));
  return found != theirs.end() && item.profile_may_replace ? found->second : std::string(ours);
}

/// Each field with its length, so that no two screens share a hash.
class Hashed {
 public:
  Hashed& add(std::string_view field) {
    bytes_ += std::to_string(field.size());
    bytes_ += ':';
    bytes_ += field;
    return *this;
  }
  [[nodiscard]] Digest finish() const { return sha256(bytes_); }

 private:
  std::string bytes_;
};

Digest hash_of(const ConsentScreen& screen) {
  Hashed hashed;
  hashed.add(screen.issuer.text()).add(screen.text_version).add(rfc3339(screen.ends_at));
  hashed.add(name_of(screen.end_terms));
  for (const std::string& scope : screen.scopes) hashed.add(scope);
  for (const ConsentItem& item : screen.items) {
    hashed.add(item.key).add(item.title_ja).add(item.title_en).add(item.text_ja).add(item.text_en);
    hashed.add(item.important ? "important" : "");
  }
  return hashed.finish();
}

}  // namespace

ConsentScreen screen_of(const IssuerProfile& profile, EndTerms end_terms, Instant now) {
  const LocalDate today = date_in_japan(now);
  ConsentScreen screen{.issuer = profile.id, .end_terms = end_terms, .scopes = profile.authorization.scopes};
  screen.ends_at = begin_of_day_in_japan(LocalDate(std::chrono::sys_days(today) + profile.consent.longest));
  screen.text_version = std::string(text_version) + "/" + profile.consent.text_version;

  const std::string until = iso(LocalDate(std::chrono::sys_days(today) + profile.consent.longest));
  Values values{{"days", std::to_string(profile.consent.longest.count())},
                {"history", std::to_string(profile.limits.history.count())},
                {"contact", profile.contact.name + " " + profile.contact.address}};
  const EndTermsText& terms = end_terms_texts[static_cast<std::size_t>(end_terms)];
  for (const ItemText& item : item_texts) {
    const bool is_terms = item.key == "end_terms";
    values["issuer"] = profile.name_ja;
    values["until"] = until + " 00:00（日本時間）";
    const std::string ja =
        filled(is_terms ? std::string(terms.ja) : replaced(item, item.text_ja, profile.consent.texts_ja), values);
    values["issuer"] = profile.name_en;
    values["until"] = until + " 00:00 (Japan time)";
    const std::string en =
        filled(is_terms ? std::string(terms.en) : replaced(item, item.text_en, profile.consent.texts_en), values);
    screen.items.push_back({.key = std::string(item.key),
                            .title_ja = std::string(item.title_ja),
                            .title_en = std::string(item.title_en),
                            .text_ja = ja,
                            .text_en = en,
                            .important = item.important});
  }
  screen.hash = hash_of(screen);
  return screen;
}

}  // namespace meisai::consent
