// SPDX-License-Identifier: Apache-2.0
//
// The gate lock's contract, in memory and on a file: steps together, a cutoff alone, nobody starves the
// cutoff, every wait ends. For the file also between processes and after a kill.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "storage/gate_lock/file_gate_lock.h"
#include "storage/memory/memory.h"

namespace meisai {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "meisai-gate-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path file() const { return path_ / "gate.lock"; }

 private:
  std::filesystem::path path_;
};

struct Memory {
  std::unique_ptr<GateLock> lock = memory::make_gate_lock();
};

struct File {
  Folder folder;
  std::unique_ptr<GateLock> lock = open_file_gate_lock(folder.file()).value();
};

}  // namespace

TEMPLATE_TEST_CASE("steps share the gate, a cutoff has it alone", "[gate_lock]", Memory, File) {
  TestType made;
  GateLock& lock = *made.lock;
  auto first = lock.share(milliseconds(100));
  auto second = lock.share(milliseconds(100));
  REQUIRE(first);
  REQUIRE(second);
  const auto refused = lock.exclude(milliseconds(30));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::store_busy);
  CHECK(refused.error().retry == Retry::later);
  first->reset();
  CHECK_FALSE(lock.exclude(milliseconds(10)));
  second->reset();
  auto alone = lock.exclude(milliseconds(100));
  REQUIRE(alone);
  const auto late = lock.share(milliseconds(30));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::store_busy);
  CHECK_FALSE(lock.exclude(milliseconds(10)));
  alone->reset();
  CHECK(lock.share(milliseconds(100)));
  CHECK(lock.exclude(milliseconds(100)));
}

TEMPLATE_TEST_CASE("a cutoff that waits keeps new steps out, and one that gave up lets them in", "[gate_lock]", Memory,
                   File) {
  TestType made;
  GateLock& lock = *made.lock;
  auto step = lock.share(milliseconds(100));
  REQUIRE(step);
  std::atomic<bool> got = false;
  std::thread cutter([&] {
    const auto hold = lock.exclude(std::chrono::seconds(10));
    got = hold.has_value();
  });
  // Once the cutoff has announced itself, a new step steps back although the gate is only shared.
  bool stepped_back = false;
  for (int tries = 0; tries < 2000 && !stepped_back; ++tries) {
    std::this_thread::sleep_for(milliseconds(1));
    stepped_back = !lock.share(milliseconds(5));
  }
  CHECK(stepped_back);
  CHECK_FALSE(got);
  step->reset();
  cutter.join();
  CHECK(got);

  step = lock.share(milliseconds(100));
  REQUIRE(step);
  CHECK_FALSE(lock.exclude(milliseconds(20)));
  CHECK(lock.share(milliseconds(20)));
}

TEMPLATE_TEST_CASE("a cutoff comes through a crowd of steps", "[gate_lock]", Memory, File) {
  TestType made;
  GateLock& lock = *made.lock;
  std::atomic<bool> stop = false;
  std::atomic<int> inside = 0;
  std::atomic<bool> broken = false;
  std::vector<std::thread> steps;
  for (int i = 0; i < 4; ++i)
    steps.emplace_back([&] {
      while (!stop) {
        const auto hold = lock.share(std::chrono::seconds(10));
        if (!hold) broken = true;
        ++inside;
        std::this_thread::yield();
        --inside;
      }
    });
  steady_clock::duration longest{};
  for (int i = 0; i < 50; ++i) {
    const auto start = steady_clock::now();
    const auto hold = lock.exclude(std::chrono::seconds(10));
    longest = std::max(longest, steady_clock::now() - start);
    if (!hold || inside != 0) broken = true;
  }
  stop = true;
  for (std::thread& step : steps) step.join();
  CHECK_FALSE(broken);
  CHECK(longest < std::chrono::seconds(1));
}

TEST_CASE("the file's lock holds between processes and dies with them", "[gate_lock]") {
  const Folder folder;
  const auto lock = open_file_gate_lock(folder.file()).value();
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const bool exclusive = GENERATE(false, true);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto own = open_file_gate_lock(folder.file());
    const auto hold = exclusive ? (*own)->exclude(milliseconds(1000)) : (*own)->share(milliseconds(1000));
    const char answer = hold ? 'y' : 'n';
    (void)!::write(ready[1], &answer, 1);
    for (;;) ::pause();
  }
  char answer = 0;
  REQUIRE(::read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(lock->exclude(milliseconds(20)));
  CHECK(lock->share(milliseconds(20)).has_value() == !exclusive);
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(lock->exclude(milliseconds(500)));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a place where no lock file can be is an I/O error", "[gate_lock]") {
  const auto lock = open_file_gate_lock("/nonexistent/folder/gate.lock");
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Code::io_error);
  CHECK_FALSE(lock.error().remedy.empty());
}

}  // namespace meisai
