// SPDX-License-Identifier: Apache-2.0
//
// What told a card apart once leads to it; a card or a statement that turned out to be another one takes nothing with
// it. In every store, sealed and erased as the card is.
#include <algorithm>

#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

CardAlias alias(const std::string& text, const std::string& account = "") { return {sha256(text), account}; }

CardRow card_now(World& world, CardKey key) {
  const auto cards = must(world.view()->cards());
  const auto found = std::ranges::find(cards, key, &CardRow::key);
  REQUIRE(found != cards.end());
  return *found;
}

bool shows(World& world, CardKey key) {
  const auto cards = must(world.view()->cards());
  return std::ranges::find(cards, key, &CardRow::key) != cards.end();
}

void erase(World& world, const std::string& connection) {
  world.end_consent(connection, HeldData::kept);
  must(world.store().erase(world.permit<Maintenance>(), ConnectionId(connection), ConsentId("consent-" + connection),
                           entry("consent_erase")));
}

CardKey put(LedgerWrite& window, const std::string& name, const std::string& connection = "") {
  const CardKey key = must(window.put_card(card_of("jcb_card", name)));
  if (!connection.empty()) must(window.link_card(key, ConnectionId(connection)));
  return key;
}

}  // namespace

TEMPLATE_TEST_CASE("a card keeps every mark that it had, and no other card gets one of them", "[store][cards]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  CardKey one = 0;
  CardKey two = 0;
  world.write([&](LedgerWrite& window) {
    one = put(window, "A");
    two = put(window, "B");
    must(window.put_card_alias(one, alias("old number")));
    must(window.put_card_alias(one, alias("old number")));
    must(window.put_card_alias(one, alias("old number", "Travel")));
    CHECK(code_of(window.put_card_alias(two, alias("old number"))) == Code::internal_bug);
    CHECK(code_of(window.put_card_alias(two, alias("jcb_cardA"))) == Code::internal_bug);
    CHECK(code_of(window.put_card_alias(99, alias("x"))) == Code::not_found);
    CHECK(must(window.cards(IssuerId("jcb_card"))).front().aliases.size() == 2);
  });
  CardRow now = card_now(world, one);
  CHECK(std::ranges::count(now.aliases, alias("old number", "Travel")) == 1);
  now.aliases.clear();  // read only: an update of the card leaves them
  now.last4 = "1234";
  world.write([&](LedgerWrite& window) { must(window.put_card(now)); });
  CHECK(card_now(world, one).aliases.size() == 2);
  CHECK(card_now(world, one).last4 == "1234");
  CHECK(card_now(world, two).aliases.empty());
}

TEMPLATE_TEST_CASE("a window that is given up leaves no mark", "[store][cards]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey one = world.card();
  CardKey two = 0;
  world.write([&](LedgerWrite& window) { two = put(window, "B"); });
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(5)));
    const auto window = must(staging->begin_window());
    must(window->put_card_alias(one, alias("x")));
    must(window->join_card(one, two));
  }
  CHECK(card_now(world, one).aliases.empty());
  CHECK(card_now(world, two).joined_into == 0);
}

TEMPLATE_TEST_CASE("a card that turned out to be another leaves it everything", "[store][cards]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  world.connect("con1");
  CardKey one = 0, two = 0, three = 0;
  StatementKey both = 0, theirs = 0;
  world.write([&](LedgerWrite& window) {
    one = put(window, "A");
    two = put(window, "B", "con1");
    three = put(window, "C");
    must(window.put_card_alias(two, alias("of two")));
    must(window.put_coverage({two, day(2026, 9, 1), day(2026, 9, 10), "api", "complete"}));
    must(window.put_coverage({one, day(2026, 9, 11), day(2026, 9, 20), "api", "complete"}));
    StatementRow statement = sample_statement();
    statement.cards = {two, one};
    both = must(window.put_statement(statement));
    statement.cards = {two};
    theirs = must(window.put_statement(statement));
    const TransactionKey key = must(window.insert(row(two, day(2026, 9, 1), 1)));
    CHECK(code_of(window.join_card(one, two)) == Code::internal_bug);  // a row would be left behind
    StoredRow moved = *must(window.row(key));
    moved.card = one;
    must(window.revise(moved));
    must(window.join_card(two, three));  // and what had turned out to be the other one follows
    must(window.join_card(one, two));
    CHECK(code_of(window.join_card(one, two)) == Code::not_found);
    CHECK(code_of(window.join_card(two, one)) == Code::not_found);
    CHECK(code_of(window.join_card(one, one)) == Code::internal_bug);
  });
  const CardRow now = card_now(world, one);
  CHECK(now.connections == std::vector{ConnectionId("con1")});
  for (const CardAlias& each : {alias("of two"), alias("jcb_cardB"), alias("jcb_cardC")})
    CHECK(std::ranges::count(now.aliases, each) == 1);
  CHECK(card_now(world, two).joined_into == one);
  CHECK(card_now(world, three).joined_into == one);
  CHECK(card_now(world, two).aliases.empty());
  const auto view = world.view();
  const auto coverage = must(view->coverage());
  REQUIRE(coverage.size() == 1);
  CHECK(coverage.front().card == one);
  CHECK(coverage.front().from == day(2026, 9, 1));
  CHECK(coverage.front().to == day(2026, 9, 20));
  for (const StatementRow& statement : must(view->statements())) CHECK(statement.cards == std::vector{one});
  const auto totals = must(view->month_totals());
  REQUIRE(totals.size() == 1);
  CHECK(totals.front().card == one);
  CHECK(world.findings().empty());
  world.write([&](LedgerWrite& window) {  // its old marks are the card's now
    must(window.put_card_alias(one, alias("jcb_cardB")));
    CHECK(code_of(window.put_card_alias(put(window, "D"), alias("jcb_cardB"))) == Code::internal_bug);
  });
}

