// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/freshness.h"

#include <algorithm>

namespace meisai::reading {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// How far back uses are looked at, and how many of the newest days of use show the habit.
constexpr days look_back{240};
constexpr std::size_t habit_days = 30;
/// Fewer days of use show no habit, and a shorter pause is none.
constexpr std::size_t least_days = 6;
constexpr days least_pause{14};

const IssuerProfile::Limits* limits_of(const Surroundings& around, const IssuerId& issuer) {
  const auto found = around.limits.find(issuer);
  return found == around.limits.end() ? nullptr : &found->second;
}

/// Days of use of each card, ascending.
Result<std::map<CardKey, std::vector<LocalDate>>> recent_uses(LedgerView& view, LocalDate today) {
  std::map<CardKey, std::vector<LocalDate>> uses;
  TransactionQuery query;
  query.from = LocalDate(sys_days(today) - look_back);
  MEISAI_TRY(view.transactions(query, [&uses](const StoredRow& row) {
    const TransactionKind kind = row.facts.kind;
    if (!row.facts.date.date || kind == TransactionKind::payment || kind == TransactionKind::authorization) return true;
    std::vector<LocalDate>& days_of_card = uses[row.card];
    if (days_of_card.empty() || days_of_card.back() != *row.facts.date.date)
      days_of_card.push_back(*row.facts.date.date);
    return true;
  }));
  return uses;
}

/// The newest day of use of a card that was not used lately, by its newest month.
Result<std::optional<LocalDate>> newest_use_before(LedgerView& view, CardKey card, std::span<const MonthTotal> totals) {
  std::optional<BillingMonth> newest;
  for (const MonthTotal& total : totals)
    if (total.card == card) newest = std::max(newest, std::optional(total.month));
  std::optional<LocalDate> day;
  if (!newest) return day;
  TransactionQuery query;
  query.cards = {card};
  query.from = day_in(*newest, 1);
  query.to = day_in(*newest, 31);
  MEISAI_TRY(view.transactions(query, [&day](const StoredRow& row) {
    day = std::max(day, row.facts.date.date);
    return true;
  }));
  return day;
}

std::optional<ExpectedStatement> missing_statement(const BillingCycle& cycle, LocalDate today) {
  const auto expected = cycle.next_expected_by();
  if (!expected || today <= *expected) return std::nullopt;
  const auto since = std::chrono::year_month(today.year(), today.month()) - month_of(*expected);
  const bool this_month_too = static_cast<unsigned>(today.day()) > static_cast<unsigned>(expected->day());
  const auto months = static_cast<std::uint32_t>(since.count()) + (this_month_too ? 1U : 0U);
  return ExpectedStatement{
      .month = *cycle.last_closed() + std::chrono::months(1), .expected_by = *expected, .months = std::max(months, 1U)};
}

std::optional<Instant> looked_at(const CardRow& card, const Surroundings& around) {
  std::optional<Instant> last;
  for (const Connection& connection : around.connections)
    if (std::ranges::find(card.connections, connection.id) != card.connections.end())
      last = std::max(last, connection.last.data_as_of);
  return last;
}

}  // namespace

std::vector<const StatementRow*> statements_of(const LedgerReader& reader, CardKey card) {
  std::vector<const StatementRow*> found;
  for (const StatementRow& statement : reader.statement_rows())
    if (std::ranges::find(statement.cards, card) != statement.cards.end()) found.push_back(&statement);
  return found;
}

BillingCycle cycle_of(const LedgerReader& reader, CardKey card, const Surroundings& around) {
  return {statements_of(reader, card), limits_of(around, reader.card(card).issuer)};
}

std::optional<LocalDate> quiet_since(std::span<const LocalDate> days_of_use, LocalDate looked) {
  if (days_of_use.size() < least_days) return std::nullopt;
  const auto habit = days_of_use.last(std::min(days_of_use.size(), habit_days));
  days longest{0};
  for (std::size_t i = 1; i < habit.size(); ++i)
    longest = std::max(longest, sys_days(habit[i]) - sys_days(habit[i - 1]));
  const days pause = sys_days(looked) - sys_days(habit.back());
  if (pause <= std::max(least_pause, 2 * longest)) return std::nullopt;
  return habit.back();
}

Result<std::vector<CardFreshness>> freshness_of_cards(const LedgerReader& reader, LedgerView& view,
                                                      const Surroundings& around) {
  MEISAI_ASSIGN(const std::vector<CoverageRow> known, view.coverage());
  MEISAI_ASSIGN(const auto uses, recent_uses(view, around.today));
  MEISAI_ASSIGN(const std::vector<MonthTotal> totals, view.month_totals());
  std::vector<CardFreshness> all;
  const std::vector<Card> cards = reader.cards();
  auto card = cards.begin();
  for (const auto& [key, row] : reader.card_rows()) {
    if (row.joined_into != 0) continue;  // as in `cards`: it is shown as the card that it turned out to be
    CardFreshness fresh{.card = *card++};
    for (const CoverageRow& range : known)
      if (range.card == key) fresh.known_to = std::max(fresh.known_to.value_or(range.to), range.to);
    fresh.looked_at = looked_at(row, around);
    if (const auto found = uses.find(key); found != uses.end()) {
      fresh.newest_use = found->second.back();
      if (fresh.looked_at) fresh.quiet_since = quiet_since(found->second, date_in_japan(*fresh.looked_at));
    } else {
      MEISAI_ASSIGN(fresh.newest_use, newest_use_before(view, key, totals));
    }
    fresh.missing_statement = missing_statement(cycle_of(reader, key, around), around.today);
    all.push_back(std::move(fresh));
  }
  return all;
}

std::vector<ConnectionFreshness> freshness_of_connections(const LedgerReader& reader,
                                                          std::span<const CardFreshness> cards,
                                                          const Surroundings& around) {
  std::vector<ConnectionFreshness> all;
  for (const Connection& connection : around.connections) {
    ConnectionFreshness fresh{.connection = connection.id,
                              .outcome = connection.last.outcome,
                              .reason = connection.last.reason,
                              .looked_at = connection.last.data_as_of,
                              .last_arrival = reader.last_arrival(connection.id),
                              .next_allowed_at = connection.last.next_allowed_at};
    if (fresh.outcome == SyncOutcome::unchanged)
      fresh.unchanged_since = date_in_japan(fresh.last_arrival.value_or(connection.linked_at));
    fresh.quiet = std::ranges::any_of(cards, [&](const CardFreshness& card) {
      const auto& links = card.card.connections;
      return card.quiet_since && std::ranges::find(links, connection.id) != links.end();
    });
    all.push_back(std::move(fresh));
  }
  return all;
}

}  // namespace meisai::reading
