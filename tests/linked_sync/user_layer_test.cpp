// SPDX-License-Identifier: Apache-2.0
//
// What a person says of a row stays with it, whatever the issuer says next; what the issuer says stays as it is,
// whatever the person takes back. Each story is told to both stores.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/reading/ledger_reader.h"
#include "engine/sync/user_edit.h"
#include "storage/keys/key_providers.h"
#include "storage/sqlcipher/store_folder.h"
#include "tests/linked_sync/household.h"
#include "tests/temporary_folder.h"

namespace {

using namespace meisai;
using namespace meisai::test;

AuditDraft note(const char* operation) {
  return {.at = noon, .actor = "subject", .operation = operation, .object = "test", .result = "done"};
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct InMemory {
  SeededEntropy entropy{7};
  std::unique_ptr<Control> control_ = memory::make_control(Mode::personal, true);
  std::unique_ptr<GateLock> lock_ = memory::make_gate_lock();
  std::unique_ptr<WireLock> wire_ = memory::make_wire_lock();
  std::unique_ptr<Store> store = must(memory::make_store(*control_, entropy));
  Control& control() { return *control_; }
  GateLock& lock() { return *lock_; }
  WireLock& wire() { return *wire_; }
};

struct InFolder {
  TemporaryFolder temporary;
  SeededEntropy entropy{7};
  std::unique_ptr<sqlcipher::StoreFolder> folder = make();
  std::unique_ptr<Store> store = must(folder->open_vault());
  Control& control() { return folder->control(); }
  GateLock& lock() { return folder->gate_lock(); }
  WireLock& wire() { return folder->wire_lock(); }

  std::unique_ptr<sqlcipher::StoreFolder> make() {
    keys::RawKeyProvider key(Secret(std::string_view(std::string(32, 'k'))));
    must(sqlcipher::create_store_folder(
        temporary / "store", {.key_ring = temporary / "keyring", .simulated = true, .now = noon}, key, entropy));
    return must(sqlcipher::StoreFolder::open(temporary / "store", key));
  }
};

/// A person with one linked card.
template <class Place>
struct Home {
  Place place;
  ScriptedClock clock{noon};
  Gate gate{place.control(), place.lock(), place.wire(), clock};
  std::unique_ptr<Normalizer> normalizer = make_normalizer();
  ScriptedTransport transport;
  ScriptedIssuer issuer{"sample_card"};

  Home() {
    must(
        place.control().add_connection({.id = ours, .issuer = issuer.known.id, .linked_at = gate.now()}, note("link")));
    must(place.control().begin_consent(
        ours, {.consent = ConsentId("CS1"), .not_before = gate.now(), .not_after = gate.now() + std::chrono::days(90)},
        {}, note("link")));
  }

  ConnectionReport look(const Script& script, int day = 0) {
    clock.set_wall(noon + std::chrono::days(day));
    issuer.script = script;
    const auto connections = must(place.control().connections());
    auto outcomes = must(sync::sync_linked({gate, *place.store, *normalizer, place.control(), place.entropy, transport},
                                           {{connections.front(), &issuer}}, {},
                                           [](const Connection&, bool) -> Result<Secret> { return Secret("token"); }));
    INFO(reason(outcomes.front().report));
    REQUIRE(reason(outcomes.front().report).empty());
    return std::move(outcomes.front().report);
  }

  std::unique_ptr<LedgerView> view() { return must(place.store->read(must(gate.ask<Read>({})), note("transactions"))); }
  std::vector<StoredRow> rows(const TransactionQuery& query = {.with_ignored = true}) {
    std::vector<StoredRow> rows;
    const auto now = view();
    must(now->transactions(query, [&](const StoredRow& row) { return rows.push_back(row), true; }));
    return rows;
  }
  StoredRow row(TransactionKey key) { return rows({.only = key}).at(0); }
  StoredRow row_of(const std::string& reference) {
    for (const StoredRow& each : rows())
      if (each.facts.issuer_reference == reference) return each;
    FAIL("no row " << reference);
    return {};
  }

  sync::EditedRow edited(TransactionKey key) {
    return {.key = key, .id = TransactionId("T1"), .issuer = issuer.known.id};
  }
  UserLayer annotate(TransactionKey key, const UserEdit& edit) {
    return must(sync::annotate(gate, *place.store, edited(key), edit));
  }
  UserLayer undo(TransactionKey key) { return must(sync::undo_annotation(gate, *place.store, edited(key))); }
  UserLayer layer(TransactionKey key) {
    const auto layers = must(view()->user_layers());
    const auto found = layers.find(key);
    return found == layers.end() ? UserLayer{} : found->second;
  }
  std::size_t revisions(TransactionKey key) { return must(view()->revisions_of(key)).size(); }
  std::vector<std::string> findings() {
    return must(place.store->check(must(gate.ask<Maintenance>({})), std::nullopt, note("doctor"))).findings;
  }
};

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};
const ApiLine waiting{"P1", "2026-11-12", "見本ガス", "5000", true};

ApiLine changed(ApiLine line, const std::function<void(ApiLine&)>& change) {
  change(line);
  return line;
}

struct Step {
  int day = 0;
  Script script;
};
/// What an issuer says of a row, look by look. The person speaks after the first.
struct Story {
  std::string name;
  std::string target;  ///< reference of the row that it is about
  std::vector<Step> steps;
  std::int64_t amount = 0;  ///< of the row in the end
  TransactionStatus status = TransactionStatus::posted;
  std::size_t rows = 0;       ///< in the end, ignored ones too
  std::size_t revisions = 0;  ///< of the row in the end
};

std::vector<Story> stories() {
  const ApiLine posted{"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"};
  const ApiLine alike{"T9", "2026-11-14", "見本ガス", "5000"};
  const ApiLine same_id = changed(waiting, [](ApiLine& line) {
    line.pending = false;
    line.amount = "4870";
  });
  const ApiLine dearer = changed(book, [](ApiLine& line) { line.amount = "950"; });
  const ApiLine moved = changed(book, [](ApiLine& line) { line.date = "2026-11-13"; });
  const Step first{0, {listing({book, station, waiting})}};
  const auto then = [&first](std::vector<Step> steps) {
    steps.insert(steps.begin(), first);
    return steps;
  };
  constexpr auto pending = TransactionStatus::pending;
  constexpr auto now_posted = TransactionStatus::posted;
  return {
      {"the same again", "T1", then({first, first}), 900, now_posted, 3, 0},
      {"pending, then posted by the issuer's link", "P1", then({{1, {listing({book, station, posted})}}}), 4870,
       now_posted, 3, 1},
      {"pending, then posted and alike", "P1", then({{1, {listing({book, station, alike})}}}), 5000, now_posted, 3, 1},
      {"pending, then posted under its id", "P1", then({{1, {listing({book, station, same_id})}}}), 4870, now_posted, 3,
       1},
      {"the amount is revised", "T1", then({{1, {listing({dearer, station, waiting})}}}), 950, now_posted, 3, 1},
      {"the date is moved", "T1", then({{1, {listing({moved, station, waiting})}}}), 900, now_posted, 3, 1},
      {"removed, and listed again", "P1",
       then({{1, {listing({book, station})}},
             {20, {listing({book, station})}},
             {21, {listing({book, station, waiting})}}}),
       5000, pending, 3, 3},
      {"billed by a statement, which is then revised", "T1",
       then({{1, {statement("S1", {book, station}, "1110")}}, {2, {statement("S1", {dearer, station}, "1160")}}}), 950,
       now_posted, 3, 2},
      {"absent from a complete view, and held", "T1", then({{1, {listing({station, waiting})}}}), 900, now_posted, 3,
       0},
  };
}

const UserEdit words{
    .note = "花さんと", .category = "食費", .tags = std::vector<std::string>{"立替"}, .merchant = "見本食堂"};
const UserLayer said{.note = "花さんと", .category = "食費", .tags = {"立替"}, .merchant = "見本食堂"};

}  // namespace

