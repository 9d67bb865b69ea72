// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/coverage.h"

#include <algorithm>
#include <array>

#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

using std::chrono::day;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month;

constexpr char stated = '=', looked = '#', grows = '~', gap = '!', not_looked = '?', before = '.', to_come = ' ';
/// Months that are told one by one; of older ones, those in a row that are alike are told together.
constexpr int recent_months = 13;
constexpr int least_run = 3;

year_month month_of(LocalDate date) { return {date.year(), date.month()}; }

void mark(std::string& days, year_month month, const CoverageOfCard::Range& range, char as) {
  const sys_days first{month / day{1}}, last{month / std::chrono::last};
  const sys_days begin = std::max(first, sys_days{range.from}), end = std::min(last, sys_days{range.to});
  for (sys_days at = begin; at <= end; at += std::chrono::days{1})
    days[static_cast<std::size_t>((at - first).count())] = as;
}

Tone tone_of(char sign) {
  switch (sign) {
    case stated:
    case looked:
      return Tone::good;
    case gap:
      return Tone::bad;
    case grows:
      return Tone::plain;
    default:
      return Tone::faint;
  }
}

std::string colored(const Session& session, const std::string& days) {
  std::string line;
  for (std::size_t from = 0; from < days.size();) {
    std::size_t to = from;
    while (to < days.size() && days[to] == days[from]) ++to;
    line += toned(std::string_view(days).substr(from, to - from), tone_of(days[from]), session.colors());
    from = to;
  }
  return line;
}

/// Whether a statement of the month is there, and holds.
std::string statement_text(const Session& session, const CoverageOfCard& card, year_month month) {
  std::string text;
  for (const CoverageOfCard::Month& one : card.statements) {
    if (one.month != month) continue;
    text += text.empty() ? "  " : ", ";
    text += word(session, one.status);
    if (one.balanced) text += *one.balanced ? " ✓" : " ✗";
  }
  return text;
}

/// Months that look alike from the first day to the last, and have no statement.
struct Run {
  year_month from, to;
  std::string days;
};

bool is_uniform(const std::string& days) { return days.find_first_not_of(days.front()) == std::string::npos; }

/// Whether a statement of the month says something that a run of alike days would hide.
bool stands_out(const CoverageOfCard& card, year_month month, bool known) {
  return std::ranges::any_of(card.statements, [&](const CoverageOfCard::Month& one) {
    return one.month == month && (!known || one.balanced == false);
  });
}

/// This month, or a later one that a statement bills already.
year_month last_month(const CoverageOfCard& card, LocalDate today) {
  year_month last = month_of(today);
  for (const CoverageOfCard::Month& one : card.statements) last = std::max(last, one.month);
  return last;
}

std::vector<Run> runs_of(const CoverageOfCard& card, year_month first, LocalDate today) {
  std::vector<Run> runs;
  const year_month last = last_month(card, today);
  for (year_month month = first; month <= last; month += months(1)) {
    std::string days = calendar_days(card, month, today);
    const bool known = days.front() == stated || days.front() == looked;
    const auto hides_nothing = [&](year_month each) { return !stands_out(card, each, known); };
    const bool old_enough = !known || month + months(recent_months) <= last;
    const bool alike = !runs.empty() && is_uniform(days) && is_uniform(runs.back().days) &&
                       runs.back().days.front() == days.front() && old_enough && hides_nothing(month) &&
                       hides_nothing(runs.back().to);
    if (alike) {
      runs.back().to = month;
    } else {
      runs.push_back({month, month, std::move(days)});
    }
  }
  return runs;
}

void print_month(const Session& session, const CoverageOfCard& card, year_month month, const std::string& days) {
  const std::string statement = statement_text(session, card, month);
  // Pads by characters: the days are ASCII.
  const std::string fill(statement.empty() ? 0 : 31 - days.size(), ' ');
  session.print(iso(month) + "  " + colored(session, days) + fill + statement);
}

void print_calendar(const Session& session, const CoverageOfCard& card, LocalDate today) {
  const LocalDate first = card.ranges.empty() ? today : card.ranges.front().from;
  const LocalDate from = card.gaps.empty() ? first : std::min(first, card.gaps.front().from);
  session.print(toned("         1   5    10   15   20   25   30", Tone::faint, session.colors()));
  for (const Run& run : runs_of(card, month_of(from), today)) {
    const int length = static_cast<int>((run.to - run.from).count()) + 1;
    if (length < least_run) {
      for (year_month month = run.from; month <= run.to; month += months(1))
        print_month(session, card, month, calendar_days(card, month, today));
      continue;
    }
    const std::string text = session.say(Text::coverage_months, {iso(run.to), std::to_string(length)});
    session.print(iso(run.from) + "  " + colored(session, run.days.substr(0, 8)) + "  " + text);
  }
}

