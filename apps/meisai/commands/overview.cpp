// SPDX-License-Identifier: Apache-2.0
//
// Commands that answer "how do I stand": status and upcoming.
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/coverage.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

constexpr std::size_t months_shown = 6;

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

void print_section(const Session& session, Text title) {
  session.print("");
  session.print(toned(session.say(title), Tone::head, session.colors()));
}

std::string_view word(const Session& session, DebitCertainty certainty) {
  switch (certainty) {
    case DebitCertainty::stated:
      return session.say(Text::sure_stated);
    case DebitCertainty::computed:
      return session.say(Text::sure_computed);
    case DebitCertainty::open:
      return session.say(Text::sure_open);
    case DebitCertainty::planned:
      return session.say(Text::sure_planned);
    case DebitCertainty::unknown:
      return session.say(Text::sure_unknown);
  }
  return {};
}

std::string due_text(const Session& session, const UpcomingDebit& debit) {
  if (debit.due_date && debit.due_is_expected) return session.say(Text::upcoming_expected, {iso(*debit.due_date)});
  if (debit.due_date) return iso(*debit.due_date);
  const std::string month =
      debit.billing_month ? iso(*debit.billing_month) : head(session, Text::upcoming_month_unknown);
  return debit.billing_month ? session.say(Text::upcoming_due_unknown, {month}) : month;
}

Cell sure_cell(const Session& session, const UpcomingDebit& debit) {
  std::string text(word(session, debit.certainty));
  if (debit.balanced == false) text += " " + head(session, Text::balanced_no_part);
  if (!debit.billing_month && debit.used_from)
    text = session.say(Text::upcoming_used, {text, iso(*debit.used_from).substr(0, 7)});
  if (debit.pending_minor != 0)
    text = session.say(Text::upcoming_pending, {text, money_text(debit.pending_minor, debit.currency)});
  const bool sure = debit.certainty == DebitCertainty::stated;
  return {text, sure ? Tone::good : debit.balanced == false ? Tone::bad : Tone::plain};
}

void print_debits(const Session& session, const IssuerNames& issuers, const std::vector<UpcomingDebit>& debits) {
  if (debits.empty()) return session.print(session.say(Text::upcoming_none));
  Table table({{head(session, Text::col_due)},
               {head(session, Text::col_issuer)},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_amount), Align::right},
               {head(session, Text::col_sure)}});
  MoneySum total;
  for (const UpcomingDebit& debit : debits) {
    table.add({due_text(session, debit), issuers.of(debit.issuer), joined(debit.card_labels),
               money_text(debit.amount_minor, debit.currency), sure_cell(session, debit)});
    total.add(debit.amount_minor, debit.currency);
  }
  print_table(session, table);
  session.print(session.say(Text::upcoming_total, {total.text()}));
}

/// By month, and below it by card where there are several.
void print_months_to_come(const Session& session, const Upcoming& upcoming) {
  if (upcoming.months.empty()) return;
  print_section(session, Text::upcoming_months);
  Table table({{head(session, Text::col_month)},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_amount), Align::right},
               {head(session, Text::col_sure)}});
  const auto amount = [&](std::int64_t minor, const Currency& currency, bool more) {
    const std::string text = money_text(minor, currency);
    return more ? session.say(Text::upcoming_month_more, {text}) : text;
  };
  for (const UpcomingMonth& month : upcoming.months) {
    const bool one_card = month.cards.size() == 1;
    table.add({month.month ? iso(*month.month) : head(session, Text::upcoming_month_unknown),
               one_card ? month.cards.front().card_label : "",
               amount(month.amount_minor, month.currency, month.more_unknown), word(session, month.certainty)});
    if (one_card) continue;
    for (const UpcomingMonth::OfCard& card : month.cards)
      table.add({"",
                 {card.card_label.empty() ? head(session, Text::upcoming_no_card) : card.card_label, Tone::faint},
                 {amount(card.amount_minor, month.currency, card.more_unknown), Tone::faint},
                 {word(session, card.certainty), Tone::faint}});
  }
  print_table(session, table);
}

/// `2026-12 3,334, 2027-01 3,333, ...`: the next three.
std::string parts_text(const Session& session, const UpcomingRemainder& rest) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (std::size_t i = 0; i < rest.parts.size() && i < shown; ++i) {
    const UpcomingRemainder::Part& part = rest.parts[i];
    if (i != 0) text += ", ";
    text += part.month ? iso(*part.month) : head(session, Text::upcoming_month_unknown);
    text +=
        " " + (part.amount_minor ? money_text(*part.amount_minor, rest.currency) : head(session, Text::sure_unknown));
  }
  return rest.parts.size() > shown ? text + ", …" : text;
}

void print_remainders(const Session& session, const Upcoming& upcoming) {
  if (upcoming.remainders.empty()) return;
  print_section(session, Text::upcoming_later);
  Table table({{head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_merchant), Align::left, true},
               {head(session, Text::col_plan)},
               {head(session, Text::col_remaining), Align::right},
               {head(session, Text::upcoming_parts), Align::left, true}});
  for (const UpcomingRemainder& r : upcoming.remainders) {
    std::string remaining = head(session, Text::remaining_unknown);
    if (r.remaining_parts)
      remaining = session.say(*r.remaining_parts == 1 ? Text::remaining_part : Text::remaining_parts,
                              {std::to_string(*r.remaining_parts)});
    if (r.remaining_minor) remaining = money_text(*r.remaining_minor, r.currency);
    table.add({r.card_label, r.merchant_normalized, plan_text(session, r.plan), remaining, parts_text(session, r)});
  }
  print_table(session, table);
}

