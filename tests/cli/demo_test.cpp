// SPDX-License-Identifier: Apache-2.0
//
// `meisai demo` shows what its titles say: each step's output is read as a person would read it, in both languages.
#include <algorithm>
#include <catch2/catch.hpp>
#include <span>

#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

using nlohmann::json;

struct Step {
  std::string title;
  std::string command;
  std::string text;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// Cells stand two spaces or more apart.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = line.find_first_not_of(' '); at < line.size();) {
    const std::size_t end = std::min(line.find("  ", at), line.size());
    cells.push_back(line.substr(at, end - at));
    at = std::min(line.find_first_not_of(' ', end), line.size());
  }
  return cells;
}

std::vector<Step> steps_of(const std::string& out) {
  std::vector<Step> steps;
  for (const std::string& line : lines_of(out)) {
    if (line.starts_with("# "))
      steps.push_back({line.substr(2), {}, {}});
    else if (line.starts_with("$ ") && !steps.empty())
      steps.back().command = line.substr(2);
    else if (!steps.empty())
      steps.back().text += line + "\n";
  }
  return steps;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}
bool has(const std::string& text, const std::string& part) { return count(text, part) != 0; }

/// The numbers of a file's line of an import: added, modified, known, held, rejected.
std::vector<int> counts_of(const Step& step) {
  const std::string file = step.command.substr(std::string("meisai import ").size());
  for (const std::string& line : lines_of(step.text)) {
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() < 7 || cells.front() != file) continue;
    std::vector<int> counts;
    for (std::size_t i = 2; i < 7; ++i) counts.push_back(std::stoi(cells.at(i)));
    return counts;
  }
  return {};
}

using Counts = std::vector<int>;
constexpr std::size_t first_part = 8;

struct Shown {
  std::vector<Step> steps;
  std::string err;
};

Shown show(Household& home, const std::string& language) {
  const Ran ran = home.bare({"demo", "--lang", language});
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit == 0);
  Shown shown{steps_of(ran.out), ran.err};
  REQUIRE(shown.steps.size() == 25);
  return shown;
}

}  // namespace

TEST_CASE("the demo walks through everything and leaves nothing") {
  Household home;
  const Ran ran = home.bare({"demo"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  for (const char* part :
       {"$ meisai init --simulated", "✓ balanced", "2026-10-13", "37 transactions", "both chains verify"})
    CHECK(has(ran.out, part));
  CHECK(files_below(home.folder()).empty());
  const Ran lost = home.bare({"demo", "--samples", (home.folder() / "none").string()});
  CHECK(lost.exit == 5);
}

TEST_CASE("the demo as JSON says which commands ran and how each ended") {
  Household home;
  const Ran ran = home.bare({"demo", "--json"});
  CHECK(ran.exit == 0);
  const json steps = ran.json().at("demo");
  const std::vector<Step> shown = show(home, "en").steps;
  REQUIRE(steps.size() == shown.size());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const bool is_held = has(shown[i].command, "5-every-date-one-day-later.csv");
    CHECK(steps.at(i).at("exit") == (is_held ? 3 : 0));
    const std::string command = steps.at(i).at("command");
    CHECK(command.substr(0, command.find(' ', 7)) == shown[i].command.substr(0, shown[i].command.find(' ', 7)));
  }
}

TEST_CASE("the demo's first part: files taken in twice are there once, and balance") {
  for (const auto& [language, balanced] : {std::pair("en", "✓ balanced"), std::pair("ja", "✓ 一致")}) {
    Household home;
    const std::vector<Step> steps = show(home, language).steps;
    CHECK(has(steps[1].text, balanced));
    CHECK(has(steps[3].text, balanced));
    CHECK(count(steps[4].text, "ETC 見本第一料金所") == 2);
    for (const std::string& line : lines_of(steps[2].text)) {
      const auto cells = cells_of(line);
      if (cells.size() < 7 || !has(cells.front(), ".csv")) continue;
      CHECK(cells.at(2) == "0");
      CHECK(cells.at(4) != "0");
    }
  }
}

TEST_CASE("the demo's story shows what its titles claim, in both languages") {
  const auto [language, pending, revised, gap] = GENERATE(table<std::string, std::string, std::string, std::string>(
      {{"en", "pending", "revised", "gap"}, {"ja", "未確定", "訂正", "抜け"}}));
  CAPTURE(language);
  Household home;
  const Shown shown = show(home, language);
  const std::span<const Step> story = std::span(shown.steps).subspan(first_part);

  const Step& open = story[1];
  CHECK(counts_of(open) == Counts{5, 0, 0, 0, 0});
  const Step& twins = story[2];
  CHECK(count(twins.text, pending) == 5);
  CHECK(count(twins.text, "ETC 見本第一料金所") == 2);
  const Step& late = story[3];
  CHECK(counts_of(late) == Counts{2, 0, 5, 0, 0});
  const Step& closed = story[4];
  CHECK(counts_of(closed) == Counts{1, 6, 0, 0, 0});

  const Step& question = story[5];
  for (const char* part : {"2026-09-18", "10,000", "2026-09-19", "7,342"}) CHECK(has(question.text, part));
  const Step& accepted = story[6];
  CHECK(has(question.text, accepted.command.substr(accepted.command.rfind(' ') + 1)));
  const Step& why = story[7];
  const std::string kept = why.command.substr(std::string("meisai transactions show ").size(), 10);
  CHECK(has(accepted.text, kept));
  CHECK(has(why.text, "7,342"));
  CHECK(has(why.text, "amount -2658, 1 day later"));
  for (std::size_t at = accepted.text.find('t'); at != std::string::npos; at = accepted.text.find('t', at + 1)) {
    const std::string id = accepted.text.substr(at, 10);
    if (id.substr(1, 5) == kept.substr(1, 5)) CHECK(has(why.text, id));
  }
  const Step& month = story[8];
  CHECK(count(month.text, "2026-09-") == 7);
  CHECK(count(month.text, "ETC 見本第一料金所") == 2);
  CHECK(has(month.text, "2026-09-07"));
  CHECK_FALSE(has(month.text, pending));
  CHECK_FALSE(has(month.text, "MZZ"));
  CHECK_FALSE(has(month.text, "10,000"));

  CHECK(counts_of(story[9]) == Counts{0, 1, 6, 0, 0});
  CHECK(has(story[10].text, "17,700"));
  CHECK(has(story[10].text, revised));
  const Step& history = story[11];
  const std::string mobile = history.command.substr(std::string("meisai transactions show ").size(), 10);
  CHECK(has(twins.text, mobile));  // from before the month closed
  CHECK(has(history.text, "3,058"));
  CHECK(has(history.text, "3,278"));

  CHECK(counts_of(story[12]) == Counts{0, 0, 0, 7, 0});
  CHECK(has(shown.err, "batch_doubtful"));
  const Step& held = story[13];
  const std::string hold = held.command.substr(held.command.rfind(' ') + 1);
  CHECK(has(shown.err, hold));
  CHECK(has(held.text, "7 of 7 rows are 1 day later than known"));
  for (const char* day : {"2026-09-03", "2026-09-06", "2026-09-20", "2026-09-26"}) CHECK(count(held.text, day) == 1);
  CHECK(count(held.text, "2026-09-13") == 2);
  CHECK(story[14].command == "meisai holds discard " + hold);
  CHECK(counts_of(story[15]) == Counts{4, 0, 0, 0, 0});
  CHECK(has(story[16].text, "2026-09-26"));
  CHECK(has(story[16].text, gap));
  CHECK(has(story[16].text, "2026-11-02"));
}

}  // namespace meisai::cli::test
