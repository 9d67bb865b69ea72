// SPDX-License-Identifier: Apache-2.0
//
// What a ledger keeps, in every store: rows, cards, statements, documents, sums, coverage, quarantine and the
// change feed come back as they were put.
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

void check_same(const StatementRow& a, const StatementRow& b) {
  CHECK(a.issuer == b.issuer);
  CHECK(a.account_label == b.account_label);
  CHECK(a.anchor == b.anchor);
  CHECK(a.cards == b.cards);
  CHECK(a.billing_month == b.billing_month);
  CHECK(a.billing_month_source == b.billing_month_source);
  CHECK(a.closing_date == b.closing_date);
  CHECK(a.payment_due_date == b.payment_due_date);
  CHECK(a.status == b.status);
  CHECK(a.stated_total_minor == b.stated_total_minor);
  CHECK(a.subtotals == b.subtotals);
  CHECK(a.components == b.components);
  CHECK(a.computed_total_minor == b.computed_total_minor);
  CHECK(a.currency == b.currency);
  CHECK(a.balanced == b.balanced);
  CHECK(a.transaction_count == b.transaction_count);
  CHECK(a.held_count == b.held_count);
}

}  // namespace

TEMPLATE_TEST_CASE("rows come back as they were put", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  StoredRow full = row(card, day(2026, 9, 1), 1, -5);
  full.statement = 3;
  full.document = 4;
  full.row = 77;
  full.facts.date.precision = DatePrecision::day;
  full.facts.posting_date = day(2026, 9, 3);
  full.facts.kind = TransactionKind::cash_advance;
  full.facts.billed_minor = 0;
  full.facts.remaining_minor = INT64_MIN;
  full.facts.currency = must(Currency::parse("USD"));
  full.facts.plan = {.type = PaymentType::installments, .index = 3, .count = 12};
  full.facts.status = TransactionStatus::pending;
  full.facts.region = Region::overseas;
  full.facts.flags = 0xffff;
  full.facts.foreign = ForeignAmount{.amount_text = "12.50",
                                     .amount_minor = 1250,
                                     .currency = must(Currency::parse("EUR")),
                                     .rate = must(DecimalText::parse("163.250")),
                                     .rate_date = day(2026, 9, 2)};
  StoredRow text_only = row(card, day(2026, 9, 2), 2);
  text_only.facts.foreign = ForeignAmount{.amount_text = ""};
  text_only.facts.merchant_normalized = text_only.facts.merchant_raw;
  StoredRow month_only = row(card, day(2026, 9, 1), 3);
  month_only.facts.date.precision = DatePrecision::month;
  month_only.facts.merchant_raw = std::string("a\0b", 3);
  month_only.facts.merchant_normalized = "";
  std::vector<StoredRow> put = {full, month_only, text_only};
  world.write([&](LedgerWrite& window) {
    for (StoredRow& each : put) each.key = must(window.insert(each));
  });
  CHECK(put[1].key == put[0].key + 1);
  CHECK(put[2].key == put[1].key + 1);
  const auto got = world.rows();
  REQUIRE(got.size() == 3);
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(got[i].key == put[i].key);
    CHECK(got[i].card == card);
    CHECK(got[i].day == put[i].day);
    CHECK(got[i].fingerprint == put[i].fingerprint);
    CHECK(got[i].statement == put[i].statement);
    CHECK(got[i].document == put[i].document);
    CHECK(got[i].row == put[i].row);
    CHECK((got[i].facts == put[i].facts));
  }
}

