// SPDX-License-Identifier: Apache-2.0
//
// A batch that contradicts what is known waits for a person: what it is, what it would do, and what becomes of it.
// Over a ledger in memory and over an encrypted one that is closed and opened in between.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "meisai/kit.h"
#include "tests/import/person.h"
#include "tests/import/statement_files.h"
#include "tests/temporary_folder.h"

using namespace meisai;
using namespace meisai::test;

namespace {

const Instant start = parse_rfc3339("2026-11-01T00:00:00Z").value();

/// A person whose ledger is in memory.
class InMemory {
 public:
  Engine& engine() { return *engine_; }
  void reopen() {}

 private:
  std::unique_ptr<Engine> engine_ = kit::memory_engine(start);
};

/// A person with an encrypted store, which is closed and opened again.
class InFolder {
 public:
  InFolder() {
    auto key = provider();
    REQUIRE(
        kit::create_store(
            {.folder = folder_.path() / "store", .key_ring = folder_.path() / "ring" / "keyring", .simulated = true},
            *key, start)
            .has_value());
    reopen();
  }
  Engine& engine() { return *engine_; }
  void reopen(Instant now = start) {
    engine_.reset();
    auto key = provider();
    auto opened = kit::open_store(folder_.path() / "store", *key, std::optional(now));
    REQUIRE(opened.has_value());
    engine_ = std::move(*opened);
  }

 private:
  static std::unique_ptr<KeyProvider> provider() {
    const std::array<std::byte, 32> key{std::byte{7}};
    return kit::raw_key(Secret(std::span<const std::byte>(key)));
  }
  TemporaryFolder folder_;
  std::unique_ptr<Engine> engine_;
};

template <class Home>
ImportReport import(Home& home, const std::string& bytes, const std::string& name = "a.csv",
                    std::optional<std::string> card = std::nullopt) {
  TextSource source(name, bytes);
  auto report = home.engine().import_document(source, {.issuer = {}, .card = std::move(card), .progress = {}});
  INFO((report ? std::string() : report.error().what));
  REQUIRE(report.has_value());
  return *std::move(report);
}

template <class Home>
std::vector<std::string> ledger(Home& home) {
  std::vector<std::string> lines;
  const auto list = home.engine().transactions({}).value();
  for (const Transaction& row : list.rows)
    lines.push_back((row.facts.date.date ? iso(*row.facts.date.date) : "undated") + " " + row.card_label + " " +
                    row.facts.merchant_raw + " " + std::to_string(row.facts.amount_minor) + " billed " +
                    std::to_string(row.facts.billed_minor.value_or(-1)));
  const auto statements = home.engine().statements().value();
  for (const Statement& one : statements)
    lines.push_back("statement " + std::to_string(one.computed_total_minor) + " of " +
                    std::to_string(one.transaction_count) + " held " + std::to_string(one.held_count) +
                    (one.balanced.value_or(true) ? "" : " not balanced"));
  std::ranges::sort(lines);
  return lines;
}

const std::vector<Line> daily = {once("2026-08-01", "見本書店", 900), once("2026-08-02", "見本駅", 210),
                                 once("2026-08-03", "見本湯", 450)};
const std::vector<Line> travel = {once("2026-08-04", "見本ホテル", 22000), once("2026-08-05", "見本航空", 31000),
                                  once("2026-08-06", "見本寿司", 4200)};

}  // namespace

TEMPLATE_TEST_CASE("a contradicting file waits with its diagnosis, and nothing of it is visible", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const auto before = ledger(home);
  const std::string cursor = home.engine().change_cursor().value();
  const ImportReport held = import(home, rakuten_file(9, travel), "202609.csv");
  REQUIRE(held.hold.has_value());
  REQUIRE(held.hold_id.has_value());
  CHECK(held.held == 3);
  home.reopen();
  CHECK(ledger(home) == before);
  CHECK(home.engine().changes(cursor, 10).value().changes.empty());
  const auto holds = home.engine().holds(false).value();
  REQUIRE(holds.size() == 1);
  CHECK(holds.front().id == *held.hold_id);
  CHECK(holds.front().code == Code::statement_contradicted);
  CHECK(holds.front().transactions == 3);
  CHECK(holds.front().document == "202609.csv");
  CHECK(holds.front().held_at == start);
  CHECK_FALSE(holds.front().diagnosis.empty());
  const Status status = home.engine().status().value();
  const auto problem = std::ranges::find(status.problems, "batch_held", &Problem::code);
  REQUIRE(problem != status.problems.end());
  CHECK(problem->object == held.hold_id->text());
  CHECK(problem->message.find("meisai holds show " + held.hold_id->text()) != std::string::npos);

  SECTION("the same file again finds its hold") {
    CHECK(import(home, rakuten_file(9, travel), "again.csv").hold_id == held.hold_id);
    CHECK(home.engine().holds(true).value().size() == 1);
  }
  SECTION("another file has another") {
    auto other = travel;
    other.pop_back();
    CHECK(import(home, rakuten_file(9, other)).hold_id != held.hold_id);
    CHECK(home.engine().holds(false).value().size() == 2);
  }
  SECTION("named by --card it is taken in, and the hold is settled") {
    CHECK(import(home, rakuten_file(9, travel), "a.csv", "旅行用").added == 3);
    CHECK(home.engine().holds(false).value().empty());
    CHECK(home.engine().holds(true).value().front().state == HoldState::outdated);
  }
}

