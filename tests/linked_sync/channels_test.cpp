// SPDX-License-Identifier: Apache-2.0
//
// One card seen through an API and through files (decision 0021): the same purchase is one row, counted twins are as
// many as the channel that lists more of them says, and what is doubtful is asked, never merged.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/sync/user_edit.h"
#include "tests/linked_sync/card_files.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using Rules = std::vector<std::string>;

const std::string due = "2026-12-10";
const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};
const FileLine book_line{"2026-11-10", "見本書店", "900"};
const FileLine station_line{"2026-11-11", "見本駅", "210"};

std::int64_t total(Household& home) {
  std::int64_t sum = 0;
  for (const StoredRow& row : home.rows()) sum += row.facts.amount_minor;
  return sum;
}

}  // namespace

TEST_CASE("a purchase that an API and a file list is one row, whichever came first") {
  const bool api_first = GENERATE(true, false);
  CAPTURE(api_first);
  Household home;
  const auto ask = [&home] { return home.look({listing({book, station})}); };
  const auto bring = [&home] { return take_statement_file(home, due, {book_line, station_line}); };
  if (api_first) {
    REQUIRE(ask().added == 2);
    const TransactionKey key = home.rows().front().key;
    const auto result = bring();
    CHECK(result.added == 0);
    CHECK(result.modified == 2);
    CHECK(home.rows().front().key == key);
    CHECK(rules_of(home, key) == Rules{"other_channel"});
  } else {
    REQUIRE(bring().added == 2);
    CHECK(ask().added == 0);
  }
  REQUIRE(home.rows().size() == 2);
  const auto statements = home.view()->statements().value();
  REQUIRE(statements.size() == 1);
  CHECK(statements.front().transaction_count == 2);
  CHECK(statements.front().computed_total_minor == 1110);
  for (const StoredRow& row : home.rows()) {
    CHECK(row.statement == statements.front().key);
    CHECK(row.facts.billed_minor == row.facts.amount_minor);
    CHECK(home.view()->aliases_of(row.key).value().size() == 1);
  }

  // From here on neither says anything new.
  const std::uint64_t position = home.view()->last_position().value();
  const std::uint64_t pages = home.view()->documents().value().size();
  for (int again = 0; again < 2; ++again) {
    CHECK(ask().outcome == SyncOutcome::unchanged);
    CHECK(bring().unchanged == 2);
  }
  CHECK(home.view()->last_position().value() == position);
  CHECK(home.view()->documents().value().size() == pages);
  CHECK(suggestions(home).empty());
}

TEST_CASE("twins of two channels are as many as the channel says that lists more of them") {
  const auto [of_api, of_file] = GENERATE(table<int, int>({{1, 2}, {2, 1}, {2, 2}, {3, 1}}));
  CAPTURE(of_api, of_file);
  std::vector<ApiLine> lines;
  for (int i = 0; i < of_api; ++i) {
    lines.push_back(book);
    lines.back().id = "T" + std::to_string(i);
  }
  const std::vector<FileLine> file(static_cast<std::size_t>(of_file), book_line);
  const auto more = static_cast<std::size_t>(std::max(of_api, of_file));
  const bool api_first = GENERATE(true, false);
  Household home;
  for (int round = 0; round < 3; ++round) {
    if (api_first || round != 0) home.look({listing(lines)});
    take_statement_file(home, due, file);
  }
  home.look({listing(lines)});
  CHECK(home.rows().size() == more);
  CHECK(suggestions(home).empty());

  // One more of the other channel is the row that it lacked.
  home.look({listing({lines.front(), {"T8", "2026-11-10", "見本書店", "900"}})});
  CHECK(home.rows().size() == std::max(more, static_cast<std::size_t>(of_api) + 1));
}

TEST_CASE("what an API lists as pending and a file bills is posted, and does not become pending again") {
  Household home;
  ApiLine pending = book;
  pending.pending = true;
  REQUIRE(home.look({listing({pending})}).added == 1);
  CHECK(take_statement_file(home, due, {book_line}).added == 0);
  CHECK(home.look({listing({pending})}).outcome == SyncOutcome::unchanged);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().facts.status == TransactionStatus::posted);
  CHECK(home.rows().front().facts.billed_minor == 900);
}

