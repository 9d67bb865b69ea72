// SPDX-License-Identifier: Apache-2.0
//
// A person's own words on their transactions, through the engine, over a memory store and an encrypted one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

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

template <class T>
Error error_of(const Result<T>& result) {
  if (result) FAIL("expected a failure");
  return result.error();
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
    return open();
  }
  [[nodiscard]] std::unique_ptr<Engine> open() const { return must(kit::open_store(temporary / "store", *key, today)); }
};

/// `billed`: of the dinner, which cost 3,200.
std::string september(int billed = 3200) {
  return jcb_file("2026-10-13", "0000",
                  {once("2026-09-01", "見本書店", 900),
                   {.date = "2026-09-02", .shop = "ﾐﾎﾝ ｼﾖｸﾄﾞｳ", .amount = 3200, .billed = billed},
                   once("2026-09-02", "見本駅", 210),
                   once("2026-09-02", "見本駅", 210)});
}

template <class Place>
struct Home : Place {
  Home() { take_in(september()); }
  ImportReport take_in(const std::string& bytes, const std::string& name = "202610meisai.csv") {
    TextSource source(name, bytes);
    return must(this->engine->import_document(source, {}));
  }
  std::vector<Transaction> rows(const TransactionFilter& filter = {}) {
    return must(this->engine->transactions(filter)).rows;
  }
  Transaction named(const std::string& merchant) {
    for (Transaction& row : rows({.with_ignored = true}))
      if (row.facts.merchant_raw == merchant) return std::move(row);
    FAIL("no row of " << merchant);
    return {};
  }
  Transaction dinner() { return named("ﾐﾎﾝ ｼﾖｸﾄﾞｳ"); }
  std::string cursor() { return must(this->engine->change_cursor()); }
};

const UserEdit words{.note = "  花さんと \t",
                     .category = "食費",
                     .tags = std::vector<std::string>{"立替", "仕事", "立替"},
                     .merchant = "　見本食堂 "};
const UserLayer said{.note = "花さんと", .category = "食費", .tags = {"仕事", "立替"}, .merchant = "見本食堂"};

class Kept final : public ByteSink {
 public:
  std::string text;
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  Result<void> finish() override { return {}; }
};

}  // namespace

TEMPLATE_TEST_CASE("an edit is kept with the row and touches nothing of the issuer's", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const Transaction before = home.dinner();
  CHECK(before.user.empty());
  const std::string cursor = home.cursor();
  const Transaction after = must(home.engine->annotate(before.id, words));
  CHECK(after.id == before.id);
  CHECK(after.facts == before.facts);
  CHECK(after.user == said);
  CHECK(home.dinner().user == said);
  CHECK(home.dinner().facts == before.facts);
  CHECK(home.named("見本書店").user.empty());

  const ChangeList changes = must(home.engine->changes(cursor, 10));
  REQUIRE(changes.changes.size() == 1);
  CHECK(changes.changes[0].kind == ChangeKind::modified);
  CHECK(changes.changes[0].entity == Entity::transaction);
  CHECK(changes.changes[0].id == before.id.text());
  CHECK(changes.changes[0].reason == "user_layer");

  // A part at a time; what is not named stays.
  CHECK(must(home.engine->annotate(before.id, {.category = ""})).user.category.empty());
  CHECK(must(home.engine->annotate(before.id, {.tags = std::vector<std::string>{}})).user ==
        UserLayer{.note = "花さんと", .merchant = "見本食堂"});
}

