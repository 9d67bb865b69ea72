// SPDX-License-Identifier: Apache-2.0
//
// The store folder: made once, opened with the right key only, never silently older, newer or clear.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "storage/keys/key_ring.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put_content(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void put_copy(const fs::path& from, const fs::path& to) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
}

Result<void> create(FolderWorld& world, const fs::path& folder, const fs::path& ring) {
  SeededEntropy entropy{99};
  const auto keys = world.provider();
  return sqlcipher::create_store_folder(folder, {.key_ring = ring, .now = noon()}, *keys, entropy);
}

/// Breaks after so many draws.
class FailingEntropy final : public Entropy {
 public:
  explicit FailingEntropy(int draws) : draws_(draws) {}
  Result<void> fill(std::span<std::byte> out) override {
    if (draws_-- <= 0) return fail_now();
    return inner_.fill(out);
  }

 private:
  static Result<void> fail_now() { return meisai::fail(Code::internal_bug, "no randomness"); }
  SeededEntropy inner_{3};
  int draws_;
};

}  // namespace

TEST_CASE("a store is a folder that only its owner can enter", "[folder]") {
  FolderWorld world;
  world.card();
  struct stat about{};
  REQUIRE(::stat(world.folder().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
  for (const auto& entry : fs::recursive_directory_iterator(world.folder())) {
    REQUIRE(::stat(entry.path().c_str(), &about) == 0);
    CHECK((about.st_mode & 0077) == 0);
  }
  CHECK_FALSE(fs::exists(world.folder() / "init.json"));
  CHECK(must(sqlcipher::key_ring_of(world.folder())) == fs::canonical(world.key_ring()));
}

TEST_CASE("init stamps mode and simulation for ever", "[folder]") {
  FolderWorld world;
  const auto keys = world.provider();
  SeededEntropy entropy{5};
  const fs::path folder = world.folder().parent_path() / "other";
  must(sqlcipher::create_store_folder(
      folder, {.key_ring = world.key_ring(), .mode = Mode::operator_, .simulated = true, .now = noon()}, *keys,
      entropy));
  const auto opened = must(sqlcipher::StoreFolder::open(folder, *keys));
  CHECK(opened->settings().mode == Mode::operator_);
  CHECK(opened->settings().simulated);
  CHECK(opened->settings().created_at == noon());
  const Facts facts = must(opened->control().facts());
  CHECK(facts.mode == Mode::operator_);
  CHECK(facts.simulated);
  CHECK_FALSE(must(world.control().facts()).simulated);  // two stores on one key ring
}

TEST_CASE("init refuses to overwrite", "[folder]") {
  FolderWorld world;
  const std::string before = content_of(world.folder() / "store.json");
  CHECK(code_of(create(world, world.folder(), world.key_ring())) == Code::store_exists);
  CHECK(content_of(world.folder() / "store.json") == before);
  fs::remove(world.folder() / "store.json");
  CHECK(code_of(create(world, world.folder(), world.key_ring())) == Code::store_exists);  // databases without it
  put_content(world.folder() / "store.json", before);
  world.open();
}

TEST_CASE("init keeps the key ring out of the store", "[folder]") {
  FolderWorld world;
  const fs::path folder = world.folder().parent_path() / "other";
  CHECK(code_of(create(world, folder, folder / "keys" / "ring")) == Code::invalid_argument);
  CHECK_FALSE(fs::exists(folder));
}

TEST_CASE("a failed init leaves the folder as it was", "[folder]") {
  FolderWorld world;
  const fs::path folder = world.folder().parent_path() / "other";
  const auto keys = world.provider();
  int draws = 0;
  for (;; ++draws) {
    FailingEntropy entropy(draws);
    const auto made =
        sqlcipher::create_store_folder(folder, {.key_ring = world.key_ring(), .now = noon()}, *keys, entropy);
    if (made) break;
    CHECK_FALSE(fs::exists(folder));
  }
  CHECK(draws > 4);
  must(sqlcipher::StoreFolder::open(folder, *keys));
  fs::create_directory(folder.string() + "2");
  put_content(folder.string() + "2/notes.txt", "mine");
  FailingEntropy entropy(draws - 1);
  CHECK_FALSE(sqlcipher::create_store_folder(folder.string() + "2", {.key_ring = world.key_ring(), .now = noon()},
                                             *keys, entropy));
  CHECK(content_of(folder.string() + "2/notes.txt") == "mine");
  CHECK(std::distance(fs::directory_iterator(folder.string() + "2"), fs::directory_iterator()) == 1);
}

TEST_CASE("a half-made store does not block the next init", "[folder]") {
  FolderWorld world;
  const auto keys = world.provider();
  const fs::path folder = world.folder().parent_path() / "other";
  must(create(world, folder, world.key_ring()));
  // As a kill right before the end leaves it.
  const std::string ring_before = content_of(world.key_ring());
  fs::rename(folder / "store.json", folder / "init.json");
  CHECK(code_of(sqlcipher::StoreFolder::open(folder, *keys)) == Code::store_missing);
  SeededEntropy entropy{1234};
  must(sqlcipher::create_store_folder(folder, {.key_ring = world.key_ring(), .now = noon()}, *keys, entropy));
  must(sqlcipher::StoreFolder::open(folder, *keys));
  CHECK(std::distance(fs::directory_iterator(folder / "vaults"), fs::directory_iterator()) == 1);
  CHECK(content_of(world.key_ring()).size() == ring_before.size());  // the orphaned keys are gone
  world.open();                                                      // and the other store's are not
}

TEST_CASE("a kill at any step of init leaves something that the next init can use", "[folder]") {
  FolderWorld world;
  const auto keys = world.provider();
  const fs::path folder = world.folder().parent_path() / "other";
  const std::vector<std::string> left = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{"gate.lock"},
      std::vector<std::string>{"gate.lock", "init.json"}, std::vector<std::string>{"gate.lock", "init.json", "vaults"},
      std::vector<std::string>{"gate.lock", "init.json", "vaults", "control.db"});
  must(create(world, folder, world.key_ring()));
  put_copy(folder / "store.json", folder / "init.json");
  for (const auto& entry : std::vector<fs::directory_entry>(fs::directory_iterator(folder), {}))
    if (std::find(left.begin(), left.end(), entry.path().filename().string()) == left.end()) fs::remove_all(entry);
  SeededEntropy entropy{1234};
  must(sqlcipher::create_store_folder(folder, {.key_ring = world.key_ring(), .now = noon()}, *keys, entropy));
  must(must(sqlcipher::StoreFolder::open(folder, *keys))->open_vault());
}

TEST_CASE("missing, too new, not understood", "[folder]") {
  FolderWorld world;
  const auto keys = world.provider();
  CHECK(code_of(sqlcipher::StoreFolder::open(world.folder().parent_path() / "nothing", *keys)) == Code::store_missing);
  CHECK(code_of(sqlcipher::key_ring_of(world.folder().parent_path())) == Code::store_missing);
  const std::string good = content_of(world.folder() / "store.json");
  const auto open_with = [&](const std::string& text) {
    world.close();
    put_content(world.folder() / "store.json", text);
    return code_of(world.try_open());
  };
  CHECK(open_with(R"({"meisai_store": 2, "store_id": "x", "key_ring": "y"})") == Code::store_too_new);
  for (const char* bad : {"", "{", "[]", "{}", R"({"meisai_store": "1"})", R"({"meisai_store": 1})",
                          R"({"meisai_store": 0, "store_id": "x", "key_ring": "y"})",
                          R"({"meisai_store": 1, "store_id": 7, "key_ring": "y"})"})
    CHECK(open_with(bad) == Code::store_damaged);
  CHECK(open_with(std::string(100000, ' ')) == Code::io_error);
  put_content(world.folder() / "store.json", good);
  world.open();
}

TEST_CASE("a newer schema is refused before anything is written", "[folder]") {
  FolderWorld world;
  const bool vault = GENERATE(true, false);
  {
    auto database = vault ? world.raw_vault() : world.raw_control();
    must(database.set_user_version(100));
  }
  CHECK(code_of(world.try_open()) == Code::store_too_new);
}

TEST_CASE("the wrong key opens nothing and changes nothing", "[folder]") {
  FolderWorld world;
  world.card();
  world.close();
  const auto wrong = world.provider('x');
  CHECK(code_of(sqlcipher::StoreFolder::open(world.folder(), *wrong)) == Code::wrong_key);
  world.open();
  CHECK(must(world.view()->cards()).size() == 1);
}

TEST_CASE("a store without its key ring says so", "[folder]") {
  FolderWorld world;
  world.close();
  fs::rename(world.key_ring(), world.key_ring().string() + ".away");
  CHECK(code_of(world.try_open()) == Code::key_ring_missing);
  fs::rename(world.key_ring().string() + ".away", world.key_ring());
  world.open();
}

TEST_CASE("an older copy of the ledger is refused", "[folder]") {
  FolderWorld world;
  const fs::path vault = world.vault_file();
  world.card();
  world.close();
  const fs::path old = vault.string() + ".old";
  put_copy(vault, old);
  world.open();
  world.card("rakuten_card");
  world.close();
  const fs::path newest = vault.string() + ".new";
  put_copy(vault, newest);

  put_copy(old, vault);
  CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  CHECK(code_of(world.try_open()) == Code::store_rolled_back);  // not forgotten by having looked
  CHECK(must(world.control().facts()).epoch == 0);              // control works without the vault

  SECTION("the newest one is accepted again") {
    put_copy(newest, vault);
    world.open();
    CHECK(must(world.view()->cards()).size() == 2);
  }
  SECTION("a fork that caught up is refused too") {
    fs::remove(vault);
    {
      // Another history from the old copy on: as many commits, other entries.
      put_copy(old, vault);
      auto fork = world.raw_vault();
      must(fork.exec("UPDATE head SET generation=generation+1, audit_head=zeroblob(32)"));
    }
    CHECK(code_of(world.try_open()) == Code::store_rolled_back);
    {
      auto fork = world.raw_vault();
      must(fork.exec("UPDATE head SET generation=generation+9, audit_count=audit_count+9"));
    }
    CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  }
  SECTION("a vault ahead of its anchor is recovery") {
    put_copy(newest, vault);
    {
      auto control = world.raw_control();
      must(
          control.exec("UPDATE head SET anchor_generation=1, anchor_audit_count=1, anchor_audit_head="
                       "(SELECT anchor_audit_head FROM head)"));
    }
    CHECK(code_of(world.try_open()) == Code::store_rolled_back);  // an anchor that the chain never had
    {
      auto control = world.raw_control();
      must(control.exec("UPDATE head SET anchor_generation=NULL"));
    }
    world.open();
    REQUIRE(must(world.control().anchor()));
    CHECK(must(world.control().anchor())->audit_count == 2);
  }
}

TEST_CASE("an older copy of control.db is refused", "[folder]") {
  FolderWorld world;
  const fs::path control = world.folder() / "control.db";
  world.card();
  world.close();
  const fs::path old = control.string() + ".old";
  put_copy(control, old);
  world.open();

  SECTION("when it lacks a cutoff") { world.cut_off(); }
  SECTION("when it lacks the clock's mark") { world.clock().advance(std::chrono::hours(24)); }
  // A commit of the vault notes where control was before it: the mark that its own permit raised, the next one.
  (void)world.view();
  (void)world.view();
  const Facts known = must(world.control().facts());
  world.close();
  const fs::path newest = control.string() + ".new";
  put_copy(control, newest);

  put_copy(old, control);
  CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  CHECK(code_of(world.try_open()) == Code::store_rolled_back);  // not forgotten by having looked
  put_copy(newest, control);
  world.open();
  CHECK(must(world.control().facts()).epoch == known.epoch);
  CHECK(must(world.control().facts()).high_water == known.high_water);
}

TEST_CASE("a control that went on without the ledger is no rollback", "[folder]") {
  FolderWorld world;
  world.card();
  world.close();
  put_copy(world.vault_file(), world.vault_file().string() + ".old");
  world.open();
  world.cut_off();
  world.open();
  CHECK(must(world.control().facts()).epoch == 1);
}

TEST_CASE("a ledger that is gone is never made anew", "[folder]") {
  FolderWorld world;
  world.card();
  world.close();
  const fs::path vault = world.vault_file();
  fs::rename(vault, vault.string() + ".away");
  CHECK(code_of(world.try_open()) == Code::store_damaged);
  CHECK_FALSE(fs::exists(vault));
  fs::rename(vault.string() + ".away", vault);
  world.close();
  fs::rename(world.folder() / "control.db", world.folder() / "away");
  CHECK(code_of(world.try_open()) == Code::store_damaged);
  CHECK_FALSE(fs::exists(world.folder() / "control.db"));
}

TEST_CASE("no merchant and no label is readable in any file", "[folder]") {
  FolderWorld world;
  const std::string merchant = "ひみつの喫茶店";
  const auto search = [&] {
    for (const auto& entry : fs::recursive_directory_iterator(world.folder().parent_path())) {
      if (!entry.is_regular_file()) continue;
      const std::string bytes = content_of(entry.path());
      CHECK(bytes.find(merchant) == std::string::npos);
      CHECK(bytes.find("HIMITSU") == std::string::npos);
      CHECK(bytes.find("CREATE TABLE") == std::string::npos);
    }
  };
  world.write([&](LedgerWrite& window) {
    const CardKey card = must(window.put_card(card_of("jcb_card", "HIMITSU")));
    for (std::uint32_t i = 0; i < 500; ++i) {
      StoredRow each = row(card, day(2026, 9, 1), i);
      each.facts.merchant_raw = each.facts.merchant_normalized = merchant;
      must(window.insert(each));
    }
  });
  const auto staging = must(world.store().begin_staging({}, std::chrono::seconds(1)));
  must(staging->put(std::string(100, 'x') + merchant));
  search();  // with -wal and -shm beside
  world.close();
  search();
}

TEST_CASE("a folder that cannot be written is an I/O error and changes nothing", "[folder]") {
  if (::geteuid() == 0) {
    FolderWorld world;  // root ignores modes: a file in the place of the folder stands in
    put_content(world.folder().parent_path() / "file", "x");
    CHECK_FALSE(create(world, world.folder().parent_path() / "file" / "store", world.key_ring()));
    CHECK(code_of(create(world, world.folder().parent_path() / "file", world.key_ring())) == Code::invalid_argument);
    return;
  }
  FolderWorld world;
  const fs::path closed = world.folder().parent_path() / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(code_of(create(world, closed / "store", world.key_ring())) == Code::io_error);
  fs::permissions(closed, fs::perms::owner_all);
}

}  // namespace meisai::test