TEMPLATE_TEST_CASE("a layer and its tombstone outlive whatever the issuer says", "[user_layer]", InMemory, InFolder) {
  for (const Story& story : stories()) {
    INFO(story.name);
    Home<TestType> home;
    home.look(story.steps.front().script, story.steps.front().day);
    const TransactionKey key = home.row_of(story.target).key;
    home.annotate(key, words);
    home.annotate(key, {.ignored = true});
    UserLayer all = said;
    all.ignored = true;
    for (std::size_t i = 1; i < story.steps.size(); ++i) {
      INFO("look " << i);
      home.look(story.steps[i].script, story.steps[i].day);
      CHECK(home.layer(key) == all);
      CHECK(home.row(key).ignored);
      for (const StoredRow& shown : home.rows({})) CHECK(shown.key != key);
      CHECK(home.rows({}).size() <= 2);  // it did not come back as a new row either
    }
    const auto as_said = [&] {
      const StoredRow now = home.row(key);
      CHECK(now.facts.amount_minor == story.amount);
      CHECK(now.facts.status == story.status);
      CHECK(home.rows().size() == story.rows);
      CHECK(home.revisions(key) == story.revisions);
      CHECK(home.findings().empty());
    };
    as_said();
    for (const StatementRow& bill : must(home.view()->statements())) CHECK(bill.balanced == true);

    const TransactionFacts facts = home.row(key).facts;
    CHECK(home.undo(key) == said);
    CHECK(home.rows({}).size() == story.rows);
    as_said();
    CHECK(home.undo(key) == UserLayer{});
    CHECK(home.row(key).facts == facts);
    as_said();
  }
}

