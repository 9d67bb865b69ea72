// SPDX-License-Identifier: Apache-2.0
//
// An erasure takes what one connection alone brought, and nothing else; what is left keeps its numbers. In memory
// and in the encrypted store.
#include <algorithm>

#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

const ConnectionId con1("con1");

void erase(World& world, const ConnectionId& connection = con1) {
  if (must(world.control().facts_about(connection)).consent->end == ConsentEnd::none)
    world.end_consent(connection.text(), HeldData::kept);
  must(world.store().erase(world.permit<Maintenance>(), connection, ConsentId("consent-" + connection.text()),
                           entry("consent_erase")));
}

std::vector<CardKey> card_keys(LedgerView& view) {
  std::vector<CardKey> keys;
  for (const CardRow& card : must(view.cards())) keys.push_back(card.key);
  return keys;
}

}  // namespace

TEMPLATE_TEST_CASE("an erasure takes what only the connection brought", "[erase]", MemoryWorld, FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  const std::uint64_t before = must(world.view()->last_position());
  const auto file_rows = world.rows({.cards = {sample.only_file, sample.in_file_too}});
  must(world.consents().put_consent({.id = ConsentId("consent-con1"), .connection = con1}, entry("consent")));
  must(world.consents().put_tokens({.connection = con1, .access = Secret("a")}, std::nullopt, entry("link")));
  must(world.consents().put_tokens({.connection = ConnectionId("con2"), .access = Secret("b"), .refresh = Secret("c")},
                                   std::nullopt, entry("link")));
  must(world.consents().put_client_key(IssuerId("jcb_card"), Secret("k"), entry("link")));
  erase(world);

  const auto view = world.view();
  // twice_linked stays: con2 knows it, but its rows came through con1 alone.
  CHECK(card_keys(*view) == std::vector{sample.twice_linked, sample.in_file_too, sample.only_file});
  const auto cards = must(view->cards());
  CHECK(cards[0].connections == std::vector{ConnectionId("con2")});
  CHECK(cards[1].connections.empty());
  CHECK(world.rows().size() == 2);
  const auto kept = world.rows({.cards = {sample.only_file, sample.in_file_too}});
  REQUIRE(kept.size() == file_rows.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(kept[i].key == file_rows[i].key);
    CHECK(kept[i].facts == file_rows[i].facts);
  }
  const auto statements = must(view->statements());
  REQUIRE(statements.size() == 2);
  CHECK(statements[0].key == sample.shared_statement);
  CHECK(statements[0].cards == std::vector{sample.in_file_too});
  CHECK(statements[0].computed_total_minor == 1600);  // 2000 without the part that an erased row had in it
  CHECK(statements[0].transaction_count == 1);
  CHECK(statements[0].balanced == false);
  CHECK(statements[1].key == sample.file_statement);
  CHECK(statements[1].computed_total_minor == 1000);
  CHECK(must(view->documents()).size() == 2);
  CHECK(must(view->quarantine()).size() == 1);
  for (const MonthTotal& total : must(view->month_totals())) CHECK(total.card != sample.only_linked);
  std::vector<CardKey> covered;
  for (const CoverageRow& row : must(view->coverage())) covered.push_back(row.card);
  CHECK(covered == std::vector{sample.in_file_too});

  std::vector<std::int64_t> removed;
  for (const ChangeRow& change : must(view->changes(before, 100))) {
    CHECK(change.kind == ChangeKind::removed);
    CHECK(change.reason == "consent_erased");
    if (change.entity != Entity::transaction) continue;
    for (std::int64_t number = change.first; number <= change.last; ++number) removed.push_back(number);
  }
  CHECK(removed.size() == 6);
  for (const TransactionKey key : sample.linked_rows) CHECK(std::ranges::find(removed, key) != removed.end());

  CHECK(must(world.consents().consents()).size() == 1);  // the proof of what was agreed to
  CHECK(must(world.consents().tokens(con1))->state == TokenState::destroyed);
  CHECK(must(world.consents().tokens(con1))->access.empty());
  CHECK(must(world.consents().tokens(ConnectionId("con2")))->refresh.reveal_text() == "c");
  CHECK(must(world.consents().client_key(IssuerId("jcb_card"))).reveal_text() == "k");
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("numbers of erased things are never used again", "[erase]", MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  const std::string tag = must(world.view()->vault_tag());
  CardKey card = 0;
  StatementKey statement = 0;
  TransactionKey transaction = 0;
  const auto fetch = [&](const std::string& name) {
    world.write_of("con1", [&](LedgerWrite& window) {
      const DocumentKey document = must(window.put_document({.digest = sha256(name),
                                                             .issuer = IssuerId("jcb_card"),
                                                             .layout = "l",
                                                             .channel = "api",
                                                             .connection = con1}));
      card = must(window.put_card(card_of("jcb_card", name)));
      must(window.link_card(card, con1));
      StatementRow each = sample_statement();
      each.cards = {card};
      statement = must(window.put_statement(each));
      StoredRow fetched = row(card, day(2026, 9, 1), 1);
      fetched.document = document;
      fetched.statement = statement;
      transaction = must(window.insert(fetched));
    });
  };
  fetch("first");
  const auto first = std::tuple(card, statement, transaction);
  erase(world);
  CHECK(must(world.view()->cards()).empty());
  CHECK(must(world.view()->statements()).empty());
  fetch("second");
  CHECK(card > std::get<0>(first));
  CHECK(statement > std::get<1>(first));
  CHECK(transaction > std::get<2>(first));
  CHECK(must(world.view()->vault_tag()) == tag);
  erase(world);
  erase(world);  // nothing is left to take: the same again
  CHECK(world.rows().empty());
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("a row that a file brought too stays", "[erase]", MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  TransactionKey kept = 0;
  CardKey card = 0;
  DocumentRow document{.digest = sha256("f"), .issuer = IssuerId("jcb_card"), .layout = "l", .channel = "file"};
  StoredRow each;
  world.write([&](LedgerWrite& window) {
    card = must(window.put_card(card_of("jcb_card")));
    each = row(card, day(2026, 9, 1), 1);
    each.document = must(window.put_document(document));
    kept = must(window.insert(each));
  });
  document.digest = sha256("a");
  document.channel = "api";
  document.connection = con1;
  world.write_of("con1", [&](LedgerWrite& window) {
    each.document = must(window.put_document(document));
    each.key = kept;
    each.facts.amount_minor = 2000;
    must(window.link_card(card, con1));
    must(window.revise(each));
  });
  erase(world);
  const auto rows = world.rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].key == kept);
  CHECK(must(world.view()->revisions_of(kept)).size() == 1);
  CHECK(must(world.view()->documents()).size() == 2);  // the row still says where it was read
  CHECK(must(world.view()->cards()).at(0).connections.empty());
}

TEMPLATE_TEST_CASE("an erasure needs a connection and a permit that holds", "[erase]", MemoryWorld, FolderWorld) {
  TestType world;
  const LinkedSample sample(world);
  CHECK(code_of(world.store().erase(world.template permit<Maintenance>(), ConnectionId(), ConsentId(), entry())) ==
        Code::invalid_argument);
  std::optional spent(world.template permit<Maintenance>());
  must(std::move(*spent).admit());
  const auto erased = world.store().erase(std::move(*spent),  // NOLINT(bugprone-use-after-move)
                                          con1, ConsentId("consent-con1"), entry());
  CHECK(code_of(erased) == Code::permit_spent);
  CHECK(world.rows().size() == 8);
  CHECK(world.findings().empty());
}

}  // namespace meisai::test
