// SPDX-License-Identifier: Apache-2.0
//
// What was kept aside: batches that wait for a decision, and records that could not be read.
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

std::string_view word_of(const Session& session, HoldState state) {
  switch (state) {
    case HoldState::open:
      return session.say(Text::hold_open);
    case HoldState::accepted:
      return session.say(Text::hold_accepted);
    case HoldState::discarded:
      return session.say(Text::hold_discarded);
    case HoldState::outdated:
      break;
  }
  return session.say(Text::hold_outdated);
}

std::string amount_text(const TransactionFacts& facts) { return money_text(facts.amount_minor, facts.currency); }

/// What a modified row was, where a person would see the difference.
std::string before_text(const HoldDetail::Row& row) {
  if (!row.before) return {};
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (row.before->date != row.facts.date) add(date_text(row.before->date));
  if (row.before->amount_minor != row.facts.amount_minor || row.before->currency != row.facts.currency)
    add(amount_text(*row.before));
  if (row.before->merchant_normalized != row.facts.merchant_normalized) add(row.before->merchant_normalized);
  return text;
}

void print_changes(const Session& session, const HoldDetail& detail) {
  if (detail.rows.empty()) return;
  Table table({{head(session, Text::col_change)},
               {head(session, Text::col_date)},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_merchant), Align::left, true},
               {head(session, Text::col_amount), Align::right},
               {head(session, Text::col_before), Align::left, true}});
  for (const HoldDetail::Row& row : detail.rows)
    table.add({word(session, row.change), date_text(row.facts.date), row.card_label, row.facts.merchant_normalized,
               amount_text(row.facts), before_text(row)});
  print_table(session, table);
  const std::uint64_t all = detail.added + detail.modified + detail.removed;
  if (all > detail.rows.size()) session.note(session.say(Text::hold_more, {std::to_string(all - detail.rows.size())}));
}

void print_hold(const Session& session, Engine& engine, const Hold& hold) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {head(session, Text::col_hold), hold.id.text()},
      {head(session, Text::col_state), std::string(word_of(session, hold.state))},
      {head(session, Text::col_issuer), IssuerNames(session, engine).of(hold.issuer)},
      {head(session, Text::col_document), printable(hold.document)},
      {head(session, Text::col_reason), std::string(headline(hold.code, session.language()))},
      {head(session, Text::col_diagnosis), printable(hold.diagnosis)},
      {head(session, Text::col_rows), std::to_string(hold.transactions)},
      {head(session, Text::col_held_at), rfc3339(hold.held_at)}};
  print_fields(session, fields);
}

}  // namespace

Result<Exit> execute(const Session& session, const HoldsArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Hold> holds, engine->holds(arguments.all));
  if (session.json()) {
    session.print(json::holds(holds));
    return Exit::done;
  }
  if (holds.empty()) {
    session.note(session.say(Text::none_holds));
    return Exit::done;
  }
  const IssuerNames issuers(session, *engine);
  Table table({{head(session, Text::col_hold)},
               {head(session, Text::col_state)},
               {head(session, Text::col_issuer)},
               {head(session, Text::col_document), Align::left, true},
               {head(session, Text::col_rows), Align::right},
               {head(session, Text::col_diagnosis), Align::left, true}});
  for (const Hold& hold : holds)
    table.add({hold.id.text(),
               {word_of(session, hold.state), hold.state == HoldState::open ? Tone::bad : Tone::plain},
               issuers.of(hold.issuer),
               hold.document,
               std::to_string(hold.transactions),
               hold.diagnosis});
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const HoldShowArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const HoldDetail detail, engine->hold(arguments.id));
  if (session.json()) {
    session.print(json::hold_shown(detail));
    return Exit::done;
  }
  print_hold(session, *engine, detail.hold);
  if (detail.hold.state != HoldState::open) return Exit::done;
  session.print("");
  const std::string& id = detail.hold.id.text();
  if (detail.obstacle) {
    session.print(session.say(Text::hold_obstacle, {headline(detail.obstacle->code, session.language())}));
    session.print(session.say(Text::hold_answer, {id}));
    return Exit::done;
  }
  session.print(session.say(
      Text::hold_would, {std::to_string(detail.added), std::to_string(detail.modified), std::to_string(detail.removed),
                         std::to_string(detail.unchanged), std::to_string(detail.rejected)}));
  print_changes(session, detail);
  session.print(session.say(Text::hold_next, {id}));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const HoldAcceptArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(ImportReport report, engine->accept_hold(arguments.id, arguments.answer));
  const Exit exit = report.needs_attention() ? Exit::partial : Exit::done;
  if (session.json()) {
    std::optional<std::string> cursor;
    if (auto now = engine->change_cursor()) cursor = std::move(*now);
    const std::string document = report.document;
    const std::vector<json::ImportedFile> files = {{document, std::move(report)}};
    session.print(json::import(files, cursor, false));
    return exit;
  }
  session.print(session.say(Text::hold_was_accepted, {arguments.id.text()}));
  session.print(session.say(
      Text::hold_did, {std::to_string(report.added), std::to_string(report.modified), std::to_string(report.removed),
                       std::to_string(report.unchanged), std::to_string(report.rejected_count)}));
  for (const Statement& s : report.statements)
    if (s.balanced && !*s.balanced)
      session.note(session.say(Text::import_unbalanced, {printable(report.document), month_text(s.billing_month),
                                                         balance_cell(session, s).text}));
  return exit;
}

Result<Exit> execute(const Session& session, const HoldDiscardArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Hold hold, engine->discard_hold(arguments.id));
  session.print(session.json() ? json::hold_ended(hold) : session.say(Text::hold_was_discarded, {hold.id.text()}));
  return Exit::done;
}

Result<Exit> execute(const Session& session, const QuarantineArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<QuarantinedRecord> records, engine->quarantine());
  if (session.json()) {
    session.print(json::quarantine(records));
    return Exit::done;
  }
  if (records.empty()) {
    session.note(session.say(Text::none_quarantine));
    return Exit::done;
  }
  const IssuerNames issuers(session, *engine);
  Table table({{head(session, Text::col_issuer)},
               {head(session, Text::col_document)},
               {head(session, Text::col_line), Align::right},
               {head(session, Text::col_reason)},
               {head(session, Text::col_cells), Align::left, true},
               {head(session, Text::col_statement)},
               {head(session, Text::col_made_good)}});
  for (const QuarantinedRecord& record : records)
    table.add({issuers.of(record.issuer), record.document, std::to_string(record.row), name_of(record.code),
               record.masked_text, record.statement ? record.statement->text() : std::string("–"),
               record.made_good ? "✓" : "–"});
  print_table(session, table);
  session.note(session.say(Text::quarantine_next));
  return Exit::done;
}

}  // namespace meisai::cli
