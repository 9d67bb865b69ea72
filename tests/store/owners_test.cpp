// SPDX-License-Identifier: Apache-2.0
//
// Turns and staged pages by owner: the subject's documents, and each connection.
#include <thread>

#include "meisai/raw_page.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

StagingOwner sync_of(const std::string& connection) { return {ConnectionId(connection)}; }

std::string page(const std::string& merchant) {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 1);
  builder.cell(Field::merchant, merchant);
  return builder.take().encode();
}

DocumentRow document(const std::string& name, const std::string& connection = "") {
  return {.digest = sha256(name),
          .issuer = IssuerId("jcb_card"),
          .layout = "l",
          .channel = connection.empty() ? "file" : "api",
          .connection = ConnectionId(connection),
          .keep_raw_until = noon()};
}

}  // namespace

TEMPLATE_TEST_CASE("each owner has a turn of its own", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto files = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  auto first = must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  const auto second = must(world.store().begin_staging(sync_of("con2"), std::chrono::seconds(1)));
  const auto again = world.store().begin_staging(sync_of("con1"), std::chrono::milliseconds(30));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::store_busy);
  CHECK(again.error().what == "another sync of this connection is running");
  first.reset();
  must(world.store().begin_staging(sync_of("con1"), std::chrono::milliseconds(30)));
  CHECK(code_of(world.store().begin_staging(sync_of("../con1"), std::chrono::milliseconds(30))) ==
        Code::invalid_argument);
}

TEMPLATE_TEST_CASE("nobody takes or discards another owner's pages", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto mine = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  auto other = must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  must(mine->put(page("a")));
  must(other->put(page("b")));
  must(mine->put(page("c")));
  {
    const auto window = must(mine->begin_window());
    must(window->put_document(document("mine")));
    must(window->add_audit(entry()));
    must(window->commit(world.template permit<Commit>()));
  }
  CHECK(must(other->page(0)) == page("b"));
  other.reset();
  must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  const auto health =
      must(world.store().check(world.template permit<Maintenance>(), noon() + std::chrono::hours(1), entry("prune")));
  CHECK(health.raw_pages_pruned == 2);
  CHECK(health.findings.empty());
}

TEMPLATE_TEST_CASE("the next document of a turn begins without the pages of the one before", "[owners]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const auto staging = must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  const auto commit = [&](const std::string& name) {
    const auto window = must(staging->begin_window());
    must(window->put_document(document(name, "con1")));
    must(window->add_audit(entry("sync")));
    CHECK(code_of(staging->next_document()) == Code::internal_bug);
    must(window->commit(world.template permit<Commit>()));
  };
  must(staging->put(page("a")));
  commit("first");
  must(staging->next_document());
  CHECK(staging->page_count() == 0);
  must(staging->put(page("given up")));
  must(staging->put(page("given up")));
  must(staging->next_document());
  CHECK(code_of(staging->page(0)) == Code::not_found);
  must(staging->put(page("b")));
  CHECK(must(staging->page(0)) == page("b"));
  commit("second");
  must(staging->next_document());
  must(staging->put(page("b2")));
  commit("second");  // again: its pages are replaced
  const auto documents = must(world.view()->documents());
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].connection.text() == "con1");
  CHECK(documents[0].channel == "api");
  const auto health =
      must(world.store().check(world.template permit<Maintenance>(), noon() + std::chrono::hours(1), entry("prune")));
  CHECK(health.raw_pages_pruned == 2);
}

