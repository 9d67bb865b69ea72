// SPDX-License-Identifier: Apache-2.0
//
// The change feed's floor, its commits' instants, and rows that a statement does not list any more, in both stores.
#include <algorithm>
#include <set>
#include <thread>

#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

/// A commit at an instant that tells of these things.
void commit_at(World& world, Instant at, std::int64_t first, std::int64_t last) {
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(5)));
  const auto window = must(staging->begin_window());
  must(window->add_change({.kind = ChangeKind::added, .first = first, .last = last}));
  AuditDraft audit = entry();
  audit.at = at;
  must(window->add_audit(audit));
  must(window->commit(world.permit<Commit>()));
}

StoreHealth prune(World& world, Instant now) {
  return must(world.store().check(world.permit<Maintenance>(), now, entry("prune")));
}

}  // namespace

TEMPLATE_TEST_CASE("a change carries the instant of its commit", "[feed]", MemoryWorld, FolderWorld) {
  TestType world;
  const Instant at = noon() - std::chrono::hours(5);
  commit_at(world, at, 1, 3);
  const auto changes = must(world.view()->changes(0, 10));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].at == at);
}

TEMPLATE_TEST_CASE("pruning takes the oldest changes and keeps counting", "[feed]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto days_ago = [](int days) { return noon() - std::chrono::days(days); };
  commit_at(world, days_ago(500), 1, 10);
  commit_at(world, days_ago(401), 11, 12);
  commit_at(world, days_ago(400), 20, 20);
  commit_at(world, days_ago(450), 30, 30);  // a clock that was set back: it waits for the one before it
  commit_at(world, days_ago(1), 40, 41);
  CHECK(must(world.view()->first_position()) == 1);
  {
    const auto older_view = world.view();
    CHECK(prune(world, noon()).changes_pruned == 12);
    CHECK(must(older_view->first_position()) == 1);  // a view stays what it was
    CHECK(must(older_view->changes(0, 99)).size() == 5);
  }
  const auto view = world.view();
  CHECK(must(view->first_position()) == 13);
  CHECK(must(view->last_position()) == 16);
  const auto left = must(view->changes(0, 99));
  REQUIRE(left.size() == 3);
  CHECK(left[0].position == 13);
  CHECK(must(view->changes(13, 99)).size() == 2);
  CHECK(prune(world, noon()).changes_pruned == 0);
  CHECK(prune(world, noon() + std::chrono::days(1000)).changes_pruned == 4);
  CHECK(must(world.view()->first_position()) == 17);
  CHECK(must(world.view()->last_position()) == 16);
  CHECK(must(world.view()->changes(0, 99)).empty());
  commit_at(world, noon(), 50, 50);
  CHECK(must(world.view()->changes(0, 99)).at(0).position == 17);
  CHECK(world.findings().empty());
}

TEST_CASE("the floor of the feed survives closing", "[feed]") {
  FolderWorld world;
  commit_at(world, noon() - std::chrono::days(500), 1, 10);
  commit_at(world, noon(), 11, 11);
  prune(world, noon());
  world.close();
  world.open();
  CHECK(must(world.view()->first_position()) == 11);
  CHECK(must(world.view()->changes(10, 9)).size() == 1);
}

TEMPLATE_TEST_CASE("a check without pruning keeps every change", "[feed]", MemoryWorld, FolderWorld) {
  TestType world;
  commit_at(world, noon() - std::chrono::days(5000), 1, 10);
  CHECK(must(world.store().check(world.template permit<Maintenance>(), std::nullopt, entry())).changes_pruned == 0);
  CHECK(must(world.view()->changes(0, 9)).size() == 1);
}

TEMPLATE_TEST_CASE("what an erasure tells carries its instant, and goes with time too", "[feed]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  const std::uint64_t before = must(world.view()->last_position());
  AuditDraft audit = entry("consent_erase");
  audit.at = noon() + std::chrono::hours(2);
  must(world.store().erase(world.template permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           audit));
  const auto told = must(world.view()->changes(before, 99));
  REQUIRE_FALSE(told.empty());
  for (const ChangeRow& change : told) CHECK(change.at == audit.at);
}

