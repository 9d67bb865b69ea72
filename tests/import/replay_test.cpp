// SPDX-License-Identifier: Apache-2.0
//
// Stored raw records, read again by a program that reads otherwise. The other program is a normalizer around the
// shipped one, whose way of reading a test changes between import and replay.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

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
Code code_of(const Result<T>& result) {
  if (result) FAIL("expected a failure");
  return result.error().code;
}

using FactsRead = tl::expected<TransactionFacts, Rejection>;
/// How a program reads a transaction, from what the shipped one reads. Empty: as the shipped one.
using Reading = std::function<FactsRead(FactsRead)>;

class OtherNormalizer final : public Normalizer {
 public:
  OtherNormalizer(std::unique_ptr<Normalizer> shipped, std::shared_ptr<Reading> reading)
      : shipped_(std::move(shipped)), reading_(std::move(reading)) {}
  FactsRead transaction(const RawPage& page, const RawRecord& record, const Vocabulary& vocabulary) override {
    FactsRead facts = shipped_->transaction(page, record, vocabulary);
    return *reading_ ? (*reading_)(std::move(facts)) : facts;
  }
  tl::expected<LocalDate, Rejection> date(const RawPage& page, const RawRecord& record) override {
    return shipped_->date(page, record);
  }
  tl::expected<std::int64_t, Rejection> money(const RawPage& page, const RawRecord& record,
                                              const Vocabulary& vocabulary) override {
    return shipped_->money(page, record, vocabulary);
  }
  tl::expected<NamedMonth, Rejection> month(const RawPage& page, const RawRecord& record) override {
    return shipped_->month(page, record);
  }
  std::optional<BillingMonth> payment_month(const RawPage& page, const RawRecord& record) override {
    return shipped_->payment_month(page, record);
  }
  std::string text(std::string_view raw) override { return shipped_->text(raw); }
  std::string merchant_core(std::string_view normalized, const Vocabulary& vocabulary) override {
    return shipped_->merchant_core(normalized, vocabulary);
  }

 private:
  std::unique_ptr<Normalizer> shipped_;
  std::shared_ptr<Reading> reading_;
};

std::unique_ptr<Engine> engine_that_reads(EnginePorts ports, std::shared_ptr<Reading> reading) {
  ports.normalizer = std::make_unique<OtherNormalizer>(std::move(ports.normalizer), std::move(reading));
  return std::make_unique<Engine>(std::move(ports));
}

struct InMemory {
  std::shared_ptr<Reading> reading = std::make_shared<Reading>();
  std::unique_ptr<Engine> engine = engine_that_reads(kit::memory_ports(today), reading);
};

struct InFolder {
  std::shared_ptr<Reading> reading = std::make_shared<Reading>();
  TemporaryFolder temporary;
  std::unique_ptr<KeyProvider> key = kit::raw_key(Secret(std::string_view("0123456789abcdef0123456789abcdef")));
  std::unique_ptr<Engine> engine = make();
  std::unique_ptr<Engine> make() {
    must(kit::create_store({.folder = temporary / "store", .key_ring = temporary / "keyring", .simulated = true}, *key,
                           today));
    return open(today);
  }
  [[nodiscard]] std::unique_ptr<Engine> open(Instant now) const {
    return engine_that_reads(must(kit::store_ports(temporary / "store", *key, now)), reading);
  }
};

// ---- ways of reading ------------------------------------------------------------------------------------

/// The cleaned name is written otherwise; the identity stays.
FactsRead shouts(FactsRead facts) {
  if (facts) facts->merchant_normalized += " 様";
  return facts;
}

/// What the issuer wrote is decoded otherwise: another identity.
FactsRead decodes_otherwise(FactsRead facts) {
  if (facts) {
    facts->merchant_raw = "*" + facts->merchant_raw;
    facts->merchant_normalized = "*" + facts->merchant_normalized;
  }
  return facts;
}

