// SPDX-License-Identifier: Apache-2.0
//
// The JSON of consents: what was agreed to, in both languages, with the digests that prove it.
#include <nlohmann/json.hpp>

#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

std::string dumped(const Value& value) { return value.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace); }

Value screen_of(const ConsentScreen& s) {
  const auto item = [](const ConsentItem& i) {
    return Value{{"key", i.key},
                 {"important", i.important},
                 {"title_ja", i.title_ja},
                 {"title_en", i.title_en},
                 {"text_ja", i.text_ja},
                 {"text_en", i.text_en},
                 {"text_ja_sha256", hex(sha256(i.text_ja))},
                 {"text_en_sha256", hex(sha256(i.text_en))}};
  };
  Value items = Value::array();
  for (const ConsentItem& i : s.items) items.push_back(item(i));
  return {{"issuer", s.issuer.text()},
          {"text_version", s.text_version},
          {"items", std::move(items)},
          {"ends_at", rfc3339(s.ends_at)},
          {"end_terms", name_of(s.end_terms)},
          {"scopes", s.scopes},
          {"hash", hex(s.hash)}};
}

Value consent(const Consent& c, Instant now) {
  return {{"id", c.id.text()},
          {"connection", c.connection.text()},
          {"issuer", c.issuer.text()},
          {"version", c.version},
          {"state", consent_state(c.end, c.ends_at, now)},
          {"granted_at", rfc3339(c.granted_at)},
          {"ends_at", rfc3339(c.ends_at)},
          {"ended_at", c.ended_at ? Value(rfc3339(*c.ended_at)) : Value(nullptr)},
          {"days_left", c.end == ConsentEnd::none ? days_left(c.ends_at, now) : 0},
          {"scopes", c.scopes},
          {"end_terms", name_of(c.end_terms)},
          {"purposes", c.purposes},
          {"recipients", c.recipients},
          {"holder", c.holder},
          {"language", c.language},
          {"screen_hash", hex(c.screen.hash)},
          {"text_version", c.screen.text_version},
          {"held_data", name_of(c.held)},
          {"revocation", name_of(c.revocation)}};
}

}  // namespace

std::string consents(std::span<const Consent> all, Instant now) {
  Value out = Value::array();
  for (const Consent& one : all) out.push_back(consent(one, now));
  return dumped({{"consents", std::move(out)}});
}

std::string consent_shown(const Consent& c, Instant now) {
  Value one = consent(c, now);
  one["screen"] = screen_of(c.screen);
  return dumped({{"consents", Value::array({std::move(one)})}});
}

std::string not_accepted(const Error& e, const ConsentScreen& screen) {
  Value out = Value::parse(error(e, {}));  // the shape that every error has
  out["consent_screen"] = screen_of(screen);
  return dumped(out);
}

}  // namespace meisai::cli::json
