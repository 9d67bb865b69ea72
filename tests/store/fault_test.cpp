// SPDX-License-Identifier: Apache-2.0
//
// Full disks, failing disks and kills at any instant of an import: the store afterwards is as it was before
// a window or after it, and sound.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <type_traits>

#include "tests/store/failing_disk.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

constexpr std::uint32_t rows_a_window = 60;

/// Counts the writes between a step's taking of the gate and its letting go.
class NotingLock final : public GateLock {
 public:
  explicit NotingLock(GateLock& lock) : lock_(lock) {}
  Result<std::unique_ptr<Admission::Hold>> share(std::chrono::milliseconds wait) override {
    MEISAI_ASSIGN(auto hold, lock_.share(wait));
    return std::make_unique<Noting>(std::move(hold), *this);
  }
  Result<std::unique_ptr<Admission::Hold>> exclude(std::chrono::milliseconds wait) override {
    return lock_.exclude(wait);
  }
  int writes_within_hold = 0;

 private:
  class Noting final : public Admission::Hold {
   public:
    Noting(std::unique_ptr<Hold> hold, NotingLock& lock) : hold_(std::move(hold)), lock_(lock) {}
    Noting(const Noting&) = delete;
    Noting& operator=(const Noting&) = delete;
    ~Noting() override { lock_.writes_within_hold += left_at_share_ - FailingDisk::left(); }

   private:
    std::unique_ptr<Hold> hold_;
    NotingLock& lock_;
    int left_at_share_ = FailingDisk::left();
  };
  GateLock& lock_;
};

/// One document of one window, numbered. Any step may fail.
Result<void> import_window(World& world, CardKey card, std::uint32_t number) {
  MEISAI_ASSIGN(const auto staging, world.store().begin_staging({}, std::chrono::seconds(5)));
  MEISAI_TRY(staging->put(std::string(5000, 'p')));
  MEISAI_ASSIGN(const auto window, staging->begin_window());
  MEISAI_TRY(
      window->put_document({.digest = sha256(std::to_string(number)), .issuer = IssuerId("jcb_card"), .layout = "l"}));
  TransactionKey first = 0;
  TransactionKey last = 0;
  for (std::uint32_t i = 0; i < rows_a_window; ++i) {
    MEISAI_ASSIGN(last, window->insert(row(card, day(2026, 1 + number % 12, 1 + i % 28), number * rows_a_window + i)));
    if (first == 0) first = last;
  }
  MEISAI_TRY(window->add_change({.kind = ChangeKind::added, .first = first, .last = last}));
  MEISAI_TRY(window->add_audit(entry()));
  MEISAI_ASSIGN(auto permit, world.gate().ask<Commit>({}));
  return window->commit(std::move(permit));
}

/// Complete windows only; rows, feed, documents and months tell the same number of them.
std::size_t sound_windows(FolderWorld& world) {
  const auto view = world.view();
  std::size_t rows = 0;
  must(view->transactions({}, [&](const StoredRow&) { return ++rows, true; }));
  CHECK(rows % rows_a_window == 0);
  CHECK(must(view->last_position()) == rows);
  CHECK(must(view->documents()).size() * rows_a_window == rows);
  std::uint64_t counted = 0;
  for (const MonthTotal& total : must(view->month_totals())) counted += total.count;
  CHECK(counted == rows);
  // The pages hold no records, so the check would call them unreadable: everything else has to be sound.
  for (const std::string& finding : world.findings()) CHECK(finding.find("raw pages") != std::string::npos);
  return rows / rows_a_window;
}

}  // namespace

