// SPDX-License-Identifier: Apache-2.0
//
// The wire lock's contract, in memory and on a file: a cutoff waits for the transfers that it covers and for no
// others, keeps nobody out itself, and every wait ends. For the file also between processes and after a kill.
#include "storage/memory/wire_lock.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "storage/gate_lock/file_wire_lock.h"
#include "tests/temporary_folder.h"

namespace meisai {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const IssuerId jcb("jcb_card");
const IssuerId rakuten("rakuten_card");
const ConnectionId ours("CN1");
const ConnectionId other("CN2");
constexpr milliseconds briefly{30};
constexpr std::chrono::seconds patiently{10};

struct Memory {
  std::unique_ptr<WireLock> lock = memory::make_wire_lock();
};

struct File {
  test::TemporaryFolder folder;
  std::unique_ptr<WireLock> lock = open_file_wire_lock(folder.path() / "wire.lock").value();
};

/// Whether a cutoff of this coverage would return now.
bool silent(WireLock& lock, const IssuerId& issuer = {}, const ConnectionId& connection = {}) {
  const auto drained = lock.drain(issuer, connection, briefly);
  if (drained) return true;
  CHECK(drained.error().code == Code::store_busy);
  CHECK(drained.error().retry == Retry::later);
  return false;
}

}  // namespace

TEMPLATE_TEST_CASE("a cutoff waits for the transfers that it covers and for no others", "[wire_lock]", Memory, File) {
  TestType made;
  WireLock& lock = *made.lock;
  CHECK(silent(lock));
  auto transfer = lock.enter(jcb, ours);
  REQUIRE(transfer);
  CHECK_FALSE(silent(lock));
  CHECK_FALSE(silent(lock, jcb));
  CHECK_FALSE(silent(lock, jcb, ours));
  CHECK(silent(lock, jcb, other));
  CHECK(silent(lock, rakuten));
  CHECK(silent(lock, rakuten, ours));
  transfer->reset();
  CHECK(silent(lock));
  CHECK(silent(lock, jcb, ours));
}

TEMPLATE_TEST_CASE("transfers of one connection share the wire, and the last one ends the wait", "[wire_lock]", Memory,
                   File) {
  TestType made;
  WireLock& lock = *made.lock;
  auto first = lock.enter(jcb, ours);
  auto second = lock.enter(jcb, ours);
  auto third = lock.enter(jcb, other);
  REQUIRE(first);
  REQUIRE(second);
  REQUIRE(third);
  first->reset();
  CHECK_FALSE(silent(lock, jcb, ours));
  second->reset();
  CHECK(silent(lock, jcb, ours));
  CHECK_FALSE(silent(lock, jcb));
  third->reset();
  CHECK(silent(lock, jcb));
}

TEMPLATE_TEST_CASE("a transfer without a connection may be anybody's of its issuer", "[wire_lock]", Memory, File) {
  TestType made;
  WireLock& lock = *made.lock;
  const auto linking = lock.enter(jcb, {});
  REQUIRE(linking);
  CHECK_FALSE(silent(lock));
  CHECK_FALSE(silent(lock, jcb));
  CHECK_FALSE(silent(lock, jcb, ours));
  CHECK(silent(lock, rakuten));
}

TEST_CASE("on the file a transfer without an issuer may be anybody's", "[wire_lock]") {
  File made;
  WireLock& lock = *made.lock;
  const auto unknown = lock.enter({}, {});
  REQUIRE(unknown);
  CHECK_FALSE(silent(lock));
  CHECK_FALSE(silent(lock, jcb));
  CHECK_FALSE(silent(lock, jcb, ours));
}

TEMPLATE_TEST_CASE("a cutoff that waits keeps nobody out and disturbs no other issuer", "[wire_lock]", Memory, File) {
  TestType made;
  WireLock& lock = *made.lock;
  auto transfer = lock.enter(jcb, ours);
  REQUIRE(transfer);
  std::atomic<bool> drained = false;
  std::thread cutter([&] { drained = lock.drain(jcb, {}, patiently).has_value(); });
  for (int i = 0; i < 50; ++i) {
    const auto begun = steady_clock::now();
    const auto elsewhere = lock.enter(rakuten, other);
    CHECK(elsewhere);
    CHECK(steady_clock::now() - begun < std::chrono::seconds(1));
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK_FALSE(drained);
  transfer->reset();
  const auto freed = steady_clock::now();
  cutter.join();
  CHECK(drained);
  CHECK(steady_clock::now() - freed < std::chrono::seconds(1));
  CHECK(lock.enter(jcb, ours));
}

TEMPLATE_TEST_CASE("a cutoff of everything comes through a crowd of short transfers", "[wire_lock]", Memory, File) {
  TestType made;
  WireLock& lock = *made.lock;
  std::atomic<bool> stop = false;
  std::atomic<bool> broken = false;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 4; ++i)
    crowd.emplace_back([&, i] {
      const ConnectionId own("CN" + std::to_string(i));
      while (!stop) {
        if (!lock.enter(jcb, own)) broken = true;
        std::this_thread::sleep_for(milliseconds(2));  // as policy does: refused at once, asked again later
      }
    });
  steady_clock::duration longest{};
  for (int i = 0; i < 20; ++i) {
    const auto begun = steady_clock::now();
    if (!lock.drain({}, {}, patiently)) broken = true;
    longest = std::max(longest, steady_clock::now() - begun);
  }
  stop = true;
  for (std::thread& each : crowd) each.join();
  CHECK_FALSE(broken);
  CHECK(longest < std::chrono::seconds(2));
}

TEST_CASE("a transfer of another process counts, and ends with that process", "[wire_lock]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "wire.lock";
  const auto lock = open_file_wire_lock(path).value();
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto own = open_file_wire_lock(path);
    const auto hold = (*own)->enter(jcb, ours);
    const char answer = hold ? 'y' : 'n';
    (void)!::write(ready[1], &answer, 1);
    for (;;) ::pause();
  }
  char answer = 0;
  REQUIRE(::read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(silent(*lock));
  CHECK_FALSE(silent(*lock, jcb, ours));
  CHECK(silent(*lock, jcb, other));
  CHECK(silent(*lock, rakuten));
  CHECK(lock->enter(jcb, ours));
  REQUIRE(::kill(child, SIGKILL) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(lock->drain({}, {}, std::chrono::seconds(1)));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("the lock file is ours alone and stays empty", "[wire_lock]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "wire.lock";
  const auto lock = open_file_wire_lock(path).value();
  const auto hold = lock->enter(jcb, ours);
  REQUIRE(hold);
  struct stat info{};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK(info.st_size == 0);
}

TEST_CASE("a place where no wire lock can be is an I/O error", "[wire_lock]") {
  const auto lock = open_file_wire_lock("/nonexistent/folder/wire.lock");
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Code::io_error);
  CHECK_FALSE(lock.error().remedy.empty());
}

}  // namespace meisai
