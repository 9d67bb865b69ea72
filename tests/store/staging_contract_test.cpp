// SPDX-License-Identifier: Apache-2.0
//
// Raw pages on their way in, the import turn, and their retention.
#include <thread>

#include "meisai/raw_page.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

std::string page(const std::string& merchant, int records = 3) {
  RawPageBuilder builder;
  for (int i = 0; i < records; ++i) {
    builder.begin_record(RecordKind::transaction, static_cast<std::uint64_t>(i) + 1);
    builder.cell(Field::merchant, merchant + std::to_string(i));
    builder.cell(Field::amount, "1,234");
  }
  return builder.take().encode();
}

DocumentRow document(Instant keep_until = noon() + std::chrono::hours(24)) {
  return {.digest = sha256("doc"), .issuer = IssuerId("jcb_card"), .layout = "l", .keep_raw_until = keep_until};
}

void commit(World& world, LedgerWrite& window) {
  must(window.add_audit(entry()));
  must(window.commit(world.permit<Commit>()));
}

std::uint64_t prune(World& world, Instant before) {
  const StoreHealth health = must(world.store().check(world.permit<Maintenance>(), before, entry("prune")));
  CHECK(health.findings.empty());
  return health.raw_pages_pruned;
}

}  // namespace

TEMPLATE_TEST_CASE("staged pages come back as they were put", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  CHECK(staging->page_count() == 0);
  const std::vector<std::string> pages = {page("コンビニ"), page("x", 1000), page("", 0)};
  for (const std::string& each : pages) must(staging->put(each));
  REQUIRE(staging->page_count() == 3);
  for (std::size_t i = 0; i < pages.size(); ++i) CHECK(must(staging->page(i)) == pages[i]);
  CHECK(code_of(staging->page(3)) == Code::not_found);
}

TEMPLATE_TEST_CASE("pages of a committed document stay until their retention ends", "[store]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const auto import = [&](int count) {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    for (int i = 0; i < count; ++i) must(staging->put(page("m" + std::to_string(i))));
    const auto window = must(staging->begin_window());
    must(window->put_document(document()));
    commit(world, *window);
  };
  import(2);
  CHECK(prune(world, noon()) == 0);
  import(3);  // the same document again: its pages are replaced, not doubled
  CHECK(prune(world, noon() + std::chrono::hours(25)) == 3);
  CHECK(prune(world, noon() + std::chrono::hours(25)) == 0);
  CHECK(must(world.view()->documents()).size() == 1);
}

TEMPLATE_TEST_CASE("what no committed window refers to is discarded", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    must(staging->put(page("a")));
    const auto window = must(staging->begin_window());
    must(window->put_document(document()));
  }
  CHECK(prune(world, noon() + std::chrono::hours(99)) == 0);
}

TEMPLATE_TEST_CASE("several windows of one document, pages put in between", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    must(staging->put(page("a")));
    {
      const auto window = must(staging->begin_window());
      must(window->put_document(document()));
      must(window->insert(row(card, day(2026, 9, 1), 1)));
      must(staging->put(page("b")));  // while the window is open
      CHECK(code_of(staging->begin_window()) == Code::internal_bug);
      commit(world, *window);
    }
    must(staging->put(page("c")));
    {
      const auto window = must(staging->begin_window());
      must(window->put_document(document()));
      must(staging->put(page("d")));
      // Destroyed: the pages put stay staged.
    }
    REQUIRE(staging->page_count() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(must(staging->page(i)) == page(std::string(1, static_cast<char>('a' + i))));
    {
      const auto window = must(staging->begin_window());
      must(window->put_document(document()));
      commit(world, *window);
    }
    REQUIRE(staging->page_count() == 4);
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(must(staging->page(i)) == page(std::string(1, static_cast<char>('a' + i))));
  }
  CHECK(prune(world, noon() + std::chrono::hours(99)) == 4);
}

TEMPLATE_TEST_CASE("one import at a time: the second waits, then store_busy", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  auto first = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  const auto start = std::chrono::steady_clock::now();
  const auto second = world.store().begin_staging({}, std::chrono::milliseconds(60));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::store_busy);
  CHECK(second.error().retry == Retry::later);
  CHECK_FALSE(second.error().remedy.empty());
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(60));
  std::thread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    first.reset();
  });
  must(world.store().begin_staging({}, std::chrono::seconds(10)));
  ends.join();
}

TEMPLATE_TEST_CASE("readers and refusals get through while an import goes on", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  must(staging->put(page("a")));
  must(world.store().record(entry("refusal")));
  const auto view = world.view();
  const auto window = must(staging->begin_window());
  must(window->insert(row(card, day(2026, 9, 1), 1)));
  std::size_t seen = 0;
  must(view->transactions({}, [&](const StoredRow&) { return ++seen, true; }));
  CHECK(seen == 0);
  bool opened = false;
  std::size_t count = 0;
  std::thread reader([&] {  // waits for the window where it has to, and sees it whole or not at all
    const auto other = world.store().read(world.template permit<Read>(), entry("transactions"));
    opened = other && (*other)->transactions({}, [&](const StoredRow&) { return ++count, true; });
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  commit(world, *window);
  reader.join();
  CHECK(opened);
  CHECK(count <= 1);
}

TEST_CASE("pages staged before a crash are discarded by the next import", "[store]") {
  FolderWorld world;
  {
    auto vault = world.raw_vault();  // as a killed process leaves them: committed, referred to by nothing
    must(vault.exec("INSERT INTO raw_page VALUES(1, x'00'); INSERT INTO staged_page VALUES(1,'')"));
  }
  must(world.store().begin_staging({}, std::chrono::seconds(1)));
  auto vault = world.raw_vault();
  CHECK(must(vault.query_int64("SELECT count(*) FROM raw_page")) == 0);
  CHECK(must(vault.query_int64("SELECT count(*) FROM staged_page")) == 0);
}

TEST_CASE("a raw page that cannot be read is found by the check", "[store]") {
  FolderWorld world;
  {
    auto vault = world.raw_vault();
    must(vault.exec("INSERT INTO raw_page VALUES(1, x'0011')"));
  }
  REQUIRE(world.findings().size() == 1);
}

}  // namespace meisai::test
