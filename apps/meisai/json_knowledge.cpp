// SPDX-License-Identifier: Apache-2.0
//
// JSON of what is known and how sure: status, upcoming, coverage, a statement explained. What other documents show
// too (a card, a connection, a statement, a row) has their shape.
#include <nlohmann/json.hpp>

#include "apps/meisai/json.h"

namespace meisai::cli::json {
namespace {

using Value = nlohmann::ordered_json;

std::string dumped(const Value& value) { return value.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace); }

Value or_null(const std::optional<LocalDate>& date) { return date ? Value(iso(*date)) : Value(nullptr); }
Value or_null(const std::optional<BillingMonth>& month) { return month ? Value(iso(*month)) : Value(nullptr); }
Value or_null(const std::optional<Instant>& at) { return at ? Value(rfc3339(*at)) : Value(nullptr); }
template <class T>
Value or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value(nullptr);
}
Value text_or_null(const std::string& text) { return text.empty() ? Value(nullptr) : Value(text); }

template <class Range, class Make>
Value list(const Range& range, Make make) {
  Value out = Value::array();
  for (const auto& item : range) out.push_back(make(item));
  return out;
}

/// As the list of one says it.
template <class T>
Value as_listed(std::string (*document)(std::span<const T>), const char* name, const T& one) {
  return Value::parse(document(std::span(&one, 1))).at(name).at(0);
}

/// Empty where it does not fit.
std::optional<std::int64_t> difference_of(const StatementDetail::Sum& sum) {
  const auto difference = subtract_minor(sum.stated_minor, sum.computed_minor);
  return difference ? std::optional(*difference) : std::nullopt;
}

Value debit(const UpcomingDebit& d) {
  return {{"issuer", d.issuer.text()},
          {"statement_id", text_or_null(d.statement.text())},
          {"billing_month", or_null(d.billing_month)},
          {"payment_due_date", or_null(d.due_date)},
          {"due_is_expected", d.due_is_expected},
          {"amount_minor", d.amount_minor},
          {"pending_minor", d.pending_minor},
          {"currency", d.currency.code()},
          {"certainty", name_of(d.certainty)},
          {"balanced", or_null(d.balanced)},
          {"card_labels", d.card_labels},
          {"card_ids", list(d.cards, [](const CardId& id) { return Value(id.text()); })},
          {"used_from", or_null(d.used_from)},
          {"used_to", or_null(d.used_to)}};
}

Value part(const UpcomingRemainder::Part& p) {
  return {{"installment_index", or_null(p.index)},
          {"month", or_null(p.month)},
          {"amount_minor", or_null(p.amount_minor)},
          {"estimated", p.estimated}};
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
          {"currency", r.currency.code()},
          {"certainty", name_of(r.certainty)},
          {"parts", list(r.parts, part)}};
}

Value month_of_card(const UpcomingMonth::OfCard& c) {
  return {{"card_id", text_or_null(c.card.text())},
          {"card_label", text_or_null(c.card_label)},
          {"amount_minor", c.amount_minor},
          {"certainty", name_of(c.certainty)},
          {"more_unknown", c.more_unknown}};
}

Value month_to_come(const UpcomingMonth& m) {
  return {{"month", or_null(m.month)},      {"currency", m.currency.code()},
          {"amount_minor", m.amount_minor}, {"certainty", name_of(m.certainty)},
          {"more_unknown", m.more_unknown}, {"cards", list(m.cards, month_of_card)}};
}

void put_freshness(const CardFreshness& f, Value& out) {
  out["known_to"] = or_null(f.known_to);
  out["looked_at"] = or_null(f.looked_at);
  out["newest_use"] = or_null(f.newest_use);
  out["quiet_since"] = or_null(f.quiet_since);
  out["missing_statement"] = nullptr;
  if (f.missing_statement)
    out["missing_statement"] = {{"month", iso(f.missing_statement->month)},
                                {"expected_by", iso(f.missing_statement->expected_by)},
                                {"months", f.missing_statement->months}};
}