TEST_CASE("the same day and amount under another shop's name is asked about, once") {
  Household home;
  REQUIRE(home.look({listing({book, station})}).added == 2);
  const FileLine other{"2026-11-10", "ホンヤ見本", "900"};
  CHECK(take_statement_file(home, due, {other, station_line}).added == 1);
  CHECK(home.rows().size() == 3);
  const auto asked = suggestions(home);
  REQUIRE(asked.size() == 1);
  CHECK(asked.front().evidence == MatchRule::other_channel);
  CHECK(asked.front().first == home.rows().front().key);
  take_statement_file(home, due, {other, station_line});
  home.look({listing({book, station})});
  CHECK(suggestions(home).size() == 1);
  CHECK(total(home) == 2010);

  // The file lists the API's purchase after all: there is nothing left to ask.
  CHECK(take_statement_file(home, due, {other, station_line, book_line}).added == 0);
  CHECK(home.rows().size() == 3);
  CHECK(suggestions(home).empty());
  CHECK(suggestions(home, SuggestionState::outdated).size() == 1);
}

TEST_CASE("two purchases of one price and day that both channels list are not asked about") {
  Household home;
  const ApiLine tea{"T3", "2026-11-10", "見本茶屋", "900"};
  home.look({listing({book, tea})});
  CHECK(take_statement_file(home, due, {book_line, {"2026-11-10", "見本茶屋", "900"}}).added == 0);
  CHECK(home.rows().size() == 2);
  CHECK(suggestions(home).empty());
}

TEST_CASE("a twin that the next statement in a file bills is another purchase, also where an API knows the first") {
  Household home;
  home.look({listing({book})});
  CHECK(take_statement_file(home, due, {book_line}).added == 0);
  CHECK(take_statement_file(home, "2027-01-10", {book_line, {"2026-11-25", "見本薬局", "50"}}).added == 2);
  CHECK(home.rows().size() == 3);
}

TEST_CASE("a row whose id the issuer leaves blank for once is still that row") {
  Household home;
  ApiLine blank = book;
  blank.id = "";
  REQUIRE(home.look({listing({book, station})}).added == 2);
  CHECK(home.look({listing({blank, station})}).added == 0);
  CHECK(home.look({listing({book, station})}).added == 0);
  CHECK(home.rows().size() == 2);
}

TEST_CASE("rows without any id are told apart by what they say and how many there are") {
  Household home;
  const ApiLine blank{"", "2026-11-10", "見本書店", "900"};
  REQUIRE(home.look({listing({blank})}).added == 1);
  CHECK(home.look({listing({blank, blank})}).added == 1);  // one stored, two received: two
  CHECK(home.look({listing({blank, blank})}).outcome == SyncOutcome::unchanged);
  CHECK(home.rows().size() == 2);
}

TEST_CASE("a layer and its tombstone stay where another channel brings the row", "[user_layer]") {
  const bool api_first = GENERATE(true, false);
  CAPTURE(api_first);
  Household home;
  const auto ask = [&home] { home.look({listing({book, station})}); };
  const auto bring = [&home] { take_statement_file(home, due, {book_line, station_line}); };
  api_first ? ask() : bring();
  const TransactionKey key = home.rows().front().key;
  const sync::EditedRow row{.key = key, .id = TransactionId("T1"), .issuer = home.issuer.known.id};
  REQUIRE(sync::annotate(home.gate, *home.stores.store, row, {.note = "mine", .ignored = true}));
  for (int again = 0; again < 2; ++again) {
    ask();
    bring();
    REQUIRE(home.rows().size() == 1);
    CHECK(home.rows().front().key != key);
    CHECK(home.view()->user_layers().value().at(key) == UserLayer{.note = "mine", .ignored = true});
  }
  REQUIRE(sync::undo_annotation(home.gate, *home.stores.store, row));
  CHECK(home.rows().size() == 2);
}

TEST_CASE("a card's file after its API's answers passes the brake, and every purchase is one row") {
  const bool closed = GENERATE(true, false);
  CAPTURE(closed);
  std::vector<ApiLine> answer;
  std::vector<FileLine> file;
  for (int i = 0; i < 9; ++i) {
    const std::string day = "2026-11-0" + std::to_string(1 + i);
    const std::string shop = "見本" + std::to_string(i), amount = std::to_string(100 + i);
    answer.push_back({"T" + std::to_string(i), day, shop, amount});
    file.push_back({day, shop, amount});
  }
  Household home;
  REQUIRE(home.look({listing(answer)}).added == 9);
  const sync::WindowsResult result = closed ? take_statement_file(home, due, file) : take_open_month_file(home, file);
  CHECK(result.added == 0);
  CHECK(home.rows().size() == 9);
  CHECK(home.view()->holds().value().empty());
  CHECK(suggestions(home).empty());
  CHECK(home.look({listing(answer)}).added == 0);
  CHECK(home.rows().size() == 9);
}

// ---- an open month's file and its statement ---------------------------------------------------------------