TEMPLATE_TEST_CASE("an accepted batch is what is so: the ledger is that of a fresh import", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const ImportReport held = import(home, rakuten_file(9, travel));
  TestType fresh;
  import(fresh, rakuten_file(9, travel));
  home.reopen();

  const HoldDetail detail = home.engine().hold(*held.hold_id).value();
  CHECK(detail.added == 3);
  CHECK(detail.removed == 3);
  CHECK(detail.modified == 0);
  CHECK_FALSE(detail.obstacle.has_value());
  REQUIRE(detail.rows.size() == 6);
  CHECK(std::ranges::count(detail.rows, ChangeKind::added, &HoldDetail::Row::change) == 3);
  for (const HoldDetail::Row& row : detail.rows) {
    CHECK(row.id.empty() == (row.change == ChangeKind::added));
    CHECK_FALSE(row.card_label.empty());
  }
  CHECK(home.engine().holds(false).value().size() == 1);  // trying it left it as it was

  const std::string cursor = home.engine().change_cursor().value();
  const ImportReport accepted = home.engine().accept_hold(*held.hold_id, {}).value();
  CHECK(accepted.added == 3);
  CHECK(accepted.removed == 3);
  REQUIRE(accepted.statements.size() == 1);
  CHECK(accepted.statements.front().held_count == 0);
  home.reopen();
  CHECK(ledger(home) == ledger(fresh));
  const auto changes = home.engine().changes(cursor, 100).value().changes;
  for (const Change& change : changes)
    if (change.kind == ChangeKind::removed) CHECK(change.reason.find(held.hold_id->text()) != std::string::npos);
  CHECK(std::ranges::count(changes, ChangeKind::removed, &Change::kind) == 3);
  CHECK(home.engine().holds(false).value().empty());
  CHECK(home.engine().holds(true).value().front().state == HoldState::accepted);

  SECTION("again it adds nothing") {
    const ImportReport again = import(home, rakuten_file(9, travel));
    CHECK(again.added + again.modified + again.removed + again.held == 0);
    CHECK(ledger(home) == ledger(fresh));
  }
  SECTION("it cannot be decided twice") {
    CHECK(home.engine().accept_hold(*held.hold_id, {}).error().code == Code::invalid_argument);
    CHECK(home.engine().discard_hold(*held.hold_id).error().code == Code::invalid_argument);
  }
  SECTION("the audit says who did what") {
    const auto entries = home.engine().audit_entries().value();
    const auto has = [&](const std::string& operation, const std::string& result) {
      return std::ranges::any_of(entries, [&](const AuditLine& line) {
        return line.entry.operation == operation && line.entry.result == result &&
               line.entry.object.find(held.hold_id->text()) != std::string::npos;
      });
    };
    CHECK(has("import", "held"));
    CHECK(has("hold_accept", "done"));
    CHECK(home.engine().verify_audit().value().findings.empty());
    CHECK(home.engine().check(false).value().findings.empty());
  }
}

TEMPLATE_TEST_CASE("accepted as another card it stands beside what is known", "[holds]", InMemory, InFolder) {
  for (const bool named : {true, false}) {
    TestType home;
    import(home, rakuten_file(9, daily));
    const HoldId id = *import(home, rakuten_file(9, travel)).hold_id;
    HoldAnswer answer{.card = {}, .new_card = !named};
    if (named) answer.card = "旅行用";
    CHECK(home.engine().hold(id, answer).value().removed == 0);
    const ImportReport accepted = home.engine().accept_hold(id, answer).value();
    CHECK(accepted.added == 3);
    CHECK(accepted.removed == 0);
    CHECK(home.engine().transactions({}).value().rows.size() == 6);
    CHECK(home.engine().statements().value().size() == 2);
    CHECK(home.engine().cards().value().size() == 2);
  }
}