/// Dates are read two years later: another day, far from the first one.
FactsRead dates_later(FactsRead facts) {
  if (facts && facts->date.date) *facts->date.date += std::chrono::years(2);
  return facts;
}

Reading refuses(const std::string& merchant) {
  return [merchant](FactsRead facts) -> FactsRead {
    if (facts && facts->merchant_raw == merchant)
      return tl::unexpected(Rejection{0, Field::amount, Code::amount_not_a_number, "not a number"});
    return facts;
  };
}

// ---- what happens ---------------------------------------------------------------------------------------

/// With twins. The dinner cost 3,200.
std::string september(int billed = 3200) {
  return jcb_file("2026-10-13", "0000",
                  {once("2026-09-01", "見本書店", 900),
                   {.date = "2026-09-02", .shop = "ﾐﾎﾝ ｼﾖｸﾄﾞｳ", .amount = 3200, .billed = billed},
                   once("2026-09-02", "見本駅", 210),
                   once("2026-09-02", "見本駅", 210),
                   once("2026-09-05", "見本薬局", 780)});
}

template <class Place>
struct Home : Place {
  ImportReport take_in(const std::string& bytes, const std::string& name = "202610meisai.csv") {
    TextSource source(name, bytes);
    return must(this->engine->import_document(source, {}));
  }
  void reads(Reading how) { *this->reading = std::move(how); }
  ReplayReport replay(bool apply) { return must(this->engine->replay({}, apply)); }
  std::vector<Transaction> rows(const TransactionFilter& filter = {.with_ignored = true}) {
    return must(this->engine->transactions(filter)).rows;
  }
  Transaction named(const std::string& merchant) {
    for (Transaction& row : rows())
      if (row.facts.merchant_raw == merchant) return std::move(row);
    FAIL("no row of " << merchant);
    return {};
  }
  std::vector<TransactionId> ids() {
    std::vector<TransactionId> found;
    for (const Transaction& row : rows()) found.push_back(row.id);
    std::ranges::sort(found);
    return found;
  }
  Statement statement() {
    const auto all = must(this->engine->statements());
    REQUIRE(all.size() == 1);
    return all.front();
  }
  std::int64_t of_month() {
    std::int64_t sum = 0;
    for (const auto& total : must(this->engine->status()).months) sum += total.amount_minor;
    return sum;
  }
  std::string cursor() { return must(this->engine->change_cursor()); }
  std::size_t changes_since(const std::string& cursor) {
    return must(this->engine->changes(cursor, 1000)).changes.size();
  }
  void check_sound() {
    CHECK(must(this->engine->check(false)).findings.empty());
    CHECK(must(this->engine->verify_audit()).findings.empty());
  }
  /// Reading it all once more changes nothing.
  void check_settled() {
    const std::string before = cursor();
    const ReplayReport again = replay(true);
    CHECK(again.modified + again.added + again.released == 0);
    CHECK(cursor() == before);
    check_sound();
  }
};

bool same_rows(const std::vector<Transaction>& a, const std::vector<Transaction>& b) {
  return std::ranges::equal(a, b, [](const Transaction& x, const Transaction& y) {
    return x.id == y.id && x.facts == y.facts && x.user == y.user && x.card_id == y.card_id;
  });
}

}  // namespace

TEMPLATE_TEST_CASE("a replay by the same program changes nothing", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  const auto before = home.rows();
  const std::string cursor = home.cursor();
  for (const bool apply : {false, true}) {
    const ReplayReport report = home.replay(apply);
    CHECK(report.documents == 1);
    CHECK(report.unchanged == 5);
    CHECK(report.differences.empty());
    CHECK(report.modified + report.added + report.released + report.without_records == 0);
    CHECK(report.applied == apply);
  }
  CHECK(home.cursor() == cursor);
  CHECK(same_rows(home.rows(), before));
  home.check_sound();
}

