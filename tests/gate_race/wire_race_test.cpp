// SPDX-License-Identifier: Apache-2.0
//
// I3 on the wire, between processes: when a cutoff or the end of a consent has returned, no byte follows, whatever
// was under way, stalled or was killed. One test takes the locks away and must see bytes.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "tests/gate_race/child.h"
#include "tests/gate_race/race.h"
#include "tests/temporary_folder.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t cutoffs = 60;  // the instrumented build looks for other faults
#else
constexpr std::uint64_t cutoffs = 300;
#endif

Incident our_connection(const char* id) {
  Incident draft;
  draft.id = IncidentId(id);
  draft.scope = CutoffScope::connection;
  draft.issuer = issuer;
  draft.connection = ours;
  draft.reason = "test";
  return draft;
}

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string("allow") : std::string(name_of(result.error().code));
}

bool soon(const std::atomic<bool>& flag) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!flag && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(milliseconds(1));
  return flag;
}

/// A process that holds a crossing until it is killed, and says so.
int hold_crossing(const std::filesystem::path& folder, Board& board) {
  const auto room = open_room(folder);
  auto permit = room->gate.ask<Request>({.issuer = issuer, .connection = ours});
  if (!permit) return 1;
  const auto crossing = std::move(*permit).cross();
  if (!crossing) return 2;
  board.writing = true;
  for (;;) ::pause();
}

}  // namespace

TEST_CASE("no byte follows a cutoff that has returned, and each returns within a second") {
  const TemporaryFolder folder;
  make_room(folder.path());
  Board& board = *Board::shared();
  const RaceTimes times{.inside = std::chrono::microseconds(300), .connections = true};
  Child first([&] { return run_sender(folder.path(), LockUsed::real, times, board, 1); });
  Child second([&] { return run_sender(folder.path(), LockUsed::real, times, board, 2); });
  const CutterReport report = run_cutter(folder.path(), LockUsed::real, times, board, cutoffs);
  board.stop = true;
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
  CHECK(report.error.empty());
  INFO("longest cutoff " << report.longest.count() << " ms");
  CHECK(report.longest < seconds(1));
  const Verdict verdict = judge(folder.path());
  CHECK(verdict.cuts == cutoffs);
  CHECK(verdict.under_cutoff == 0);
  CHECK(verdict.stale == 0);
  CHECK(verdict.commits > cutoffs / 3);
  CHECK(board.broken_off > 10);
  std::cout << "wire race: " << verdict.commits << " bytes, " << verdict.cuts << " cutoffs, longest "
            << report.longest.count() << " ms; " << board.broken_off << " transfers broken off\n";
}

TEST_CASE("without the wire lock the same race shows bytes under a cutoff") {
  const TemporaryFolder folder;
  make_room(folder.path());
  Board& board = *Board::shared();
  const RaceTimes slow{.inside = milliseconds(5), .longest_cut = milliseconds(20)};
  Child first([&] { return run_sender(folder.path(), LockUsed::none, slow, board, 1); });
  Child second([&] { return run_sender(folder.path(), LockUsed::none, slow, board, 2); });
  const CutterReport report = run_cutter(folder.path(), LockUsed::none, slow, board, 60);
  board.stop = true;
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
  CHECK(report.error.empty());
  CHECK(judge(folder.path()).under_cutoff > 0);
}

TEST_CASE("a transfer that is killed frees the wire") {
  const TemporaryFolder folder;
  make_room(folder.path());
  Board& board = *Board::shared();
  Child holder([&] { return hold_crossing(folder.path(), board); });
  REQUIRE(soon(board.writing));
  const auto room = open_room(folder.path());
  CHECK(shown(room->wire->drain(issuer, ours, milliseconds(50))) == "store_busy");
  holder.kill();
  const auto begun = std::chrono::steady_clock::now();
  CHECK(room->gate.cut_off(*room->control, our_connection("IN1"), "operator"));
  CHECK(std::chrono::steady_clock::now() - begun < seconds(1));
}

TEST_CASE("a process that is stopped with a transfer keeps no commit open: the cutoff is in force when it gives up") {
  const TemporaryFolder folder;
  make_room(folder.path());
  Board& board = *Board::shared();
  Child holder([&] { return hold_crossing(folder.path(), board); });
  REQUIRE(soon(board.writing));
  const auto room = open_room(folder.path());
  const auto result = room->gate.cut_off(*room->control, our_connection("IN1"), "operator");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::store_busy);
  CHECK(result.error().remedy.find("incident IN1") != std::string::npos);
  CHECK(shown(room->gate.ask<Commit>({.issuer = issuer, .connection = ours})) == "cutoff_connection");
  CHECK(room->control->facts().value().incidents.front().state == IncidentState::open);
  holder.kill();
}

TEST_CASE("the end of a consent in one process closes the transfer of another before it returns") {
  const TemporaryFolder folder;
  make_room(folder.path());
  Board& board = *Board::shared();
  Child sender([&] {
    const auto room = open_room(folder.path());
    auto permit = room->gate.ask<Request>({.issuer = issuer, .connection = ours});
    if (!permit) return 1;
    const auto crossing = std::move(*permit).cross();
    if (!crossing) return 2;
    board.writing = true;
    for (;;) {
      const auto open = crossing->still_open();
      if (!open) return open.error().code == Code::consent_withdrawn ? 0 : 3;
      std::this_thread::sleep_for(milliseconds(20));
    }
  });
  REQUIRE(soon(board.writing));
  const auto room = open_room(folder.path());
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE(room->gate.end_consent(*room->control, {.issuer = issuer, .connection = ours, .consent = agreed}, "subject"));
  CHECK(std::chrono::steady_clock::now() - begun < seconds(1));
  CHECK(room->wire->drain({}, {}, milliseconds(0)));
  CHECK(sender.wait() == 0);
  CHECK(shown(room->gate.ask<Request>({.issuer = issuer, .connection = ours})) == "consent_withdrawn");
}