TEMPLATE_TEST_CASE("a statement that turned out to be another goes, and its number is never used again",
                   "[store][cards]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  StatementKey one = 0, two = 0;
  world.write([&](LedgerWrite& window) {
    StatementRow statement = sample_statement();
    statement.cards = {card};
    one = must(window.put_statement(statement));
    two = must(window.put_statement(statement));
    StoredRow listed = row(card, day(2026, 9, 1), 1);
    listed.statement = two;
    listed.key = must(window.insert(listed));
    must(window.put_part({listed.key, two, 500, 1}));
    CHECK(code_of(window.join_statement(one, two)) == Code::internal_bug);
    listed.statement = one;
    must(window.revise(listed));
    CHECK(code_of(window.join_statement(one, two)) == Code::internal_bug);
    must(window.drop_part(listed.key, two));
    CHECK(must(window.parts_of(listed.key)).empty());
    must(window.join_statement(one, two));
    CHECK(code_of(window.join_statement(one, two)) == Code::not_found);
  });
  CHECK(must(world.view()->statements()).size() == 1);
  world.write([&](LedgerWrite& window) {
    StatementRow statement = sample_statement();
    statement.cards = {card};
    CHECK(must(window.put_statement(statement)) == two + 1);
  });
}

TEMPLATE_TEST_CASE("a joined card is sealed and erased with the card that it is", "[store][cards][sealed][erase]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  CardKey linked = 0, filed = 0, joined_to_linked = 0, joined_to_filed = 0;
  world.write_of("con1", [&](LedgerWrite& window) {
    linked = put(window, "A", "con1");
    filed = put(window, "B", "con1");
    joined_to_linked = put(window, "C", "con1");
    joined_to_filed = put(window, "D", "con1");
    must(window.put_card_alias(linked, alias("of linked")));
    must(window.join_card(linked, joined_to_linked));
  });
  world.write([&](LedgerWrite& window) {
    StoredRow of_file = row(filed, day(2026, 9, 1), 1);
    of_file.document = must(window.put_document(
        {.digest = sha256("a file"), .issuer = IssuerId("jcb_card"), .layout = "l", .channel = "file"}));
    must(window.insert(of_file));
    must(window.join_card(filed, joined_to_filed));
  });
  SECTION("sealed") {
    world.end_consent("con1", HeldData::sealed);
    CHECK_FALSE(shows(world, linked));
    CHECK_FALSE(shows(world, joined_to_linked));
    CHECK(shows(world, filed));
    CHECK(shows(world, joined_to_filed));  // its id leads to what the subject's file shows
  }
  SECTION("erased") {
    erase(world, "con1");
    CHECK_FALSE(shows(world, linked));
    CHECK_FALSE(shows(world, joined_to_linked));
    CHECK(shows(world, filed));
    world.write([&](LedgerWrite& window) {  // no mark of it is left
      const CardKey again = put(window, "E");
      CHECK(again > joined_to_filed);
      must(window.put_card_alias(again, alias("of linked")));
      must(window.put_card_alias(again, alias("jcb_cardA")));
    });
  }
}

}  // namespace meisai::test