TEMPLATE_TEST_CASE("a changed way of reading is shown first, then applied; ids and the person's words stay", "[replay]",
                   InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  const auto before = home.rows();
  must(home.engine->annotate(home.named("見本書店").id, {.note = "贈り物", .ignored = true}));
  const std::string cursor = home.cursor();
  const std::int64_t month = home.of_month();
  home.reads(shouts);

  const ReplayReport shown = home.replay(false);
  CHECK(shown.modified == 5);
  REQUIRE(shown.differences.size() == 5);
  CHECK(shown.differences[0].field == "merchant_normalized");
  CHECK(shown.differences[0].before + " 様" == shown.differences[0].after);
  CHECK(home.cursor() == cursor);
  CHECK(home.named("見本書店").facts == before[0].facts);

  const ReplayReport applied = home.replay(true);
  CHECK(applied.modified == 5);
  CHECK(home.changes_since(cursor) == 5);
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(home.rows()[i].id == before[i].id);
    CHECK(home.rows()[i].facts.merchant_normalized == before[i].facts.merchant_normalized + " 様");
  }
  CHECK(home.named("見本書店").user.note == "贈り物");
  CHECK(home.named("見本書店").user.ignored);
  CHECK(home.of_month() == month);
  CHECK(home.statement().balanced == true);
  const ImportReport again = home.take_in(september());
  CHECK(again.added + again.modified == 0);
  home.check_settled();
}

TEMPLATE_TEST_CASE("rows whose identity reads otherwise keep their ids, twins too", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  const auto ids = home.ids();
  const std::int64_t month = home.of_month();
  home.reads(decodes_otherwise);
  CHECK(home.replay(true).modified == 5);
  CHECK(home.ids() == ids);
  CHECK(home.named("*見本駅").facts.amount_minor == 210);
  CHECK(home.of_month() == month);
  CHECK(home.statement().balanced == true);
  CHECK(home.take_in(september()).added == 0);
  home.check_settled();
  const auto why = must(home.engine->explain(home.named("*見本書店").id));
  REQUIRE_FALSE(why.steps.empty());
  CHECK(why.steps.back().rule == MatchRule::replayed);
  REQUIRE(why.steps.back().before);
  CHECK(why.steps.back().before->merchant_raw == "見本書店");
}

TEMPLATE_TEST_CASE("the identity that a row had before a replay still leads to it", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  const auto ids = home.ids();
  home.reads(decodes_otherwise);
  home.replay(true);
  home.reads({});  // an older program meets the file again
  CHECK(home.take_in(september()).added == 0);
  CHECK(home.ids() == ids);
}

TEMPLATE_TEST_CASE("rows are found again where their day reads quite otherwise", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.reads(dates_later);
  home.take_in(september());
  const auto ids = home.ids();
  home.reads({});
  const ReplayReport report = home.replay(true);
  CHECK(report.modified == 5);
  CHECK(home.ids() == ids);
  CHECK(home.named("見本書店").facts.date.date == parse_iso_date("2026-09-01").value());
  CHECK(home.take_in(september()).added == 0);
  home.check_settled();
}

TEMPLATE_TEST_CASE("a quarantined record that can be read becomes a row, once, and the statement balances", "[replay]",
                   InMemory, InFolder) {
  Home<TestType> home;
  home.reads(refuses("見本薬局"));
  home.take_in(september());
  REQUIRE(home.rows().size() == 4);
  REQUIRE(home.statement().balanced == false);
  REQUIRE(must(home.engine->quarantine()).size() == 1);
  CHECK(home.replay(true).still_rejected == 1);
  const auto ids = home.ids();

  home.reads({});
  const std::string cursor = home.cursor();
  const ReplayReport shown = home.replay(false);
  CHECK(shown.added == 1);
  CHECK(shown.released == 1);
  REQUIRE(shown.differences.size() == 1);
  CHECK(shown.differences[0].id.empty());
  CHECK(shown.differences[0].after == "2026-09-05 見本薬局 780 JPY");
  CHECK(home.cursor() == cursor);
  CHECK(must(home.engine->quarantine()).size() == 1);

  const ReplayReport applied = home.replay(true);
  CHECK(applied.added == 1);
  CHECK(applied.still_rejected == 0);
  CHECK(home.rows().size() == 5);
  CHECK(home.named("見本薬局").facts.amount_minor == 780);
  CHECK(home.statement().balanced == true);
  CHECK(home.statement().held_count == 0);
  CHECK(must(home.engine->quarantine()).empty());
  for (const TransactionId& id : ids) CHECK(std::ranges::count(home.ids(), id) == 1);
  CHECK(home.take_in(september()).added == 0);
  home.check_settled();
}

