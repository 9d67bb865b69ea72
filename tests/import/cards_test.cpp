// SPDX-License-Identifier: Apache-2.0
//
// Cards that files show under other marks, what a person says of links, and why a row is as it is: through the engine,
// over a memory store and an encrypted one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "meisai/kit.h"
#include "tests/import/person.h"
#include "tests/import/statement_files.h"
#include "tests/temporary_folder.h"

using namespace meisai;
using namespace meisai::test;

namespace {

const Instant today = parse_rfc3339("2026-11-01T00:00:00Z").value();

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct InMemory {
  std::unique_ptr<Engine> engine = kit::memory_engine(today);
};

struct InFolder {
  TemporaryFolder temporary;
  std::unique_ptr<KeyProvider> key = kit::raw_key(Secret(std::string_view("0123456789abcdef0123456789abcdef")));
  std::unique_ptr<Engine> engine = make();
  std::unique_ptr<Engine> make() {
    must(kit::create_store({.folder = temporary / "store", .key_ring = temporary / "keyring", .simulated = true}, *key,
                           today));
    return must(kit::open_store(temporary / "store", *key, today));
  }
};

const std::vector<Line> september = {once("2026-09-01", "見本書店", 900), once("2026-09-02", "見本駅", 210),
                                     once("2026-09-02", "見本駅", 210), once("2026-09-08", "見本湯", 450)};
const std::vector<Line> october = {once("2026-10-03", "見本園", 1200), once("2026-10-04", "見本局", 84)};

template <class Place>
struct Home : Place {
  Result<ImportReport> import(const std::string& bytes, const ImportOptions& options = {}) {
    TextSource source("a.csv", bytes);
    return this->engine->import_document(source, options);
  }
  ImportReport take_in(const std::string& bytes, const ImportOptions& options = {}) {
    return must(import(bytes, options));
  }
  ImportReport take_in_as(const std::string& bytes, const std::string& card) {
    return take_in(bytes, {.issuer = {}, .card = card, .new_card = false, .progress = {}});
  }
  ImportReport take_in_as_new(const std::string& bytes) {
    return take_in(bytes, {.issuer = {}, .card = {}, .new_card = true, .progress = {}});
  }
  std::vector<Card> cards() { return must(this->engine->cards()); }
  std::vector<Transaction> rows() { return must(this->engine->transactions({})).rows; }
  std::int64_t yen() {
    std::int64_t sum = 0;
    const Status status = must(this->engine->status());
    for (const MonthTotal& month : status.months) sum += month.amount_minor;
    return sum;
  }
  /// Rows that a follower of the change feed holds.
  std::vector<std::string> replayed() {
    std::map<std::string, bool> there;
    ChangeList list;
    do {
      list = must(this->engine->changes(list.cursor, 3));
      for (const Change& change : list.changes)
        if (change.entity == Entity::transaction) there[change.id] = change.kind != ChangeKind::removed;
    } while (list.has_more);
    std::vector<std::string> ids;
    for (const auto& [id, is_there] : there)
      if (is_there) ids.push_back(id);
    return ids;
  }
  std::vector<std::string> ids() {
    std::vector<std::string> found;
    const auto all = rows();
    for (const Transaction& row : all) found.push_back(row.id.text());
    std::ranges::sort(found);
    return found;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a renewed number with the same rows is the same card", "[cards]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-10-13", "0000", september));
  const ImportReport again = home.take_in(jcb_file("2026-10-13", "9999", september));
  CHECK_FALSE(again.hold);
  CHECK(again.added == 0);
  CHECK(again.unchanged == 4);
  CHECK(home.cards().size() == 1);
  CHECK(home.yen() == 1770);
  CHECK(must(home.engine->statements()).size() == 1);
  const ImportReport next = home.take_in(jcb_file("2026-11-10", "9999", october));  // known from here on
  CHECK(next.added == 2);
  CHECK(home.cards().size() == 1);
  const auto entries = must(home.engine->audit_entries());
  CHECK(std::ranges::count_if(entries, [](const AuditLine& line) { return line.entry.operation == "card_alias"; }) ==
        1);
}

TEMPLATE_TEST_CASE("a renewed number without a row in common is a new card, until the person joins the two", "[cards]",
                   InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-10-13", "0000", september));
  home.take_in(jcb_file("2026-11-10", "9999", october));
  const auto two = home.cards();
  REQUIRE(two.size() == 2);
  const std::int64_t before = home.yen();
  const Card joined = must(home.engine->join_cards(two[0].id, two[1].id));
  CHECK(joined.id == two[0].id);
  REQUIRE(home.cards().size() == 1);
  CHECK(home.yen() == before);
  CHECK(home.rows().size() == 6);
  const auto statements = must(home.engine->statements());
  REQUIRE(statements.size() == 2);
  for (const Statement& each : statements) {
    CHECK(each.balanced == true);
    CHECK(each.card_id == two[0].id);
  }
  CHECK(home.replayed() == home.ids());
  TransactionFilter of_other;
  of_other.card = two[1].id;  // its id leads on
  CHECK(must(home.engine->transactions(of_other)).rows.size() == 6);
  CHECK(home.take_in(jcb_file("2026-11-10", "9999", october)).added == 0);
  CHECK(home.cards().size() == 1);
  CHECK(home.engine->join_cards(two[0].id, two[1].id).error().code == Code::invalid_argument);
}

TEMPLATE_TEST_CASE("the person names the known card, and its new marks are known from then on", "[cards]", InMemory,
                   InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-10-13", "0000", september));
  const std::string label = home.cards().front().label;
  CHECK(home.take_in_as(jcb_file("2026-11-10", "9999", october), label).added == 2);
  REQUIRE(home.cards().size() == 1);
  CHECK(home.take_in(jcb_file("2026-11-10", "9999", october)).added == 0);
  CHECK(home.cards().size() == 1);
}

TEMPLATE_TEST_CASE("a renamed product keeps its card where most rows are known", "[cards]", InMemory, InFolder) {
  Home<TestType> home;
  const std::string before = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";
  const std::string after = "見本　太郎　様,4980-00**-****-****,三井住友カード　ゴールド（ＮＬ）";
  home.take_in(smbc_file(before, september));
  const ImportReport renamed = home.take_in(smbc_file(after, september));
  CHECK_FALSE(renamed.hold);
  CHECK(renamed.added == 0);
  CHECK(home.cards().size() == 1);
  CHECK(home.yen() == 1770);
}

TEMPLATE_TEST_CASE("too few rows in common: the person is asked, and what they say is done", "[cards]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const std::string before = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）";
  const std::string after = "見本　太郎　様,4980-00**-****-****,三井住友カード　ゴールド（ＮＬ）";
  const std::vector<Line> two_rows(september.begin(), september.begin() + 2);
  home.take_in(smbc_file(before, september));
  const std::string label = home.cards().front().label;
  const ImportReport asked = home.take_in(smbc_file(after, two_rows));
  REQUIRE(asked.hold.has_value());
  CHECK(asked.hold->code == Code::card_ambiguous);
  CHECK(asked.hold->what.find(label) != std::string::npos);
  CHECK(asked.hold->remedy.find("--new-card") != std::string::npos);
  CHECK(home.rows().size() == 4);
  SECTION("another card") {
    const auto taken =
        home.import(smbc_file(after, october), {.issuer = {}, .card = {}, .new_card = true, .progress = {}});
    REQUIRE(taken.has_value());
    CHECK(home.cards().size() == 2);
  }
  SECTION("the known one") {
    home.take_in_as(smbc_file(after, october), label);
    CHECK(home.cards().size() == 1);
    CHECK_FALSE(home.import(smbc_file(after, october)).value().hold);  // not asked again
  }
}

TEMPLATE_TEST_CASE("a joined card's rows say so, and lead from the id that they had", "[cards]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-10-13", "0000", september));
  home.take_in_as_new(jcb_file("2026-10-15", "9999", {once("2026-10-03", "見本園", 1200)}));
  const auto two = home.cards();
  REQUIRE(two.size() == 2);
  const auto before = home.rows();
  must(home.engine->join_cards(two[0].id, two[1].id));
  const Explanation moved = must(home.engine->explain(before.back().id));
  CHECK(moved.transaction.card_id == two[0].id);
  CHECK(moved.identity == "recipe 1: card, day, merchant as written, amount, currency; occurrence 1");
  REQUIRE(moved.steps.size() == 2);
  CHECK(moved.steps.front().rule == MatchRule::same_identity);
  CHECK(moved.steps.front().source.channel == "file");
  CHECK(moved.steps.back().rule == MatchRule::cards_joined);
  CHECK(moved.ids == std::vector{before.back().id.text()});
  CHECK(home.engine->explain(TransactionId("tabcd00001")).error().code == Code::not_found);
}