std::string span_text(const CoverageOfCard::Range& range) { return iso(range.from) + " – " + iso(range.to); }

Text reason_text(GapReason reason) {
  switch (reason) {
    case GapReason::not_covered:
      break;
    case GapReason::no_consent:
      return Text::gap_no_consent;
    case GapReason::not_asked:
      return Text::gap_not_asked;
  }
  return Text::gap_not_covered;
}

void print_unknown(const Session& session, const CoverageOfCard& card) {
  for (const auto& each : card.gaps)
    session.print(
        toned("! " + session.say(Text::coverage_gap_line, {span_text(each), session.say(reason_text(each.reason))}),
              Tone::bad, session.colors()));
  if (card.not_looked) {
    const bool refused = card.not_looked->reason == GapReason::no_consent;
    std::string line = "? " + session.say(Text::coverage_not_looked, {span_text(*card.not_looked)});
    if (refused) line += ": " + std::string(session.say(Text::gap_no_consent));
    session.print(toned(line, refused ? Tone::bad : Tone::plain, session.colors()));
  }
  if (card.grows_from) session.print("~ " + session.say(Text::coverage_grows, {iso(*card.grows_from)}));
  if (card.issuer_gives_no_more)
    session.print(". " + session.say(Text::coverage_no_more, {iso(card.ranges.front().from)}));
}

void print_freshness(const Session& session, const CardFreshness& fresh) {
  if (fresh.looked_at) session.print(session.say(Text::fresh_looked, {rfc3339(*fresh.looked_at)}));
  if (fresh.quiet_since)
    session.print(toned("✗ " + session.say(Text::fresh_quiet, {iso(*fresh.quiet_since)}), Tone::bad, session.colors()));
  if (fresh.missing_statement) {
    const ExpectedStatement& missing = *fresh.missing_statement;
    session.print(toned("✗ " + session.say(Text::fresh_statement_missing, {iso(missing.month), iso(missing.expected_by),
                                                                           std::to_string(missing.months)}),
                        Tone::bad, session.colors()));
  }
}

void print_ranges(const Session& session, const CoverageOfCard& card) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_from)}, {head(Text::col_to)}, {head(Text::col_channel)}, {head(Text::col_known_by)}});
  for (const auto& range : card.ranges)
    table.add({iso(range.from), iso(range.to),
               session.say(range.channel == "api" ? Text::channel_api : Text::channel_file),
               session.say(range.certainty == "statement" ? Text::known_by_statement : Text::known_by_look)});
  if (!table.empty()) print_table(session, table);
}

}  // namespace

std::string calendar_days(const CoverageOfCard& card, year_month month, LocalDate today) {
  const auto length = static_cast<unsigned>((month / std::chrono::last).day());
  std::string days(length, before);
  // What is surer overwrites what is less sure.
  for (const auto& range : card.ranges)
    if (range.certainty != "statement") mark(days, month, range, looked);
  if (card.grows_from && !card.ranges.empty()) {
    for (const auto& range : card.ranges)
      if (range.certainty != "statement" && range.to >= *card.grows_from)
        mark(days, month, {.from = std::max(range.from, *card.grows_from), .to = range.to}, grows);
  }
  for (const auto& range : card.ranges)
    if (range.certainty == "statement") mark(days, month, range, stated);
  for (const auto& each : card.gaps) mark(days, month, each, gap);
  if (card.not_looked) mark(days, month, *card.not_looked, not_looked);
  const LocalDate tomorrow(sys_days(today) + std::chrono::days(1));
  mark(days, month, {.from = tomorrow, .to = LocalDate(month / std::chrono::last)}, to_come);
  return days;
}

void print_coverage(const Session& session, const CoverageOfCard& card, const std::string& name) {
  session.print("");
  session.print(toned(printable(name), Tone::head, session.colors()));
  print_calendar(session, card, date_in_japan(session.now()));
  print_unknown(session, card);
  print_freshness(session, card.freshness);
  print_ranges(session, card);
}

std::string freshness_text(const Session& session, const ConnectionFreshness& fresh) {
  std::string text(word(session, fresh.outcome));
  const auto add = [&text](const std::string& more) { text += "; " + more; };
  if (const auto code = code_named(fresh.reason)) {
    text += ": ";
    text += headline(*code, session.language());
  }
  if (fresh.unchanged_since) add(session.say(Text::fresh_unchanged_since, {iso(*fresh.unchanged_since)}));
  if (fresh.looked_at) add(session.say(Text::fresh_looked, {rfc3339(*fresh.looked_at)}));
  if (fresh.next_allowed_at) add(session.say(Text::when_allowed, {rfc3339(*fresh.next_allowed_at)}));
  if (fresh.quiet) add(std::string(session.say(Text::fresh_quiet_connection)));
  return text;
}

}  // namespace meisai::cli