TEST_CASE("a pending row of a file becomes its posted row: the shop is what counts, not the words around it") {
  Household home;
  REQUIRE(take_open_month_file(home, {{"2026-11-10", "VISA国内利用 VS 見本書店", "900"}}).added == 1);
  const TransactionKey key = home.rows().front().key;
  const std::string posted = GENERATE("2026-11-10", "2026-11-12");
  const auto result = take_statement_file(home, due, {{posted, "見本書店", "900"}});
  CHECK(result.added == 0);
  CHECK(result.modified == 1);
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows().front().key == key);
  CHECK(home.rows().front().facts.status == TransactionStatus::posted);
  CHECK(rules_of(home, key) == Rules{"alike"});
  // The open month's file once more: it is an older view, and says nothing new.
  CHECK(take_open_month_file(home, {{"2026-11-10", "VISA国内利用 VS 見本書店", "900"}}).unchanged == 1);
  CHECK(home.rows().front().facts.status == TransactionStatus::posted);
  CHECK(home.rows().size() == 1);
}

TEST_CASE("pending and posted twins of equal number are paired, of unequal number asked about") {
  Household home;
  const FileLine open{"2026-11-10", "VISA国内利用 VS 見本書店", "900"};
  const FileLine closed{"2026-11-12", "見本書店", "900"};
  REQUIRE(take_open_month_file(home, {open, open}).added == 2);
  SECTION("two and two") {
    CHECK(take_statement_file(home, due, {closed, closed}).added == 0);
    CHECK(home.rows().size() == 2);
    CHECK(suggestions(home).empty());
  }
  SECTION("two and one") {
    CHECK(take_statement_file(home, due, {closed}).added == 1);
    CHECK(home.rows().size() == 3);
    REQUIRE(suggestions(home).size() == 1);
    CHECK(suggestions(home).front().detail == "same amount, 2 days later");
  }
}

TEST_CASE("a purchase of every month is paired with the pending row of its own month") {
  Household home;
  REQUIRE(take_open_month_file(home, {{"2026-10-11", "見本モバイル", "980"}, {"2026-11-11", "見本モバイル", "980"}})
              .added == 2);
  CHECK(take_statement_file(home, "2026-11-10", {{"2026-10-12", "見本モバイル", "980"}}).added == 0);
  const auto rows = home.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows.front().facts.status == TransactionStatus::posted);
  CHECK(rows.back().facts.status == TransactionStatus::pending);
}

TEST_CASE("another amount than was authorized is asked about, never merged") {
  Household home;
  const FileLine tea{"2026-11-09", "見本茶屋", "500"};
  REQUIRE(take_open_month_file(home, {tea, {"2026-11-10", "見本ガス", "5000"}}).added == 2);
  CHECK(take_statement_file(home, due, {tea, {"2026-11-12", "見本ガス", "4870"}}).added == 1);
  CHECK(home.rows().size() == 3);
  const auto asked = suggestions(home);
  REQUIRE(asked.size() == 1);
  CHECK(asked.front().evidence == MatchRule::alike);
  CHECK(asked.front().detail == "amount -130, 2 days later");
}

TEST_CASE("a pending row of a file that its statement does not bill ends after two billing periods") {
  Household home;
  const std::vector<FileLine> first = {{"2026-11-02", "見本茶屋", "500"}, {"2026-11-14", "見本駅", "210"}};
  REQUIRE(take_open_month_file(home, {first[0], {"2026-11-10", "見本ホテル", "30000"}, first[1]}).added == 3);
  take_statement_file(home, due, first);
  CHECK(home.rows().size() == 3);
  const auto later = [&home](int days, const std::string& when, const FileLine& line) {
    home.clock.set_wall(noon + std::chrono::days(days));
    return take_statement_file(home, when, {line});
  };
  CHECK(later(30, "2027-01-10", {"2026-12-02", "見本茶屋", "510"}).removed == 0);
  CHECK(home.rows().size() == 3 + 1);
  CHECK(later(60, "2027-02-10", {"2027-01-02", "見本茶屋", "520"}).removed == 1);
  CHECK(home.rows().size() == 3 - 1 + 2);
  // The list of the open month, imported again, is older than that and does not bring it back.
  CHECK(take_open_month_file(home, {first[0], {"2026-11-10", "見本ホテル", "30000"}, first[1]}).unchanged == 3);
  CHECK(home.rows().size() == 3 - 1 + 2);
  // Billed very late after all: it comes back as the row that it was.
  CHECK(later(90, "2027-03-10", {"2026-11-10", "見本ホテル", "30000"}).added == 1);
  CHECK(home.rows().size() == 3 + 2);
}