TEMPLATE_TEST_CASE("a second window waits for the first one's end", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const auto files = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  const auto sync = must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  auto first = must(files->begin_window());
  must(first->insert(row(card, day(2026, 9, 1), 1)));
  must(first->add_audit(entry()));
  bool saw_the_row = false;
  std::thread second([&] {
    auto window = sync->begin_window();
    saw_the_row = window && (*window)->rows_on(card, 0, INT32_MAX, [&](const StoredRow&) { return false; }) &&
                  (*window)->insert(row(card, day(2026, 9, 1), 2)).value_or(0) == 2;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  must(first->commit(world.template permit<Commit>()));
  second.join();
  CHECK(saw_the_row);
}

TEMPLATE_TEST_CASE("a second window gives up after ten seconds", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto files = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  const auto sync = must(world.store().begin_staging(sync_of("con1"), std::chrono::seconds(1)));
  const auto first = must(files->begin_window());
  const auto start = std::chrono::steady_clock::now();
  const auto second = sync->begin_window();
  const auto waited = std::chrono::steady_clock::now() - start;
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::store_busy);
  CHECK(second.error().retry == Retry::later);
  CHECK(waited >= std::chrono::seconds(9));
}

TEMPLATE_TEST_CASE("pending rows of a card come in order", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card("rakuten_card");
  world.write([&](LedgerWrite& window) {
    const auto put = [&](CardKey where, unsigned day_of_month, std::uint32_t facts, TransactionStatus status) {
      StoredRow each = row(where, day(2026, 9, day_of_month), facts);
      each.facts.status = status;
      must(window.insert(each));
    };
    put(card, 3, 1, TransactionStatus::pending);
    put(card, 2, 9, TransactionStatus::pending);
    put(card, 2, 8, TransactionStatus::pending);
    put(card, 1, 7, TransactionStatus::posted);
    put(other, 1, 6, TransactionStatus::pending);
    StoredRow undated = undated_row(card, 5, 5);
    undated.facts.status = TransactionStatus::pending;
    must(window.insert(undated));
    std::vector<std::uint64_t> order;
    must(window.pending_rows(card, [&](const StoredRow& each) { return order.push_back(each.row), true; }));
    CHECK(order == std::vector<std::uint64_t>{5, 8, 9, 1});
  });
}

TEMPLATE_TEST_CASE("references of an issuer come back with their row", "[owners]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  StoredRow put = row(card, day(2026, 9, 1), 1);
  put.facts.issuer_reference = "TX-0001/参照";
  put.facts.pending_reference = "PEND-1";
  put.facts.flags = 63;
  put.absent_since = day(2026, 9, 20);
  put.disputed_minor = -950;
  world.write([&](LedgerWrite& window) {
    must(window.insert(put));
    must(window.insert(row(card, day(2026, 9, 2), 2)));
  });
  const auto rows = world.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].facts == put.facts);
  CHECK(rows[0].absent_since == day(2026, 9, 20));
  CHECK(rows[0].disputed_minor == -950);
  CHECK_FALSE(rows[1].absent_since);
  CHECK_FALSE(rows[1].disputed_minor);
  CHECK(rows[1].facts.issuer_reference.empty());
  CHECK(rows[1].facts.pending_reference.empty());
}

TEMPLATE_TEST_CASE("a removed row counts nowhere, is shown where it is asked for, and can come back", "[owners]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  StoredRow held = row(card, day(2026, 9, 1), 1, 5000);
  held.facts.status = TransactionStatus::pending;
  const auto become = [&](TransactionStatus status) {
    held.facts.status = status;
    world.write([&](LedgerWrite& window) { must(window.revise(held)); });
  };
  const auto shown = [&](const TransactionQuery& query) {
    std::vector<TransactionKey> keys;
    must(world.view()->transactions(query, [&](const StoredRow& each) { return keys.push_back(each.key), true; }));
    return keys;
  };
  world.write([&](LedgerWrite& window) {
    held.key = must(window.insert(held));
    must(window.insert(row(card, day(2026, 9, 1), 2, 100)));
  });
  become(TransactionStatus::removed);
  CHECK(shown({}) == std::vector<TransactionKey>{2});
  CHECK(shown({.status = TransactionStatus::removed}) == std::vector<TransactionKey>{1});
  CHECK(shown({.only = 1}) == std::vector<TransactionKey>{1});
  CHECK(shown({.status = TransactionStatus::pending}).empty());
  CHECK(must(world.view()->month_totals()).front().amount_minor == 100);
  CHECK(must(world.view()->revisions_of(held.key)).size() == 1);
  world.write([&](LedgerWrite& window) {  // matching still knows its place
    std::size_t met = 0;
    must(window.rows_on(card, held.day, held.day, [&](const StoredRow&) { return ++met != 0; }));
    CHECK(met == 2);
    must(window.pending_rows(card, [&](const StoredRow&) { return ++met != 0; }));
    CHECK(met == 2);
  });
  become(TransactionStatus::posted);
  CHECK(shown({}).size() == 2);
  CHECK(must(world.view()->month_totals()).front().amount_minor == 5100);
  CHECK(world.findings().empty());
}

}  // namespace meisai::test
