// SPDX-License-Identifier: Apache-2.0
//
// What a window promises, in every store: nothing before its commit, all of it after, nothing on a refusal.
#include "tests/store/store_fixture.h"

namespace meisai::test {

TEMPLATE_TEST_CASE("a window is invisible until its commit and whole after it", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const auto before = world.view();
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    const auto window = must(staging->begin_window());
    must(window->insert(row(card, day(2026, 9, 1), 1)));
    must(window->add_change({.kind = ChangeKind::added, .first = 1, .last = 1}));
    CHECK(must(before->last_position()) == 0);
    must(window->add_audit(entry()));
    must(window->commit(world.template permit<Commit>()));
    CHECK(code_of(window->insert(row(card, day(2026, 9, 1), 2))) == Code::internal_bug);
  }
  std::size_t seen = 0;
  must(before->transactions({}, [&](const StoredRow&) { return ++seen, true; }));
  CHECK(seen == 0);
  CHECK(world.rows().size() == 1);
  CHECK(must(world.view()->last_position()) == 1);
}

TEMPLATE_TEST_CASE("a window that is destroyed leaves no trace", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  TransactionKey kept = 0;
  world.write([&](LedgerWrite& window) {
    kept = must(window.insert(row(card, day(2026, 9, 1), 1, 100)));
    must(window.add_change({.kind = ChangeKind::added, .first = kept, .last = kept}));
    must(window.put_coverage({card, day(2026, 9, 1), day(2026, 9, 10), "file", "complete"}));
  });
  const auto audit_before = [&] {
    std::size_t count = 0;
    must(world.view()->audit([&](const AuditEntry&) { return ++count, true; }));
    return count;
  }();
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    const auto window = must(staging->begin_window());
    must(window->put_card(card_of("rakuten_card")));
    must(window->put_statement(sample_statement()));
    must(window->put_document({.digest = sha256("d"), .issuer = IssuerId("jcb_card"), .layout = "l"}));
    must(window->insert(row(card, day(2026, 9, 2), 2)));
    StoredRow revised = row(card, day(2026, 9, 1), 1, 999);
    revised.key = kept;
    must(window->revise(revised));
    must(window->put_part({kept, 5, 10, 1}));
    must(window->put_coverage({card, day(2026, 9, 5), day(2026, 9, 30), "file", "complete"}));
    must(window->put_quarantine({.document = 1, .rejection = {.row = 3}}));
    must(window->add_change({.kind = ChangeKind::modified, .first = kept, .last = kept}));
    must(window->add_audit(entry()));
  }
  const auto view = world.view();
  CHECK(must(view->cards()).size() == 1);
  CHECK(must(view->statements()).empty());
  CHECK(must(view->documents()).empty());
  CHECK(must(view->parts_of(kept)).empty());
  CHECK(must(view->revisions_of(kept)).empty());
  CHECK(must(view->quarantine()).empty());
  CHECK(must(view->last_position()) == 1);
  REQUIRE(must(view->coverage()).size() == 1);
  CHECK(must(view->coverage())[0].to == day(2026, 9, 10));
  REQUIRE(must(view->month_totals()).size() == 1);
  CHECK(must(view->month_totals())[0].amount_minor == 100);
  std::size_t entries = 0;
  must(view->audit([&](const AuditEntry&) { return ++entries, true; }));
  CHECK(entries == audit_before + 1);  // this view's own
  const auto rows = world.rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].facts.amount_minor == 100);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a cutoff at the instant of the commit leaves nothing", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  auto asked_before = world.template permit<Commit>();
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    const auto window = must(staging->begin_window());
    must(window->insert(row(card, day(2026, 9, 1), 1)));
    must(window->add_audit(entry()));
    world.cut_off();  // returns although a window is being written: it holds nothing at the gate yet
    const auto committed = window->commit(std::move(asked_before));
    CHECK(code_of(committed) == Code::cutoff_all);
    CHECK(code_of(window->add_audit(entry())) == Code::internal_bug);
    must(world.store().record(entry("refusal")));  // while the refused window still exists
  }
  CHECK(world.rows().empty());
  CHECK(must(world.view()->month_totals()).empty());
}

