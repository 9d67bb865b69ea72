// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/meisai/messages.h"
#include "apps/meisai/words.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

/// Text of one value; bytes that are no UTF-8 (a file name) are replaced, never thrown about.
std::string dumped(const Value& value, int indent = 2) {
  return value.dump(indent, ' ', false, nlohmann::detail::error_handler_t::replace);
}

template <class T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value(nullptr);
}
Value or_null(const std::optional<LocalDate>& date) { return date ? Value(iso(*date)) : Value(nullptr); }
Value or_null(const std::optional<BillingMonth>& month) { return month ? Value(iso(*month)) : Value(nullptr); }
Value or_null(const std::optional<Instant>& at) { return at ? Value(rfc3339(*at)) : Value(nullptr); }
template <class AnyId>
Value id_or_null(const std::optional<AnyId>& id) {
  return id && !id->empty() ? Value(id->text()) : Value(nullptr);
}
Value text_or_null(const std::string& text) { return text.empty() ? Value(nullptr) : Value(text); }

template <class Range, class Make>
Value list(const Range& range, Make make) {
  Value out = Value::array();
  for (const auto& item : range) out.push_back(make(item));
  return out;
}

Value foreign(const ForeignAmount& f) {
  return {{"amount_text", f.amount_text},
          {"amount_minor", or_null(f.amount_minor)},
          {"currency", f.currency ? Value(f.currency->code()) : Value(nullptr)},
          {"rate", f.rate ? Value(f.rate->text()) : Value(nullptr)},
          {"rate_date", or_null(f.rate_date)}};
}

Value source(const Source& s) {
  Value out = {{"channel", s.channel}, {"document", s.document}, {"layout", s.layout}, {"row", s.row}};
  if (s.channel == "api") {  // what a file calls document and layout, an API calls request and version
    out["request"] = s.document;
    out["version"] = s.layout;
  }
  return out;
}

Value user_layer(const UserLayer& u) {
  return {{"note", text_or_null(u.note)},
          {"category", text_or_null(u.category)},
          {"tags", u.tags},
          {"merchant", text_or_null(u.merchant)},
          {"ignored", u.ignored}};
}

Value row(const Transaction& t) {
  const TransactionFacts& f = t.facts;
  return {{"id", t.id.text()},
          {"issuer", t.issuer.text()},
          {"card_id", t.card_id.text()},
          {"card_label", t.card_label},
          {"statement_id", id_or_null(t.statement_id)},
          {"date", or_null(f.date.date)},
          {"date_precision", name_of(f.date.precision)},
          {"posting_date", or_null(f.posting_date)},
          {"merchant_raw", f.merchant_raw},
          {"merchant_normalized", f.merchant_normalized},
          {"kind", name_of(f.kind)},
          {"amount_minor", f.amount_minor},
          {"billed_minor", or_null(f.billed_minor)},
          {"remaining_minor", or_null(f.remaining_minor)},
          {"currency", f.currency.code()},
          {"payment_type", name_of(f.plan.type)},
          {"installment_index", or_null(f.plan.index)},
          {"installment_count", or_null(f.plan.count)},
          {"status", name_of(f.status)},
          {"foreign", f.foreign ? foreign(*f.foreign) : Value(nullptr)},
          {"region", name_of(f.region)},
          {"flags", list(flag_names(f.flags), [](std::string_view name) { return Value(name); })},
          {"source", source(t.source)},
          {"user", user_layer(t.user)}};
}

Value subtotal(const Subtotal& s) {
  return {{"label", s.label}, {"card_label", or_null(s.card_label)}, {"stated_minor", s.stated_minor}};
}

Value component(const Component& c) {
  return {{"kind", name_of(c.kind)},
          {"label", c.label},
          {"card_label", or_null(c.card_label)},
          {"amount_minor", c.amount_minor}};
}