TEST_CASE("a disk that fills up or fails at any write leaves whole windows", "[fault]") {
  const int number = GENERATE(ENOSPC, EIO);
  FolderWorld world;
  const CardKey card = world.card();
  std::uint32_t windows = 0;
  std::size_t committed = 0;
  bool hit = true;
  for (int good = 0; hit; good += 1 + good / 8) {
    {
      // Without a long log each import would write only into it.
      const FailingDisk disk(good, number);
      const auto done = import_window(world, card, windows++);
      hit = FailingDisk::was_hit();
      if (done)
        ++committed;
      else
        CHECK(done.error().code == (number == ENOSPC ? Code::disk_full : Code::io_error));
    }
    CHECK(sound_windows(world) == committed);
  }
  CHECK(committed >= 1);
  CHECK(windows > 5);
  world.open();
  CHECK(sound_windows(world) == committed);
  must(import_window(world, card, windows));
  CHECK(sound_windows(world) == committed + 1);
}

TEST_CASE("a kill at any instant leaves whole windows, and the next import goes on", "[fault]") {
  FolderWorld world;
  const CardKey card = world.card();
  world.close();
  std::uint32_t next = 0;
  std::size_t before = 0;
  for (int round = 0; round < 12; ++round) {
    int progress[2];
    REQUIRE(::pipe(progress) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // Nothing of the parent is open here; whatever goes wrong shows as too little progress.
      if (!world.try_open()) ::_exit(1);
      for (std::uint32_t i = next; import_window(world, card, i); ++i) {
        const char done = 'w';
        if (::write(progress[1], &done, 1) != 1) ::_exit(1);
      }
      ::_exit(1);
    }
    ::close(progress[1]);
    char done = 0;
    REQUIRE(::read(progress[0], &done, 1) == 1);  // at least one window, then any instant
    std::this_thread::sleep_for(std::chrono::microseconds(round * 700));
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    std::size_t told = 1;
    while (::read(progress[0], &done, 1) == 1) ++told;
    ::close(progress[0]);
    world.open();
    const std::size_t now = sound_windows(world);
    CHECK(now >= before + told);  // what was told as committed is there
    CHECK(now <= before + told + 1);
    before = now;
    next = static_cast<std::uint32_t>(now);
    {
      auto vault = world.raw_vault();
      must(world.store().begin_staging({}, std::chrono::seconds(1)));  // nobody holds the turn of the dead
      CHECK(must(vault.query_int64("SELECT count(*) FROM staged_page")) == 0);
    }
    world.close();
  }
}

TEST_CASE("what a large window writes is written before it holds the gate", "[fault]") {
  FolderWorld world;
  const CardKey card = world.card();
  NotingLock lock(world.lock());
  Gate gate(world.control(), lock, world.clock());
  constexpr int plenty = 1'000'000;
  const FailingDisk counting(plenty, EIO);
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  const auto window = must(staging->begin_window());
  for (std::uint32_t i = 0; i < 30'000; ++i)
    must(window->insert(row(card, day(2000 + static_cast<int>(i % 20), 1 + i % 12, 1 + i % 28), i)));
  must(window->add_audit(entry()));
  must(window->commit(must(gate.ask<Commit>({}))));
  CHECK(plenty - FailingDisk::left() > 1000);
  CHECK(lock.writes_within_hold < 20);  // the commit's last frame and control's mark
  CHECK(world.rows().size() == 30'000);
  CHECK(world.findings().empty());
}

TEST_CASE("two processes import and read at once; nothing is lost", "[fault]") {
  FolderWorld world;
  const CardKey card = world.card();
  world.close();
  const auto work = [&](std::uint32_t first) {
    if (!world.try_open()) return false;
    for (std::uint32_t i = first; i < first + 10; ++i) {
      if (!import_window(world, card, i)) return false;
      auto permit = world.gate().ask<Read>({});
      if (!permit) return false;
      const auto view = world.store().read(std::move(*permit), entry("transactions"));
      if (!view) return false;
      std::size_t rows = 0;
      if (!(*view)->transactions({}, [&](const StoredRow&) { return ++rows, true; })) return false;
      if (rows % rows_a_window != 0) return false;
    }
    return true;
  };
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(work(100) ? 0 : 1);
  const bool done = work(0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(done);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  world.open();
  CHECK(sound_windows(world) == 20);
}

}  // namespace meisai::test