TEMPLATE_TEST_CASE("a permit works once, and only for its issuer", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  // In an optional, or clang refuses to compile the second use at all.
  std::optional permit(world.template permit<Commit>());
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  {
    const auto window = must(staging->begin_window());
    must(window->insert(row(card, day(2026, 9, 1), 1)));
    must(window->add_audit(entry()));
    must(window->commit(*std::move(permit)));
  }
  {
    const auto window = must(staging->begin_window());
    must(window->insert(row(card, day(2026, 9, 1), 2)));
    must(window->add_audit(entry()));
    const auto committed = window->commit(*std::move(permit));
    CHECK(code_of(committed) == Code::permit_spent);
  }
  {
    const auto window = must(staging->begin_window());
    must(window->put_card(card_of("rakuten_card")));
    must(window->add_audit(entry()));
    CHECK(code_of(window->commit(world.template permit<Commit>({.issuer = IssuerId("jcb_card")}))) ==
          Code::scope_exceeded);
  }
  {
    const auto window = must(staging->begin_window());
    must(window->put_card(card_of("jcb_card", "second")));
    must(window->add_audit(entry()));
    must(window->commit(world.template permit<Commit>({.issuer = IssuerId("jcb_card")})));
  }
  CHECK(world.rows().size() == 1);
  CHECK(must(world.view()->cards()).size() == 2);
}

TEMPLATE_TEST_CASE("no effect without an audit entry", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  const auto window = must(staging->begin_window());
  must(window->put_card(card_of("jcb_card")));
  CHECK(code_of(window->commit(world.template permit<Commit>())) == Code::internal_bug);
  CHECK(must(world.view()->cards()).empty());
}

TEMPLATE_TEST_CASE("a row that is there already, or makes no sense, is a bug of ours", "[store]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    must(window.insert(row(card, day(2026, 9, 1), 1)));
    CHECK(code_of(window.insert(row(card, day(2026, 9, 1), 1))) == Code::internal_bug);
    StoredRow twin = row(card, day(2026, 9, 1), 1);
    twin.fingerprint = print(1, 2);
    must(window.insert(twin));
    CHECK(code_of(window.insert(row(card + 99, day(2026, 9, 1), 1))) == Code::internal_bug);
    StoredRow elsewhere = row(card, day(2026, 9, 1), 5);
    elsewhere.day += 1;
    CHECK(code_of(window.insert(elsewhere)) == Code::internal_bug);
    StoredRow dateless = row(card, day(2026, 9, 1), 6);
    dateless.facts.date = {};
    CHECK(code_of(window.insert(dateless)) == Code::internal_bug);
    StoredRow into_twin = row(card, day(2026, 9, 1), 1);
    into_twin.key = 2;
    CHECK(code_of(window.revise(into_twin)) == Code::internal_bug);
    StoredRow unknown = row(card, day(2026, 9, 1), 9);
    unknown.key = 4711;
    CHECK(code_of(window.revise(unknown)) == Code::not_found);
  });
  CHECK(world.rows().size() == 2);
  REQUIRE(must(world.view()->month_totals()).size() == 1);
  CHECK(must(world.view()->month_totals())[0].count == 2);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a window reads what it wrote, in order of the key", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card("rakuten_card");
  world.write([&](LedgerWrite& window) {
    must(window.insert(row(card, day(2026, 9, 3), 9)));
    must(window.insert(row(card, day(2026, 9, 3), 4)));
    must(window.insert(row(card, day(2026, 9, 1), 7)));
    must(window.insert(row(card, day(2026, 9, 5), 1)));
    must(window.insert(row(other, day(2026, 9, 3), 2)));
    must(window.insert(undated_row(card, 12, 3)));
    std::vector<std::uint64_t> seen;
    const DayKey from = row(card, day(2026, 9, 1), 0).day;
    must(window.rows_on(card, from, from + 3, [&](const StoredRow& r) { return seen.push_back(r.row), true; }));
    CHECK(seen == std::vector<std::uint64_t>{7, 4, 9});
    seen.clear();
    must(window.rows_on(card, -12, -12, [&](const StoredRow& r) { return seen.push_back(r.row), true; }));
    CHECK(seen == std::vector<std::uint64_t>{3});
    seen.clear();
    must(window.rows_on(card, from, from + 9, [&](const StoredRow& r) { return seen.push_back(r.row), false; }));
    CHECK(seen.size() == 1);
    const auto among = [&](const FingerprintTest& wanted, bool go_on) {
      seen.clear();
      must(window.rows_among(card, from, from + 3, wanted,
                             [&](const StoredRow& r) { return seen.push_back(r.row), go_on; }));
      return seen;
    };
    const auto all = [](const Fingerprint&) { return true; };
    CHECK(among(all, true) == std::vector<std::uint64_t>{7, 4, 9});
    CHECK(among(all, false) == std::vector<std::uint64_t>{7});
    CHECK(among([](const Fingerprint&) { return false; }, true).empty());
    const Fingerprint nine = row(card, day(2026, 9, 3), 9).fingerprint;
    CHECK(among([&](const Fingerprint& each) { return each == nine; }, true) == std::vector<std::uint64_t>{9});
    CHECK(must(window.vault_tag()).size() == 4);
  });
  CHECK(must(world.view()->vault_tag()).size() == 4);
}

