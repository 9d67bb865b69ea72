// SPDX-License-Identifier: Apache-2.0
//
// What is sealed is seen by nobody: left out of every answer of a view, unless something else brought it too.
#include <algorithm>

#include "tests/store/linked_sample.h"

namespace meisai::test {

TEMPLATE_TEST_CASE("cards that only sealed connections brought are left out everywhere", "[sealed]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  {
    const auto view = world.view();
    CHECK(view->withheld_cards().empty());
    CHECK(must(view->cards()).size() == 4);
    CHECK(must(view->cards())[0].connections == std::vector{ConnectionId("con1")});
    CHECK(must(view->cards())[1].connections == std::vector{ConnectionId("con1"), ConnectionId("con2")});
    CHECK(must(view->quarantine()).size() == 2);
  }
  world.end_consent("con1", HeldData::sealed);
  const auto view = world.view();
  CHECK(view->withheld_cards() == std::vector{sample.only_linked});
  std::vector<CardKey> cards;
  for (const CardRow& card : must(view->cards())) cards.push_back(card.key);
  CHECK(cards == std::vector{sample.twice_linked, sample.in_file_too, sample.only_file});
  const auto rows = world.rows();
  CHECK(std::ranges::none_of(rows, [&](const StoredRow& each) { return each.card == sample.only_linked; }));
  CHECK(rows.size() == 5);
  std::vector<StatementKey> statements;
  for (const StatementRow& statement : must(view->statements())) statements.push_back(statement.key);
  CHECK(statements == std::vector{sample.file_statement});
  CHECK(must(view->billed_sums(sample.linked_statement)).empty());
  CHECK(must(view->billed_sums(sample.shared_statement)).empty());
  CHECK_FALSE(must(view->billed_sums(sample.file_statement)).empty());
  for (const MonthTotal& total : must(view->month_totals())) CHECK(total.card != sample.only_linked);
  for (const CoverageRow& coverage : must(view->coverage())) CHECK(coverage.card != sample.only_linked);
  CHECK(must(view->quarantine()).size() == 1);
  CHECK(must(view->parts_of(sample.linked_row)).empty());
  CHECK(must(view->revisions_of(sample.linked_row)).empty());
  CHECK(world.rows({.cards = {sample.only_linked}}).empty());
  CHECK(world.rows({.only = sample.linked_row}).empty());
  CHECK(world.rows({.only = sample.file_row}).size() == 1);

  // Both: everything that was linked is gone but for what a file holds too.
  world.end_consent("con2", HeldData::erased);
  const auto stricter = world.view();
  CHECK(stricter->withheld_cards() == std::vector{sample.only_linked, sample.twice_linked});
  CHECK(must(stricter->quarantine()).empty());
}

TEMPLATE_TEST_CASE("the change feed leaves gaps where things are withheld", "[sealed]", MemoryWorld, FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  const auto before = must(world.view()->changes(0, 100));
  const std::uint64_t last = must(world.view()->last_position());
  world.end_consent("con1", HeldData::sealed);
  const auto view = world.view();
  CHECK(must(view->last_position()) == last);
  const auto after = must(view->changes(0, 100));
  CHECK(after.size() > before.size());  // ranges were cut
  std::uint64_t position = 0;
  for (const ChangeRow& change : after) {
    CHECK(change.position > position);
    position = change.position + static_cast<std::uint64_t>(change.last - change.first);
    if (change.entity == Entity::transaction)
      for (std::int64_t number = change.first; number <= change.last; ++number)
        CHECK(std::ranges::find(sample.linked_rows, number) == sample.linked_rows.end());
    if (change.entity == Entity::card)
      CHECK_FALSE((change.first <= sample.only_linked && sample.only_linked <= change.last));
    if (change.entity == Entity::statement)
      CHECK_FALSE((change.first <= sample.shared_statement && sample.shared_statement <= change.last));
  }
  // One at a time gives the same.
  std::vector<std::uint64_t> one_by_one;
  for (std::uint64_t from = 0;;) {
    const auto next = must(view->changes(from, 1));
    if (next.empty()) break;
    one_by_one.push_back(next[0].position);
    from = next[0].position + static_cast<std::uint64_t>(next[0].last - next[0].first);
  }
  std::vector<std::uint64_t> at_once;
  for (const ChangeRow& change : after) at_once.push_back(change.position);
  CHECK(one_by_one == at_once);
}

TEMPLATE_TEST_CASE("a release leaves out what was sealed while it went on", "[sealed]", MemoryWorld, FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  const auto view = world.release();
  std::vector<CardKey> seen;
  const auto next = [&](std::optional<TransactionKey> after) {
    return must(view->batch(world.template permit<Release>(), {.after = after, .limit = 2},
                            [&](const StoredRow& each) { return seen.push_back(each.card), true; }));
  };
  CHECK(next({}) == 2);
  world.end_consent("con1", HeldData::sealed);
  seen.clear();
  must(view->batch(world.template permit<Release>(), {},
                   [&](const StoredRow& each) { return seen.push_back(each.card), true; }));
  CHECK(std::ranges::find(seen, sample.only_linked) == seen.end());
  CHECK(seen.size() == 5);
}

}  // namespace meisai::test