TEMPLATE_TEST_CASE("rows that a statement no longer lists are noted in place of those before", "[feed]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  CHECK(must(world.view()->unlisted_of(sample.linked_statement)).empty());
  world.write([&](LedgerWrite& window) {
    must(window.put_unlisted(sample.linked_statement, {sample.linked_rows[2], sample.linked_rows[0]}));
    must(window.put_unlisted(sample.file_statement, {sample.file_row}));
  });
  auto ascending = std::vector{sample.linked_rows[0], sample.linked_rows[2]};
  std::ranges::sort(ascending);
  CHECK(must(world.view()->unlisted_of(sample.linked_statement)) == ascending);
  world.write(
      [&](LedgerWrite& window) { must(window.put_unlisted(sample.linked_statement, {sample.linked_rows[1]})); });
  CHECK(must(world.view()->unlisted_of(sample.linked_statement)) == std::vector{sample.linked_rows[1]});

  world.end_consent("con1", HeldData::sealed);
  CHECK(must(world.view()->unlisted_of(sample.linked_statement)).empty());
  std::size_t rows = 0;
  const RowVisitor count = [&rows](const StoredRow&) { return ++rows, true; };
  must(world.view()->rows_of(sample.linked_statement, count));
  CHECK(rows == 0);
  must(world.view()->rows_of(sample.file_statement, count));
  CHECK(rows == 1);
  must(world.store().erase(world.template permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           entry("consent_erase")));
  CHECK(must(world.view()->unlisted_of(sample.linked_statement)).empty());
  CHECK(must(world.view()->unlisted_of(sample.file_statement)) == std::vector{sample.file_row});
}

TEMPLATE_TEST_CASE("the rows of a statement: those that belong to it and those it bills a part of", "[feed]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  std::set<TransactionKey> seen;
  must(
      world.view()->rows_of(sample.shared_statement, [&](const StoredRow& row) { return seen.insert(row.key), true; }));
  CHECK(seen.size() == 2);
  CHECK(seen.contains(sample.linked_rows[1]));
}

TEST_CASE("a consumer that polls beside two writers sees every position once", "[feed]") {
  FolderWorld world;
  world.connect("con1");
  world.connect("con2");
  constexpr std::int64_t commits = 40;
  const auto writer = [&world](const char* connection, std::int64_t first) {
    for (std::int64_t i = 0; i < commits; ++i) {
      const auto staging = world.store().begin_staging({ConnectionId(connection)}, std::chrono::seconds(20));
      if (!staging) return;
      const auto window = (*staging)->begin_window();
      if (!window) return;
      (void)(*window)->add_change({.kind = ChangeKind::added, .first = first + 3 * i, .last = first + 3 * i + 2});
      (void)(*window)->add_audit(entry("sync"));
      auto permit = world.gate().ask<Commit>({});
      if (!permit || !(*window)->commit(std::move(*permit))) return;
    }
  };
  std::thread one(writer, "con1", 1'000);
  std::thread two(writer, "con2", 2'000'000);
  std::vector<std::uint64_t> positions;
  std::set<std::int64_t> things;
  const auto poll = [&] {
    const auto view = world.view();
    const std::uint64_t after = positions.empty() ? 0 : positions.back();
    for (const ChangeRow& change : must(view->changes(after, 7)))
      for (std::int64_t thing = change.first; thing <= change.last; ++thing) {
        positions.push_back(change.position + static_cast<std::uint64_t>(thing - change.first));
        things.insert(thing);
      }
    return must(view->last_position());
  };
  constexpr std::uint64_t all = 2 * 3 * commits;
  for (int polls = 0; polls < 5000 && positions.size() < all; ++polls) poll();
  one.join();
  two.join();
  while (positions.size() < poll()) {
  }
  REQUIRE(positions.size() == all);
  for (std::uint64_t i = 0; i < all; ++i) CHECK(positions[i] == i + 1);  // each once, none lost, in order
  CHECK(things.size() == all);
}

}  // namespace meisai::test
