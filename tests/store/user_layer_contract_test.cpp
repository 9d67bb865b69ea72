// SPDX-License-Identifier: Apache-2.0
//
// What the person added to a row, in both stores: kept with its history, taken back step by step, untouched by
// whatever the issuer says next, and gone with the row.
#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

const UserLayer lunch{.note = "経費 \"昼\"", .category = "食費", .tags = {"仕事", "立替"}, .merchant = "見本食堂 本店"};

UserLayer ignored(UserLayer layer = {}) {
  layer.ignored = true;
  return layer;
}

void put(World& world, TransactionKey key, const UserLayer& layer) {
  world.write([&](LedgerWrite& window) { must(window.put_user_layer(key, layer)); });
}

bool undo(World& world, TransactionKey key) {
  bool undone = false;
  world.write([&](LedgerWrite& window) { undone = must(window.undo_user_layer(key)); });
  return undone;
}

std::vector<TransactionKey> shown(World& world, const TransactionQuery& query = {}) {
  std::vector<TransactionKey> keys;
  for (const StoredRow& each : world.rows(query)) keys.push_back(each.key);
  return keys;
}

using Layers = std::map<TransactionKey, UserLayer>;
using History = std::vector<UserLayer>;

/// A card with the rows 1 (5,000 yen), 2 (100 yen) and 3 (7 yen) of September.
CardKey settle(World& world) {
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    must(window.insert(row(card, day(2026, 9, 1), 1, 5000)));
    must(window.insert(row(card, day(2026, 9, 2), 2, 100)));
    must(window.insert(row(card, day(2026, 9, 3), 3, 7)));
  });
  return card;
}

std::int64_t september(World& world) { return must(world.view()->month_totals()).front().amount_minor; }

}  // namespace