TEMPLATE_TEST_CASE("cards, statements and documents keep their numbers", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  CardRow card = card_of("jcb_card");
  card.account_label = "妻";
  card.role = "家族";
  card.last4 = "1234";
  card.kind = CardKind::family;
  StatementRow statement = sample_statement();
  DocumentRow document{.digest = sha256("bytes"),
                       .issuer = IssuerId("jcb_card"),
                       .layout = "jcb_2024",
                       .encoding = "cp932",
                       .channel = "file",
                       .imported_at = noon(),
                       .keep_raw_until = noon() + std::chrono::hours(1)};
  world.write([&](LedgerWrite& window) {
    card.key = must(window.put_card(card));
    statement.cards = {card.key};
    statement.key = must(window.put_statement(statement));
    document.key = must(window.put_document(document));
    CHECK(must(window.put_document(document)) == document.key);
    DocumentRow other_layout = document;
    other_layout.layout = "jcb_2026";
    CHECK(must(window.put_document(other_layout)) != document.key);
    CHECK(must(window.cards(IssuerId("jcb_card"))).size() == 1);
    CHECK(must(window.cards(IssuerId("rakuten_card"))).empty());
    REQUIRE(must(window.statements(IssuerId("jcb_card"))).size() == 1);
    CHECK(must(window.statements(IssuerId("rakuten_card"))).empty());
  });
  {
    const auto view = world.view();
    const auto cards = must(view->cards());
    REQUIRE(cards.size() == 1);
    CHECK(cards[0].key == card.key);
    CHECK(cards[0].key_hash == card.key_hash);
    CHECK(cards[0].account_label == card.account_label);
    CHECK(cards[0].role == card.role);
    CHECK(cards[0].last4 == card.last4);
    CHECK(cards[0].label == card.label);
    CHECK(cards[0].kind == card.kind);
    const auto statements = must(view->statements());
    REQUIRE(statements.size() == 1);
    CHECK(statements[0].key == statement.key);
    check_same(statements[0], statement);
    REQUIRE(must(view->documents()).size() == 2);
    const DocumentRow kept = must(view->documents())[0];
    CHECK(kept.digest == document.digest);
    CHECK(kept.encoding == "cp932");
    CHECK(kept.channel == "file");
    CHECK(kept.imported_at == document.imported_at);
    CHECK(kept.keep_raw_until == document.keep_raw_until);
  }
  world.write([&](LedgerWrite& window) {
    card.label = "new";
    CHECK(must(window.put_card(card)) == card.key);
    statement.subtotals.clear();
    statement.components.push_back({.label = "x", .card_label = "y", .amount_minor = 1});
    statement.cards = {9, card.key};
    statement.balanced.reset();
    statement.billing_month.reset();
    CHECK(must(window.put_statement(statement)) == statement.key);
    DocumentRow again = document;  // imported once more, later
    again.imported_at = noon() + std::chrono::hours(2);
    again.keep_raw_until = noon() + std::chrono::hours(3);
    CHECK(must(window.put_document(again)) == document.key);
    CardRow ghost = card;
    ghost.key = 99;
    CHECK(code_of(window.put_card(ghost)) == Code::not_found);
    StatementRow shade = statement;
    shade.key = 99;
    CHECK(code_of(window.put_statement(shade)) == Code::not_found);
  });
  const auto view = world.view();
  CHECK(must(view->cards())[0].label == "new");
  check_same(must(view->statements())[0], statement);
  REQUIRE(must(view->documents()).size() == 2);
  const DocumentRow kept = must(view->documents())[0];
  CHECK(kept.key == document.key);
  CHECK(kept.imported_at == document.imported_at);
  CHECK(kept.keep_raw_until == noon() + std::chrono::hours(3));
}

TEMPLATE_TEST_CASE("payments, authorizations and undated rows are in no month; currencies stay apart", "[store]",
                   MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    std::uint32_t facts = 0;
    for (const auto kind : {TransactionKind::purchase, TransactionKind::refund, TransactionKind::fee,
                            TransactionKind::interest, TransactionKind::cash_advance, TransactionKind::payment,
                            TransactionKind::adjustment, TransactionKind::discount, TransactionKind::authorization}) {
      StoredRow each = row(card, day(2026, 9, 1), ++facts, 10);
      each.facts.kind = kind;
      must(window.insert(each));
    }
    must(window.insert(undated_row(card, 1, 50, 1000)));
    StoredRow dollars = row(card, day(2026, 9, 1), 60, 7);
    dollars.facts.currency = must(Currency::parse("USD"));
    must(window.insert(dollars));
  });
  const auto months = must(world.view()->month_totals());
  REQUIRE(months.size() == 2);
  CHECK(months[0].amount_minor == 70);
  CHECK(months[0].count == 7);
  CHECK(months[0].currency == Currency::jpy());
  CHECK(months[1].amount_minor == 7);
  CHECK(months[1].currency.code() == "USD");
}