TEMPLATE_TEST_CASE("a card that the person named keeps its name under new marks", "[cards]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in_as(jcb_file("2026-10-13", "0000", september), "旅行用");
  CHECK(home.take_in(jcb_file("2026-10-13", "9999", september)).unchanged == 4);
  REQUIRE(home.cards().size() == 1);
  CHECK(must(home.engine->statements()).size() == 1);
  home.take_in(jcb_file("2026-11-10", "9999", october));
  CHECK(home.cards().size() == 1);
  CHECK(home.cards().front().label.find("旅行用") != std::string::npos);
}

TEMPLATE_TEST_CASE("a join keeps what the person wrote, and every bill what it billed", "[cards]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-10-13", "0000", september));
  // Too little in common to be seen: two rows of five.
  home.take_in(jcb_file("2026-10-15", "9999",
                        {september[0], september[1], once("2026-09-20", "見本園", 1200),
                         once("2026-09-21", "見本局", 84), once("2026-09-22", "見本堂", 70)}));
  const auto two = home.cards();
  REQUIRE(two.size() == 2);
  REQUIRE(home.rows().size() == 9);
  REQUIRE(home.yen() == 1770 + 900 + 210 + 1354);
  TransactionFilter of_other;
  of_other.card = two[1].id;
  const Transaction noted = must(home.engine->transactions(of_other)).rows.front();
  UserEdit edit;
  edit.note = "books";
  must(home.engine->annotate(noted.id, edit));
  must(home.engine->join_cards(two[0].id, two[1].id));
  CHECK(home.rows().size() == 7);
  CHECK(home.yen() == 1770 + 1354);
  TransactionFilter by_old_id;
  by_old_id.only = noted.id;
  const auto found = must(home.engine->transactions(by_old_id)).rows;
  REQUIRE(found.size() == 1);
  CHECK(found.front().id != noted.id);
  CHECK(found.front().user.note == "books");
  const Explanation why = must(home.engine->explain(noted.id));
  CHECK(std::ranges::count(why.ids, noted.id.text()) == 1);
  CHECK(std::ranges::count(why.ids, found.front().id.text()) == 1);
  CHECK(why.steps.back().rule == MatchRule::cards_joined);
  CHECK(why.steps.back().other == noted.id.text());
  const auto statements = must(home.engine->statements());
  REQUIRE(statements.size() == 2);  // each bills what it billed
  for (const Statement& each : statements) CHECK(each.balanced == true);
  CHECK(home.replayed() == home.ids());
  CHECK(must(home.engine->check(false)).findings.empty());
}