TEMPLATE_TEST_CASE("a layer is kept with what it was before", "[user_layer]", MemoryWorld, FolderWorld) {
  TestType world;
  settle(world);
  CHECK(must(world.view()->user_layers()).empty());
  CHECK(must(world.view()->user_layer_history(1)).empty());
  put(world, 1, lunch);
  UserLayer changed = lunch;
  changed.tags.clear();
  put(world, 1, changed);
  put(world, 3, {.category = "交通"});
  CHECK(must(world.view()->user_layers()) == Layers{{1, changed}, {3, {.category = "交通"}}});
  CHECK(must(world.view()->user_layer_history(1)) == History{lunch, changed});
  world.write([&](LedgerWrite& window) {
    CHECK(must(window.user_layer_of(1)) == changed);
    CHECK(must(window.user_layer_of(2)) == UserLayer{});
  });
  put(world, 3, {});  // cleared, which can be taken back too
  CHECK(must(world.view()->user_layers()) == Layers{{1, changed}});
  CHECK(must(world.view()->user_layer_history(3)) == History{{.category = "交通"}, {}});
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("each change of a layer can be taken back, to before the first", "[user_layer]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  settle(world);
  put(world, 1, lunch);
  put(world, 1, ignored(lunch));
  put(world, 1, ignored());
  CHECK(undo(world, 1));
  CHECK(must(world.view()->user_layers()) == Layers{{1, ignored(lunch)}});
  CHECK(undo(world, 1));
  CHECK(must(world.view()->user_layers()) == Layers{{1, lunch}});
  put(world, 1, {.note = "another way"});
  CHECK(must(world.view()->user_layer_history(1)) == History{lunch, {.note = "another way"}});
  CHECK(undo(world, 1));
  CHECK(undo(world, 1));
  CHECK(must(world.view()->user_layers()).empty());
  CHECK(must(world.view()->user_layer_history(1)).empty());
  CHECK_FALSE(undo(world, 1));
  CHECK_FALSE(undo(world, 2));
  CHECK_FALSE(undo(world, 99));
}

TEMPLATE_TEST_CASE("an ignored row is in no list and no month until it is taken back", "[user_layer]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  settle(world);
  put(world, 1, ignored());
  CHECK(shown(world) == std::vector<TransactionKey>{2, 3});
  CHECK(shown(world, {.from = day(2026, 9, 1), .limit = 1}) == std::vector<TransactionKey>{2});
  CHECK(shown(world, {.status = TransactionStatus::posted}) == std::vector<TransactionKey>{2, 3});
  CHECK(shown(world, {.with_ignored = true}) == std::vector<TransactionKey>{1, 2, 3});
  CHECK(shown(world, {.only = 1}) == std::vector<TransactionKey>{1});
  CHECK(world.rows({.only = 1}).front().ignored);
  CHECK_FALSE(world.rows({.only = 2}).front().ignored);
  CHECK(september(world) == 107);
  CHECK(must(world.view()->month_totals()).front().count == 2);
  CHECK(must(world.view()->revisions_of(1)).empty());  // the issuer said nothing
  const auto view = world.release();
  const auto batch = [&](const TransactionQuery& query) {
    return must(view->batch(world.template permit<Release>(), query, [](const StoredRow&) { return true; }));
  };
  CHECK(batch({}) == 2);
  CHECK(batch({.with_ignored = true}) == 3);
  CHECK(world.findings().empty());
  CHECK(undo(world, 1));
  CHECK(shown(world) == std::vector<TransactionKey>{1, 2, 3});
  CHECK(september(world) == 5107);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a revision keeps layer and tombstone, whoever makes it", "[user_layer]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = settle(world);
  put(world, 1, ignored(lunch));
  StoredRow said = row(card, day(2026, 10, 5), 9, 4000);  // another day, amount and fingerprint
  said.key = 1;
  SECTION("one that has never heard of it") { said.ignored = false; }
  SECTION("one that hands it through") { said.ignored = true; }
  world.write([&](LedgerWrite& window) { must(window.revise(said)); });
  const StoredRow now = world.rows({.only = 1}).front();
  CHECK(now.ignored);
  CHECK(now.facts == said.facts);
  CHECK(must(world.view()->user_layers()) == Layers{{1, ignored(lunch)}});
  CHECK(must(world.view()->month_totals()).size() == 1);
  CHECK(september(world) == 107);
  CHECK(must(world.view()->revisions_of(1)).size() == 1);
  CHECK(undo(world, 1));
  CHECK(world.rows({.only = 1}).front().facts == said.facts);
  CHECK(must(world.view()->revisions_of(1)).size() == 1);
  CHECK(must(world.view()->month_totals()).back().amount_minor == 4000);
  CHECK(world.findings().empty());

  said.key = 2;
  said.day += 1;
  said.facts.date.date = day(2026, 10, 6);
  said.ignored = true;  // only the person says so
  world.write([&](LedgerWrite& window) {
    must(window.revise(said));
    StoredRow fresh = row(card, day(2026, 9, 20), 20, 1);
    fresh.ignored = true;
    must(window.insert(fresh));
  });
  CHECK(shown(world) == std::vector<TransactionKey>{3, 4, 1, 2});
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("matching sees ignored rows", "[user_layer]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = settle(world);
  StoredRow waiting = row(card, day(2026, 9, 1), 30, 1);
  waiting.facts.status = TransactionStatus::pending;
  waiting.statement = 8;
  waiting.facts.billed_minor = 1;
  world.write([&](LedgerWrite& window) { waiting.key = must(window.insert(waiting)); });
  put(world, waiting.key, ignored());
  world.write([&](LedgerWrite& window) {
    std::vector<std::string> met;
    const auto note = [&](const char* how) {
      return [&met, how, key = waiting.key](const StoredRow& each) {
        if (each.key == key && each.ignored) met.emplace_back(how);
        return true;
      };
    };
    must(window.rows_on(card, waiting.day, waiting.day, note("rows_on")));
    must(
        window.rows_among(card, waiting.day, waiting.day, [](const Fingerprint&) { return true; }, note("rows_among")));
    must(window.pending_rows(card, note("pending_rows")));
    must(window.rows_of(8, note("rows_of")));
    CHECK(must(window.row(waiting.key))->ignored);
    CHECK_FALSE(must(window.row(99)));
    CHECK(met == std::vector<std::string>{"rows_on", "rows_among", "pending_rows", "rows_of"});
    CHECK(must(window.billed_sums(8)).front().billed_minor == 1);  // the issuer bills it all the same
  });
}

TEMPLATE_TEST_CASE("a layer of a window that never committed leaves no trace", "[user_layer]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  settle(world);
  put(world, 1, lunch);
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(5)));
    const auto window = must(staging->begin_window());
    must(window->undo_user_layer(1));
    must(window->put_user_layer(1, ignored()));
    must(window->put_user_layer(2, ignored()));
    CHECK(must(window->row(1))->ignored);
  }
  CHECK(must(world.view()->user_layers()) == Layers{{1, lunch}});
  CHECK(shown(world).size() == 3);
  CHECK(september(world) == 5107);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a layer of no row, or one that no edit makes, is refused", "[user_layer]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  settle(world);
  world.write([&](LedgerWrite& window) {
    CHECK(code_of(window.put_user_layer(99, lunch)) == Code::not_found);
    for (const std::vector<std::string>& tags : {std::vector<std::string>{"b", "a"}, {"a", "a"}, {""}, {"a\nb"}})
      CHECK(code_of(window.put_user_layer(1, {.tags = tags})) == Code::internal_bug);
  });
  CHECK(must(world.view()->user_layers()).empty());
}

