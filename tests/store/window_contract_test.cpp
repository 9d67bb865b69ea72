// SPDX-License-Identifier: Apache-2.0
//
// What a window promises, in every store: nothing before its commit, all of it after, nothing on a refusal.
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

StatementRow sample_statement() {
  StatementRow statement;
  statement.issuer = IssuerId("jcb_card");
  statement.account_label = "mine";
  statement.anchor = "2026-10";
  statement.billing_month = BillingMonth(std::chrono::year(2026), std::chrono::October);
  statement.billing_month_source = "file_name";
  statement.closing_date = day(2026, 9, 15);
  statement.payment_due_date = day(2026, 10, 13);
  statement.status = StatementStatus::revised;
  statement.stated_total_minor = 12345;
  statement.subtotals = {{.label = "小計", .card_label = "本人", .stated_minor = 5, .region = Region::overseas},
                         {.label = "合計", .stated_minor = 12345}};
  statement.components = {{.kind = ComponentKind::carried_over, .label = "弁済金", .amount_minor = -7}};
  statement.computed_total_minor = 12000;
  statement.balanced = false;
  statement.transaction_count = 3;
  statement.held_count = 2;
  return statement;
}

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

TEMPLATE_TEST_CASE("a window is invisible until its commit and whole after it", "[store]", MemoryWorld, FolderWorld) {
  TestType world;
  const CardKey card = world.card();
  const auto before = world.view();
  {
    const auto staging = must(world.store().begin_staging(std::chrono::seconds(1)));
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
    const auto staging = must(world.store().begin_staging(std::chrono::seconds(1)));
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
    const auto staging = must(world.store().begin_staging(std::chrono::seconds(1)));
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
  const auto staging = must(world.store().begin_staging(std::chrono::seconds(1)));
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
  const auto staging = must(world.store().begin_staging(std::chrono::seconds(1)));
  const auto window = must(staging->begin_window());
  must(window->put_card(card_of("jcb_card")));
  CHECK(code_of(window->commit(world.template permit<Commit>())) == Code::internal_bug);
  CHECK(must(world.view()->cards()).empty());
}

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
    CHECK(must(window.vault_tag()).size() == 4);
  });
  CHECK(must(world.view()->vault_tag()).size() == 4);
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
    document.encoding = "utf-8";
    CHECK(must(window.put_document(document)) == document.key);
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
  CHECK(must(view->documents())[0].encoding == "utf-8");
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