TEMPLATE_TEST_CASE("the audit says that a row was edited, and never what was written", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  must(home.engine->annotate(id, words));
  must(home.engine->undo_annotation(id));
  std::vector<std::string> edits;
  for (const AuditLine& line : must(home.engine->audit_entries())) {
    const AuditEntry& entry = line.entry;
    if (entry.operation == "annotate") edits.push_back(entry.object + " " + entry.result + " " + entry.reason);
    for (const std::string& text : {entry.object, entry.reason, entry.result})
      for (const char* secret : {"花", "食費", "立替", "食堂", "ｼﾖｸ"}) CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(edits == std::vector<std::string>{id.text() + " done ", id.text() + " done undo"});
  CHECK(must(home.engine->verify_audit()).findings.empty());
}

TEMPLATE_TEST_CASE("an edit that changes nothing leaves no trace", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  must(home.engine->annotate(id, words));
  const std::string cursor = home.cursor();
  CHECK(must(home.engine->annotate(id, words)).user == said);
  CHECK(must(home.engine->annotate(id, {.ignored = false})).user == said);
  CHECK(home.cursor() == cursor);
  CHECK(must(home.engine->undo_annotation(id)).user.empty());
}

TEMPLATE_TEST_CASE("undo goes back step by step, and says so where nothing is left", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  CHECK(error_of(home.engine->undo_annotation(id)).code == Code::invalid_argument);
  must(home.engine->annotate(id, {.note = "one"}));
  must(home.engine->annotate(id, {.ignored = true}));
  must(home.engine->annotate(id, {.note = ""}));
  const std::string cursor = home.cursor();
  CHECK(must(home.engine->undo_annotation(id)).user == UserLayer{.note = "one", .ignored = true});
  CHECK(must(home.engine->undo_annotation(id)).user == UserLayer{.note = "one"});
  CHECK(must(home.engine->undo_annotation(id)).user == UserLayer{});
  CHECK(error_of(home.engine->undo_annotation(id)).code == Code::invalid_argument);
  CHECK(must(home.engine->changes(cursor, 10)).changes.size() == 3);
}

TEMPLATE_TEST_CASE("an ignored row is in no list, month or export; its statement stays as billed", "[user_layer]",
                   InMemory, InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  const Statement before = must(home.engine->statements()).at(0);
  must(home.engine->annotate(id, {.ignored = true}));
  CHECK(home.rows().size() == 3);
  CHECK(home.rows({.status = TransactionStatus::posted}).size() == 3);
  CHECK(home.rows({.with_ignored = true}).size() == 4);
  CHECK(home.rows({.only = id}).at(0).user.ignored);
  CHECK(must(home.engine->status()).months.at(0).amount_minor == 1320);
  const Statement after = must(home.engine->statements()).at(0);
  CHECK(after.computed_total_minor == before.computed_total_minor);
  CHECK(after.transaction_count == before.transaction_count);
  CHECK(after.balanced == true);
  for (const std::string target : {"csv", "jsonl", "hledger"}) {
    INFO(target);
    Kept sink;
    const ExportReport report = must(home.engine->export_to(target, {}, sink));
    CHECK(report.transactions == 3);
    REQUIRE_FALSE(report.notes.empty());
    CHECK(report.notes.front().starts_with("1 transactions are left out because you ignore them"));
    CHECK(sink.text.find(id.text()) == std::string::npos);
    Kept one;
    CHECK(must(home.engine->export_to(target, {.limit = 2}, one)).transactions == 2);  // not two of which one is hidden
    Kept all;
    CHECK(must(home.engine->export_to(target, {.with_ignored = true}, all)).transactions == 3);
  }
  must(home.engine->undo_annotation(id));
  CHECK(home.rows().size() == 4);
  CHECK(must(home.engine->status()).months.at(0).amount_minor == 4520);
  Kept sink;
  CHECK(must(home.engine->export_to("csv", {}, sink)).notes.empty());
}

TEMPLATE_TEST_CASE("an ignored instalment is still debited", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(jcb_file("2026-11-10", "0000", {part("2026-10-01", "家電", 30000, 10000, 1, 3)}), "202611meisai.csv");
  const Upcoming before = must(home.engine->upcoming());
  REQUIRE(before.remainders.size() == 1);
  must(home.engine->annotate(home.named("家電").id, {.ignored = true}));
  const Upcoming after = must(home.engine->upcoming());
  CHECK(after.remainders.size() == 1);
  CHECK(after.debits.size() == before.debits.size());
}

TEMPLATE_TEST_CASE("files bring an ignored row back neither again, nor renamed, nor revised", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  must(home.engine->annotate(id, words));
  must(home.engine->annotate(id, {.ignored = true}));
  UserLayer all = said;
  all.ignored = true;
  const auto unchanged = [&](const std::string& bytes, const std::string& name) {
    INFO(name);
    const ImportReport report = home.take_in(bytes, name);
    CHECK(report.added == 0);
    CHECK(home.rows().size() == 3);
    CHECK(home.dinner().id == id);
    CHECK(home.dinner().user == all);
  };
  unchanged(september(), "202610meisai.csv");
  unchanged(september(), "download (1).csv");
  unchanged(september(3000), "202610meisai.csv");  // the issuer takes something off
  CHECK(home.dinner().facts.billed_minor == 3000);
  CHECK(must(home.engine->statements()).at(0).status == StatementStatus::revised);
  home.take_in(jcb_file("2026-11-10", "0000", {once("2026-10-01", "見本書店", 900)}), "202611meisai.csv");
  CHECK(home.rows().size() == 4);
  CHECK(home.dinner().user == all);
  must(home.engine->undo_annotation(id));
  CHECK(home.dinner().user == said);
  CHECK(home.rows().size() == 5);
  CHECK(must(home.engine->check(false)).findings.empty());
}

TEMPLATE_TEST_CASE("a twin is its own row: ignoring one hides one", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  must(home.engine->annotate(home.named("見本駅").id, {.note = "a guest's", .ignored = true}));
  home.take_in(september());
  const auto shown = home.rows();
  CHECK(std::ranges::count(shown, "見本駅", [](const Transaction& row) { return row.facts.merchant_raw; }) == 1);
  CHECK(must(home.engine->status()).months.at(0).amount_minor == 900 + 3200 + 210);
}

TEMPLATE_TEST_CASE("what cannot be a person's word is refused, and nothing is stored", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  const std::string cursor = home.cursor();
  const std::string long_text(501, 'x');
  std::string many_bytes;
  for (int i = 0; i < 500; ++i) many_bytes += "髙";
  const auto code = [&](const UserEdit& edit) {
    const Error error = error_of(home.engine->annotate(id, edit));
    CHECK(error.what.find("4111") == std::string::npos);
    CHECK(error.what.find("SECRET") == std::string::npos);
    return error.code;
  };
  for (const auto part : {&UserEdit::note, &UserEdit::category, &UserEdit::merchant}) {
    const auto edit = [part](const std::string& text) {
      UserEdit made;
      made.*part = text;
      return made;
    };
    CHECK(code(edit(long_text)) == Code::invalid_argument);
    CHECK(code(edit(many_bytes + "髙")) == Code::invalid_argument);
    CHECK(code(edit("SECRET\nline")) == Code::invalid_argument);
    CHECK(code(edit(std::string("SECRET\0x", 8))) == Code::invalid_argument);
    CHECK(code(edit("\x1b[31mSECRET")) == Code::invalid_argument);
    CHECK(code(edit("SECRET\xc2\x85")) == Code::invalid_argument);  // C1
    CHECK(code(edit("SECRET\xe2\x80\xae"
                    "x")) == Code::invalid_argument);  // turns the reading direction
    CHECK(code(edit("SECRET\xff")) == Code::invalid_argument);
    CHECK(code(edit("SECRET\xe3\x81")) == Code::invalid_argument);
    CHECK(code(edit("SECRET\xc0\xaf")) == Code::invalid_argument);      // overlong
    CHECK(code(edit("SECRET\xed\xa0\x80")) == Code::invalid_argument);  // half a pair
    CHECK(code(edit("card 4111 1111 1111 1111")) == Code::pan_detected);
    CHECK(code(edit("４１１１１１１１１１１１１１１１")) == Code::pan_detected);
  }
  using Tags = std::vector<std::string>;
  Tags many;
  for (int i = 0; i < 21; ++i) many.push_back("t" + std::to_string(i));
  CHECK(code({.tags = many}) == Code::invalid_argument);
  CHECK(code({.tags = Tags{"ok", " 　"}}) == Code::invalid_argument);
  CHECK(code({.tags = Tags{"a,b"}}) == Code::invalid_argument);
  CHECK(code({.tags = Tags{"4111111111111111"}}) == Code::pan_detected);
  CHECK(code({}) == Code::invalid_argument);
  CHECK(home.dinner().user.empty());
  CHECK(home.cursor() == cursor);

  many.pop_back();
  CHECK(must(home.engine->annotate(id, {.note = many_bytes, .tags = many})).user.tags.size() == 20);
  CHECK(must(home.engine->annotate(id, {.note = "👩‍👩‍👧 e\u0301 が"})).user.note ==
        "👩‍👩‍👧 e\u0301 が");
  const auto refusals = must(home.engine->audit_entries());
  CHECK(std::ranges::any_of(refusals, [](const AuditLine& line) {
    return line.entry.operation == "annotate" && line.entry.result == "refused" && line.entry.reason == "pan_detected";
  }));
}

TEMPLATE_TEST_CASE("an id that leads nowhere is not_found", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  for (const TransactionId& id : {TransactionId("T1"), TransactionId(), TransactionId("Tzzzz99")}) {
    CHECK(error_of(home.engine->annotate(id, words)).code == Code::not_found);
    CHECK(error_of(home.engine->undo_annotation(id)).code == Code::not_found);
  }
}

TEMPLATE_TEST_CASE("under a cutoff nothing is written, also not by the person", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  const TransactionId id = home.dinner().id;
  must(home.engine->annotate(id, {.note = "before"}));
  const Incident incident = must(home.engine->open_incident({.reason = "test"}));
  CHECK(error_of(home.engine->annotate(id, words)).code == Code::cutoff_all);
  CHECK(error_of(home.engine->undo_annotation(id)).code == Code::cutoff_all);
  CHECK(home.dinner().user == UserLayer{.note = "before"});
  must(home.engine->lift_incident(incident.id, "over"));
  CHECK(must(home.engine->undo_annotation(id)).user.empty());
}

TEST_CASE("edits of two programs at once are both in the history", "[user_layer]") {
  Home<InFolder> home;
  const TransactionId id = home.dinner().id;
  constexpr int each = 10;
  const auto write = [&](const std::string& name) {
    const auto engine = home.open();
    for (int i = 0; i < each; ++i) {
      UserEdit edit;
      (name == "note" ? edit.note : edit.category) = name + std::to_string(i);
      if (!engine->annotate(id, edit)) return false;
    }
    return true;
  };
  bool wrote = false;
  std::thread other([&] { wrote = write("category"); });
  CHECK(write("note"));
  other.join();
  CHECK(wrote);
  CHECK(home.dinner().user == UserLayer{.note = "note9", .category = "category9"});
  for (int i = 0; i < 2 * each; ++i) must(home.engine->undo_annotation(id));
  CHECK(home.dinner().user.empty());
  CHECK(error_of(home.engine->undo_annotation(id)).code == Code::invalid_argument);
}
