// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/status.h"

#include <algorithm>
#include <ranges>

#include "engine/reading/freshness.h"
#include "engine/reading/review_reader.h"
#include "engine/reading/upcoming.h"

namespace meisai::reading {
namespace {

/// Rejected records that no later copy of their statement has made good.
std::uint64_t still_missing(const std::vector<QuarantineRow>& quarantine, const std::vector<StatementRow>& statements) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      quarantine, [&statements](const QuarantineRow& row) { return !is_made_good(row, statements); }));
}

std::vector<Problem> problems_of(const std::vector<Statement>& statements, const Facts& facts,
                                 std::uint64_t quarantined) {
  std::vector<Problem> problems;
  for (const Incident& incident : facts.incidents)
    if (incident.state != IncidentState::lifted)
      problems.push_back({"cutoff", incident.id.text(), "an incident is open: " + incident.reason});
  for (const Statement& statement : statements) {
    if (statement.balanced == false)
      problems.push_back(
          {"statement_not_balanced", statement.id.text(),
           "stated and computed sums differ" +
               (statement.difference_minor ? " by " + decimal_text({*statement.difference_minor, statement.currency})
                                           : std::string{})});
    if (statement.held_count != 0)
      problems.push_back({"rows_held", statement.id.text(),
                          std::to_string(statement.held_count) + " rows are rejected or no longer listed"});
  }
  if (quarantined != 0)
    problems.push_back({"rows_rejected", "", std::to_string(quarantined) + " records are kept in quarantine"});
  return problems;
}

/// What a held batch says of itself, and until when it is kept.
std::string problem_of(const KnownHold& held, LocalDate today) {
  std::string text = std::to_string(held.shown.transactions) + " transactions wait: " + held.shown.diagnosis;
  const LocalDate kept_until = date_in_japan(held.document.keep_raw_until);
  text += kept_until < today ? "; the next `meisai doctor --prune` discards them" : "; kept until " + iso(kept_until);
  return text + "; see `meisai holds show " + held.shown.id.text() + "`";
}

/// What a success code would hide.
void tell_stale(const CardFreshness& card, std::vector<Problem>& problems) {
  if (card.quiet_since)
    problems.push_back({"nothing_new", card.card.id.text(),
                        "nothing new since " + iso(*card.quiet_since) +
                            " although the card was used regularly until then; the last look was complete"});
  if (card.missing_statement)
    problems.push_back({"statement_missing", card.card.id.text(),
                        "the statement of " + iso(card.missing_statement->month) + " was expected by " +
                            iso(card.missing_statement->expected_by)});
}

/// Usage by month over all cards, newest first.
Result<std::vector<MonthTotal>> over_all_cards(const std::vector<MonthTotal>& totals) {
  std::map<BillingMonth, MonthTotal> months;
  for (const MonthTotal& total : totals) {
    MonthTotal& sum = months.try_emplace(total.month, MonthTotal{.card = 0, .month = total.month}).first->second;
    MEISAI_ASSIGN(sum.amount_minor, add_minor(sum.amount_minor, total.amount_minor));
    sum.count += total.count;
  }
  std::vector<MonthTotal> newest_first;
  newest_first.reserve(months.size());
  for (const auto& [month, sum] : std::views::reverse(months)) newest_first.push_back(sum);
  return newest_first;
}

}  // namespace

Result<Status> status(LedgerReader& reader, LedgerView& view, const Facts& facts, const Surroundings& around) {
  Status status{.mode = facts.mode,
                .simulated = facts.simulated,
                .cards = {},
                .next_debits = {},
                .months = {},
                .problems = {},
                .connections = around.connections,
                .quarantined = 0};
  MEISAI_ASSIGN(status.cards, freshness_of_cards(reader, view, around));
  status.freshness = freshness_of_connections(reader, status.cards, around);
  MEISAI_ASSIGN(Upcoming next, upcoming(reader, view, around));
  status.next_debits = std::move(next.debits);
  MEISAI_ASSIGN(const std::vector<MonthTotal> totals, view.month_totals());
  MEISAI_ASSIGN(status.months, over_all_cards(totals));
  MEISAI_ASSIGN(const std::vector<QuarantineRow> quarantine, view.quarantine());
  status.quarantined = quarantine.size();
  MEISAI_ASSIGN(const std::vector<Statement> statements, reader.statements());
  status.problems = problems_of(statements, facts, still_missing(quarantine, reader.statement_rows()));
  MEISAI_ASSIGN(const std::vector<KnownHold> known_holds, holds(reader, view));
  for (const KnownHold& held : known_holds)
    if (held.shown.state == HoldState::open)
      status.problems.push_back({"batch_held", held.shown.id.text(), problem_of(held, around.today)});
  for (const CardFreshness& card : status.cards) tell_stale(card, status.problems);
  MEISAI_ASSIGN(const std::vector<SuggestionRow> suggestions, view.suggestions());
  const auto open = std::ranges::count(suggestions, SuggestionState::open, &SuggestionRow::state);
  if (open != 0)
    status.problems.push_back(
        {"suggestions_open", "", std::to_string(open) + " pairs may be one: `meisai suggestions` shows them"});
  for (const Connection& connection : status.connections)
    if (connection.state == ConnectionState::reauth_required)
      status.problems.push_back(
          {std::string(name_of(Code::reauth_required)), connection.id.text(),
           "the person must authorize again: `meisai consent renew " + connection.consent.consent.text() + "`"});
  return status;
}

}  // namespace meisai::reading
