// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/meisai/messages.h"

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
          {"source",
           {{"channel", t.source.channel},
            {"document", t.source.document},
            {"layout", t.source.layout},
            {"row", t.source.row}}}};
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
  return {
      {"code", name_of(e.code)},   {"message", e.what.empty() ? std::string(headline(e.code, Language::en)) : e.what},
      {"where", std::move(where)}, {"remedy", e.remedy.empty() ? std::string(way_out(e.code, Language::en)) : e.remedy},
      {"retry", name_of(e.retry)}, {"next_allowed_at", or_null(e.next_allowed_at)}};
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
               {"rejected", list(r.rejected, rejected)},
               {"rejected_count", r.rejected_count},
               {"unknown_columns", r.unknown_columns},
               {"statements", list(r.statements, statement)}};
  if (dry_run) out["transactions"] = list(r.preview, row);
  return out;
}

Value card(const Card& c) {
  return {{"id", c.id.text()},         {"issuer", c.issuer.text()}, {"label", c.label},
          {"last4", or_null(c.last4)}, {"kind", name_of(c.kind)},   {"connections", Value::array()}};
}

Value debit(const UpcomingDebit& d) {
  return {{"issuer", d.issuer.text()},
          {"statement_id", d.statement.text()},
          {"billing_month", or_null(d.billing_month)},
          {"payment_due_date", or_null(d.due_date)},
          {"amount_minor", d.amount_minor},
          {"currency", d.currency.code()},
          {"balanced", or_null(d.balanced)},
          {"card_labels", d.card_labels}};
}

Value remainder(const UpcomingRemainder& r) {
  return {{"transaction_id", r.transaction.text()},
          {"issuer", r.issuer.text()},
          {"card_label", r.card_label},
          {"merchant_normalized", r.merchant_normalized},
          {"payment_type", name_of(r.plan.type)},
          {"installment_index", or_null(r.plan.index)},
          {"installment_count", or_null(r.plan.count)},
          {"remaining_parts", or_null(r.remaining_parts)},
          {"remaining_minor", or_null(r.remaining_minor)},
          {"currency", r.currency.code()}};
}

Value incident(const Incident& i) {
  return {{"id", i.id.text()},
          {"scope", name_of(i.scope)},
          {"issuer", text_or_null(i.issuer.text())},
          {"degree", name_of(i.degree)},
          {"state", name_of(i.state)},
          {"opened_at", rfc3339(i.opened_at)},
          {"suspected_since", or_null(i.suspected_since)},
          {"reason", i.reason},
          {"lifted_at", or_null(i.lifted_at)},
          {"lift_reason", text_or_null(i.lift_reason)}};
}

std::string_view name_of_window(WindowRule rule) { return rule == WindowRule::statement ? "statement" : "card_month"; }

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

std::string transactions_tail(const TransactionList& list) {
  const auto word = [](bool yes) { return yes ? "true" : "false"; };
  return std::string("], \"truncated\": ") + word(list.truncated) + ", \"cutoff_open\": " + word(list.cutoff_open) +
         "}\n";
}

std::string transaction_line(const Transaction& t) {
  Value out = {{"message_type", "transaction"}};
  out.update(row(t));
  return dumped(out, -1) + "\n";
}

std::string summary_line(const TransactionList& rows) {
  return dumped({{"message_type", "summary"},
                 {"transactions", rows.rows.size()},
                 {"truncated", rows.truncated},
                 {"cutoff_open", rows.cutoff_open},
                 {"last_id", rows.rows.empty() ? Value(nullptr) : Value(rows.rows.back().id.text())}},
                -1) +
         "\n";
}

std::string transaction_shown(const Transaction& t, const std::optional<Occurrence>& why) {
  Value out = {{"transactions", Value::array({row(t)})}, {"truncated", false}};
  if (why)
    out["why"] = {{"card_id", t.card_id.text()},
                  {"date", or_null(t.facts.date.date)},
                  {"occurrence", why->number},
                  {"equal_rows", why->of},
                  {"statement_id", id_or_null(t.statement_id)},
                  {"source",
                   {{"channel", t.source.channel},
                    {"document", t.source.document},
                    {"layout", t.source.layout},
                    {"row", t.source.row}}}};
  return dumped(out);
}