TEMPLATE_TEST_CASE("a month that would overflow is refused", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    must(window.insert(row(card, day(2026, 9, 1), 1, INT64_MAX)));
    CHECK(code_of(window.insert(row(card, day(2026, 9, 1), 2, 1)).map([](auto) {})) == Code::amount_overflow);
  });
}

TEMPLATE_TEST_CASE("parts and what a statement bills", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const CardKey other = world.card("jcb_card");
  TransactionKey parted = 0;
  world.write([&](LedgerWrite& window) {
    StoredRow inline_one = row(card, day(2026, 9, 1), 1, 1000);
    inline_one.statement = 7;
    inline_one.facts.billed_minor = 1000;
    must(window.insert(inline_one));
    StoredRow unbilled = row(card, day(2026, 9, 2), 2, 500);
    unbilled.statement = 7;
    must(window.insert(unbilled));
    StoredRow abroad = row(card, day(2026, 9, 3), 3, 300);
    abroad.statement = 7;
    abroad.facts.billed_minor = 300;
    abroad.facts.region = Region::overseas;
    must(window.insert(abroad));
    StoredRow installments = row(other, day(2026, 8, 1), 4, 9000);
    installments.statement = 8;  // the latest statement that lists it
    installments.facts.billed_minor = 3000;
    parted = must(window.insert(installments));
    must(window.put_part({parted, 7, 2999, 1}));
    must(window.put_part({parted, 8, 3000, 2}));
    must(window.put_part({parted, 7, 3001, 1}));  // said again: replaced
    CHECK(code_of(window.put_part({4711, 7, 1, 1})) == Code::not_found);

    std::vector<std::uint64_t> listed;
    must(window.rows_of(7, [&](const StoredRow& r) { return listed.push_back(r.row), true; }));
    CHECK(listed == std::vector<std::uint64_t>{1, 2, 3, 4});
    listed.clear();
    must(window.rows_of(8, [&](const StoredRow& r) { return listed.push_back(r.row), true; }));
    CHECK(listed == std::vector<std::uint64_t>{4});
    listed.clear();
    must(window.rows_of(0, [&](const StoredRow& r) { return listed.push_back(r.row), true; }));
    CHECK(listed.empty());

    const auto sums = must(window.billed_sums(7));
    REQUIRE(sums.size() == 3);
    CHECK((sums[0].card == card && sums[0].region == Region::unknown));
    CHECK((sums[0].billed_minor == 1000 && sums[0].count == 2));
    CHECK((sums[1].region == Region::overseas && sums[1].billed_minor == 300));
    CHECK((sums[2].card == other && sums[2].billed_minor == 3001 && sums[2].count == 1));
    const auto later = must(window.billed_sums(8));
    REQUIRE(later.size() == 1);
    CHECK(later[0].billed_minor == 3000);
    CHECK(must(window.billed_sums(9)).empty());
  });
  const auto view = world.view();
  const auto parts = must(view->parts_of(parted));
  REQUIRE(parts.size() == 2);
  CHECK((parts[0].statement == 7 && parts[0].billed_minor == 3001 && parts[0].index == 1));
  CHECK((parts[1].statement == 8 && parts[1].transaction == parted));
  CHECK(must(view->billed_sums(7)).size() == 3);
}

TEMPLATE_TEST_CASE("coverage that touches or overlaps grows together", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const auto cover = [&](unsigned from, unsigned to, const char* channel = "file", const char* certainty = "complete") {
    world.write([&](LedgerWrite& window) {
      must(window.put_coverage({card, day(2026, 9, from), day(2026, 9, to), channel, certainty}));
    });
  };
  cover(1, 5);
  cover(10, 12);
  cover(20, 25);
  CHECK(must(world.view()->coverage()).size() == 3);
  cover(6, 6);  // touches 1-5
  cover(12, 21, "file", "statement");
  CHECK(must(world.view()->coverage()).size() == 4);
  cover(8, 19);  // swallows 10-12, touches 20-25
  const auto ranges = must(world.view()->coverage());
  REQUIRE(ranges.size() == 3);
  CHECK((ranges[0].from == day(2026, 9, 1) && ranges[0].to == day(2026, 9, 6)));
  CHECK((ranges[1].from == day(2026, 9, 8) && ranges[1].to == day(2026, 9, 25)));
  CHECK((ranges[2].certainty == "statement" && ranges[2].from == day(2026, 9, 12)));
  world.write([&](LedgerWrite& window) {
    CHECK(code_of(window.put_coverage({card, day(2026, 9, 2), day(2026, 9, 1), "file", "complete"})) ==
          Code::internal_bug);
  });
}

