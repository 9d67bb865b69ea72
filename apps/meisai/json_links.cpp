// SPDX-License-Identifier: Apache-2.0
//
// The JSON of links: what may be one, and how a row became what it is.
#include <nlohmann/json.hpp>

#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

std::string dumped(const Value& value) { return value.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace); }

Value text_or_null(const std::string& text) { return text.empty() ? Value(nullptr) : Value(text); }

Value suggestion(const Suggestion& s) {
  return {{"id", s.id.text()},
          {"kind", name_of(s.kind)},
          {"state", name_of(s.state)},
          {"first", s.first},
          {"second", s.second},
          {"evidence", name_of(s.evidence)},
          {"detail", text_or_null(s.detail)},
          {"made_at", rfc3339(s.made_at)}};
}

Value before(const TransactionFacts& f) {
  return {{"date", f.date.date ? Value(iso(*f.date.date)) : Value(nullptr)},
          {"merchant_raw", f.merchant_raw},
          {"amount_minor", f.amount_minor},
          {"billed_minor", f.billed_minor ? Value(*f.billed_minor) : Value(nullptr)},
          {"currency", f.currency.code()},
          {"status", name_of(f.status)}};
}

Value step(const ExplanationStep& s) {
  return {{"at", rfc3339(s.at)},
          {"rule", name_of(s.rule)},
          {"detail", text_or_null(s.detail)},
          {"other", text_or_null(s.other)},
          {"source", Value{{"channel", s.source.channel},
                           {"document", s.source.document},
                           {"layout", s.source.layout},
                           {"row", s.source.row}}},
          {"before", s.before ? before(*s.before) : Value(nullptr)}};
}

Value layer(const UserLayer& u) {
  return {{"note", text_or_null(u.note)},
          {"category", text_or_null(u.category)},
          {"tags", u.tags},
          {"merchant", text_or_null(u.merchant)},
          {"ignored", u.ignored}};
}

template <class Range, class Make>
Value list(const Range& range, Make make) {
  Value out = Value::array();
  for (const auto& item : range) out.push_back(make(item));
  return out;
}

}  // namespace

std::string suggestions(std::span<const Suggestion> all) { return dumped({{"suggestions", list(all, suggestion)}}); }

std::string transaction_explained(const Explanation& explanation, const Occurrence& occurrence) {
  Value out = Value::parse(transaction_shown(explanation.transaction, occurrence));
  Value& why = out["why"];
  why["ids"] = explanation.ids;
  why["identity"] = explanation.identity;
  why["steps"] = list(explanation.steps, step);
  why["suggestions"] = list(explanation.suggestions, suggestion);
  why["user_history"] = list(explanation.user_history, layer);
  return dumped(out);
}

}  // namespace meisai::cli::json