/// A problem in the person's language, where it is one that we have words for.
std::string problem_text(const Session& session, const Problem& problem) {
  if (problem.code == "statement_not_balanced") return head(session, Text::problem_statement_not_balanced);
  if (problem.code == "rows_rejected") return head(session, Text::problem_rows_rejected);
  if (problem.code == "batch_held") return session.say(Text::problem_batch_held, {problem.object});
  if (problem.code == "cutoff") return head(session, Text::problem_cutoff);
  if (problem.code == "reauth_required") return head(session, Text::problem_reauth_required);
  if (problem.code == "suggestions_open") return head(session, Text::problem_suggestions_open);
  if (problem.code == "nothing_new") return head(session, Text::problem_nothing_new);
  if (problem.code == "statement_missing") return head(session, Text::problem_statement_missing);
  if (problem.code == "clock") return head(session, Text::problem_clock);
  return problem.message;
}

/// What each last look came to, and since when nothing new came: "nothing new" is never "could not look".
void print_freshness(const Session& session, const Status& status) {
  for (const ConnectionFreshness& fresh : status.freshness) {
    const bool looked = fresh.outcome == SyncOutcome::fresh || fresh.outcome == SyncOutcome::unchanged;
    session.print(toned(fresh.connection.text() + "  " + printable(freshness_text(session, fresh)),
                        looked && !fresh.quiet ? Tone::plain : Tone::bad, session.colors()));
  }
}

void print_cards(const Session& session, const IssuerNames& issuers, const Status& status) {
  if (status.cards.empty()) return session.note(session.say(Text::none_cards));
  print_section(session, Text::status_cards);
  Table table({{head(session, Text::col_issuer)},
               {head(session, Text::col_card), Align::left, true},
               {head(session, Text::col_known_to)},
               {head(session, Text::col_newest_use)},
               {head(session, Text::col_looked)}});
  for (const CardFreshness& card : status.cards)
    table.add({issuers.of(card.card.issuer),
               card.card.label,
               date_text(card.known_to),
               {date_text(card.newest_use), card.quiet_since ? Tone::bad : Tone::plain},
               instant_text(card.looked_at)});
  print_table(session, table);
}

void print_months(const Session& session, const Status& status) {
  if (status.months.empty()) return;
  print_section(session, Text::status_months);
  Table table({{head(session, Text::col_month)},
               {head(session, Text::col_amount), Align::right},
               {head(session, Text::col_rows), Align::right}});
  for (std::size_t i = 0; i < status.months.size() && i < months_shown; ++i) {
    const MonthTotal& month = status.months[i];
    table.add({iso(month.month), money_text(month.amount_minor, month.currency), std::to_string(month.count)});
  }
  print_table(session, table);
}

void print_problems(const Session& session, const Status& status) {
  if (status.problems.empty() && status.quarantined == 0) {
    session.print("");
    return session.print(toned(session.say(Text::status_no_problems), Tone::good, session.colors()));
  }
  print_section(session, Text::status_problems);
  for (const Problem& problem : status.problems) {
    std::string line = "✗ " + problem_text(session, problem);
    if (!problem.object.empty()) line += " (" + printable(problem.object) + ")";
    session.print(toned(line, Tone::bad, session.colors()));
  }
  if (status.quarantined != 0)
    session.print(session.say(Text::status_quarantined, {std::to_string(status.quarantined)}));
}

}  // namespace

Result<Exit> execute(const Session& session, const UpcomingArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Upcoming upcoming, engine->upcoming());
  if (session.json()) {
    session.print(json::upcoming(upcoming));
    return Exit::done;
  }
  session.print(toned(session.say(Text::upcoming_head), Tone::head, session.colors()));
  print_debits(session, IssuerNames(session, *engine), upcoming.debits);
  print_months_to_come(session, upcoming);
  print_remainders(session, upcoming);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const StatusArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Status status, engine->status());
  MEISAI_ASSIGN(const std::vector<Connection> connections, engine->connections());
  if (session.json()) {
    session.print(json::status(status, connections, session.store_folder().string(), session.now()));
    return Exit::done;
  }
  std::string store =
      head(session, Text::status_store) + ": " + printable(session.store_folder().string()) + " (" +
      head(session, status.mode == Mode::personal ? Text::status_mode_personal : Text::status_mode_operator);
  if (status.simulated) store += ", " + head(session, Text::status_simulated);
  session.print(store + ")");
  const IssuerNames issuers(session, *engine);
  if (!connections.empty()) {
    print_section(session, Text::status_connections);
    print_table(session, connection_table(session, issuers, connections));
    print_freshness(session, status);
  }
  print_cards(session, issuers, status);
  print_section(session, Text::upcoming_head);
  print_debits(session, issuers, status.next_debits);
  print_months(session, status);
  print_problems(session, status);
  return Exit::done;
}

}  // namespace meisai::cli