TEMPLATE_TEST_CASE("a file that may be one of several cards waits until its card is named", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  import(home, rakuten_file(9, travel), "b.csv", "旅行用");
  const auto october =
      rakuten_file(10, {once("2026-09-04", "見本ホテル", 21000), once("2026-09-05", "見本航空", 30000)});
  const ImportReport held = import(home, october);
  REQUIRE(held.hold.has_value());
  CHECK(held.hold->code == Code::card_ambiguous);
  CHECK(home.engine().hold(*held.hold_id).value().obstacle.value().code == Code::card_ambiguous);
  CHECK(home.engine().accept_hold(*held.hold_id, {}).error().code == Code::card_ambiguous);
  CHECK(home.engine().holds(false).value().size() == 1);
  const ImportReport accepted = home.engine().accept_hold(*held.hold_id, {.card = "旅行用", .new_card = false}).value();
  CHECK(accepted.added == 2);
  CHECK(home.engine().cards().value().size() == 2);
}

TEMPLATE_TEST_CASE("a known month under another due date is that statement when it is accepted", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  std::vector<Line> lines = daily;
  import(home, jcb_file("2026-10-13", "0000", lines));
  lines.push_back(once("2026-08-09", "見本茶屋", 500));
  const ImportReport held = import(home, jcb_file("2026-10-12", "0000", lines));
  REQUIRE(held.hold_id.has_value());
  const ImportReport accepted = home.engine().accept_hold(*held.hold_id, {}).value();
  CHECK(accepted.added == 1);
  CHECK(accepted.removed == 0);
  const auto statements = home.engine().statements().value();
  REQUIRE(statements.size() == 1);
  CHECK(iso(statements.front().payment_due_date.value()) == "2026-10-12");
  CHECK(statements.front().computed_total_minor == 900 + 210 + 450 + 500);
}

TEMPLATE_TEST_CASE("known rows on another card stay in doubt until somebody says whose they are", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  import(home, jcb_file("2026-10-13", "0000", daily));
  const auto before = ledger(home);
  // Half of the rows: too few for the same card under a new number, too many for chance.
  std::vector<Line> half(daily.begin(), daily.begin() + 2);
  half.push_back(once("2026-08-11", "見本堂", 780));
  half.push_back(once("2026-08-12", "見本局", 84));
  const ImportReport held = import(home, jcb_file("2026-10-13", "9999", half));
  REQUIRE(held.hold_id.has_value());
  CHECK(held.hold->code == Code::statement_contradicted);
  CHECK(home.engine().accept_hold(*held.hold_id, {}).error().code == Code::statement_contradicted);
  CHECK(ledger(home) == before);
  CHECK(home.engine().accept_hold(*held.hold_id, {.card = {}, .new_card = true}).value().added == 4);
}

TEMPLATE_TEST_CASE("a discarded batch leaves nothing but its entry", "[holds]", InMemory, InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const auto before = ledger(home);
  const HoldId id = *import(home, rakuten_file(9, travel)).hold_id;
  CHECK(home.engine().discard_hold(id).value().state == HoldState::discarded);
  home.reopen();
  CHECK(ledger(home) == before);
  CHECK(home.engine().holds(false).value().empty());
  CHECK(home.engine().holds(true).value().front().state == HoldState::discarded);
  CHECK(home.engine().hold(id).value().rows.empty());
  CHECK(home.engine().accept_hold(id, {}).error().code == Code::invalid_argument);
  CHECK(home.engine().status().value().problems.empty());
  CHECK(home.engine().holds(true).value().size() == 1);
  const ImportReport again = import(home, rakuten_file(9, travel));
  CHECK(again.hold_id != id);
}

TEMPLATE_TEST_CASE("a hold that does not exist is not found", "[holds]", InMemory, InFolder) {
  TestType home;
  for (const char* id : {"h1", "nonsense", ""}) {
    CHECK(home.engine().hold(HoldId(id)).error().code == Code::not_found);
    CHECK(home.engine().accept_hold(HoldId(id), {}).error().code == Code::not_found);
    CHECK(home.engine().discard_hold(HoldId(id)).error().code == Code::not_found);
  }
}

TEMPLATE_TEST_CASE("under a cutoff nothing is held, accepted or discarded", "[holds]", InMemory, InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const HoldId id = *import(home, rakuten_file(9, travel)).hold_id;
  const auto incident =
      home.engine()
          .open_incident({.scope = CutoffScope::all, .issuer = {}, .connection = {}, .reason = "test"})
          .value();
  CHECK(home.engine().accept_hold(id, {}).error().code == Code::cutoff_all);
  CHECK(home.engine().discard_hold(id).error().code == Code::cutoff_all);
  REQUIRE(home.engine().lift_incident(incident.id, "over").has_value());
  CHECK(home.engine().holds(false).value().size() == 1);
  CHECK(home.engine().accept_hold(id, {}).has_value());
}