TEMPLATE_TEST_CASE("a revision keeps what was, and moves the month", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  TransactionKey key = 0;
  world.write([&](LedgerWrite& window) { key = must(window.insert(row(card, day(2026, 8, 31), 1, 100))); });
  world.write([&](LedgerWrite& window) {
    StoredRow once = row(card, day(2026, 9, 1), 1, 200);
    once.key = key;
    must(window.revise(once));
    StoredRow twice = once;
    twice.facts.amount_minor = 300;
    twice.facts.kind = TransactionKind::refund;
    must(window.revise(twice));
  });
  const auto view = world.view();
  const auto before = must(view->revisions_of(key));
  REQUIRE(before.size() == 2);
  CHECK(before[0].facts.amount_minor == 100);
  CHECK(before[0].key == key);
  CHECK(before[1].facts.amount_minor == 200);
  CHECK(must(view->revisions_of(key + 1)).empty());
  const auto months = must(view->month_totals());
  REQUIRE(months.size() == 1);
  CHECK(iso(months[0].month) == "2026-09");
  CHECK(months[0].amount_minor == 300);
  CHECK(months[0].count == 1);
  CHECK(world.rows().size() == 1);
  world.write([&](LedgerWrite& window) {  // the old place is free again
    must(window.insert(row(card, day(2026, 8, 31), 1, 100)));
  });
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("the audit chain holds every effect and verifies", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  world.card();
  must(world.store().record({.at = noon(), .actor = "subject", .operation = "import", .result = "refused"}));
  const auto view = world.view();
  AuditVerifier verifier;
  std::vector<std::string> operations;
  must(view->audit([&](const AuditEntry& each) {
    must(verifier.accept(each));
    operations.push_back(each.operation + ":" + each.result);
    return true;
  }));
  CHECK(operations == std::vector<std::string>{"import:done", "import:refused", "transactions:done"});
  const auto anchor = must(world.control().anchor());
  REQUIRE(anchor);
  CHECK(anchor->audit_count == 3);
  CHECK(anchor->audit_head == verifier.head());
  CHECK(anchor->generation == 3);
  std::size_t seen = 0;
  must(view->audit([&](const AuditEntry&) { return ++seen, false; }));
  CHECK(seen == 1);
}

}  // namespace meisai::test
