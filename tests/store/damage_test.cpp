// SPDX-License-Identifier: Apache-2.0
//
// Flipped bytes and cut files: whatever is damaged, the answer is a refusal or a finding, never a crash and
// never other rows.
#include <fstream>

#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

namespace fs = std::filesystem;

/// Of each page of 4096: the codec leaves the last twelve bytes unused, so nothing there can be wrong.
constexpr std::size_t protected_bytes = 4084;

struct Damage {
  fs::path path;
  std::string original;
  explicit Damage(fs::path file) : path(std::move(file)) {
    std::ifstream in(path, std::ios::binary);
    original.assign(std::istreambuf_iterator<char>(in), {});
  }
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  void flip(std::size_t offset) const {
    std::string bytes = original;
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
    write(bytes);
  }
  ~Damage() { write(original); }
  Damage(const Damage&) = delete;
  Damage& operator=(const Damage&) = delete;
};

bool is_refusal_of_damage(Code code) {
  return code == Code::store_damaged || code == Code::wrong_key || code == Code::store_not_encrypted ||
         code == Code::store_rolled_back || code == Code::io_error;
}

void fill(FolderWorld& world) {
  const CardKey card = world.card();
  world.write([&](LedgerWrite& window) {
    for (std::uint32_t i = 0; i < 400; ++i) must(window.insert(row(card, day(2026, 1 + i % 12, 1 + i % 28), i)));
  });
}

/// What can be seen of a damaged store: refused when opened, when read, or by the check.
void expect_noticed(FolderWorld& world, const std::string& where) {
  INFO(where);
  const auto opened = world.try_open();
  if (!opened) {
    CHECK(is_refusal_of_damage(opened.error().code));
    return;
  }
  std::size_t seen = 0;
  const auto view = world.store().read(world.permit<Read>(), entry("transactions"));
  bool noticed = !view;
  if (!view) CHECK(is_refusal_of_damage(view.error().code));
  if (view) {
    const auto read = (*view)->transactions({}, [&](const StoredRow&) { return ++seen, true; });
    if (!read) CHECK(is_refusal_of_damage(read.error().code));
    if (read) CHECK(seen == 400);
    noticed = !read;
  }
  if (!noticed) {
    const auto health = world.store().check(world.permit<Maintenance>(), std::nullopt, entry("doctor"));
    if (!health) CHECK(is_refusal_of_damage(health.error().code));
    noticed = !health || !health->findings.empty();
  }
  CHECK(noticed);
}

}  // namespace

TEST_CASE("a flipped byte anywhere in the ledger is noticed", "[damage]") {
  FolderWorld world;
  fill(world);
  world.close();
  const fs::path vault = world.vault_file();
  const Damage damage(vault);
  const std::size_t size = damage.original.size();
  for (std::size_t page = 0; page < size / 4096; ++page) {
    const std::size_t offset = page * 4096 + (page * 997) % protected_bytes;
    damage.flip(offset);
    const Damage control(world.folder() / "control.db");  // a look at damage may move the anchor on
    expect_noticed(world, "byte " + std::to_string(offset) + " of the ledger");
    world.close();
    for (const char* suffix : {"-wal", "-shm"}) {
      fs::remove(vault.string() + suffix);
      fs::remove((world.folder() / "control.db").string() + suffix);
    }
  }
  damage.write(damage.original);
  world.open();
  CHECK(world.rows().size() == 400);
}

TEST_CASE("a ledger that was cut is noticed", "[damage]") {
  FolderWorld world;
  fill(world);
  world.close();
  const fs::path vault = world.vault_file();
  const Damage damage(vault);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{4096},
                                 damage.original.size() / 2, damage.original.size() - 100}) {
    damage.write(damage.original.substr(0, size));
    const Damage control(world.folder() / "control.db");
    expect_noticed(world, "cut to " + std::to_string(size));
    world.close();
    for (const char* suffix : {"-wal", "-shm"}) {
      fs::remove(vault.string() + suffix);
      fs::remove((world.folder() / "control.db").string() + suffix);
    }
  }
}

TEST_CASE("a flipped byte in control is refused", "[damage]") {
  FolderWorld world;
  fill(world);
  world.close();
  const Damage damage(world.folder() / "control.db");
  for (const std::size_t offset :
       {std::size_t{0}, std::size_t{15}, std::size_t{16}, std::size_t{2000}, protected_bytes - 1}) {
    damage.flip(offset);
    const auto opened = world.try_open();
    REQUIRE_FALSE(opened);
    CHECK(is_refusal_of_damage(opened.error().code));
    world.close();
  }
}

TEST_CASE("a write-ahead log that lost its end is a rollback, not an empty day", "[damage]") {
  FolderWorld world;
  fill(world);
  // As a machine that lost power leaves it: the log is not moved into the file yet.
  const fs::path copy = world.folder().parent_path() / "copy";
  fs::copy(world.folder(), copy, fs::copy_options::recursive);
  world.close();
  fs::remove_all(world.folder());
  fs::rename(copy, world.folder());
  const fs::path wal = world.vault_file().string() + "-wal";
  REQUIRE(fs::file_size(wal) > 8192);
  SECTION("whole, it is read") {
    world.open();
    CHECK(world.rows().size() == 400);
  }
  SECTION("cut") {
    fs::resize_file(wal, fs::file_size(wal) / 2);
    CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  }
  SECTION("flipped") {
    const Damage damage(wal);
    damage.flip(damage.original.size() - 3000);
    CHECK(code_of(world.try_open()) == Code::store_rolled_back);
  }
  SECTION("gone") {
    fs::remove(wal);
    fs::remove(world.vault_file().string() + "-shm");
    const auto opened = world.try_open();
    REQUIRE_FALSE(opened);
    CHECK(is_refusal_of_damage(opened.error().code));
  }
}

TEST_CASE("an edited audit entry, a wrong month and a lost row are found", "[damage]") {
  FolderWorld world;
  fill(world);
  CHECK(world.findings().empty());
  const char* const edit =
      GENERATE("UPDATE audit SET result='failed' WHERE seq=1", "DELETE FROM audit WHERE seq=2",
               "DELETE FROM audit WHERE seq=(SELECT max(seq) FROM audit)",
               "UPDATE month_total SET amount=amount+1 WHERE month=%m", "DELETE FROM month_total WHERE rowid_less=0",
               "DELETE FROM txn WHERE id=7", "UPDATE txn SET amount=amount-1 WHERE id=9");
  std::string sql = edit;
  if (const auto at = sql.find("%m"); at != std::string::npos)
    sql.replace(at, 2, "(SELECT min(month) FROM month_total)");
  if (sql.find("rowid_less") != std::string::npos)
    sql = "DELETE FROM month_total WHERE month=(SELECT max(month) FROM month_total)";
  {
    auto vault = world.raw_vault();
    must(vault.exec(sql));
  }
  INFO(sql);
  CHECK_FALSE(world.findings().empty());
}

}  // namespace meisai::test