TEST_CASE("a file of which most cannot be read waits, and accepting it takes in the rest", "[holds]") {
  InMemory home;
  std::string file = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）\r\n";
  file += "2026/08/16,ミホンストア,1980,1,1,1980,\r\n";
  for (int i = 0; i < 5; ++i) file += "2026/08/1" + std::to_string(i) + ",見本,many,1,1,many,\r\n";
  file += ",,,,,1980,\r\n";
  const ImportReport held = import(home, file);
  REQUIRE(held.hold.has_value());
  CHECK(held.hold->code == Code::schema_drift);
  CHECK(home.engine().quarantine().value().empty());
  const ImportReport accepted = home.engine().accept_hold(*held.hold_id, {}).value();
  CHECK(accepted.added == 1);
  CHECK(accepted.rejected_count == 5);
  const auto records = home.engine().quarantine().value();
  REQUIRE(records.size() == 5);
  CHECK(records.front().issuer == accepted.issuer);
  CHECK(records.front().row != 0);
  CHECK(records.front().masked_text.find("many") != std::string::npos);
  CHECK(records.front().statement.has_value());
  CHECK_FALSE(records.front().made_good);
}

TEMPLATE_TEST_CASE("accepting a batch that cannot be read whole removes nothing that it may list", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  const std::string head = "見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）\r\n";
  std::string known = head;
  std::string drifted = head;
  for (int i = 0; i < 6; ++i) {
    const std::string row = "2026/08/1" + std::to_string(i) + ",見本" + std::to_string(i) + "号店,";
    known += row + "100,1,1,100,\r\n";
    drifted += row + (i < 2 ? "100,1,1,100,\r\n" : "many,1,1,many,\r\n");
  }
  import(home, known + ",,,,,600,\r\n");
  const ImportReport held = import(home, drifted + ",,,,,600,\r\n");
  REQUIRE(held.hold_id.has_value());
  const ImportReport accepted = home.engine().accept_hold(*held.hold_id, {}).value();
  CHECK(accepted.removed == 0);
  CHECK(accepted.rejected_count == 4);
  CHECK(home.engine().transactions({}).value().rows.size() == 6);
}

TEMPLATE_TEST_CASE("a document that was taken in keeps its raw records, whatever becomes of a hold of it", "[holds]",
                   InMemory, InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const std::string named = rakuten_file(9, travel);
  import(home, named, "a.csv", "旅行用");
  const ImportReport held = import(home, named);
  if (held.hold_id) REQUIRE(home.engine().discard_hold(*held.hold_id).has_value());
  CHECK(home.engine().replay({}, false).value().documents == 2);
  CHECK(home.engine().replay({}, false).value().without_records == 0);
}

TEMPLATE_TEST_CASE("a document that was held first is the newest word when it is taken in", "[holds]", InMemory,
                   InFolder) {
  TestType home;
  import(home, rakuten_file(9, daily));
  const std::string corrected = rakuten_file(9, travel);
  REQUIRE(import(home, corrected).hold_id.has_value());
  auto later = daily;
  later.front().amount += 10;
  import(home, rakuten_file(9, later));
  const ImportReport taken = import(home, corrected, "a.csv", "旅行用");
  CHECK(taken.added == 3);
  for (const Statement& one : taken.statements) CHECK(one.transaction_count == 3);
}

TEST_CASE("what waits longer than raw records are kept is discarded by a prune, and said so", "[holds]") {
  InFolder home;
  import(home, rakuten_file(9, daily));
  const HoldId id = *import(home, rakuten_file(9, travel)).hold_id;
  CHECK(home.engine().check(true).value().holds_discarded == 0);
  CHECK(home.engine().hold(id).value().added == 3);

  home.reopen(start + std::chrono::days(401));
  const Status status = home.engine().status().value();
  const auto problem = std::ranges::find(status.problems, "batch_held", &Problem::code);
  REQUIRE(problem != status.problems.end());
  CHECK(problem->message.find("doctor --prune") != std::string::npos);
  CHECK(home.engine().check(false).value().holds_discarded == 0);
  const StoreHealth health = home.engine().check(true).value();
  CHECK(health.holds_discarded == 1);
  CHECK(health.findings.empty());
  CHECK(home.engine().holds(true).value().front().state == HoldState::discarded);
  const auto entries = home.engine().audit_entries().value();
  CHECK(std::ranges::any_of(entries, [](const AuditLine& line) {
    return line.entry.operation == "hold_discard" && line.entry.reason == "retention";
  }));
}

TEST_CASE("a dry run holds without keeping", "[holds]") {
  InMemory home;
  import(home, rakuten_file(9, daily));
  TextSource source("a.csv", rakuten_file(9, travel));
  const ImportReport report = home.engine().preview_document(source, {}).value();
  CHECK(report.hold.has_value());
  CHECK_FALSE(report.hold_id.has_value());
}