std::string cards(std::span<const Card> all) { return dumped({{"cards", list(all, card)}}); }

std::string statements(std::span<const Statement> all) { return dumped({{"statements", list(all, statement)}}); }

std::string upcoming(const Upcoming& u) {
  return dumped({{"debits", list(u.debits, debit)}, {"remainders", list(u.remainders, remainder)}});
}

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

std::string coverage(std::span<const CoverageOfCard> all) {
  const auto range = [](const CoverageOfCard::Range& r) {
    return Value{{"from", iso(r.from)}, {"to", iso(r.to)}, {"channel", r.channel}, {"certainty", r.certainty}};
  };
  const auto gap = [](const CoverageOfCard::Range& r) { return Value{{"from", iso(r.from)}, {"to", iso(r.to)}}; };
  const auto one = [&](const CoverageOfCard& c) {
    return Value{{"card_id", c.card.text()}, {"ranges", list(c.ranges, range)}, {"gaps", list(c.gaps, gap)}};
  };
  return dumped({{"cards", list(all, one)}});
}

std::string status(const Status& s, const std::string& store) {
  const auto fresh = [](const CardFreshness& f) {
    Value out = card(f.card);
    out["known_to"] = or_null(f.known_to);
    return out;
  };
  const auto month = [](const MonthTotal& m) {
    return Value{{"month", iso(m.month)},
                 {"amount_minor", m.amount_minor},
                 {"currency", m.currency.code()},
                 {"transaction_count", m.count}};
  };
  const auto problem = [](const Problem& p) {
    return Value{{"code", p.code}, {"object", text_or_null(p.object)}, {"message", p.message}};
  };
  return dumped({{"store", store},
                 {"mode", name_of(s.mode)},
                 {"simulated", s.simulated},
                 {"connections", Value::array()},
                 {"cards", list(s.cards, fresh)},
                 {"next_debits", list(s.next_debits, debit)},
                 {"months", list(s.months, month)},
                 {"problems", list(s.problems, problem)},
                 {"quarantined", s.quarantined}});
}

std::string issuers(std::span<const LayoutInfo> layouts) {
  Value all = Value::array();
  for (const LayoutInfo& layout : layouts) {
    Value* issuer = nullptr;
    for (Value& known : all)
      if (known["id"] == layout.issuer.text()) issuer = &known;
    if (issuer == nullptr) {
      all.push_back({{"id", layout.issuer.text()},
                     {"name_ja", layout.name_ja},
                     {"name_en", layout.name_en},
                     {"layouts", Value::array()}});
      issuer = &all.back();
    }
    (*issuer)["layouts"].push_back({{"layout", layout.layout},
                                    {"certainty", name_of(layout.certainty)},
                                    {"since", layout.since},
                                    {"window", name_of_window(layout.window)},
                                    {"channel", "file"}});
  }
  return dumped({{"issuers", std::move(all)}});
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

std::string doctor(std::span<const Check> checks, std::uint64_t raw_pages_pruned) {
  const auto check = [](const Check& c) {
    return Value{{"check", c.name}, {"sound", c.sound}, {"findings", c.findings}};
  };
  bool sound = true;
  for (const Check& c : checks) sound = sound && c.sound;
  return dumped({{"sound", sound}, {"checks", list(checks, check)}, {"raw_pages_pruned", raw_pages_pruned}});
}

std::string demo(std::span<const DemoStep> steps) {
  const auto step = [](const DemoStep& s) { return Value{{"command", s.command}, {"exit", static_cast<int>(s.exit)}}; };
  return dumped({{"demo", list(steps, step)}});
}

std::string version(const std::string& number) {
  return dumped({{"version", number}, {"library", number}, {"cli_contract", 1}});
}

}  // namespace meisai::cli::json
