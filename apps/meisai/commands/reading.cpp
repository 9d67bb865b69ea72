// SPDX-License-Identifier: Apache-2.0
//
// Commands that only read: cards, transactions, changes, coverage.
#include <algorithm>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/coverage.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

/// What a list leaves out because a consent has ended is said, never silent.
void note_withheld(const Session& session, std::span<const Connection> connections) {
  for (const Connection& connection : connections) {
    if (connection.consent.held == HeldData::sealed)
      session.note(session.say(Text::list_sealed, {connection.id.text()}));
    if (connection.consent.held == HeldData::erased)
      session.note(session.say(Text::list_erased, {connection.id.text()}));
  }
}

void write_json_list(const Session& session, const TransactionList& list, std::span<const Connection> connections) {
  Output& out = session.out();
  out.write(json::transactions_head());
  const char* separator = "\n";
  for (const Transaction& row : list.rows) {
    out.write(separator);
    out.write(json::transaction(row));
    separator = ",\n";
    if (out.state() != Output::State::open) return;
  }
  out.write(json::transactions_tail(list, connections));
}

void write_json_lines(const Session& session, const TransactionList& list, std::span<const Connection> connections) {
  for (const Transaction& row : list.rows) {
    session.out().write(json::transaction_line(row));
    if (session.out().state() != Output::State::open) return;
  }
  session.out().write(json::summary_line(list, connections));
}

/// Rows with the same facts of identity (card, day and its precision, merchant as written, amount, currency), in
/// the order of the list.
Result<json::Occurrence> occurrence_of(Engine& engine, const Transaction& row) {
  TransactionFilter same_day;
  same_day.card = row.card_id;
  same_day.from = row.facts.date.date;
  same_day.to = row.facts.date.date;
  same_day.with_ignored = true;
  MEISAI_ASSIGN(const TransactionList day, engine.transactions(same_day));
  json::Occurrence found{.number = 0, .of = 0};
  for (const Transaction& other : day.rows) {
    if (other.facts.merchant_raw != row.facts.merchant_raw || other.facts.amount_minor != row.facts.amount_minor ||
        other.facts.currency != row.facts.currency || other.facts.date != row.facts.date)
      continue;
    ++found.of;
    if (other.id == row.id) found.number = found.of;
  }
  return found;
}

void print_row(const Session& session, const Transaction& row, const std::string& issuer) {
  const TransactionFacts& facts = row.facts;
  std::vector<std::pair<std::string, std::string>> fields = {
      {head(session, Text::field_id), row.id.text()},
      {head(session, Text::col_date), date_text(facts.date)},
      {head(session, Text::field_posting_date), date_text(facts.posting_date)},
      {head(session, Text::col_issuer), issuer},
      {head(session, Text::col_card), row.card_label},
      {head(session, Text::col_merchant), facts.merchant_normalized},
      {head(session, Text::field_merchant_raw), facts.merchant_raw},
      {head(session, Text::col_kind), std::string(word(session, facts.kind))},
      {head(session, Text::col_amount), money_text(facts.amount_minor, facts.currency)},
      {head(session, Text::col_billed), money_or_dash(facts.billed_minor, facts.currency)},
      {head(session, Text::col_plan), plan_text(session, facts.plan)},
      {head(session, Text::field_status),
       head(session, facts.status == TransactionStatus::pending   ? Text::status_pending
                     : facts.status == TransactionStatus::removed ? Text::status_removed
                                                                  : Text::status_posted)},
      {head(session, Text::field_statement), row.statement_id ? row.statement_id->text() : "–"}};
  if (facts.foreign) {
    std::string text = facts.foreign->amount_text;
    if (facts.foreign->currency) text.append(" ").append(facts.foreign->currency->code());
    if (facts.foreign->rate) text += " " + session.say(Text::field_rate, {facts.foreign->rate->text()});
    fields.emplace_back(head(session, Text::field_foreign), text);
  }
  std::string flags;
  for (const std::string_view flag : flag_names(facts.flags)) flags.append(flags.empty() ? "" : ", ").append(flag);
  if (!flags.empty()) fields.emplace_back(head(session, Text::field_flags), flags);
  for (auto& field : layer_fields(session, row)) fields.push_back(std::move(field));
  fields.emplace_back(
      head(session, Text::field_source),
      session.say(Text::source_text, {row.source.document, row.source.layout, std::to_string(row.source.row)}));
  print_fields(session, fields);
}

void print_steps(const Session& session, const Explanation& explanation) {
  session.print("");
  session.print(session.say(Text::why_steps));
  for (const ExplanationStep& step : explanation.steps) {
    const bool is_first = &step == &explanation.steps.front();
    std::string what = is_first ? head(session, Text::why_first_seen) : std::string(word(session, step.rule));
    if (!is_first && !step.detail.empty()) what += ": " + step.detail;
    if (!step.other.empty()) what += ", " + step.other;
    std::string line = "  " + session.say(Text::why_step, {rfc3339(step.at), what,
                                                           step.source.channel + " " + step.source.document + " " +
                                                               std::to_string(step.source.row)});
    if (step.before)
      line +=
          "; " + session.say(Text::why_changed, {date_text(step.before->date) + " " + step.before->merchant_normalized +
                                                 " " + money_text(step.before->amount_minor, step.before->currency)});
    session.print(line);
  }
  for (const Suggestion& each : explanation.suggestions)
    if (each.state == SuggestionState::open)
      session.print("  " + session.say(Text::why_suggestion,
                                       {each.first == explanation.transaction.id.text() ? each.second : each.first,
                                        each.id.text()}));
}