TEMPLATE_TEST_CASE("twins of which one waits in quarantine are two rows after the replay", "[replay]", InMemory,
                   InFolder) {
  Home<TestType> home;
  int seen = 0;
  home.reads([&seen](FactsRead facts) -> FactsRead {  // each window is normalized once
    if (facts && facts->merchant_raw == "見本駅" && ++seen == 2)
      return tl::unexpected(Rejection{0, Field::amount, Code::amount_not_a_number, "not a number"});
    return facts;
  });
  home.take_in(september());
  REQUIRE(home.rows().size() == 4);
  home.reads({});
  CHECK(home.replay(true).added == 1);
  CHECK(home.rows().size() == 5);
  CHECK(home.statement().balanced == true);
  home.check_settled();
}

TEMPLATE_TEST_CASE("a record that two copies of a statement could not tell becomes one row", "[replay]", InMemory,
                   InFolder) {
  Home<TestType> home;
  home.reads(refuses("見本薬局"));
  home.take_in(september());
  home.take_in(september() + "\n");
  REQUIRE(must(home.engine->quarantine()).size() == 2);
  home.reads({});
  const ReplayReport shown = home.replay(false);
  CHECK(shown.documents == 2);
  CHECK(shown.added == 1);
  const ReplayReport applied = home.replay(true);
  CHECK(applied.added == 1);
  CHECK(applied.added == shown.added);
  CHECK(applied.released == shown.released);
  CHECK(home.rows().size() == 5);
  CHECK(home.statement().balanced == true);
  CHECK(home.statement().held_count == 0);
  home.check_settled();
}

TEMPLATE_TEST_CASE("what a later copy has made good is not doubled by a replay", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.reads(refuses("見本薬局"));
  home.take_in(september());
  home.reads({});
  home.take_in(september() + "\n");
  REQUIRE(home.rows().size() == 5);
  const ReplayReport report = home.replay(true);
  CHECK(report.added == 0);
  CHECK(report.released == 1);
  CHECK(home.rows().size() == 5);
  CHECK(home.statement().balanced == true);
  CHECK(must(home.engine->quarantine()).empty());
  home.check_settled();
}

TEMPLATE_TEST_CASE("what a later document said of a row stays", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  home.take_in(september(3000));
  REQUIRE(home.named("ﾐﾎﾝ ｼﾖｸﾄﾞｳ").facts.billed_minor == 3000);
  home.reads(shouts);
  const ReplayReport report = home.replay(true);
  CHECK(report.documents == 2);
  CHECK(report.modified == 5);
  CHECK(home.named("ﾐﾎﾝ ｼﾖｸﾄﾞｳ").facts.billed_minor == 3000);
  CHECK(home.named("ﾐﾎﾝ ｼﾖｸﾄﾞｳ").facts.merchant_normalized == "ミホン シヨクドウ 様");
  CHECK(home.statement().balanced == true);
  home.check_settled();
}

