// SPDX-License-Identifier: Apache-2.0
//
// The JSON of `issuers`: one object an issuer, with the layouts of its files and, where we are registered,
// how its API is reached. No key and no secret is part of it.
#include <nlohmann/json.hpp>

#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

std::string_view name_of_window(WindowRule rule) {
  switch (rule) {
    case WindowRule::statement:
      return "statement";
    case WindowRule::card_month:
      return "card_month";
    case WindowRule::card_range:
      return "card_range";
    case WindowRule::card_list:
      return "card_list";
  }
  return {};
}

/// The issuer's object in the list; a new one at the end where there is none yet.
Value& entry_of(Value& all, const std::string& id, const std::string& name_ja, const std::string& name_en) {
  for (Value& known : all)
    if (known["id"] == id) return known;
  all.push_back(
      {{"id", id}, {"name_ja", name_ja}, {"name_en", name_en}, {"layouts", Value::array()}, {"api", nullptr}});
  return all.back();
}

Value consent_terms(const IssuerProfile::ConsentRules& rules) {
  return {{"longest_days", rules.longest.count()},
          {"permissions", rules.permissions},
          {"at_issuer", rules.at_issuer},
          {"text_version", rules.text_version}};
}

Value limits(const IssuerProfile::Limits& l) {
  return {{"history_days", l.history.count()},
          {"longest_query_days", l.longest_query.count()},
          {"least_interval_seconds", l.least_interval.count()},
          {"most_pages", l.most_pages},
          {"largest_body_bytes", l.largest_body},
          {"deepest_json", l.deepest_json},
          {"total_timeout_ms", l.total_timeout.count()}};
}

Value api(const RegisteredIssuer& issuer) {
  const IssuerProfile& p = issuer.profile;
  const Registration& r = issuer.registration;
  return {{"family", p.family},
          {"api_version", p.api_version},
          {"certainty", name_of(certainty_of(p))},
          {"sandbox", p.sandbox},
          {"client_id", r.client_id},
          {"client_authentication", name_of(r.authentication)},
          {"key_id", r.key_id.empty() ? Value(nullptr) : Value(r.key_id)},
          {"registered_at", rfc3339(r.registered_at)},
          {"profile_sha256", hex(r.profile_hash)},
          {"scopes", p.authorization.scopes},
          {"bearer_reason", p.authorization.bearer_reason},
          {"origins", p.endpoints.origins},
          {"consent", consent_terms(p.consent)},
          {"limits", limits(p.limits)},
          {"contact", {{"name", p.contact.name}, {"address", p.contact.address}}}};
}

}  // namespace

std::string issuers(std::span<const LayoutInfo> layouts, std::span<const RegisteredIssuer> registered) {
  Value all = Value::array();
  for (const LayoutInfo& layout : layouts)
    entry_of(all, layout.issuer.text(), layout.name_ja, layout.name_en)["layouts"].push_back(
        {{"layout", layout.layout},
         {"certainty", name_of(layout.certainty)},
         {"since", layout.since},
         {"window", name_of_window(layout.window)},
         {"channel", "file"}});
  for (const RegisteredIssuer& issuer : registered)
    entry_of(all, issuer.profile.id.text(), issuer.profile.name_ja, issuer.profile.name_en)["api"] = api(issuer);
  return Value{{"issuers", std::move(all)}}.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace);
}

}  // namespace meisai::cli::json
