// SPDX-License-Identifier: Apache-2.0
//
// What reads and releases promise, in every store.
#include <algorithm>

#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

std::vector<TransactionKey> keys(const std::vector<StoredRow>& rows) {
  std::vector<TransactionKey> found;
  for (const StoredRow& row : rows) found.push_back(row.key);
  return found;
}

/// Two cards of two issuers, dated and undated rows; the keys are 1.. in order of insertion.
struct Ledger {
  CardKey first = 0;
  CardKey second = 0;
  explicit Ledger(World& world) : first(world.card("jcb_card")), second(world.card("rakuten_card")) {
    world.write([&](LedgerWrite& window) {
      must(window.insert(row(first, day(2026, 9, 3), 1)));   // 1
      must(window.insert(row(second, day(2026, 9, 1), 2)));  // 2
      must(window.insert(row(first, day(2026, 8, 1), 3)));   // 3
      must(window.insert(undated_row(first, 5, 4)));         // 4
      must(window.insert(undated_row(second, 6, 5)));        // 5
      StoredRow pending = row(second, day(2026, 9, 3), 6);   // 6
      pending.facts.status = TransactionStatus::pending;
      must(window.insert(pending));
      must(window.insert(undated_row(first, 0, 7)));        // 7
      must(window.insert(row(first, day(2019, 1, 1), 8)));  // 8
      must(window.put_part({5, 9, 1, 1}));
    });
  }
};

}  // namespace

TEMPLATE_TEST_CASE("queries answer in order of day and number", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const Ledger ledger(world);
  using Keys = std::vector<TransactionKey>;
  CHECK(keys(world.rows()) == Keys{7, 5, 4, 8, 3, 2, 1, 6});
  CHECK(keys(world.rows({.cards = {ledger.second}})) == Keys{5, 2, 6});
  CHECK(keys(world.rows({.cards = {ledger.second, ledger.first}, .from = day(2026, 9, 1)})) == Keys{2, 1, 6});
  CHECK(keys(world.rows({.from = day(2026, 8, 1), .to = day(2026, 9, 1)})) == Keys{3, 2});
  CHECK(keys(world.rows({.to = day(2019, 1, 1)})) == Keys{8});
  CHECK(keys(world.rows({.from = day(2026, 9, 3), .undated_of = {5}})) == Keys{4, 1, 6});
  CHECK(keys(world.rows({.from = day(2026, 9, 3), .undated_of = {9}})) == Keys{5, 1, 6});  // billed in part
  CHECK(keys(world.rows({.undated_of = {5}})) == Keys{7, 5, 4, 8, 3, 2, 1, 6});  // restricts nothing by itself
  CHECK(keys(world.rows({.status = TransactionStatus::pending})) == Keys{6});
  CHECK(keys(world.rows({.status = TransactionStatus::posted, .only = 6})).empty());
  CHECK(keys(world.rows({.only = 3})) == Keys{3});
  CHECK(keys(world.rows({.cards = {ledger.second}, .only = 3})).empty());
  CHECK(keys(world.rows({.only = 99})).empty());
  CHECK(keys(world.rows({.cards = {99}})).empty());
  CHECK(keys(world.rows({.from = day(2027, 1, 1)})).empty());
  CHECK(keys(world.rows({.limit = 3})) == Keys{7, 5, 4});
  CHECK(keys(world.rows({.limit = 0})).empty());
  CHECK(keys(world.rows({.after = 4, .limit = 2})) == Keys{8, 3});
  CHECK(keys(world.rows({.after = 1})) == Keys{6});
  CHECK(keys(world.rows({.after = 6})).empty());
  CHECK(keys(world.rows({.cards = {ledger.second}, .after = 3})) == Keys{2, 6});  // a row of another card marks a place
  CHECK(code_of(world.view()->transactions({.after = 99}, [](const StoredRow&) { return true; })) == Code::not_found);
}

TEMPLATE_TEST_CASE("pages of any size put together are the whole answer", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey first = world.card("jcb_card");
  const CardKey second = world.card("rakuten_card");
  world.write([&](LedgerWrite& window) {
    for (std::uint32_t i = 0; i < 300; ++i)
      must(window.insert(
          row(i % 3 == 0 ? first : second, day(2020 + static_cast<int>(i % 7), 1 + i % 12, 1 + i % 5), i)));
  });
  const auto all = keys(world.rows());
  REQUIRE(all.size() == 300);
  const auto view = world.view();
  for (const std::size_t page : {1U, 7U, 100U, 299U, 300U, 301U}) {
    std::vector<TransactionKey> collected;
    TransactionQuery query{.limit = page};
    for (;;) {
      std::size_t got = 0;
      must(view->transactions(query, [&](const StoredRow& each) {
        collected.push_back(each.key);
        return ++got, true;
      }));
      if (got == 0) break;
      query.after = collected.back();
    }
    CHECK(collected == all);
  }
}