TEMPLATE_TEST_CASE("a record that can be read no more leaves its row as it is, and is reported", "[replay]", InMemory,
                   InFolder) {
  Home<TestType> home;
  home.take_in(september());
  const auto before = home.rows();
  home.reads(refuses("見本薬局"));
  const std::string cursor = home.cursor();
  const ReplayReport report = home.replay(true);
  CHECK(report.no_longer_read == 1);
  REQUIRE(report.differences.size() == 1);
  CHECK(report.differences[0].id == home.named("見本薬局").id);
  CHECK(report.differences[0].field == "record");
  CHECK(report.differences[0].after == "amount_not_a_number");
  CHECK(home.cursor() == cursor);
  CHECK(same_rows(home.rows(), before));
  CHECK(must(home.engine->quarantine()).empty());
}

TEMPLATE_TEST_CASE("rows that a person made one stay one through a replay", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  TextSource other("other.csv", jcb_file("2026-10-13", "9999",
                                         {once("2026-09-01", "見本書店", 900), once("2026-09-07", "見本花店", 500)}));
  must(home.engine->import_document(other, {.new_card = true}));
  const auto cards = must(home.engine->cards());
  REQUIRE(cards.size() == 2);
  must(home.engine->join_cards(cards[0].id, cards[1].id));
  const auto before = home.rows();
  REQUIRE(before.size() == 6);
  const auto ids = home.ids();
  home.reads(decodes_otherwise);
  home.replay(true);
  CHECK(home.ids() == ids);
  home.check_settled();
}

TEMPLATE_TEST_CASE("a cutoff stops an applied replay between two documents", "[replay]", InMemory, InFolder) {
  Home<TestType> home;
  home.take_in(september());
  home.take_in(rakuten_file(10, {once("2026-09-03", "見本花店", 500)}), "enavi202610.csv");
  const Transaction second = home.named("見本花店");
  IncidentRequest request{.scope = CutoffScope::issuer, .issuer = second.issuer, .reason = "test"};
  must(home.engine->open_incident(request));
  home.reads(shouts);
  CHECK(home.replay(false).modified == 6);  // showing takes nothing in
  CHECK(code_of(home.engine->replay({}, true)) == Code::cutoff_issuer);
  CHECK(home.named("見本書店").facts.merchant_normalized == "見本書店 様");
  CHECK(home.named("見本薬局").facts.merchant_normalized == "見本薬局 様");
  CHECK(home.named("見本花店").facts == second.facts);
  home.check_sound();
  // Only what is named is read.
  home.reads({});
  CHECK(must(home.engine->replay(home.named("見本書店").issuer, true)).modified == 5);
}

TEST_CASE("documents whose raw records are past their retention are counted and left", "[replay]") {
  Home<InFolder> home;
  home.take_in(september());
  const auto before = home.rows();
  home.engine = home.open(today + std::chrono::days(500));
  CHECK(must(home.engine->check(true)).raw_pages_pruned != 0);
  home.reads(shouts);
  const ReplayReport report = home.replay(true);
  CHECK(report.documents == 0);
  CHECK(report.without_records == 1);
  CHECK(same_rows(home.rows(), before));
}

TEST_CASE("a replay that is killed leaves whole documents, and the next one ends it", "[replay]") {
  Home<InFolder> home;
  home.take_in(september());
  home.take_in(rakuten_file(10, {once("2026-09-03", "見本花店", 500), once("2026-09-04", "見本茶屋", 600)}),
               "enavi202610.csv");
  home.engine.reset();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    *home.reading = [](FactsRead facts) {
      if (facts && facts->merchant_raw == "見本茶屋") _exit(9);
      return shouts(std::move(facts));
    };
    const auto engine = home.open(today);
    std::ignore = engine->replay({}, true);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 9);
  home.engine = home.open(today);
  CHECK(home.named("見本書店").facts.merchant_normalized == "見本書店 様");
  CHECK(home.named("見本花店").facts.merchant_normalized == "見本花店");
  home.check_sound();
  home.reads(shouts);
  CHECK(home.replay(true).modified == 2);
  home.check_settled();
}
