// SPDX-License-Identifier: Apache-2.0
#include "tests/gate_race/race.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <new>
#include <random>
#include <sstream>
#include <thread>

namespace meisai::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Appends whole lines, durably; many processes may append to one file.
class Log {
 public:
  explicit Log(const std::filesystem::path& folder)
      : descriptor_(::open((folder / "race.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { ::close(descriptor_); }
  bool append(const std::string& line) const {
    const std::string text = line + "\n";
    return ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fdatasync(descriptor_) == 0;
  }

 private:
  int descriptor_;
};

void nap(std::minstd_rand& random, microseconds longest) {
  if (longest.count() > 0) std::this_thread::sleep_for(microseconds(random() % static_cast<unsigned>(longest.count())));
}

bool is_cutoff(const Error& error) {
  return error.code == Code::cutoff_all || error.code == Code::cutoff_issuer || error.code == Code::cutoff_connection;
}

int unexpected(const Error& error) {
  std::cerr << "unexpected: " << name_of(error.code) << ": " << error.what << "\n";
  return 3;
}

}  // namespace

Board* Board::shared() {
  void* memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Board;
}

int run_committer(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board,
                  unsigned seed) {
  const auto room = open_room(folder, lock);
  const Log log(folder);
  std::minstd_rand random(seed);
  while (!board.stop) {
    auto permit = room->gate.ask<Commit>({.issuer = issuer});
    if (!permit) {
      if (!is_cutoff(permit.error())) return unexpected(permit.error());
      ++board.refused_at_ask;
      nap(random, microseconds(200));
      continue;
    }
    // Every cutoff that is counted later opened after our permit's epoch was read.
    const std::uint64_t cuts_before = board.cuts_returned;
    nap(random, times.longest_work);
    auto admission = std::move(*permit).admit();
    if (!admission) {
      if (!is_cutoff(admission.error())) return unexpected(admission.error());
      ++board.refused_at_admit;
      continue;
    }
    std::this_thread::sleep_for(times.inside);
    if (!log.append("commit " + std::to_string(cuts_before))) return 4;
  }
  return 0;
}

int run_sender(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board,
               unsigned seed) {
  constexpr int bytes = 20;
  const auto room = open_room(folder, lock);
  const Log log(folder);
  std::minstd_rand random(seed);
  while (!board.stop) {
    auto permit = room->gate.ask<Request>({.issuer = issuer, .connection = ours});
    if (!permit) {
      if (!is_cutoff(permit.error())) return unexpected(permit.error());
      ++board.refused_at_ask;
      nap(random, microseconds(200));
      continue;
    }
    const std::uint64_t cuts_before = board.cuts_returned;
    nap(random, times.longest_work);
    const auto crossing = std::move(*permit).cross();
    if (!crossing) {
      if (!is_cutoff(crossing.error())) return unexpected(crossing.error());
      ++board.refused_at_admit;
      continue;
    }
    for (int sent = 0; sent < bytes; ++sent) {
      if (const auto open = crossing->still_open(); !open) {
        if (!is_cutoff(open.error())) return unexpected(open.error());
        ++board.broken_off;
        break;
      }
      std::this_thread::sleep_for(times.inside);
      if (!log.append("byte " + std::to_string(cuts_before))) return 4;
    }
  }
  return 0;
}

int run_exporter(const std::filesystem::path& folder, int pipe, Board& board) {
  const auto room = open_room(folder);
  for (;;) {
    std::string batch;
    {
      auto permit = room->gate.ask<Release>({.issuer = issuer});
      if (!permit) return unexpected(permit.error());
      auto admission = std::move(*permit).admit();
      if (!admission) return unexpected(admission.error());
      for (int row = 0; row < 1000; ++row) batch += "2026-03-14;a merchant;1234\n";
      ++board.batches;
    }
    board.writing = true;
    if (::write(pipe, batch.data(), batch.size()) < 0) return 0;
    board.writing = false;
  }
}

CutterReport run_cutter(const std::filesystem::path& folder, LockUsed lock, const RaceTimes& times, Board& board,
                        std::uint64_t count) {
  const auto room = open_room(folder, lock);
  const Log log(folder);
  std::minstd_rand random(static_cast<unsigned>(count));
  CutterReport report;
  for (std::uint64_t i = 1; i <= count && report.error.empty(); ++i) {
    Incident draft;
    draft.id = IncidentId("race" + std::to_string(i));
    draft.scope = i % 2 == 0 ? CutoffScope::issuer : CutoffScope::all;
    if (times.connections && i % 3 == 0) draft.scope = CutoffScope::connection;
    if (draft.scope != CutoffScope::all) draft.issuer = issuer;
    if (draft.scope == CutoffScope::connection) draft.connection = ours;
    draft.reason = "race";

    const auto begun = steady_clock::now();
    const auto opened = room->gate.cut_off(*room->control, draft, "operator");
    report.longest = std::max(report.longest, std::chrono::ceil<milliseconds>(steady_clock::now() - begun));
    if (!opened) report.error = std::string(name_of(opened.error().code)) + ": " + opened.error().what;
    ++board.cuts_returned;
    if (!log.append("cut")) report.error = "log";
    nap(random, times.longest_cut);
    if (!log.append("lift")) report.error = "log";
    const auto lifted = room->gate.lift(*room->control, draft.id, "race", "operator");
    if (!lifted) report.error = std::string(name_of(lifted.error().code)) + ": " + lifted.error().what;
    nap(random, times.longest_cut);
  }
  return report;
}

Verdict judge(const std::filesystem::path& folder) {
  Verdict verdict;
  bool cut = false;
  std::ifstream log(folder / "race.log");
  for (std::string line; std::getline(log, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "cut") {
      cut = true;
      ++verdict.cuts;
    } else if (word == "lift") {
      cut = false;
    } else {
      std::uint64_t cuts_before = 0;
      words >> cuts_before;
      ++verdict.commits;
      verdict.under_cutoff += cut ? 1U : 0U;
      verdict.stale += verdict.cuts > cuts_before ? 1U : 0U;
    }
  }
  return verdict;
}

}  // namespace meisai::test
