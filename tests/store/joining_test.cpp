// SPDX-License-Identifier: Apache-2.0
//
// Two rows, and two cards, that turned out to be one: nothing is counted twice, nothing is lost, every id leads on.
#include "engine/ledger/joining.h"

#include <algorithm>
#include <map>

#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

struct Pair {
  CardKey card = 0;
  CardKey other = 0;
};

CardRow card_at(LedgerWrite& window, CardKey key) {
  const auto cards = must(window.cards(IssuerId("jcb_card")));
  return *std::ranges::find(cards, key, &CardRow::key);
}

Pair two_cards(World& world) {
  Pair made;
  world.write([&](LedgerWrite& window) {
    made.card = must(window.put_card(card_of("jcb_card", "A")));
    made.other = must(window.put_card(card_of("jcb_card", "B")));
  });
  return made;
}

ledger::Joined join(World& world, const Pair& pair) {
  ledger::Joined joined;
  world.write([&](LedgerWrite& window) {
    joined = must(ledger::join_cards(window, card_at(window, pair.card), card_at(window, pair.other), noon()));
  });
  return joined;
}

StoredRow merge(LedgerWrite& window, TransactionKey first, TransactionKey second,
                IssuerId issuer = IssuerId("jcb_card")) {
  ledger::Merge how{.at = noon(), .vault_tag = must(window.vault_tag())};
  const StoredRow one = *must(window.row(first));
  const StoredRow two = *must(window.row(second));
  const auto aliases = must(ledger::aliases_of_card(window, two.card));
  const StoredRow now = must(ledger::merge_rows(window, how, one, two, aliases));
  must(ledger::settle_suggestions(window, SuggestionKind::same_transaction, first, second));
  must(ledger::reconcile_again(window, issuer, how.touched));
  return now;
}

std::int64_t yen(World& world) {
  std::int64_t sum = 0;
  const auto totals = must(world.view()->month_totals());
  for (const MonthTotal& total : totals) sum += total.amount_minor;
  return sum;
}

StoredRow by_number(World& world, TransactionKey key) {
  const auto rows = world.rows({.only = key, .with_ignored = true});
  REQUIRE(rows.size() == 1);
  return rows.front();
}

/// A statement that states what its rows come to.
StatementKey bill(LedgerWrite& window, CardKey card, const std::string& anchor, std::int64_t total) {
  StatementRow statement{.issuer = IssuerId("jcb_card"), .anchor = anchor, .cards = {card}};
  statement.stated_total_minor = total;
  statement.subtotals = {{.label = "小計", .card_label = card_at(window, card).label, .stated_minor = total}};
  return must(window.put_statement(statement));
}

StoredRow billed_row(CardKey card, StatementKey statement, std::uint32_t facts, std::int64_t amount,
                     unsigned on_day = 1) {
  StoredRow made = row(card, day(2026, 9, on_day), facts, amount);
  made.statement = statement;
  made.facts.billed_minor = amount;
  return made;
}

}  // namespace

