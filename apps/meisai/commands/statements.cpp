// SPDX-License-Identifier: Apache-2.0
//
// `statements` and `statements show`: what was billed, and how every sum of it comes about.
#include <algorithm>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

void print_section(const Session& session, Text title) {
  session.print("");
  session.print(toned(session.say(title), Tone::head, session.colors()));
}

std::string_view word(const Session& session, ComponentKind kind) {
  switch (kind) {
    case ComponentKind::revolving_repayment:
      return session.say(Text::component_revolving_repayment);
    case ComponentKind::carried_over:
      return session.say(Text::component_carried_over);
    case ComponentKind::previous_balance:
      return session.say(Text::component_previous_balance);
    case ComponentKind::bill_adjustment:
      return session.say(Text::component_bill_adjustment);
  }
  return {};
}

void print_header(const Session& session, const IssuerNames& issuers, const Statement& s) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {head(session, Text::field_id), s.id.text()},
      {head(session, Text::col_issuer), issuers.of(s.issuer)},
      {head(session, Text::col_billing_month), month_text(s.billing_month)},
      {head(session, Text::col_closing), date_text(s.closing_date)},
      {head(session, Text::col_due), date_text(s.payment_due_date)},
      {head(session, Text::col_state), std::string(cli::word(session, s.status))},
      {head(session, Text::col_stated), money_or_dash(s.stated_total_minor, s.currency)},
      {head(session, Text::col_computed), money_text(s.computed_total_minor, s.currency)},
      {head(session, Text::col_check), balance_cell(session, s).text}};
  print_fields(session, fields);
}

void print_sums(const Session& session, const StatementDetail& detail) {
  if (detail.sums.empty()) return;
  print_section(session, Text::statement_sums);
  const Currency& currency = detail.statement.currency;
  Table table({{head(session, Text::col_sum_of), Align::left, true},
               {head(session, Text::col_stated), Align::right},
               {head(session, Text::col_computed), Align::right},
               {head(session, Text::col_difference), Align::right}});
  for (const StatementDetail::Sum& sum : detail.sums) {
    const auto difference = subtract_minor(sum.stated_minor, sum.computed_minor);
    const bool holds = difference && *difference == 0;
    table.add({sum.label.empty() ? head(session, Text::statement_total) : sum.label,
               money_text(sum.stated_minor, currency),
               money_text(sum.computed_minor, currency),
               {difference ? money_text(*difference, currency) : "?", holds ? Tone::good : Tone::bad}});
  }
  print_table(session, table);
  if (detail.statement.balanced == false)
    session.print(session.say(Text::statement_explained,
                              {money_or_dash(detail.statement.difference_minor, detail.statement.currency)}));
}

void print_components(const Session& session, const Statement& statement) {
  if (statement.components.empty()) return;
  print_section(session, Text::statement_components);
  Table table({{head(session, Text::col_kind)},
               {head(session, Text::col_sum_of), Align::left, true},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_amount), Align::right}});
  for (const Component& component : statement.components)
    table.add({word(session, component.kind), component.label, component.card_label.value_or("–"),
               money_text(component.amount_minor, statement.currency)});
  print_table(session, table);
}

void print_rows(const Session& session, Text title, std::span<const Transaction> rows) {
  if (rows.empty()) return;
  print_section(session, title);
  print_table(session, transaction_table(session, rows, RowIds::shown));
}

void print_what_may_be_missing(const Session& session, const StatementDetail& detail) {
  print_rows(session, Text::statement_unlisted, detail.no_longer_listed);
  if (!detail.quarantined.empty()) print_section(session, Text::statement_rejected);
  for (const QuarantinedRecord& held : detail.quarantined)
    session.print(session.say(Text::statement_rejected_row,
                              {held.document, std::to_string(held.row), headline(held.code, session.language()),
                               printable(held.masked_text)}));
  if (!detail.holds.empty()) print_section(session, Text::statement_holds);
  for (const Hold& hold : detail.holds) session.print(hold.id.text() + "  " + printable(hold.diagnosis));
}

}  // namespace

Result<Exit> execute(const Session& session, const StatementsArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Statement> statements, engine->statements());
  if (session.json()) {
    session.print(json::statements(statements));
    return Exit::done;
  }
  if (statements.empty()) session.note(session.say(Text::none_statements));
  if (statements.empty()) return Exit::done;
  const IssuerNames issuers(session, *engine);
  Table table({{head(session, Text::col_billing_month)},
               {head(session, Text::col_issuer)},
               {head(session, Text::col_due)},
               {head(session, Text::col_stated), Align::right},
               {head(session, Text::col_computed), Align::right},
               {head(session, Text::col_check)},
               {head(session, Text::col_rows), Align::right},
               {head(session, Text::col_held), Align::right},
               {head(session, Text::col_state)},
               {head(session, Text::col_id)}});
  for (const Statement& s : statements)
    table.add({month_text(s.billing_month), issuers.of(s.issuer), date_text(s.payment_due_date),
               money_or_dash(s.stated_total_minor, s.currency), money_text(s.computed_total_minor, s.currency),
               balance_cell(session, s), std::to_string(s.transaction_count), std::to_string(s.held_count),
               word(session, s.status), s.id.text()});
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const StatementArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const StatementDetail detail, engine->statement(arguments.id));
  if (session.json()) {
    session.print(json::statement_shown(detail));
    return Exit::done;
  }
  print_header(session, IssuerNames(session, *engine), detail.statement);
  print_sums(session, detail);
  print_components(session, detail.statement);
  print_rows(session, Text::statement_rows, detail.transactions);
  print_what_may_be_missing(session, detail);
  return Exit::done;
}

}  // namespace meisai::cli