Value statement(const Statement& s) {
  return {{"id", s.id.text()},
          {"issuer", s.issuer.text()},
          {"card_id", id_or_null(s.card_id)},
          {"billing_month", or_null(s.billing_month)},
          {"billing_month_source", or_null(s.billing_month_source)},
          {"closing_date", or_null(s.closing_date)},
          {"payment_due_date", or_null(s.payment_due_date)},
          {"status", name_of(s.status)},
          {"stated_total_minor", or_null(s.stated_total_minor)},
          {"subtotals", list(s.subtotals, subtotal)},
          {"components", list(s.components, component)},
          {"computed_total_minor", s.computed_total_minor},
          {"currency", s.currency.code()},
          {"balanced", or_null(s.balanced)},
          {"difference_minor", or_null(s.difference_minor)},
          {"transaction_count", s.transaction_count},
          {"held_count", s.held_count}};
}

Value failure(const Error& e) {
  Value where = Value::object();
  if (!e.where.issuer.empty()) where["issuer"] = e.where.issuer;
  if (!e.where.layout.empty()) where["layout"] = e.where.layout;
  if (!e.where.document.empty()) where["document"] = e.where.document;
  if (e.where.row != 0) where["row"] = e.where.row;
  if (e.where.column != 0) where["column"] = e.where.column;
  if (!e.where.source.empty()) where["source"] = e.where.source;
  Value out = {
      {"code", name_of(e.code)},   {"message", e.what.empty() ? std::string(headline(e.code, Language::en)) : e.what},
      {"where", std::move(where)}, {"remedy", e.remedy.empty() ? std::string(way_out(e.code, Language::en)) : e.remedy},
      {"retry", name_of(e.retry)}, {"next_allowed_at", or_null(e.next_allowed_at)}};
  if (!e.restart_cursor.empty()) out["restart_cursor"] = e.restart_cursor;
  return out;
}

Value rejected(const RejectedRecord& r) {
  return {{"row", r.row}, {"column", or_null(r.column)}, {"code", name_of(r.code)}, {"message", r.message}};
}

Value imported(const ImportedFile& file, bool dry_run) {
  if (!file.report) return {{"path", file.path}, {"error", failure(file.report.error())}};
  const ImportReport& r = *file.report;
  Value out = {{"path", file.path},
               {"issuer", r.issuer.text()},
               {"layout", r.layout},
               {"encoding", r.encoding},
               {"added", r.added},
               {"modified", r.modified},
               {"removed", r.removed},
               {"unchanged", r.unchanged},
               {"held", r.held},
               {"hold", r.hold ? failure(*r.hold) : Value(nullptr)},
               {"hold_id", id_or_null(r.hold_id)},
               {"rejected", list(r.rejected, rejected)},
               {"rejected_count", r.rejected_count},
               {"unknown_columns", r.unknown_columns},
               {"statements", list(r.statements, statement)}};
  if (dry_run) out["transactions"] = list(r.preview, row);
  return out;
}

Value card(const Card& c) {
  return {{"id", c.id.text()},
          {"issuer", c.issuer.text()},
          {"label", c.label},
          {"last4", or_null(c.last4)},
          {"kind", name_of(c.kind)},
          {"connections", list(c.connections, [](const ConnectionId& id) { return Value(id.text()); })}};
}

Value incident(const Incident& i) {
  return {{"id", i.id.text()},
          {"scope", name_of(i.scope)},
          {"issuer", text_or_null(i.issuer.text())},
          {"connection", text_or_null(i.connection.text())},
          {"degree", name_of(i.degree)},
          {"state", name_of(i.state)},
          {"opened_at", rfc3339(i.opened_at)},
          {"suspected_since", or_null(i.suspected_since)},
          {"reason", i.reason},
          {"lifted_at", or_null(i.lifted_at)},
          {"lift_reason", text_or_null(i.lift_reason)}};
}

Value connection(const Connection& c, Instant now) {
  const ConsentTerm& term = c.consent;
  const bool agreed = !term.consent.empty();
  const auto if_agreed = [agreed](const auto& value) { return agreed ? Value(value) : Value(nullptr); };
  return {{"id", c.id.text()},
          {"issuer", c.issuer.text()},
          {"state", name_of(c.state)},
          {"linked_at", rfc3339(c.linked_at)},
          {"consent_id", if_agreed(term.consent.text())},
          {"consent_state", if_agreed(consent_state(term.end, term.not_after, now))},
          {"consent_ends_at", if_agreed(rfc3339(term.not_after))},
          {"consent_days_left", if_agreed(days_left(term.not_after, now))},
          {"end_terms", if_agreed(name_of(term.end_terms))},
          {"held_data", if_agreed(name_of(term.held))},
          {"revocation", if_agreed(name_of(term.revocation))},
          {"last_outcome", name_of(c.last.outcome)},
          {"last_reason", text_or_null(c.last.reason)},
          {"checked_at", or_null(c.last.checked_at)},
          {"data_as_of", or_null(c.last.data_as_of)},
          {"next_allowed_at", or_null(c.last.next_allowed_at)}};
}

