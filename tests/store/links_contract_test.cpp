// SPDX-License-Identifier: Apache-2.0
//
// Identities that rows had before, reasons and suggestions, in every store: they come back as they were put, are
// hidden with what they name, and go with it.
#include <algorithm>

#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

constexpr DayKey first_day = 20'000;

/// Of the recipe that is made of an issuer's id.
Fingerprint print_of_id(std::uint32_t facts) {
  Fingerprint made = print(facts);
  made.bytes[0] = 2;
  return made;
}

std::vector<AliasRow> aliases_on(LedgerWrite& window, CardKey card, DayKey from, DayKey to) {
  std::vector<AliasRow> found;
  must(window.aliases_on(card, from, to, [&](const AliasRow& alias) { return found.push_back(alias), true; }));
  return found;
}

SuggestionRow about(std::int64_t first, std::int64_t second) {
  return {.first = first, .second = second, .detail = "amount +320, 2 days later", .made_at = noon()};
}

}  // namespace

TEMPLATE_TEST_CASE("a row is found by its number while it is written", "[store][links]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    const TransactionKey key = must(window.insert(row(card, day(2026, 9, 1), 1, 700)));
    CHECK(must(window.row(key))->facts.amount_minor == 700);
    CHECK_FALSE(must(window.row(key + 1)));
  });
}

TEMPLATE_TEST_CASE("an identity that a row had leads to it, and to the row that took it last", "[store][links]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card("rakuten_card");
  TransactionKey one = 0;
  TransactionKey two = 0;
  world.write([&](LedgerWrite& window) {
    CHECK(aliases_on(window, card, 0, first_day + 9).empty());
    one = must(window.insert(row(card, day(2026, 9, 1), 1)));
    two = must(window.insert(row(card, day(2026, 9, 2), 2)));
    must(window.put_alias({card, first_day + 2, print(5), one}));
    must(window.put_alias({card, first_day, print(7), one}));
    must(window.put_alias({card, first_day, print(6), two}));
    must(window.put_alias({other, first_day, print(6), two}));
    must(window.put_alias({card, first_day + 3, print(6), two}));
    const auto found = aliases_on(window, card, first_day, first_day + 2);
    REQUIRE(found.size() == 3);
    CHECK(found[0].fingerprint == std::min(print(6), print(7)));
    CHECK(found[2].day == first_day + 2);
    CHECK(found[2].transaction == one);
    must(window.put_alias({card, first_day + 2, print(5), two}));
    CHECK(aliases_on(window, card, first_day + 2, first_day + 2).at(0).transaction == two);
    CHECK(code_of(window.put_alias({card, first_day, print(1), two + 1})) == Code::not_found);
  });
  CHECK(must(world.view()->aliases_of(one)).size() == 1);
  CHECK(must(world.view()->aliases_of(two)).size() == 4);
  world.write([&](LedgerWrite& window) { CHECK(aliases_on(window, card, 0, first_day + 9).size() == 4); });
}

TEMPLATE_TEST_CASE("reasons come back oldest first", "[store][links]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  TransactionKey one = 0;
  TransactionKey two = 0;
  world.write([&](LedgerWrite& window) {
    one = must(window.insert(row(card, day(2026, 9, 1), 1)));
    two = must(window.insert(row(card, day(2026, 9, 2), 2)));
    must(window.add_reason({.transaction = one,
                            .at = noon(),
                            .document = 4,
                            .row = 17,
                            .rule = MatchRule::replayed,
                            .other = two,
                            .detail = "amount -30"}));
    must(window.add_reason({.transaction = one, .rule = MatchRule::alias}));
    CHECK(code_of(window.add_reason({.transaction = two + 1})) == Code::not_found);
  });
  world.write([&](LedgerWrite& window) {
    REQUIRE(must(window.reasons_of(one)).size() == 2);
    CHECK(must(window.reasons_of(one))[1].rule == MatchRule::alias);
    CHECK(must(window.reasons_of(two)).empty());
  });
  const auto reasons = must(world.view()->reasons_of(one));
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].transaction == one);
  CHECK(reasons[0].at == noon());
  CHECK(reasons[0].document == 4);
  CHECK(reasons[0].row == 17);
  CHECK(reasons[0].rule == MatchRule::replayed);
  CHECK(reasons[0].other == two);
  CHECK(reasons[0].detail == "amount -30");
  CHECK(reasons[1].rule == MatchRule::alias);
  CHECK(must(world.view()->reasons_of(two)).empty());
}