TEMPLATE_TEST_CASE("a permit for another issuer commits no layer", "[user_layer]", MemoryWorld, FolderWorld) {
  TestType world;
  settle(world);
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(5)));
  const auto window = must(staging->begin_window());
  must(window->put_user_layer(1, lunch));
  must(window->add_audit(entry("annotate")));
  CHECK(code_of(window->commit(world.template permit<Commit>({.issuer = IssuerId("rakuten_card")}))) ==
        Code::scope_exceeded);
  CHECK(must(world.view()->user_layers()).empty());
}

TEMPLATE_TEST_CASE("layers are withheld with their card, and by the view's scope", "[user_layer][sealed]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  put(world, sample.linked_row, lunch);
  put(world, sample.file_row, {.note = "mine"});
  CHECK(must(world.view()->user_layers()).size() == 2);
  CHECK(must(world.view({.issuer = IssuerId("jcb_card")})->user_layers()).size() == 2);
  CHECK(must(world.view({.issuer = IssuerId("rakuten_card")})->user_layers()).empty());
  CHECK(must(world.view({.issuer = IssuerId("rakuten_card")})->user_layer_history(sample.file_row)).empty());
  world.end_consent("con1", HeldData::sealed);
  CHECK(must(world.view()->user_layers()) == Layers{{sample.file_row, {.note = "mine"}}});
  CHECK(must(world.view()->user_layer_history(sample.linked_row)).empty());
  CHECK(must(world.view()->user_layer_history(sample.file_row)).size() == 1);
}

TEMPLATE_TEST_CASE("an erasure takes the layers of the rows that it takes", "[user_layer][erase]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  put(world, sample.linked_row, ignored({.note = LinkedSample::secret_text}));
  put(world, sample.linked_rows[1], ignored());
  put(world, sample.file_row, {.note = "mine"});
  put(world, sample.file_row, ignored({.note = "mine"}));
  must(world.store().erase(world.template permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           entry("consent_erase")));
  CHECK(must(world.view()->user_layers()) == Layers{{sample.file_row, ignored({.note = "mine"})}});
  CHECK(must(world.view()->user_layer_history(sample.linked_row)).empty());
  CHECK(must(world.view()->user_layer_history(sample.file_row)).size() == 2);
  CHECK(world.findings().empty());
  if constexpr (TestType::durable) {
    auto vault = world.raw_vault();
    CHECK(must(vault.query_int64("SELECT count(*) FROM user_layer")) == 2);
  }
}

TEST_CASE("layers are there after the store was closed", "[user_layer]") {
  FolderWorld world;
  settle(world);
  put(world, 1, lunch);
  put(world, 2, ignored());
  world.close();
  world.open();
  CHECK(must(world.view()->user_layers()) == Layers{{1, lunch}, {2, ignored()}});
  CHECK(shown(world) == std::vector<TransactionKey>{1, 3});
  CHECK(undo(world, 2));
  CHECK(september(world) == 5107);
}

}  // namespace meisai::test
