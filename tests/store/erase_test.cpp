// SPDX-License-Identifier: Apache-2.0
//
// Erasure in the encrypted store: new file, new keys, old ones destroyed; whatever interrupts it leaves the state
// before or after; nobody goes on with the old ledger.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <thread>

#include "tests/store/failing_disk.h"
#include "tests/store/linked_sample.h"

namespace meisai::test {
namespace {

namespace fs = std::filesystem;

const ConnectionId con1("con1");

Result<void> erase(World& world) {
  MEISAI_ASSIGN(auto permit, world.gate().ask<Maintenance>({}));
  return world.store().erase(std::move(permit), con1, ConsentId("consent-con1"), entry("consent_erase"));
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> vault_files(const FolderWorld& world) {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(world.folder() / "vaults"))
    if (file.path().extension() == ".db") names.push_back(file.path().stem().string());
  return names;
}

/// True where the erasure came through. Either way: one vault, its two keys, sound, and nothing in between.
bool came_through(FolderWorld& world) {
  CHECK(vault_files(world) == std::vector{world.vault_name()});
  std::vector<std::string> names = world.key_names();
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"control", "tokens:" + world.vault_name(), "vault:" + world.vault_name()});
  CHECK(world.findings().empty());
  CHECK(must(world.consents().tokens(ConnectionId("con2")))->access.reveal_text() == "b");
  const std::size_t rows = world.rows().size();
  CHECK((rows == 2 || rows == 8));
  return rows == 2;
}

void fill(World& world) {
  const LinkedSample sample(world);
  must(world.consents().put_tokens({.connection = ConnectionId("con2"), .access = Secret("b")}, std::nullopt,
                                   entry("link")));
}

/// No text of the erased connection, as whoever holds the keys reads the new file.
void check_nothing_left(FolderWorld& world) {
  auto vault = world.raw_vault();
  std::vector<std::string> tables;
  {
    auto& row = vault.prepared("SELECT name FROM sqlite_master WHERE type='table'");
    while (must(row.step())) tables.emplace_back(row.text(0));
  }
  for (const std::string& table : tables) {
    auto row = must(vault.prepare("SELECT * FROM " + table));
    while (must(row.step()))
      for (int column = 0; column < row.column_count(); ++column)
        CHECK(row.text(column).find(LinkedSample::secret_text) == std::string_view::npos);
  }
}

}  // namespace

TEST_CASE("an erasure leaves a new file under new keys, and no old copy opens", "[erase]") {
  FolderWorld world;
  fill(world);
  world.close();
  const std::string old_name = world.vault_name();
  const fs::path old_copy = world.folder().parent_path() / "copy.db";
  fs::copy_file(world.vault_file(), old_copy);
  world.open();
  must(erase(world));
  CHECK(world.vault_name() != old_name);
  CHECK(came_through(world));
  check_nothing_left(world);
  for (const std::string& name : world.key_names()) CHECK_FALSE(sqlcipher::Database::open(old_copy, world.key(name)));
  for (const auto& file : fs::recursive_directory_iterator(world.folder().parent_path()))
    if (file.is_regular_file()) CHECK(content_of(file.path()).find(LinkedSample::secret_text) == std::string::npos);
  for (const auto& file : fs::directory_iterator(world.folder() / "vaults"))
    CHECK(file.path().filename().string().find(old_name) == std::string::npos);
  world.open();
  CHECK(came_through(world));
  world.write([&](LedgerWrite& window) { must(window.put_card(card_of("jcb_card", "later"))); });
  must(erase(world));
  CHECK(came_through(world));
}

