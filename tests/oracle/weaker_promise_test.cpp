// SPDX-License-Identifier: Apache-2.0
//
// The weaker promise of I6, where ids are not stable and issuers revise, move and repeat what they show: nothing is
// lost, and nothing is doubled or merged without a suggestion or a hold that a person sees.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/oracle/desk.h"
#include "tests/oracle/generate.h"

namespace meisai::oracle {
namespace {

constexpr Habits anything_without_ids{.stable_ids = false};

bool is_held(LedgerView& view) {
  const auto holds = must(view.holds());
  return std::ranges::any_of(holds, [](const HoldRow& hold) { return hold.state == HoldState::open; });
}

std::set<TransactionKey> suggested(LedgerView& view) {
  std::set<TransactionKey> rows;
  for (const SuggestionRow& each : must(view.suggestions()))
    if (each.kind == SuggestionKind::same_transaction && each.state == SuggestionState::open)
      rows.insert({each.first, each.second});
  return rows;
}

void check_weaker_promise(Reading& ledger, const Truth& truth) {
  auto more = ledger.plain_rows();
  std::vector<std::string> lost;
  for (const Row& row : rows_on(truth, truth_ends)) {
    const auto found = more.find(line_of(row));
    if (found == more.end())
      lost.push_back(line_of(row));
    else
      more.erase(found);
  }
  const auto view = ledger.view();
  if (is_held(*view)) return;  // a person sees it, and decides
  if (!lost.empty()) throw Mismatch("lost: " + lost.front());
  const std::set<TransactionKey> shown = suggested(*view);
  const auto rows = ledger.plain_rows();
  for (const auto& [line, key] : more) {
    const auto [first, last] = rows.equal_range(line);
    const bool is_shown = std::any_of(first, last, [&](const auto& row) { return shown.contains(row.second); });
    if (!is_shown) throw Mismatch("doubled, and nobody is asked: " + line);
  }
}

}  // namespace

// Waits, as found_test.cpp says, for rows that a list without ids moves or revises.
TEST_CASE("without ids nothing is lost, and nothing is doubled without asking", "[.waits]") {
  CHECK(rc::check("weaker promise", [] {
    const Truth truth = *truths(anything_without_ids);
    const History history = *histories();
    test::MemoryWorld world;
    Desk desk(world, truth);
    desk.let_holds_pass();
    Prediction prediction(truth);
    for (const Visit& visit : course_of(history)) desk.play(visit, prediction);
    check_weaker_promise(desk.ledger(), truth);
  }));
}

}  // namespace meisai::oracle
