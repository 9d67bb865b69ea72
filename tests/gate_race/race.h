// SPDX-License-Identifier: Apache-2.0
//
// The race of DESIGN section 5: processes that commit against one that cuts off. All of them append to one
// log, so its order is the judge and no clock is compared: a committer appends while it holds its
// admission, the cutter after a cutoff has returned and before it lifts it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/gate_race/room.h"

namespace meisai::test {

/// Seen by all processes of a race.
struct Board {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> cuts_returned{0};
  std::atomic<std::uint64_t> refused_at_ask{0};
  std::atomic<std::uint64_t> refused_at_admit{0};
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> broken_off{0};  ///< transfers that were closed in the middle
  std::atomic<bool> writing{false};          ///< the exporter is inside its write to the pipe

  static Board* shared();  ///< in memory that forked processes share; lives as long as the program
};

struct RaceTimes {
  std::chrono::microseconds longest_work{300};  ///< between asking and the door
  std::chrono::microseconds inside{0};          ///< from the check to the commit, the gate being held
  std::chrono::microseconds longest_cut{1500};  ///< how long a cutoff stays
  bool connections = false;                     ///< every third cutoff is about the connection only
};

/// Commits until the board says stop. Returns 0, or 3 after an error that is not a cutoff.
int run_committer(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board,
                  unsigned seed);
/// Sends and sends: each transfer is some bytes, of which each is logged, and asks before each whether it is still
/// open. Returns 0, or 3 after an error that is not a cutoff.
int run_sender(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board, unsigned seed);
/// Renders batches and writes them to `pipe` until the write fails.
int run_exporter(const std::filesystem::path& folder, int pipe, Board& board);

struct CutterReport {
  std::chrono::milliseconds longest{0};  ///< of cut_off
  std::string error;                     ///< the first that occurred
};
/// Opens and lifts `count` cutoffs, of everything, of the committers' issuer and of its connection in turn.
CutterReport run_cutter(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board,
                        std::uint64_t count);

/// What the log says.
struct Verdict {
  std::uint64_t commits = 0;  ///< or bytes sent
  std::uint64_t cuts = 0;
  std::uint64_t under_cutoff = 0;  ///< commits after a cutoff had returned and before its lift
  std::uint64_t stale = 0;         ///< commits of a permit from before a cutoff that had returned
};
[[nodiscard]] Verdict judge(const std::filesystem::path& folder);

}  // namespace meisai::test
