// SPDX-License-Identifier: Apache-2.0
//
// The calendar of a card: each day's character from what is known of it, in 80 columns and without colours.
#include "apps/meisai/coverage.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "apps/meisai/table.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using std::chrono::month;
using std::chrono::year;

LocalDate on(const char* date) { return *parse_iso_date(date); }

CoverageOfCard::Range range(const char* from, const char* to, const char* channel, const char* certainty = "complete") {
  return {.from = on(from), .to = on(to), .channel = channel, .certainty = certainty};
}

CoverageOfCard example() {
  CoverageOfCard card;
  card.card = CardId("CRD1");
  card.ranges = {range("2025-12-16", "2026-02-15", "file", "statement"), range("2026-02-16", "2026-04-10", "api"),
                 range("2026-07-01", "2026-07-20", "api")};
  card.gaps = {{.from = on("2026-04-11"), .to = on("2026-06-30"), .reason = GapReason::no_consent}};
  card.not_looked = range("2026-07-21", "2026-07-25", "");
  card.grows_from = on("2026-07-15");
  card.statements = {{.month = year(2026) / month(2), .statement = StatementId("STM1"), .balanced = true},
                     {.month = year(2026) / month(5), .statement = StatementId("STM2"), .balanced = false}};
  return card;
}

const LocalDate today = on("2026-07-25");

std::string printed(const CoverageOfCard& card, Language language) {
  Household home;
  StringOutput out, err;
  const Streams streams{out, err, false, false, 0};
  const Environment environment = home.surroundings();
  GlobalOptions options;
  options.language = language;
  options.now = parse_rfc3339("2026-07-25T03:00:00Z").value();
  const Session session(streams, environment, options);
  print_coverage(session, card, "Sakura ****1234");
  return out.text();
}

TEST_CASE("a character a day: statement, look, may grow, gap, not looked at, before, to come") {
  const CoverageOfCard card = example();
  const auto days = [&](int y, unsigned m) { return calendar_days(card, year(y) / month(m), today); };
  CHECK(days(2025, 11) == std::string(30, '.'));
  CHECK(days(2025, 12) == std::string(15, '.') + std::string(16, '='));
  CHECK(days(2026, 2) == std::string(15, '=') + std::string(13, '#'));
  CHECK(days(2026, 4) == std::string(10, '#') + std::string(20, '!'));
  CHECK(days(2026, 5) == std::string(31, '!'));
  CHECK(days(2026, 7) == std::string(14, '#') + std::string(6, '~') + std::string(5, '?') + std::string(6, ' '));
  CHECK(days(2026, 8) == std::string(31, ' '));
}

TEST_CASE("a statement is surer than a look") {
  CoverageOfCard card;
  card.ranges = {range("2026-07-01", "2026-07-10", "file", "statement"), range("2026-07-05", "2026-07-25", "api")};
  card.grows_from = on("2026-07-11");
  CHECK(calendar_days(card, year(2026) / month(7), today) ==
        std::string(10, '=') + std::string(15, '~') + std::string(6, ' '));
}

TEST_CASE("the calendar has a line a month with its statement, then in words what is not known and why") {
  const std::string text = printed(example(), Language::en);
  INFO(text);
  const auto place = [&](const std::string& part) { return text.find(part); };
  CHECK(place("Sakura ****1234") != std::string::npos);
  CHECK(place("\n2025-12  ") < place("\n2026-02  "));
  CHECK(place("2026-02  " + std::string(15, '=') + std::string(13, '#') + "     closed ✓") != std::string::npos);
  CHECK(place("2026-05  " + std::string(31, '!') + "  closed ✗") != std::string::npos);
  CHECK(place("! gap 2026-04-11 – 2026-06-30: no consent stood") != std::string::npos);
  CHECK(place("? not looked at yet: 2026-07-21 – 2026-07-25") != std::string::npos);
  CHECK(place("~ from 2026-07-15 on") != std::string::npos);
  CHECK(place("2026-02-16  2026-04-10  card company") != std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= 80);
  const std::string japanese = printed(example(), Language::ja);
  CHECK(japanese.find("同意が切れていた") != std::string::npos);
  CHECK(japanese.find("確定 ✓") != std::string::npos);
}

