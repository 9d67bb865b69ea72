// SPDX-License-Identifier: Apache-2.0
//
// Stored documents that are worked on again, and batches that are held: what both stores keep of them, and for how
// long.
#include "meisai/raw_page.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

constexpr auto turn = std::chrono::seconds(1);

std::string page(const std::string& merchant) {
  RawPageBuilder builder;
  builder.begin_record(RecordKind::transaction, 1);
  builder.cell(Field::merchant, merchant);
  return builder.take().encode();
}

DocumentRow document(const std::string& name = "202610.csv", DocumentState state = DocumentState::taken_in) {
  return {.digest = sha256("doc"),
          .issuer = IssuerId("jcb_card"),
          .layout = "l",
          .encoding = "CP932",
          .channel = "file",
          .imported_at = noon(),
          .keep_raw_until = noon() + std::chrono::hours(24),
          .name = name,
          .state = state,
          .cards = {{sha256("a"), "MASTER", "本人", "1234"}, {sha256("b"), "ETC", "", ""}},
          .lines = 12,
          .last_record_incomplete = true,
          .complete_from = day(2026, 9, 1),
          .complete_to = day(2026, 9, 30),
          .about_card = 1,
          .pending_term = std::chrono::days(30)};
}

void commit(World& world, LedgerWrite& window) {
  must(window.add_audit(entry()));
  must(window.commit(world.permit<Commit>()));
}

/// A document with two pages, and what `also` does with it, in one commit.
DocumentKey keep(World& world, const DocumentRow& row, const std::function<void(LedgerWrite&, DocumentKey)>& also = {},
                 const std::string& connection = "") {
  const auto staging = must(world.store().begin_staging({.connection = ConnectionId(connection)}, turn));
  must(staging->put(page("a")));
  must(staging->put(page("b")));
  const auto window = must(staging->begin_window());
  const DocumentKey key = must(window->put_document(row));
  if (also) also(*window, key);
  commit(world, *window);
  return key;
}

HoldRow hold_of(DocumentKey document) {
  return {.document = document,
          .code = Code::statement_contradicted,
          .diagnosis = "differs in most",
          .transactions = 5,
          .held_at = noon()};
}

DocumentKey keep_held(World& world, const DocumentRow& row, const std::string& connection = "") {
  return keep(
      world, row, [](LedgerWrite& window, DocumentKey key) { must(window.put_hold(hold_of(key))); }, connection);
}