TEST_CASE("who has the old ledger open gets store_changed everywhere", "[erase]") {
  FolderWorld world;
  fill(world);
  const auto keys = world.provider();
  const auto folder = must(sqlcipher::StoreFolder::open(world.folder(), *keys));
  const auto store = must(folder->open_vault());
  const auto consents = folder->consents();
  const auto view = must(store->read(world.permit<Read>(), entry("transactions")));
  const auto release = must(store->release(world.permit<Release>(), entry("export")));
  const auto staging = must(store->begin_staging({}, std::chrono::seconds(1)));
  must(staging->put("page"));
  const auto ours = must(world.store().begin_staging({ConnectionId("con2")}, std::chrono::seconds(1)));
  must(erase(world));

  const auto any = [](const StoredRow&) { return true; };
  CHECK(code_of(store->read(world.permit<Read>(), entry())) == Code::store_changed);
  CHECK(code_of(store->release(world.permit<Release>(), entry())) == Code::store_changed);
  CHECK(code_of(view->transactions({}, any)) == Code::store_changed);
  CHECK(code_of(release->batch(world.permit<Release>(), {}, any)) == Code::store_changed);
  CHECK(code_of(staging->begin_window()) == Code::store_changed);
  CHECK(code_of(ours->begin_window()) == Code::store_changed);
  CHECK(code_of(store->begin_staging({}, std::chrono::seconds(1))) == Code::store_changed);
  CHECK(code_of(store->record(entry())) == Code::store_changed);
  CHECK(code_of(store->check(world.permit<Maintenance>(), std::nullopt, entry())) == Code::store_changed);
  CHECK(code_of(store->erase(world.permit<Maintenance>(), con1, ConsentId("consent-con1"), entry())) ==
        Code::store_changed);
  CHECK(code_of(consents->tokens(con1)) == Code::store_changed);
  CHECK(code_of(consents->consents()) == Code::store_changed);
  CHECK(code_of(consents->put_consent({.id = ConsentId("x")}, entry())) == Code::store_changed);
  CHECK(came_through(world));  // the eraser's own handles go on with the new ledger
  const auto again = must(folder->open_vault());
  must(again->read(world.permit<Read>(), entry("transactions")));
}

TEST_CASE("an erasure waits for a window under way, which it does not lose", "[erase]") {
  FolderWorld world;
  fill(world);
  auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  auto window = must(staging->begin_window());
  must(window->put_card(card_of("rakuten_card", "in between")));
  must(window->add_audit(entry()));
  Result<void> erased;
  std::thread eraser([&] { erased = erase(world); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  must(window->commit(world.permit<Commit>()));
  window.reset();
  staging.reset();
  eraser.join();
  must(erased);
  CHECK(must(world.view({.issuer = IssuerId("rakuten_card")})->cards()).size() == 1);
  CHECK(came_through(world));
}

TEST_CASE("a disk that fails at any write of an erasure leaves the state before or after", "[erase]") {
  FolderWorld world;
  fill(world);
  bool through = false;
  int rounds = 0;
  for (int good = 0; !through; good += 1 + good / 6, ++rounds) {
    Result<void> erased;
    {
      const FailingDisk disk(good, ENOSPC);
      erased = erase(world);
    }
    world.open();
    through = came_through(world);
    // One that fails behind the point of no return says so too: the open has finished it.
    if (erased) CHECK(through);
  }
  CHECK(rounds > 5);
}

TEST_CASE("a kill at any instant of an erasure leaves the state before or after", "[erase]") {
  FolderWorld world;
  fill(world);
  world.close();
  int before = 0;
  int after = 0;
  for (int count = 0; after < 3; count += 1 + count / 6) {
    REQUIRE(count < 100'000);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      if (!world.try_open()) ::_exit(1);
      KilledAfter::writes(count);
      ::_exit(erase(world) ? 0 : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    world.open();
    if (came_through(world))
      ++after;
    else
      ++before;
    world.close();
  }
  CHECK(before >= 3);
}

TEST_CASE("a kill at random instants of erasures leaves one sound ledger", "[erase]") {
  FolderWorld world;
  fill(world);
  world.close();
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      if (!world.try_open()) ::_exit(1);
      for (;;)
        if (!erase(world)) ::_exit(2);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(60 + 37 * round));
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    world.open();
    came_through(world);
    world.close();
  }
}

TEST_CASE("an old control is refused after an erasure, and costs nothing", "[erase]") {
  FolderWorld world;
  fill(world);
  world.close();
  const fs::path control = world.folder() / "control.db";
  const fs::path old = world.folder().parent_path() / "control.old";
  const fs::path newest = world.folder().parent_path() / "control.new";
  fs::copy_file(control, old);
  world.open();
  must(erase(world));
  world.close();
  fs::copy_file(control, newest);
  fs::copy_file(old, control, fs::copy_options::overwrite_existing);
  CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  world.close();
  fs::copy_file(newest, control, fs::copy_options::overwrite_existing);
  world.open();
  CHECK(came_through(world));
}

}  // namespace meisai::test