TEMPLATE_TEST_CASE("a pair is suggested once, whichever is named first", "[store][links]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  TransactionKey one = 0;
  TransactionKey two = 0;
  SuggestionKey key = 0;
  world.write([&](LedgerWrite& window) {
    one = must(window.insert(row(card, day(2026, 9, 1), 1)));
    two = must(window.insert(row(card, day(2026, 9, 2), 2)));
    key = must(window.put_suggestion(about(one, two)));
    SuggestionRow decided = must(window.suggestions()).at(0);
    CHECK(decided.key == key);
    decided.state = SuggestionState::refused;
    CHECK(must(window.put_suggestion(decided)) == key);
    CHECK(must(window.put_suggestion(about(one, two))) == key);
    CHECK(must(window.put_suggestion(about(two, one))) == key);
    SuggestionRow of_cards = about(card, must(window.put_card(card_of("jcb_card", "other"))));
    of_cards.kind = SuggestionKind::same_card;
    CHECK(must(window.put_suggestion(of_cards)) != key);
    CHECK(code_of(window.put_suggestion(about(one, one))) == Code::internal_bug);
    CHECK(code_of(window.put_suggestion(about(one, two + 1))) == Code::not_found);
    SuggestionRow unknown = about(one, two);
    unknown.key = key + 10;
    CHECK(code_of(window.put_suggestion(unknown)) == Code::not_found);
  });
  const auto suggestions = must(world.view()->suggestions());
  REQUIRE(suggestions.size() == 2);
  CHECK(suggestions[0].state == SuggestionState::refused);
  CHECK(suggestions[0].first == one);
  CHECK(suggestions[0].second == two);
  CHECK(suggestions[0].evidence == MatchRule::alike);
  CHECK(suggestions[0].detail == "amount +320, 2 days later");
  CHECK(suggestions[0].made_at == noon());
  CHECK(suggestions[1].kind == SuggestionKind::same_card);
}

TEMPLATE_TEST_CASE("aliases, reasons and suggestions of a window that is destroyed leave no trace", "[store][links]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  TransactionKey one = 0;
  TransactionKey two = 0;
  world.write([&](LedgerWrite& window) {
    one = must(window.insert(row(card, day(2026, 9, 1), 1)));
    two = must(window.insert(row(card, day(2026, 9, 2), 2)));
  });
  {
    const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
    const auto window = must(staging->begin_window());
    must(window->put_alias({card, first_day, print(6), one}));
    must(window->add_reason({.transaction = one}));
    must(window->put_suggestion(about(one, two)));
  }
  CHECK(must(world.view()->aliases_of(one)).empty());
  CHECK(must(world.view()->reasons_of(one)).empty());
  CHECK(must(world.view()->suggestions()).empty());
  CHECK(world.findings().empty());
}

namespace {

/// Links between the rows of a sample.
struct SampleLinks {
  explicit SampleLinks(World& world) : sample(world) {
    for (const StoredRow& each : world.rows({.cards = {sample.in_file_too}})) row_in_both = each.key;
    world.write([&](LedgerWrite& window) {
      must(window.put_alias({sample.only_linked, first_day, print(6), sample.linked_row}));
      must(window.put_alias({sample.only_file, first_day, print(6), sample.file_row}));
      must(window.put_alias({sample.in_file_too, first_day, print(6), row_in_both}));
      must(window.put_alias({sample.in_file_too, first_day, print_of_id(6), row_in_both}));
      must(window.add_reason({.transaction = sample.linked_row, .rule = MatchRule::alias}));
      must(window.add_reason({.transaction = sample.file_row, .rule = MatchRule::alias}));
      must(window.add_reason(
          {.transaction = sample.file_row, .rule = MatchRule::other_channel, .other = sample.linked_row}));
      must(window.put_suggestion(about(sample.file_row, sample.linked_row)));
      must(window.put_suggestion(about(sample.file_row, row_in_both)));
      SuggestionRow cards = about(sample.only_file, sample.only_linked);
      cards.kind = SuggestionKind::same_card;
      must(window.put_suggestion(cards));
    });
  }
  LinkedSample sample;
  TransactionKey row_in_both = 0;
};

}  // namespace

TEMPLATE_TEST_CASE("what names a withheld row is withheld", "[sealed][links]", MemoryWorld, FolderWorld) {
  TestType world;
  const SampleLinks links(world);
  const LinkedSample& sample = links.sample;
  CHECK(must(world.view()->suggestions()).size() == 3);
  CHECK(must(world.view()->reasons_of(sample.file_row)).size() == 2);
  world.end_consent("con1", HeldData::sealed);
  const auto view = world.view();
  CHECK(must(view->aliases_of(sample.linked_row)).empty());
  CHECK(must(view->reasons_of(sample.linked_row)).empty());
  CHECK(must(view->aliases_of(sample.file_row)).size() == 1);
  const auto reasons = must(view->reasons_of(sample.file_row));
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0].rule == MatchRule::alias);
  const auto suggestions = must(view->suggestions());
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].second == links.row_in_both);
}

TEMPLATE_TEST_CASE("an erasure takes aliases, reasons and suggestions with their rows", "[erase][links]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const SampleLinks links(world);
  const LinkedSample& sample = links.sample;
  const SuggestionKey last = must(world.view()->suggestions()).back().key;
  must(world.store().erase(world.template permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           entry("consent_erase")));
  const auto view = world.view();
  CHECK(must(view->aliases_of(sample.linked_row)).empty());
  CHECK(must(view->reasons_of(sample.linked_row)).empty());
  CHECK(must(view->aliases_of(sample.file_row)).size() == 1);
  CHECK(must(view->reasons_of(sample.file_row)).size() == 1);
  // The issuer's id came through the connection alone.
  const auto aliases = must(view->aliases_of(links.row_in_both));
  REQUIRE(aliases.size() == 1);
  CHECK(aliases[0].fingerprint == print(6));
  const auto suggestions = must(view->suggestions());
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].second == links.row_in_both);
  world.write([&](LedgerWrite& window) {
    const TransactionKey fresh = must(window.insert(row(sample.only_file, day(2026, 9, 28), 99)));
    CHECK(must(window.put_suggestion(about(sample.file_row, fresh))) > last);
  });
  CHECK(world.findings().empty());
}

}  // namespace meisai::test