void check_same(const DocumentRow& a, const DocumentRow& b) {
  CHECK(a.digest == b.digest);
  CHECK(a.issuer == b.issuer);
  CHECK(a.layout == b.layout);
  CHECK(a.encoding == b.encoding);
  CHECK(a.channel == b.channel);
  CHECK(a.connection == b.connection);
  CHECK(a.imported_at == b.imported_at);
  CHECK(a.keep_raw_until == b.keep_raw_until);
  CHECK(a.name == b.name);
  CHECK(a.state == b.state);
  CHECK(a.lines == b.lines);
  CHECK(a.last_record_incomplete == b.last_record_incomplete);
  CHECK(a.complete_from == b.complete_from);
  CHECK(a.complete_to == b.complete_to);
  CHECK(a.about_card == b.about_card);
  CHECK(a.pending_term == b.pending_term);
  REQUIRE(a.cards.size() == b.cards.size());
  for (std::size_t i = 0; i < a.cards.size(); ++i) {
    CHECK(a.cards[i].key_hash == b.cards[i].key_hash);
    CHECK(a.cards[i].name == b.cards[i].name);
    CHECK(a.cards[i].role == b.cards[i].role);
    CHECK(a.cards[i].last4 == b.cards[i].last4);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a document is kept with all that its reader said", "[store][holds]", MemoryWorld, FolderWorld) {
  TestType world;
  const DocumentKey key = keep(world, document());
  keep(world, {.digest = sha256("other"), .issuer = IssuerId("smbc_card"), .layout = "m"});
  check_same(must(world.view()->documents()).at(0), document());
  const auto staging = must(world.store().begin_staging({}, turn));
  const auto window = must(staging->begin_window());
  check_same(must(window->document(key)).value(), document());
  const auto of_issuer = must(window->documents(IssuerId("jcb_card")));
  REQUIRE(of_issuer.size() == 1);
  check_same(of_issuer.front(), document());
  CHECK_FALSE(must(window->document(99)).has_value());
}

TEMPLATE_TEST_CASE("a document that is read again keeps its number and its first instant", "[store][holds]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const DocumentKey key = keep(world, document());
  DocumentRow again = document("renamed.csv", DocumentState::held);
  again.imported_at = noon() + std::chrono::hours(5);
  again.lines = 13;
  again.cards.pop_back();
  CHECK(keep(world, again) == key);
  again.imported_at = noon();
  const auto documents = must(world.view()->documents());
  REQUIRE(documents.size() == 1);
  check_same(documents.front(), again);
}

TEMPLATE_TEST_CASE("the raw pages of a stored document are worked on again, and stay its own", "[store][holds]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const DocumentKey key = keep(world, document());
  for (int again = 0; again < 2; ++again) {
    const auto staging = must(world.store().begin_staging({}, turn));
    check_same(must(staging->open_stored(key)), document());
    REQUIRE(staging->page_count() == 2);
    CHECK(must(staging->page(0)) == page("a"));
    CHECK(must(staging->page(1)) == page("b"));
    const auto window = must(staging->begin_window());
    CHECK(must(window->put_document(document())) == key);
    if (again == 0) commit(world, *window);  // the second time it is given up
  }
  const auto staging = must(world.store().begin_staging({}, turn));
  must(staging->open_stored(key));
  CHECK(staging->page_count() == 2);
  must(staging->next_document());
  CHECK(staging->page_count() == 0);
  must(staging->open_stored(key));
  CHECK(staging->page_count() == 2);
  CHECK(code_of(staging->open_stored(key + 1)) == Code::not_found);
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("what was staged before a stored document is opened is discarded", "[store][holds]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const DocumentKey key = keep(world, document());
  const auto staging = must(world.store().begin_staging({}, turn));
  must(staging->put(page("x")));
  must(staging->open_stored(key));
  REQUIRE(staging->page_count() == 2);
  CHECK(must(staging->page(0)) == page("a"));
}

TEMPLATE_TEST_CASE("a window reads one stored document after another", "[store][holds]", MemoryWorld, FolderWorld) {
  TestType world;
  const DocumentKey one = keep(world, document("a.csv"));
  DocumentRow other = document("b.csv");
  other.digest = sha256("another");
  const DocumentKey two = keep(world, other);
  const CardKey card = world.card();
  {
    const auto staging = must(world.store().begin_staging({}, turn));
    const auto window = must(staging->begin_window());
    const TransactionKey row_key = must(window->insert(row(card, day(2026, 9, 1), 1)));
    for (const DocumentKey key : {one, two, one}) {
      CHECK(must(staging->open_stored(key)).key == key);
      REQUIRE(staging->page_count() == 2);
      CHECK(must(staging->page(1)) == page("b"));
      CHECK(must(window->row(row_key)).has_value());  // the window goes on
    }
    CHECK(code_of(staging->open_stored(two + 1)) == Code::not_found);
  }
  {
    const auto staging = must(world.store().begin_staging({}, turn));
    must(staging->put(page("x")));
    const auto window = must(staging->begin_window());
    CHECK(code_of(staging->open_stored(one)) == Code::internal_bug);
  }
  CHECK(world.findings().empty());
}

TEMPLATE_TEST_CASE("dropped pages are gone, and their document is discarded", "[store][holds]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const DocumentKey key = keep_held(world, document("a.csv", DocumentState::held));
  world.write([&](LedgerWrite& window) { must(window.drop_pages(key)); });
  const auto staging = must(world.store().begin_staging({}, turn));
  CHECK(code_of(staging->open_stored(key)) == Code::not_found);
  const auto documents = must(world.view()->documents());
  CHECK(documents.at(0).state == DocumentState::discarded);
  CHECK(documents.at(0).cards.empty());
}

TEMPLATE_TEST_CASE("a document has one open hold, and any number that ended", "[store][holds]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const DocumentKey key = keep_held(world, document("a.csv", DocumentState::held));
  HoldRow ended;
  world.write([&](LedgerWrite& window) {
    HoldRow again = hold_of(key);
    again.diagnosis = "differs in all";
    CHECK(must(window.put_hold(again)) == 1);
    const auto holds = must(window.holds());
    REQUIRE(holds.size() == 1);
    ended = holds.front();
    CHECK(ended.diagnosis == "differs in all");
    CHECK(ended.code == Code::statement_contradicted);
    CHECK(ended.transactions == 5);
    CHECK(ended.held_at == noon());
    ended.state = HoldState::discarded;
    CHECK(must(window.put_hold(ended)) == 1);
    CHECK(must(window.put_hold(hold_of(key))) == 2);
    CHECK(code_of(window.put_hold({.key = 9})) == Code::not_found);
  });
  const auto holds = must(world.view()->holds());
  REQUIRE(holds.size() == 2);
  CHECK(holds[0].state == HoldState::discarded);
  CHECK(holds[1].state == HoldState::open);
  CHECK(must(world.view({.issuer = IssuerId("smbc_card")})->holds()).empty());
}

TEMPLATE_TEST_CASE("a hold that is not committed is not there", "[store][holds]", MemoryWorld, FolderWorld) {
  TestType world;
  {
    const auto staging = must(world.store().begin_staging({}, turn));
    must(staging->put(page("a")));
    const auto window = must(staging->begin_window());
    must(window->put_hold(hold_of(must(window->put_document(document("a.csv", DocumentState::held))))));
  }
  CHECK(must(world.view()->holds()).empty());
  CHECK(must(world.view()->documents()).empty());
}

TEMPLATE_TEST_CASE("the retention of raw pages passes over what is held", "[store][holds]", MemoryWorld, FolderWorld) {
  TestType world;
  const DocumentKey key = keep_held(world, document("a.csv", DocumentState::held));
  const auto prune = [&world] {
    return must(world.store().check(world.template permit<Maintenance>(), noon() + std::chrono::hours(99), entry()))
        .raw_pages_pruned;
  };
  CHECK(prune() == 0);
  must(must(world.store().begin_staging({}, turn))->open_stored(key));
  world.write([&](LedgerWrite& window) { must(window.put_document(document())); });
  CHECK(prune() == 2);
}

TEMPLATE_TEST_CASE("quarantine, parts and coverage of one thing are read and taken out", "[store][holds]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card();
  const DocumentKey key = keep(world, document());
  world.write([&](LedgerWrite& window) {
    const StatementKey statement = must(window.put_statement({.issuer = IssuerId("jcb_card")}));
    const TransactionKey row_key = must(window.insert(row(card, day(2026, 9, 1), 1)));
    must(window.put_part({row_key, statement, 500, 1}));
    must(window.drop_part(row_key, statement + 1));
    CHECK(must(window.parts_of(row_key)).size() == 1);
    must(window.drop_part(row_key, statement));
    CHECK(must(window.parts_of(row_key)).empty());
    CHECK(must(window.billed_sums(statement)).empty());

    const auto rejected = [&](DocumentKey document_key, std::uint64_t line, Code code) {
      must(window.put_quarantine({.document = document_key,
                                  .statement = statement,
                                  .rejection = {.row = line, .field = Field::amount, .code = code, .message = "m"},
                                  .masked_text = "text"}));
    };
    rejected(key, 3, Code::field_empty);
    rejected(key, 3, Code::amount_not_a_number);
    rejected(key, 2, Code::field_empty);
    rejected(key + 1, 2, Code::field_empty);
    must(window.drop_quarantine(key, 3, Code::field_empty));
    must(window.drop_quarantine(key, 7, Code::field_empty));  // not there: nothing
    const auto held = must(window.quarantine_of(key));
    REQUIRE(held.size() == 2);
    CHECK(held[0].rejection.row == 2);
    CHECK(held[1].rejection.row == 3);
    CHECK(held[1].rejection.code == Code::amount_not_a_number);
    CHECK(held[1].rejection.field == Field::amount);
    CHECK(held[1].statement == statement);
    CHECK(held[1].masked_text == "text");

    must(window.put_coverage({card, day(2026, 9, 1), day(2026, 9, 30), "api", "complete"}));
    must(window.put_coverage({card, day(2026, 8, 1), day(2026, 8, 20), "file", "statement"}));
    must(window.put_coverage({other, day(2026, 7, 1), day(2026, 7, 20), "file", "statement"}));
    const auto known = must(window.coverage_of(card));
    REQUIRE(known.size() == 2);
    CHECK(known[0].from == day(2026, 8, 1));
    CHECK(known[0].certainty == "statement");
    CHECK(known[1].to == day(2026, 9, 30));
    CHECK(known[1].channel == "api");
    CHECK(known[1].card == card);
  });
}

TEMPLATE_TEST_CASE("an erased connection's holds go with their documents, a file's stay", "[store][holds]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  world.connect("conn");
  DocumentRow fetched = document("/accounts", DocumentState::held);
  fetched.digest = sha256("fetched");
  fetched.channel = "api";
  fetched.connection = ConnectionId("conn");
  keep_held(world, document("a.csv", DocumentState::held));
  keep_held(world, fetched, "conn");
  CHECK(must(world.view()->holds()).size() == 2);

  world.end_consent("conn", HeldData::sealed);
  const auto shown = must(world.view()->holds());
  REQUIRE(shown.size() == 1);
  CHECK(shown.front().key == 1);

  must(world.store().erase(world.template permit<Maintenance>(), ConnectionId("conn"), ConsentId("consent-conn"),
                           entry("erase")));
  REQUIRE(must(world.view()->holds()).size() == 1);
  world.write([&](LedgerWrite& window) {
    CHECK(must(window.holds()).size() == 1);
    const DocumentKey key = must(window.put_document({.digest = sha256("new"), .layout = "l"}));
    CHECK(must(window.put_hold(hold_of(key))) == 3);  // the number of the one that went is not used again
  });
}

}  // namespace meisai::test