/// Connections whose rows a list leaves out.
Value withheld(std::span<const Connection> connections) {
  Value out = Value::array();
  for (const Connection& c : connections)
    if (c.consent.held == HeldData::sealed || c.consent.held == HeldData::erased)
      out.push_back({{"connection", c.id.text()}, {"held_data", name_of(c.consent.held)}});
  return out;
}

Value refused_by(const RejectedFromIssuer& r) {
  return {
      {"request", r.request}, {"row", r.row}, {"column", nullptr}, {"code", name_of(r.code)}, {"message", r.message}};
}

Value looked_at(const ConnectionReport& r, const std::optional<SyncReason>& reason) {
  const std::optional<Instant> next =
      reason && reason->error.next_allowed_at ? reason->error.next_allowed_at : r.next_allowed_at;
  return {{"id", r.id.text()},
          {"issuer", r.issuer.text()},
          {"outcome", name_of(r.outcome)},
          {"reason", reason ? Value(name_of(reason->error.code)) : Value(nullptr)},
          {"error", reason ? failure(reason->error) : Value(nullptr)},
          {"since", reason ? or_null(reason->since) : Value(nullptr)},
          {"next_allowed_at", or_null(next)},
          {"added", r.added},
          {"modified", r.modified},
          {"removed", r.removed},
          {"unchanged", r.unchanged},
          {"held", r.held},
          {"hold_id", id_or_null(r.hold_id)},
          {"rejected", list(r.rejected, refused_by)},
          {"rejected_count", r.rejected_count},
          {"pages", r.pages},
          {"statements", list(r.statements, statement)}};
}

}  // namespace

std::string error(const Error& e, const std::string& store) {
  Value described = failure(e);
  if (!store.empty()) described["where"]["store"] = store;
  return dumped({{"error", std::move(described)}});
}

std::string import(std::span<const ImportedFile> files, const std::optional<std::string>& cursor, bool dry_run) {
  Value out = Value::object();
  if (dry_run) out["dry_run"] = true;
  out["files"] = list(files, [dry_run](const ImportedFile& file) { return imported(file, dry_run); });
  out["cursor"] = or_null(cursor);
  const bool all_failed = std::ranges::none_of(files, [](const ImportedFile& file) { return file.report.has_value(); });
  if (all_failed && !files.empty()) out["error"] = failure(files.front().report.error());
  return dumped(out);
}

std::string transaction(const Transaction& t) { return dumped(row(t), -1); }

std::string transactions_head() { return "{\"transactions\": ["; }

std::string transactions_tail(const TransactionList& list, std::span<const Connection> connections) {
  const auto word = [](bool yes) { return yes ? "true" : "false"; };
  return std::string("], \"truncated\": ") + word(list.truncated) + ", \"cutoff_open\": " + word(list.cutoff_open) +
         ", \"withheld\": " + dumped(withheld(connections), -1) + "}\n";
}

std::string transaction_line(const Transaction& t) {
  Value out = {{"message_type", "transaction"}};
  out.update(row(t));
  return dumped(out, -1) + "\n";
}

std::string summary_line(const TransactionList& rows, std::span<const Connection> connections) {
  return dumped({{"message_type", "summary"},
                 {"transactions", rows.rows.size()},
                 {"truncated", rows.truncated},
                 {"cutoff_open", rows.cutoff_open},
                 {"withheld", withheld(connections)},
                 {"last_id", rows.rows.empty() ? Value(nullptr) : Value(rows.rows.back().id.text())}},
                -1) +
         "\n";
}