TEMPLATE_TEST_CASE("a pending row and its posted row become one, and both ids lead to it", "[cards]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const Pair cards = two_cards(world);
  TransactionKey pending = 0, posted = 0, third = 0;
  StatementKey statement = 0;
  SuggestionKey asked = 0;
  world.write([&](LedgerWrite& window) {
    statement = bill(window, cards.card, "S1", 980);
    StoredRow waiting = row(cards.card, day(2026, 9, 1), 1, 1000);
    waiting.facts.status = TransactionStatus::pending;
    waiting.facts.issuer_reference = "P1";
    pending = must(window.insert(waiting));
    StoredRow booked = billed_row(cards.card, statement, 2, 980, 3);
    booked.facts.issuer_reference = "T9";
    posted = must(window.insert(booked));
    third = must(window.insert(row(cards.card, day(2026, 9, 5), 3, 70)));
    must(window.put_alias({cards.card, booked.day, print(77), posted}));
    UserLayer layer{.note = "gas", .tags = {"car"}};
    must(window.put_user_layer(posted, layer));
    asked = must(window.put_suggestion({.first = pending, .second = posted, .made_at = noon()}));
    must(window.put_suggestion(
        {.state = SuggestionState::refused, .first = third, .second = posted, .made_at = noon()}));
  });
  const std::uint64_t before = must(world.view()->last_position());
  world.write([&](LedgerWrite& window) { merge(window, pending, posted); });

  const StoredRow now = by_number(world, pending);
  CHECK(now.facts.status == TransactionStatus::posted);
  CHECK(now.facts.amount_minor == 980);
  CHECK(now.facts.issuer_reference == "T9");
  CHECK(now.facts.pending_reference == "P1");
  CHECK(now.statement == statement);
  const StoredRow gone = by_number(world, posted);
  CHECK(gone.facts.status == TransactionStatus::removed);
  CHECK(gone.merged_into == pending);
  CHECK(world.rows().size() == 2);
  CHECK(yen(world) == 1050);
  const auto view = world.view();
  CHECK(must(view->statements()).front().balanced == true);
  CHECK(must(view->user_layers()).at(pending).note == "gas");
  std::vector<std::pair<DayKey, Fingerprint>> places;
  for (const AliasRow& each : must(view->aliases_of(pending))) places.emplace_back(each.day, each.fingerprint);
  CHECK(std::ranges::count(places, std::pair(now.day, print(77))) == 1);     // what led to the second
  CHECK(std::ranges::count(places, std::pair(now.day - 2, print(1))) == 1);  // where the first stood
  const auto suggestions = must(view->suggestions());
  REQUIRE(suggestions.size() == 3);
  CHECK(suggestions[0].key == asked);
  CHECK(suggestions[0].state == SuggestionState::accepted);
  CHECK(suggestions[2].state == SuggestionState::refused);  // what was refused of the second is of the first
  CHECK(suggestions[2].second == pending);
  std::map<TransactionKey, ChangeKind> told;
  for (const ChangeRow& change : must(view->changes(before, 100)))
    if (change.entity == Entity::transaction) told[change.first] = change.kind;
  CHECK(told == std::map<TransactionKey, ChangeKind>{{pending, ChangeKind::modified}, {posted, ChangeKind::removed}});
  CHECK(must(view->reasons_of(pending)).back().other == posted);
  CHECK(world.findings().empty());
  world.write([&](LedgerWrite& window) {  // its place is free for the first row as it is listed again
    StoredRow again = *must(window.row(pending));
    must(window.revise(again));
  });
}

TEMPLATE_TEST_CASE("a row that two statements bill keeps both statements' sums", "[cards]", MemoryWorld, FolderWorld) {
  TestType world;
  const Pair cards = two_cards(world);
  TransactionKey one = 0, two = 0;
  world.write([&](LedgerWrite& window) {
    one = must(window.insert(billed_row(cards.card, bill(window, cards.card, "S1", 500), 1, 500)));
    two = must(window.insert(billed_row(cards.card, bill(window, cards.card, "S2", 500), 2, 500)));
  });
  world.write([&](LedgerWrite& window) { merge(window, one, two); });
  CHECK(yen(world) == 500);
  const auto statements = must(world.view()->statements());
  for (const StatementRow& statement : statements) {
    CHECK(statement.balanced == true);
    CHECK(statement.transaction_count == 1);
  }
}

TEMPLATE_TEST_CASE("what the person ignored as the one too many does not hide the merged row", "[cards]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const Pair cards = two_cards(world);
  TransactionKey one = 0, two = 0;
  world.write([&](LedgerWrite& window) {
    one = must(window.insert(row(cards.card, day(2026, 9, 1), 1, 500)));
    two = must(window.insert(row(cards.card, day(2026, 9, 1), 2, 500)));
    UserLayer hidden;
    hidden.ignored = true;
    must(window.put_user_layer(one, hidden));
  });
  world.write([&](LedgerWrite& window) { merge(window, one, two); });
  CHECK(world.rows().size() == 1);
  CHECK(yen(world) == 500);
}