TEMPLATE_TEST_CASE("a release hands out batches, each under its own permit", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card("rakuten_card");
  world.write([&](LedgerWrite& window) {
    for (std::uint32_t i = 0; i < 2500; ++i)
      must(window.insert(row(i % 2 == 0 ? card : other, day(2026, 1 + i % 9, 1 + i % 28), i)));
  });
  const auto all = keys(world.rows());
  const auto view = world.release();
  std::vector<TransactionKey> collected;
  TransactionQuery query;
  std::vector<std::size_t> sizes;
  for (;;) {
    const std::size_t got = must(view->batch(world.template permit<Release>(), query, [&](const StoredRow& each) {
      return collected.push_back(each.key), true;
    }));
    if (got == 0) break;
    sizes.push_back(got);
    query.after = collected.back();
  }
  CHECK(sizes == std::vector<std::size_t>{1000, 1000, 500});
  CHECK(collected == all);

  SECTION("going back and changing the query starts over") {
    std::vector<TransactionKey> again;
    query = {.cards = {card}, .after = collected[10]};
    must(view->batch(world.template permit<Release>(), query,
                     [&](const StoredRow& each) { return again.push_back(each.key), true; }));
    query.after = collected[10];
    std::vector<TransactionKey> once_more;
    must(view->batch(world.template permit<Release>(), query,
                     [&](const StoredRow& each) { return once_more.push_back(each.key), true; }));
    CHECK(again == once_more);
    CHECK(again == keys(world.rows({.cards = {card}, .after = collected[10], .limit = 1000})));
  }
  SECTION("a smaller limit is kept, and a visitor may stop") {
    CHECK(must(view->batch(world.template permit<Release>(), {.limit = 5}, [](const StoredRow&) { return true; })) ==
          5);
    CHECK(must(view->batch(world.template permit<Release>(), {}, [](const StoredRow&) { return false; })) == 1);
  }
  SECTION("after a cutoff nothing more goes to others") {
    auto permit = world.template permit<Release>({.recipient = Recipient::other});
    world.cut_off();
    std::size_t seen = 0;
    const auto got = view->batch(std::move(permit), {}, [&](const StoredRow&) { return ++seen, true; });
    CHECK_FALSE(got);
    CHECK(seen == 0);
  }
}

TEMPLATE_TEST_CASE("a permit for one issuer shows that issuer only", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const Ledger ledger(world);
  world.write([&](LedgerWrite& window) {
    must(window.put_coverage({ledger.first, day(2026, 9, 1), day(2026, 9, 9), "file", "complete"}));
    must(window.put_coverage({ledger.second, day(2026, 9, 1), day(2026, 9, 9), "file", "complete"}));
    const auto put = [&](const char* issuer, const char* bytes) {
      const DocumentKey document =
          must(window.put_document({.digest = sha256(bytes), .issuer = IssuerId(issuer), .layout = "l"}));
      must(window.put_quarantine({.document = document, .rejection = {.row = 1}}));
      StatementRow statement;
      statement.issuer = IssuerId(issuer);
      must(window.put_statement(statement));
    };
    put("jcb_card", "a");
    put("rakuten_card", "b");
  });
  const PermitScope jcb{.issuer = IssuerId("jcb_card")};
  const auto view = world.view(jcb);
  std::vector<TransactionKey> seen;
  must(view->transactions({}, [&](const StoredRow& each) { return seen.push_back(each.key), true; }));
  CHECK(seen == std::vector<TransactionKey>{7, 4, 8, 3, 1});
  bool leaked = false;
  must(view->transactions({.only = 2}, [&](const StoredRow&) { return leaked = true; }));
  CHECK_FALSE(leaked);
  CHECK(must(view->cards()).size() == 1);
  CHECK(must(view->statements()).size() == 1);
  CHECK(must(view->documents()).size() == 1);
  CHECK(must(view->coverage()).size() == 1);
  CHECK(must(view->quarantine()).size() == 1);
  CHECK(must(view->parts_of(5)).empty());
  for (const MonthTotal& total : must(view->month_totals())) CHECK(total.card == ledger.first);
  CHECK(code_of(view->changes(0, 10)) == Code::scope_exceeded);

  const auto all = world.release();
  std::size_t released = 0;
  must(all->batch(world.template permit<Release>(jcb), {}, [&](const StoredRow& each) {
    CHECK(each.card == ledger.first);
    return ++released, true;
  }));
  CHECK(released == 5);
  const auto narrow = world.release(jcb);
  CHECK(code_of(narrow->batch(world.template permit<Release>({.issuer = IssuerId("rakuten_card")}), {},
                              [](const StoredRow&) { return true; })) == Code::scope_exceeded);
  CHECK(must(narrow->batch(world.template permit<Release>(), {}, [](const StoredRow&) { return true; })) == 5);
}

TEMPLATE_TEST_CASE("a view stays as it was opened", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) { must(window.insert(row(card, day(2026, 9, 1), 1, 100))); });
  const auto view = world.view();
  world.write([&](LedgerWrite& window) {
    StoredRow changed = row(card, day(2026, 9, 1), 1, 200);
    changed.key = 1;
    must(window.revise(changed));
    must(window.insert(row(card, day(2026, 9, 2), 2)));
  });
  std::int64_t sum = 0;
  must(view->transactions({}, [&](const StoredRow& each) { return sum += each.facts.amount_minor, true; }));
  CHECK(sum == 100);
  CHECK(must(view->month_totals())[0].amount_minor == 100);
  CHECK(world.rows().size() == 2);
}

TEMPLATE_TEST_CASE("a seen refusal opens no view", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  world.card();
  auto permit = world.template permit<Release>({.recipient = Recipient::other});
  world.cut_off();
  const auto opened = world.store().release(std::move(permit), entry("export"));
  CHECK_FALSE(opened);
  world.view();  // the subject goes on reading
}

}  // namespace meisai::test