TEMPLATE_TEST_CASE("quarantine knows what it holds", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  world.write([&](LedgerWrite& window) {
    const DocumentKey document =
        must(window.put_document({.digest = sha256("d"), .issuer = IssuerId("jcb_card"), .layout = "l"}));
    QuarantineRow held{.document = document, .statement = 2, .masked_text = "cells"};
    held.rejection = {.row = 7, .field = Field::amount, .code = Code::amount_not_a_number, .message = "no number"};
    CHECK(must(window.put_quarantine(held)));
    CHECK_FALSE(must(window.put_quarantine(held)));
    held.rejection.code = Code::date_not_valid;
    CHECK(must(window.put_quarantine(held)));
  });
  const auto held = must(world.view()->quarantine());
  REQUIRE(held.size() == 2);
  const bool amount_first = held[0].rejection.code == Code::amount_not_a_number;
  const QuarantineRow& amount = held[amount_first ? 0 : 1];
  CHECK(amount.rejection.row == 7);
  CHECK(amount.rejection.field == Field::amount);
  CHECK(amount.rejection.message == "no number");
  CHECK(amount.masked_text == "cells");
  CHECK(amount.statement == 2);
}

TEMPLATE_TEST_CASE("the change feed counts things in commit order", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  CHECK(must(world.view()->changes(0, 10)).empty());
  world.write([&](LedgerWrite& window) {
    must(window.add_change({.kind = ChangeKind::added, .entity = Entity::card, .first = card, .last = card}));
    must(window.add_change({.kind = ChangeKind::added, .first = 1, .last = 60}));
    must(window.add_change({.kind = ChangeKind::added, .first = 61, .last = 100}));  // goes on: one range
    CHECK(code_of(window.add_change({.first = 5, .last = 4})) == Code::internal_bug);
    CHECK(code_of(window.add_change({.first = 0, .last = 4})) == Code::internal_bug);
  });
  world.write([&](LedgerWrite& window) {
    must(window.add_change({.kind = ChangeKind::added, .first = 101, .last = 101}));  // another commit
    must(window.add_change({.kind = ChangeKind::modified, .first = 3, .last = 3, .reason = "amount"}));
  });
  const auto view = world.view();
  CHECK(must(view->last_position()) == 103);
  const auto all = must(view->changes(0, 100));
  REQUIRE(all.size() == 4);
  CHECK((all[0].position == 1 && all[0].entity == Entity::card));
  CHECK((all[1].position == 2 && all[1].first == 1 && all[1].last == 100));
  CHECK((all[2].position == 102 && all[2].first == 101));
  CHECK((all[3].position == 103 && all[3].kind == ChangeKind::modified && all[3].reason == "amount"));
  const auto cut = must(view->changes(50, 2));
  REQUIRE(cut.size() == 2);
  CHECK((cut[0].position == 51 && cut[0].first == 50 && cut[0].last == 100));
  CHECK(cut[1].position == 102);
  CHECK(must(view->changes(101, 9)).size() == 2);
  CHECK(must(view->changes(102, 9)).size() == 1);
  CHECK(must(view->changes(103, 9)).empty());
  CHECK(must(view->changes(9999, 9)).empty());
  CHECK(must(view->changes(0, 0)).empty());
}

TEMPLATE_TEST_CASE("card hashes depend on domain, text and vault", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const Secret text(std::string_view("0123"));
  const Digest one = must(world.store().card_hash("jcb_card", text));
  CHECK(one == must(world.store().card_hash("jcb_card", text)));
  CHECK(one != must(world.store().card_hash("rakuten_card", text)));
  CHECK(one != must(world.store().card_hash("jcb_card", Secret(std::string_view("0124")))));
  CHECK(must(world.store().card_hash("a", Secret(std::string_view("bc")))) !=
        must(world.store().card_hash("ab", Secret(std::string_view("c")))));
}

}  // namespace meisai::test