TEMPLATE_TEST_CASE("joined cards count every yen once, twins as often as the side that knows more", "[cards]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const Pair cards = two_cards(world);
  TransactionKey moved = 0;
  world.write([&](LedgerWrite& window) {
    const auto twin = [&](CardKey card, std::uint32_t occurrence) {
      StoredRow made = row(card, day(2026, 9, 2), 7, 320);
      made.fingerprint = print(7, occurrence);
      return must(window.insert(made));
    };
    must(window.insert(row(cards.card, day(2026, 9, 1), 1, 900)));
    twin(cards.card, 1);
    twin(cards.card, 2);
    must(window.insert(row(cards.other, day(2026, 9, 1), 1, 900)));  // both have it
    twin(cards.other, 1);
    twin(cards.other, 2);
    moved = twin(cards.other, 3);
    must(window.insert(row(cards.other, day(2026, 9, 4), 9, 50)));  // only the other has it
  });
  const ledger::Joined joined = join(world, cards);
  CHECK(joined.merged == 3);
  CHECK(joined.moved == 2);
  CHECK(yen(world) == 900 + 3 * 320 + 50);
  const auto rows = world.rows();
  REQUIRE(rows.size() == 5);
  for (const StoredRow& each : rows) CHECK(each.card == cards.card);
  CHECK(by_number(world, moved).fingerprint == print(7, 3));
  const auto view = world.view();
  CHECK(must(view->cards()).back().joined_into == cards.card);
  CHECK(world.findings().empty());
  world.write([&](LedgerWrite& window) {  // and once is enough
    CHECK(must(window.row(moved))->card == cards.card);
  });
}

TEMPLATE_TEST_CASE("one bill that two cards had is one bill, and balances", "[cards]", MemoryWorld, FolderWorld) {
  TestType world;
  const Pair cards = two_cards(world);
  StatementKey mine = 0, theirs = 0, next = 0;
  world.write([&](LedgerWrite& window) {
    mine = bill(window, cards.card, "S1", 1200);
    theirs = bill(window, cards.other, "S1", 1200);
    next = bill(window, cards.other, "S2", 80);
    for (const auto& [card, statement] : {std::pair(cards.card, mine), std::pair(cards.other, theirs)}) {
      must(window.insert(billed_row(card, statement, 1, 900)));
      must(window.insert(billed_row(card, statement, 2, 300)));
    }
    must(window.insert(billed_row(cards.other, next, 3, 80, 20)));
    must(ledger::reconcile_again(window, IssuerId("jcb_card"), {mine, theirs, next}));
  });
  join(world, cards);
  const auto statements = must(world.view()->statements());
  REQUIRE(statements.size() == 2);
  CHECK(statements[0].key == mine);
  CHECK(statements[1].key == next);
  for (const StatementRow& statement : statements) {
    CHECK(statement.balanced == true);
    CHECK(statement.cards == std::vector{cards.card});
    CHECK(statement.subtotals.front().card_label == "A");
  }
  CHECK(yen(world) == 1280);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a merged row that a file brought too outlives the connection that brought it first",
                   "[cards][erase]", MemoryWorld, FolderWorld) {
  TestType made;
  World& world = made;
  world.connect("con1");
  CardKey card = 0;
  TransactionKey linked = 0, filed = 0;
  const auto document = [](const std::string& connection) {
    return DocumentRow{.digest = sha256("document of " + connection),
                       .issuer = IssuerId("jcb_card"),
                       .layout = "l",
                       .channel = connection.empty() ? "file" : "api",
                       .connection = ConnectionId(connection)};
  };
  world.write_of("con1", [&](LedgerWrite& window) {
    card = must(window.put_card(card_of("jcb_card", "A")));
    must(window.link_card(card, ConnectionId("con1")));
    StoredRow seen = row(card, day(2026, 9, 1), 1, 500);
    seen.document = must(window.put_document(document("con1")));
    linked = must(window.insert(seen));
  });
  world.write([&](LedgerWrite& window) {
    StoredRow seen = row(card, day(2026, 9, 1), 2, 500);
    seen.document = must(window.put_document(document("")));
    filed = must(window.insert(seen));
  });
  world.write([&](LedgerWrite& window) { merge(window, linked, filed); });
  world.end_consent("con1", HeldData::kept);
  must(world.store().erase(world.permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           entry("consent_erase")));
  REQUIRE(world.rows().size() == 1);
  CHECK(world.rows().front().key == linked);
  CHECK(yen(world) == 500);
  CHECK(by_number(world, filed).merged_into == linked);
  CHECK(world.findings().empty());
}

TEST_CASE("a layer that two layers were put on keeps every word", "[cards]") {
  const UserLayer first{.note = "one", .category = "food", .tags = {"a", "c"}};
  const UserLayer second{.note = "two", .category = "fuel", .tags = {"b", "c"}, .merchant = "shop"};
  const UserLayer both = ledger::merged_layer(first, second);
  CHECK(both.note == "one / two");
  CHECK(both.category == "food");
  CHECK(both.tags == std::vector<std::string>{"a", "b", "c"});
  CHECK(both.merchant == "shop");
}

}  // namespace meisai::test
