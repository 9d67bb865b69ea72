// SPDX-License-Identifier: Apache-2.0
//
// The JSON of held batches and of the quarantine.
#include <nlohmann/json.hpp>

#include "apps/meisai/json.h"
#include "apps/meisai/messages.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

std::string dumped(const Value& value) { return value.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace); }

Value hold(const Hold& h) {
  return {{"id", h.id.text()},
          {"issuer", h.issuer.text()},
          {"connection", h.connection.empty() ? Value(nullptr) : Value(h.connection.text())},
          {"document", h.document},
          {"code", name_of(h.code)},
          {"diagnosis", h.diagnosis},
          {"transactions", h.transactions},
          {"state", name_of(h.state)},
          {"held_at", rfc3339(h.held_at)}};
}

Value facts(const TransactionFacts& f) {
  return {{"date", f.date.date ? Value(iso(*f.date.date)) : Value(nullptr)},
          {"merchant_raw", f.merchant_raw},
          {"merchant_normalized", f.merchant_normalized},
          {"amount_minor", f.amount_minor},
          {"billed_minor", f.billed_minor ? Value(*f.billed_minor) : Value(nullptr)},
          {"currency", f.currency.code()},
          {"status", name_of(f.status)}};
}

Value change(const HoldDetail::Row& row) {
  Value out = {{"change", name_of(row.change)},
               {"id", row.id.empty() ? Value(nullptr) : Value(row.id.text())},
               {"card_label", row.card_label}};
  out.update(facts(row.facts));
  out["before"] = row.before ? facts(*row.before) : Value(nullptr);
  return out;
}

Value record(const QuarantinedRecord& r) {
  return {{"issuer", r.issuer.text()},    {"layout", r.layout},
          {"document", r.document},       {"row", r.row},
          {"code", name_of(r.code)},      {"message", r.message},
          {"masked_text", r.masked_text}, {"statement_id", r.statement ? Value(r.statement->text()) : Value(nullptr)},
          {"made_good", r.made_good}};
}

Value difference(const ReplayReport::Difference& d) {
  return {{"id", d.id.empty() ? Value(nullptr) : Value(d.id.text())},
          {"field", d.field},
          {"before", d.before},
          {"after", d.after}};
}

template <class Range, class Make>
Value list(const Range& range, Make make) {
  Value out = Value::array();
  for (const auto& item : range) out.push_back(make(item));
  return out;
}

}  // namespace

std::string holds(std::span<const Hold> holds) { return dumped({{"holds", list(holds, hold)}}); }

std::string hold_shown(const HoldDetail& detail) {
  Value out = {{"hold", hold(detail.hold)}};
  const bool tried = detail.hold.state == HoldState::open && !detail.obstacle;
  out["would"] = tried ? Value{{"added", detail.added},
                               {"modified", detail.modified},
                               {"removed", detail.removed},
                               {"unchanged", detail.unchanged},
                               {"rejected", detail.rejected}}
                       : Value(nullptr);
  out["changes"] = list(detail.rows, change);
  out["obstacle"] = detail.obstacle
                        ? Value{{"code", name_of(detail.obstacle->code)}, {"message", detail.obstacle->what}}
                        : Value(nullptr);
  return dumped(out);
}

std::string hold_ended(const Hold& ended) { return dumped({{"hold", hold(ended)}}); }

std::string quarantine(std::span<const QuarantinedRecord> records) {
  return dumped({{"quarantine", list(records, record)}});
}

std::string replay(const ReplayReport& report) {
  return dumped({{"applied", report.applied},
                 {"documents", report.documents},
                 {"without_records", report.without_records},
                 {"unknown_layouts", report.unknown_layouts},
                 {"unchanged", report.unchanged},
                 {"modified", report.modified},
                 {"added", report.added},
                 {"released", report.released},
                 {"still_rejected", report.still_rejected},
                 {"no_longer_read", report.no_longer_read},
                 {"differences", list(report.differences, difference)}});
}

}  // namespace meisai::cli::json