TEST_CASE("what the card company does not give any more is told as such") {
  CoverageOfCard card;
  card.ranges = {range("2026-07-01", "2026-07-25", "api")};
  card.issuer_gives_no_more = true;
  CHECK(printed(card, Language::en).find(". before 2026-07-01 the card company gives no more") != std::string::npos);
}

TEST_CASE("long runs of months that are alike are one line, known ones only when they are old") {
  CoverageOfCard card;
  card.ranges = {range("2023-01-01", "2025-12-31", "file", "statement")};
  card.not_looked = range("2026-01-01", "2026-07-25", "");
  const std::string text = printed(card, Language::en);
  INFO(text);
  CHECK(text.find("2023-01  ========  … 2025-06 (30 months)") != std::string::npos);
  CHECK(text.find("\n2025-07  " + std::string(31, '=')) != std::string::npos);
  CHECK(text.find("2026-01  ????????  … 2026-06 (6 months)") != std::string::npos);
  CHECK(text.find("\n2026-07  " + std::string(25, '?')) != std::string::npos);
}

TEST_CASE("a statement is seen also where its days are alike, or still to come") {
  CoverageOfCard card;
  card.ranges = {range("2023-01-01", "2023-12-31", "file", "statement")};
  card.gaps = {range("2024-01-01", "2026-07-01", "")};
  card.statements = {{.month = year(2023) / month(6), .statement = StatementId("STM1"), .balanced = false},
                     {.month = year(2024) / month(6), .statement = StatementId("STM2"), .balanced = true},
                     {.month = year(2026) / month(8), .statement = StatementId("STM3"), .balanced = true}};
  const std::string text = printed(card, Language::en);
  INFO(text);
  CHECK(text.find("2023-01  ========  … 2023-05 (5 months)") != std::string::npos);
  CHECK(text.find("\n2023-06  " + std::string(30, '=') + "   closed ✗") != std::string::npos);
  CHECK(text.find("\n2024-06  " + std::string(30, '!') + "   closed ✓") != std::string::npos);
  CHECK(text.find("\n2026-08  " + std::string(31, ' ') + "  closed ✓") != std::string::npos);
}

TEST_CASE("silence and an overdue statement are told") {
  CoverageOfCard card;
  card.ranges = {range("2026-07-01", "2026-07-25", "api")};
  card.freshness.quiet_since = on("2026-06-01");
  card.freshness.missing_statement =
      ExpectedStatement{.month = year(2026) / month(7), .expected_by = on("2026-07-10"), .months = 1};
  const std::string text = printed(card, Language::en);
  CHECK(text.find("used regularly until 2026-06-01") != std::string::npos);
  CHECK(text.find("the statement of 2026-07 was expected by 2026-07-10") != std::string::npos);
  CHECK(printed(card, Language::ja).find("2026-06-01 までは定期的に利用") != std::string::npos);
}

TEST_CASE("each outcome of a look in words: new, verified unchanged, not checked and why, failed") {
  Household home;
  StringOutput out, err;
  const Streams streams{out, err, false, false, 0};
  const Environment environment = home.surroundings();
  GlobalOptions options;
  options.language = Language::en;
  const Session session(streams, environment, options);
  const auto text = [&](ConnectionFreshness fresh) { return freshness_text(session, fresh); };
  const Instant at = parse_rfc3339("2026-07-25T03:00:00Z").value();
  CHECK(text({.outcome = SyncOutcome::fresh, .looked_at = at}) ==
        "new data; last complete look 2026-07-25T03:00:00.000Z");
  CHECK(text({.outcome = SyncOutcome::unchanged, .looked_at = at, .unchanged_since = on("2026-07-02")}) ==
        "unchanged, verified; nothing new since 2026-07-02; last complete look 2026-07-25T03:00:00.000Z");
  CHECK(text({.outcome = SyncOutcome::not_checked, .reason = "rate_limited", .next_allowed_at = at}) ==
        "not checked: the issuer's limit is reached; allowed again from 2026-07-25T03:00:00.000Z");
  CHECK(text({.outcome = SyncOutcome::failed, .reason = "issuer_unreachable"}).starts_with("failed: "));
  CHECK(text({.outcome = SyncOutcome::none}) == "not yet tried");
  CHECK(text({.outcome = SyncOutcome::unchanged, .quiet = true}).find("strangely quiet") != std::string::npos);
}

}  // namespace
}  // namespace meisai::cli::test
