// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/coverage.h"

#include <algorithm>
#include <tuple>

namespace meisai::reading {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using Range = CoverageOfCard::Range;

LocalDate after(LocalDate date) { return {sys_days(date) + days(1)}; }
LocalDate before(LocalDate date) { return {sys_days(date) - days(1)}; }

/// Days on which no consent of the connection stood, from the end of one to the beginning of the next; an end without
/// a renewal goes on for ever.
struct Without {
  LocalDate from{};
  std::optional<LocalDate> to;
};
std::vector<Without> without_consent(const ConnectionId& connection, const Surroundings& around) {
  std::vector<const Consent*> consents;
  for (const Consent& consent : around.consents)
    if (consent.connection == connection) consents.push_back(&consent);
  std::ranges::sort(consents, {}, [](const Consent* consent) { return consent->granted_at; });
  std::vector<Without> found;
  for (std::size_t i = 0; i < consents.size(); ++i) {
    const Instant end = std::min(consents[i]->ended_at.value_or(consents[i]->ends_at), consents[i]->ends_at);
    if (end > around.now) continue;
    if (i + 1 == consents.size()) {
      found.push_back({date_in_japan(end), std::nullopt});
    } else if (consents[i + 1]->granted_at > end) {
      found.push_back({date_in_japan(end), date_in_japan(consents[i + 1]->granted_at)});
    }
  }
  return found;
}

/// Whether each connection of the card was without a consent at some day of the range: then nobody could look.
GapReason reason_of(const Range& gap, const CardRow& card, const Surroundings& around) {
  const bool nobody =
      !card.connections.empty() && std::ranges::all_of(card.connections, [&](const ConnectionId& connection) {
        const std::vector<Without> spans = without_consent(connection, around);
        return std::ranges::any_of(
            spans, [&](const Without& span) { return span.from <= gap.to && (!span.to || *span.to >= gap.from); });
      });
  return nobody ? GapReason::no_consent : GapReason::not_covered;
}

const IssuerProfile::Limits* limits_of(const CardRow& card, const Surroundings& around) {
  const auto found = around.limits.find(card.issuer);
  return card.connections.empty() || found == around.limits.end() ? nullptr : &found->second;
}

/// What lies before the first known day: as far back as the issuer goes, or days that could still be asked for.
void look_before(CoverageOfCard& card, const IssuerProfile::Limits* limits, LocalDate today) {
  const Range& first = card.ranges.front();
  if (limits == nullptr || first.channel != "api") return;
  const LocalDate furthest(sys_days(today) - limits->history);
  card.issuer_gives_no_more = first.from <= furthest;
  if (card.issuer_gives_no_more) return;
  card.gaps.insert(card.gaps.begin(), {.from = furthest, .to = before(first.from), .reason = GapReason::not_asked});
}

/// A day is settled when a statement bills it, or when everything was looked at again after the issuer's delay.
std::optional<LocalDate> grows_from(const CoverageOfCard& card, const IssuerProfile::Limits* limits) {
  const days delay = limits == nullptr ? IssuerProfile::Limits{}.posting_delay : limits->posting_delay;
  std::optional<LocalDate> stated_to, looked_to;
  for (const Range& range : card.ranges) {
    if (range.certainty == "statement") {
      stated_to = std::max(stated_to.value_or(range.to), range.to);
    } else {
      looked_to = std::max(looked_to.value_or(range.to), range.to);
    }
  }
  if (!looked_to) return std::nullopt;
  const LocalDate looked = card.freshness.looked_at ? date_in_japan(*card.freshness.looked_at) : *looked_to;
  LocalDate from(sys_days(looked) - delay + days(1));
  if (stated_to) from = std::max(from, after(*stated_to));
  if (from > *looked_to) return std::nullopt;
  return from;
}

void find_gaps(CoverageOfCard& card, const CardRow& row, const Surroundings& around) {
  LocalDate known_to = card.ranges.front().to;
  for (const Range& range : card.ranges) {
    if (after(known_to) < range.from) {
      card.gaps.push_back({.from = after(known_to), .to = before(range.from)});
      card.gaps.back().reason = reason_of(card.gaps.back(), row, around);
    }
    known_to = std::max(known_to, range.to);
  }
  if (known_to >= around.today) return;
  card.not_looked = Range{.from = after(known_to), .to = around.today};
  card.not_looked->reason = reason_of(*card.not_looked, row, around);
}

void list_statements(CoverageOfCard& card, const LedgerReader& reader, CardKey key, const BillingCycle& cycle) {
  for (const StatementRow* statement : statements_of(reader, key))
    if (const auto month = cycle.month_of(*statement))
      card.statements.push_back({*month, reader.statement_id(statement->key), statement->status, statement->balanced});
  std::ranges::sort(card.statements, {}, [](const auto& one) { return std::pair(one.month, one.statement); });
}

}  // namespace

Result<std::vector<CoverageOfCard>> coverage(const LedgerReader& reader, LedgerView& view, const Surroundings& around) {
  MEISAI_ASSIGN(std::vector<CoverageRow> rows, view.coverage());
  std::ranges::sort(rows, {},
                    [](const CoverageRow& row) { return std::tuple(row.card, row.from, row.to, row.certainty); });
  MEISAI_ASSIGN(std::vector<CardFreshness> fresh, freshness_of_cards(reader, view, around));
  std::vector<CoverageOfCard> cards;
  auto next_fresh = fresh.begin();
  for (const auto& [key, card_row] : reader.card_rows()) {
    if (card_row.joined_into != 0) continue;
    CoverageOfCard card{.card = reader.card_id(key), .freshness = std::move(*next_fresh++)};
    for (const CoverageRow& row : rows)
      if (row.card == key)
        card.ranges.push_back({.from = row.from, .to = row.to, .channel = row.channel, .certainty = row.certainty});
    list_statements(card, reader, key, cycle_of(reader, key, around));
    if (!card.ranges.empty()) {
      const IssuerProfile::Limits* limits = limits_of(card_row, around);
      find_gaps(card, card_row, around);
      look_before(card, limits, around.today);
      card.grows_from = grows_from(card, limits);
    }
    if (!card.ranges.empty() || !card.statements.empty()) cards.push_back(std::move(card));
  }
  return cards;
}

}  // namespace meisai::reading
