// SPDX-License-Identifier: Apache-2.0
//
// Several engines over one encrypted store at once: two that take in the same truth, and one that only reads. Rows
// never double, nobody sees half of a commit, and whoever follows the feed is told each position once, in order. That
// one of two imports has the turn and what a kill leaves behind is proved elsewhere (tests/bad_input, tests/crash).
#include <algorithm>
#include <atomic>
#include <barrier>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

#include "tests/oracle/desk.h"
#include "tests/oracle/file_desk.h"
#include "tests/oracle/generate.h"
#include "tests/oracle/same_folder.h"

namespace meisai::oracle {
namespace {

/// Runs it on a thread of its own; what it throws is told after the join.
class Worker {
 public:
  explicit Worker(const std::function<void()>& work)
      : thread_([this, work] {
          try {
            work();
          } catch (const std::exception& error) {
            failure_ = error.what();
          }
        }) {}
  std::string join() {
    thread_.join();
    return failure_;
  }

 private:
  std::string failure_;
  std::thread thread_;
};

/// Follows the feed in small bites while others write, and looks at the whole ledger each time.
class Poller {
 public:
  explicit Poller(const test::FolderWorld& first) : world_(first), reading_(world_) {}

  void poll(const std::atomic<bool>& done) {
    for (bool last = false; !last; ++polls) {
      // Each reading is an audit entry, a commit of its own: without a pause there are more of them than of the rest.
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const std::scoped_lock today(midnight_);
      last = done;
      bite(last);
      reading_.check_order();
    }
  }
  int polls = 0;

  /// No reading spans midnight: a clock that stands behind the store's last use gets nothing.
  void tomorrow() noexcept {
    const std::scoped_lock nobody_reads(midnight_);
    today_ = std::min(today_ + 1, course_ends);
    world_.clock().set_wall(noon_of(today_));
  }

 private:
  void bite(bool all) {
    const auto view = reading_.view();
    do {
      for (const ChangeRow& change : must(view->changes(follower_.position(), 3))) follower_.take(change);
    } while (all && follower_.position() != must(view->last_position()));
  }

  std::mutex midnight_;
  Day today_ = first_fetch - 1;
  SameFolder world_;
  Reading reading_;
  Follower follower_;  // with its own cursor, far behind at times
};

std::vector<Visit> unbroken(History history) {
  for (Look& look : history.looks) look.breaks = Break::none;
  return course_of(history);
}

struct Tomorrow {
  Poller* poller;
  void operator()() noexcept { poller->tomorrow(); }
};
using Midnight = std::barrier<Tomorrow>;

/// Days run together for all: an issuer shows both the same.
void play_days(Desk& desk, const std::vector<Visit>& course, Prediction& prediction, Midnight& midnight) {
  try {
    for (Day day = first_fetch; day <= course.back().day; ++day) {
      midnight.arrive_and_wait();
      for (const Visit& visit : course)
        if (visit.day == day) desk.play(visit, prediction);
    }
  } catch (...) {
    midnight.arrive_and_drop();
    throw;
  }
  midnight.arrive_and_drop();
}

int rounds() { return std::getenv("MEISAI_LONG") != nullptr ? 40 : 2; }

}  // namespace

TEST_CASE("two engines that sync one truth at once end in its ledger, and the feed loses nothing", "[together]") {
  for (int round = 0; round < rounds(); ++round) {
    CAPTURE(round);
    rc::Random random(static_cast<std::uint64_t>(round));
    const Truth truth = truths({})(random.split()).value();
    const auto courses = {unbroken(histories()(random.split()).value()), unbroken(histories()(random.split()).value())};
    test::FolderWorld first;
    SameFolder second(first);
    Poller poller(first);
    Desk one(first, truth, "CN1"), two(second, truth, "CN2");
    Prediction by_one(truth), by_two(truth), by_both(truth);
    Midnight midnight(2, Tomorrow{&poller});
    std::atomic<bool> done = false;
    Worker reader([&] { poller.poll(done); });
    Worker a([&] { play_days(one, *courses.begin(), by_one, midnight); });
    Worker b([&] { play_days(two, *(courses.begin() + 1), by_two, midnight); });
    CHECK(a.join() == "");
    CHECK(b.join() == "");
    done = true;
    CHECK(reader.join() == "");
    CHECK(poller.polls > 3);

    auto log = by_one.log();
    std::ranges::copy(by_two.log(), std::back_inserter(log));
    std::ranges::stable_sort(log, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [day, document] : log) by_both.saw(document, day);
    CHECK_NOTHROW(one.ledger().compare(by_both));
    CHECK_NOTHROW(two.look_again(courses.begin()->back().look));
    CHECK(first.findings().empty());
  }
}

TEST_CASE("two engines that import the same files at once end in the ledger of the truth", "[together]") {
  for (int round = 0; round < rounds(); ++round) {
    CAPTURE(round);
    rc::Random random(static_cast<std::uint64_t>(1000 + round));
    const Truth truth = truths(closed_months)(random.split()).value();
    test::FolderWorld first;
    SameFolder second(first);
    Poller poller(first);
    FileDesk one(first, truth), two(second, truth);
    Prediction by_one(truth), by_two(truth);
    std::atomic<bool> done = false;
    Worker reader([&] { poller.poll(done); });
    const auto import_all = [](FileDesk& desk, Prediction& prediction, bool backwards) {
      for (int i = 0; i < 3; ++i)
        for (const Download& each : final_downloads(backwards)) desk.import(each, prediction);
    };
    Worker a([&] { import_all(one, by_one, false); });
    Worker b([&] { import_all(two, by_two, true); });
    CHECK(a.join() == "");
    CHECK(b.join() == "");
    done = true;
    CHECK(reader.join() == "");
    CHECK_NOTHROW(one.ledger().compare(by_one));
    CHECK(first.findings().empty());
  }
}

}  // namespace meisai::oracle