void print_why(const Session& session, const Explanation& explanation, const json::Occurrence& occurrence) {
  const Transaction& row = explanation.transaction;
  session.print("");
  session.print(session.say(Text::why_head));
  const bool by_reference = explanation.identity.starts_with("recipe 2");
  session.print("  " + std::string(session.say(by_reference          ? Text::why_reference
                                               : row.facts.date.date ? Text::why_facts
                                                                     : Text::why_undated)));
  session.print("  " + session.say(Text::why_ids, {joined(explanation.ids)}));
  if (occurrence.of > 1) {
    session.print("  " +
                  session.say(Text::why_twin, {std::to_string(occurrence.number), std::to_string(occurrence.of)}));
  } else {
    session.print("  " + std::string(session.say(Text::why_single)));
  }
  session.print("  " + (row.statement_id ? session.say(Text::why_statement, {row.statement_id->text()})
                                         : std::string(session.say(Text::why_no_statement))));
  print_steps(session, explanation);
}

}  // namespace

Result<Exit> execute(const Session& session, const CardsArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Card> cards, engine->cards());
  if (session.json()) {
    session.print(json::cards(cards));
    return Exit::done;
  }
  if (cards.empty()) session.note(session.say(Text::none_cards));
  if (cards.empty()) return Exit::done;
  const IssuerNames issuers(session, *engine);
  Table table({{head(session, Text::col_issuer)},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_last4)},
               {head(session, Text::col_card_kind)},
               {head(session, Text::col_id)},
               {head(session, Text::col_connection)}});
  for (const Card& card : cards) {
    std::vector<std::string> connections;
    for (const ConnectionId& id : card.connections) connections.push_back(id.text());
    table.add({issuers.of(card.issuer), card.label, card.last4.value_or("–"), word(session, card.kind), card.id.text(),
               joined(connections)});
  }
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const TransactionsArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const TransactionList list, engine->transactions(arguments.filter));
  MEISAI_ASSIGN(const std::vector<Connection> connections, engine->connections());
  if (list.cutoff_open) session.note(session.say(Text::list_cutoff_open));
  note_withheld(session, connections);
  if (session.options().json_lines) {
    write_json_lines(session, list, connections);
    return Exit::done;
  }
  if (session.json()) {
    write_json_list(session, list, connections);
    return Exit::done;
  }
  if (list.rows.empty()) session.note(session.say(Text::none_transactions));
  if (list.rows.empty()) return Exit::done;
  print_table(session, transaction_table(session, list.rows, RowIds::shown));
  MoneySum total;
  for (const Transaction& row : list.rows)
    if (moves_money(row.facts) && !row.user.ignored) total.add(row.facts.amount_minor, row.facts.currency);
  session.print(session.say(Text::list_total, {std::to_string(list.rows.size()), total.text()}));
  if (list.truncated) session.note(session.say(Text::list_truncated, {list.rows.back().id.text()}));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const TransactionArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  TransactionFilter filter;
  filter.only = arguments.id;
  MEISAI_ASSIGN(const TransactionList found, engine->transactions(filter));
  if (found.rows.empty()) return fail(Code::not_found, "no transaction has this id");
  const Transaction& row = found.rows.front();
  json::Occurrence occurrence;
  std::optional<Explanation> explanation;
  if (arguments.why) {
    MEISAI_ASSIGN(occurrence, occurrence_of(*engine, row));
    MEISAI_ASSIGN(explanation, engine->explain(arguments.id));
  }
  if (session.json()) {
    session.print(explanation ? json::transaction_explained(*explanation, occurrence)
                              : json::transaction_shown(row, std::nullopt));
    return Exit::done;
  }
  print_row(session, row, IssuerNames(session, *engine).of(row.issuer));
  if (explanation) print_why(session, *explanation, occurrence);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const ChangesArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const ChangeList list, engine->changes(arguments.since, arguments.limit));
  if (session.json()) {
    session.print(json::changes(list));
    return Exit::done;
  }
  if (list.changes.empty()) session.note(session.say(Text::none_changes));
  if (!list.changes.empty()) {
    Table table({{head(session, Text::col_position), Align::right},
                 {head(session, Text::col_change)},
                 {head(session, Text::col_entity)},
                 {head(session, Text::col_id)},
                 {head(session, Text::col_reason)}});
    for (const Change& change : list.changes)
      table.add({std::to_string(change.position), word(session, change.kind), word(session, change.entity), change.id,
                 change.reason});
    print_table(session, table);
  }
  session.note(session.say(list.has_more ? Text::changes_more : Text::cursor_line, {list.cursor}));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const CoverageArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<CoverageOfCard> coverage, engine->coverage());
  if (session.json()) {
    session.print(json::coverage(coverage));
    return Exit::done;
  }
  if (coverage.empty()) session.note(session.say(Text::none_coverage));
  if (coverage.empty()) return Exit::done;
  MEISAI_ASSIGN(const std::vector<Card> cards, engine->cards());
  const IssuerNames issuers(session, *engine);
  for (const CoverageOfCard& card : coverage) {
    const auto known = std::find_if(cards.begin(), cards.end(), [&](const Card& c) { return c.id == card.card; });
    print_coverage(session, card,
                   known == cards.end() ? card.card.text() : issuers.of(known->issuer) + " " + known->label);
  }
  session.note(session.say(Text::coverage_legend));
  return Exit::done;
}

}  // namespace meisai::cli
