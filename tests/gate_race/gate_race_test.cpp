// SPDX-License-Identifier: Apache-2.0
//
// I3 between processes: when a cutoff has returned, nothing that it covers commits until it is lifted; it
// returns within a second whatever commits, stalls or was killed. The last test takes the lock away and
// must see violations, so the first cannot pass by looking away.
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "tests/gate_race/child.h"
#include "tests/gate_race/race.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t cutoffs = 200;  // the instrumented build looks for other faults
#else
constexpr std::uint64_t cutoffs = 1000;
#endif

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "meisai-race-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
    make_room(path);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
};

Incident everything(const char* id) {
  Incident draft;
  draft.id = IncidentId(id);
  draft.reason = "test";
  return draft;
}

template <class T>
std::string shown(const Result<T>& result) {
  return result ? std::string("allow") : std::string(name_of(result.error().code));
}

/// True as soon as the condition holds, false if it does not within ten seconds.
template <class Condition>
bool soon(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

}  // namespace

TEST_CASE("nothing commits after a cutoff has returned, and each returns within a second") {
  const Folder folder;
  Board& board = *Board::shared();
  const RaceTimes times;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);

  Child exporter([&] { return run_exporter(folder.path, pipe[1], board); });
  // Nobody reads the pipe: the export stalls for the whole race.
  REQUIRE(soon([&] { return board.batches >= 2 && board.writing; }));
  std::this_thread::sleep_for(milliseconds(50));
  const std::uint64_t batches = board.batches;
  REQUIRE(board.writing);

  Child first([&] { return run_committer(folder.path, LockUsed::real, times, board, 1); });
  Child second([&] { return run_committer(folder.path, LockUsed::real, times, board, 2); });
  const CutterReport report = run_cutter(folder.path, LockUsed::real, times, board, cutoffs);
  board.stop = true;
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);

  CHECK(board.writing);
  CHECK(board.batches == batches);
  exporter.kill();
  ::close(pipe[0]);
  ::close(pipe[1]);

  CHECK(report.error.empty());
  INFO("longest cutoff " << report.longest.count() << " ms");
  CHECK(report.longest < seconds(1));
  const Verdict verdict = judge(folder.path);
  INFO(verdict.commits << " commits, refused at ask " << board.refused_at_ask << ", at the door "
                       << board.refused_at_admit);
  CHECK(verdict.cuts == cutoffs);
  CHECK(verdict.under_cutoff == 0);
  CHECK(verdict.stale == 0);
  // The race took place: commits got through between cutoffs, and cutoffs met steps at either point.
  CHECK(verdict.commits > 100);
  CHECK(board.refused_at_ask > 100);
  CHECK(board.refused_at_admit > 10);
  std::cout << "gate race: " << verdict.commits << " commits, " << verdict.cuts << " cutoffs, longest "
            << report.longest.count() << " ms; refused " << board.refused_at_ask << " at ask, "
            << board.refused_at_admit << " at the door\n";
}

TEST_CASE("without the gate lock the same race shows commits under a cutoff") {
  const Folder folder;
  Board& board = *Board::shared();
  const RaceTimes slow{.inside = milliseconds(5), .longest_cut = milliseconds(20)};
  Child committer([&] { return run_committer(folder.path, LockUsed::none, slow, board, 1); });
  Child other([&] { return run_committer(folder.path, LockUsed::none, slow, board, 2); });
  const CutterReport report = run_cutter(folder.path, LockUsed::none, slow, board, 60);
  board.stop = true;
  CHECK(committer.wait() == 0);
  CHECK(other.wait() == 0);
  CHECK(report.error.empty());
  CHECK(judge(folder.path).under_cutoff > 0);
}

TEST_CASE("with the gate lock even slow commits keep clear of cutoffs") {
  const Folder folder;
  Board& board = *Board::shared();
  const RaceTimes slow{.inside = milliseconds(5), .longest_cut = milliseconds(20)};
  Child committer([&] { return run_committer(folder.path, LockUsed::real, slow, board, 1); });
  Child other([&] { return run_committer(folder.path, LockUsed::real, slow, board, 2); });
  const CutterReport report = run_cutter(folder.path, LockUsed::real, slow, board, 60);
  board.stop = true;
  CHECK(committer.wait() == 0);
  CHECK(other.wait() == 0);
  CHECK(report.error.empty());
  CHECK(report.longest < seconds(1));
  CHECK(judge(folder.path).under_cutoff == 0);
}

TEST_CASE("a step that is killed while it holds the gate frees it") {
  const Folder folder;
  Board& board = *Board::shared();
  Child holder([&] {
    const auto room = open_room(folder.path);
    auto permit = room->gate.ask<Commit>({});
    if (!permit) return 1;
    const auto admission = std::move(*permit).admit();
    if (!admission) return 2;
    board.writing = true;
    for (;;) ::pause();
  });
  REQUIRE(soon([&] { return board.writing.load(); }));
  const auto room = open_room(folder.path);
  CHECK(shown(room->lock->exclude(milliseconds(50))) == "store_busy");
  holder.kill();

  const auto begun = std::chrono::steady_clock::now();
  CHECK(room->gate.cut_off(*room->control, everything("i1"), "operator"));
  CHECK(std::chrono::steady_clock::now() - begun < seconds(1));
  CHECK(shown(room->gate.ask<Commit>({})) == "cutoff_all");
}

TEST_CASE("a cutoff that is killed between announcing and opening stays in force, and can be lifted") {
  const Folder folder;
  Board& board = *Board::shared();
  Child cutter([&] {
    const auto room = open_room(folder.path);
    if (!room->control->announce(everything("i1"))) return 1;
    const auto hold = room->lock->exclude(seconds(1));
    if (!hold) return 2;
    board.writing = true;
    for (;;) ::pause();
  });
  REQUIRE(soon([&] { return board.writing.load(); }));
  const auto room = open_room(folder.path);
  CHECK(shown(room->lock->share(milliseconds(50))) == "store_busy");
  cutter.kill();

  CHECK(shown(room->gate.ask<Commit>({})) == "cutoff_all");
  // The subject goes on reading, and the lock that the dead cutter held is free.
  auto permit = room->gate.ask<Read>({});
  REQUIRE(permit);
  CHECK(std::move(*permit).admit());
  // The same cutoff again completes it.
  const auto opened = room->gate.cut_off(*room->control, everything("i1"), "operator");
  REQUIRE(opened);
  CHECK(opened->state == IncidentState::open);
  REQUIRE(room->gate.lift(*room->control, IncidentId("i1"), "done", "operator"));
  CHECK(room->gate.ask<Commit>({}));
}

TEST_CASE("a cutoff and its lift are seen by a process that began before them") {
  const Folder folder;
  Board& board = *Board::shared();
  // Started before we open anything: an open SQLite database must not cross a fork.
  Child other([&] {
    if (!soon([&] { return board.stop.load(); })) return 1;
    const auto room = open_room(folder.path);
    if (!room->gate.cut_off(*room->control, everything("i1"), "operator")) return 2;
    return room->gate.lift(*room->control, IncidentId("i1"), "done", "operator") ? 0 : 3;
  });
  const auto own = open_room(folder.path);
  auto permit = own->gate.ask<Commit>({});
  REQUIRE(permit);
  board.stop = true;
  REQUIRE(other.wait() == 0);
  CHECK(shown(std::move(*permit).admit()) == "cutoff_all");
  CHECK(own->gate.ask<Commit>({}));
}