TEMPLATE_TEST_CASE("what a person takes back is theirs alone, also with looks in between", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  home.look({listing({book, waiting})});
  const TransactionKey key = home.row_of("P1").key;
  home.annotate(key, {.note = "one"});
  home.look({listing({book, changed(waiting, [](ApiLine& line) { line.amount = "5100"; })})}, 1);
  home.annotate(key, {.note = "two", .ignored = true});
  home.look({listing({book, {"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"}})}, 2);
  home.annotate(key, {.category = "車"});
  const StoredRow before = home.row(key);
  const std::size_t revisions = home.revisions(key);
  CHECK(home.undo(key) == UserLayer{.note = "two", .ignored = true});
  CHECK(home.undo(key) == UserLayer{.note = "one"});
  CHECK(home.undo(key) == UserLayer{});
  CHECK_FALSE(sync::undo_annotation(home.gate, *home.place.store, home.edited(key)));
  CHECK(home.row(key).facts == before.facts);
  CHECK(home.row(key).fingerprint == before.fingerprint);
  CHECK(home.revisions(key) == revisions);
  CHECK(home.look({listing({book, {"T9", "2026-11-14", "見本ガス　本店", "4870", false, "P1"}})}, 3).outcome ==
        SyncOutcome::unchanged);
}

TEMPLATE_TEST_CASE("a tombstone swallows its own row and no other", "[user_layer]", InMemory, InFolder) {
  Home<TestType> home;
  home.look({listing({book})});
  const TransactionKey key = home.row_of("T1").key;
  home.annotate(key, {.ignored = true});
  const ApiLine twin = changed(book, [](ApiLine& line) { line.id = "T7"; });
  CHECK(home.look({listing({twin, book})}, 1).added == 1);
  const auto shown = home.rows({});
  REQUIRE(shown.size() == 1);
  CHECK(shown.front().facts.issuer_reference == "T7");
  CHECK(must(home.view()->month_totals()).front().amount_minor == 900);
}

TEMPLATE_TEST_CASE("an id of a row that turned out to be another leads to that one", "[user_layer]", InMemory,
                   InFolder) {
  Home<TestType> home;
  home.look({listing({book, station})});
  const TransactionKey first = home.row_of("T1").key;
  StoredRow second = home.row_of("T2");
  second.facts.status = TransactionStatus::removed;
  second.merged_into = first;
  {
    const auto staging = must(home.place.store->begin_staging({}, std::chrono::seconds(1)));
    const auto window = must(staging->begin_window());
    must(window->revise(second));
    must(window->add_audit(note("join")));
    must(window->commit(must(home.gate.template ask<Commit>({}))));
  }
  {
    const auto view = home.view();
    const auto reader = must(reading::LedgerReader::make(*view, {}));
    CHECK(must(reader.row(reader.transaction_id(second.key))).key == first);
    CHECK(must(reader.row(reader.transaction_id(first))).key == first);
    CHECK_FALSE(reader.row(reader.transaction_id(99)));
  }
  // Also where it turned out so between the person's look and their word.
  home.annotate(second.key, {.note = "mine"});
  CHECK(home.layer(first) == UserLayer{.note = "mine"});
  CHECK(home.layer(second.key) == UserLayer{});
  CHECK(home.undo(second.key) == UserLayer{});
}