std::string transaction_shown(const Transaction& t, const std::optional<Occurrence>& why) {
  Value out = {{"transactions", Value::array({row(t)})}, {"truncated", false}};
  if (why)
    out["why"] = {
        {"card_id", t.card_id.text()}, {"date", or_null(t.facts.date.date)},         {"occurrence", why->number},
        {"equal_rows", why->of},       {"statement_id", id_or_null(t.statement_id)}, {"source", source(t.source)}};
  return dumped(out);
}

std::string cards(std::span<const Card> all) { return dumped({{"cards", list(all, card)}}); }

std::string statements(std::span<const Statement> all) { return dumped({{"statements", list(all, statement)}}); }

std::string changes(const ChangeList& all) {
  const auto change = [](const Change& c) {
    return Value{{"position", c.position},
                 {"change", name_of(c.kind)},
                 {"entity", name_of(c.entity)},
                 {"id", c.id},
                 {"reason", text_or_null(c.reason)}};
  };
  return dumped({{"changes", list(all.changes, change)}, {"cursor", all.cursor}, {"has_more", all.has_more}});
}

std::string connections(std::span<const Connection> all, Instant now) {
  return dumped({{"connections", list(all, [now](const Connection& c) { return connection(c, now); })}});
}

std::string synced(const SyncReport& report, std::span<const std::optional<SyncReason>> reasons) {
  Value all = Value::array();
  bool any_looked = false;
  for (std::size_t i = 0; i < report.connections.size(); ++i) {
    all.push_back(looked_at(report.connections[i], reasons[i]));
    any_looked = any_looked || !reasons[i];
  }
  Value out = {{"connections", std::move(all)}, {"cursor", report.cursor}};
  if (!any_looked && !reasons.empty()) out["error"] = failure(reasons.front()->error);
  return dumped(out);
}

std::string exported(const std::string& target, const std::string& file, const ExportReport& report) {
  return dumped({{"export",
                  {{"target", target},
                   {"out", file},
                   {"transactions", report.transactions},
                   {"settlements", report.settlements},
                   {"notes", report.notes}}}});
}

std::string audit_entries(std::span<const AuditLine> entries) {
  const auto entry = [](const AuditLine& line) {
    const AuditEntry& e = line.entry;
    return Value{
        {"chain", line.chain},      {"seq", e.seq},       {"at", rfc3339(e.at)}, {"actor", e.actor},
        {"operation", e.operation}, {"object", e.object}, {"result", e.result},  {"reason", text_or_null(e.reason)},
        {"hash", hex(e.hash)}};
  };
  return dumped({{"entries", list(entries, entry)}});
}

std::string audit_verified(const AuditReport& report) {
  return dumped({{"verified", report.findings.empty()}, {"entries", report.entries}, {"findings", report.findings}});
}

std::string incidents(std::span<const Incident> all) { return dumped({{"incidents", list(all, incident)}}); }

std::string initialized(const InitReport& r) {
  return dumped({{"store", r.store},
                 {"key_ring", r.key_ring},
                 {"key_file", text_or_null(r.key_file)},
                 {"mode", name_of(r.mode)},
                 {"simulated", r.simulated}});
}

std::string doctor(std::span<const Check> checks, const StoreHealth& health) {
  const auto check = [](const Check& c) {
    return Value{{"check", c.name}, {"sound", c.sound}, {"findings", c.findings}};
  };
  bool sound = true;
  for (const Check& c : checks) sound = sound && c.sound;
  return dumped({{"sound", sound},
                 {"checks", list(checks, check)},
                 {"raw_pages_pruned", health.raw_pages_pruned},
                 {"holds_discarded", health.holds_discarded},
                 {"changes_pruned", health.changes_pruned}});
}

std::string demo(std::span<const DemoStep> steps) {
  const auto step = [](const DemoStep& s) { return Value{{"command", s.command}, {"exit", static_cast<int>(s.exit)}}; };
  return dumped({{"demo", list(steps, step)}});
}

std::string first_id(const std::string& document) {
  const Value value = Value::parse(document, nullptr, false);
  if (!value.is_object() || value.empty()) return {};
  const Value& rows = value.begin().value();
  return rows.is_array() && !rows.empty() ? rows.front().value("id", std::string()) : std::string();
}

std::string version(const std::string& number) {
  return dumped({{"version", number}, {"library", number}, {"cli_contract", 1}});
}

}  // namespace meisai::cli::json