Value gap(const CoverageOfCard::Range& g) {
  return {{"from", iso(g.from)}, {"to", iso(g.to)}, {"reason", name_of(g.reason)}};
}

Value known_days(const CoverageOfCard& c) {
  const auto range = [](const CoverageOfCard::Range& r) {
    return Value{{"from", iso(r.from)}, {"to", iso(r.to)}, {"channel", r.channel}, {"certainty", r.certainty}};
  };
  const auto proven = [](const CoverageOfCard::Month& m) {
    return Value{{"month", iso(m.month)},
                 {"statement_id", m.statement.text()},
                 {"status", name_of(m.status)},
                 {"balanced", or_null(m.balanced)}};
  };
  Value out = {{"card_id", c.card.text()},
               {"ranges", list(c.ranges, range)},
               {"gaps", list(c.gaps, gap)},
               {"not_looked", c.not_looked ? gap(*c.not_looked) : Value(nullptr)},
               {"issuer_gives_no_more", c.issuer_gives_no_more},
               {"grows_from", or_null(c.grows_from)},
               {"statements", list(c.statements, proven)}};
  put_freshness(c.freshness, out);
  return out;
}

Value connection_freshness(const ConnectionFreshness& f) {
  return {{"connection", f.connection.text()},
          {"outcome", name_of(f.outcome)},
          {"reason", text_or_null(f.reason)},
          {"looked_at", or_null(f.looked_at)},
          {"last_arrival", or_null(f.last_arrival)},
          {"unchanged_since", or_null(f.unchanged_since)},
          {"next_allowed_at", or_null(f.next_allowed_at)},
          {"quiet", f.quiet}};
}

}  // namespace

std::string upcoming(const Upcoming& u) {
  return dumped({{"debits", list(u.debits, debit)},
                 {"remainders", list(u.remainders, remainder)},
                 {"months", list(u.months, month_to_come)}});
}

std::string coverage(std::span<const CoverageOfCard> all) { return dumped({{"cards", list(all, known_days)}}); }

std::string status(const Status& s, std::span<const Connection> linked, const std::string& store, Instant now) {
  const auto fresh = [](const CardFreshness& f) {
    Value out = as_listed<Card>(cards, "cards", f.card);
    put_freshness(f, out);
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
                 {"connections", Value::parse(connections(linked, now)).at("connections")},
                 {"freshness", list(s.freshness, connection_freshness)},
                 {"cards", list(s.cards, fresh)},
                 {"next_debits", list(s.next_debits, debit)},
                 {"months", list(s.months, month)},
                 {"problems", list(s.problems, problem)},
                 {"quarantined", s.quarantined}});
}

std::string statement_shown(const StatementDetail& d) {
  const auto row = [](const Transaction& t) { return Value::parse(transaction(t)); };
  const auto sum = [](const StatementDetail::Sum& s) {
    return Value{{"label", text_or_null(s.label)},
                 {"stated_minor", s.stated_minor},
                 {"computed_minor", s.computed_minor},
                 {"difference_minor", or_null(difference_of(s))}};
  };
  const auto rejected = [](const QuarantinedRecord& q) {
    return Value{{"document", q.document},  {"layout", q.layout},   {"row", q.row},
                 {"code", name_of(q.code)}, {"message", q.message}, {"masked_text", q.masked_text},
                 {"made_good", q.made_good}};
  };
  const auto hold = [](const Hold& h) {
    return Value{{"id", h.id.text()},        {"document", h.document},         {"code", name_of(h.code)},
                 {"diagnosis", h.diagnosis}, {"transactions", h.transactions}, {"held_at", rfc3339(h.held_at)}};
  };
  return dumped({{"statements", Value::array({as_listed<Statement>(statements, "statements", d.statement)})},
                 {"sums", list(d.sums, sum)},
                 {"transactions", list(d.transactions, row)},
                 {"no_longer_listed", list(d.no_longer_listed, row)},
                 {"rejected", list(d.quarantined, rejected)},
                 {"holds", list(d.holds, hold)}});
}

}  // namespace meisai::cli::json
