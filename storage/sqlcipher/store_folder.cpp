// SPDX-License-Identifier: Apache-2.0
//
// Making a store has one instant at which it exists: when store.json appears. Before it, init.json tells
// the next `init` what to clear away; without either, database files in the folder are somebody's ledger
// and are left alone.
#include "storage/sqlcipher/store_folder.h"

#include <array>
#include <system_error>
#include <utility>

#include "storage/gate_lock/file_gate_lock.h"
#include "storage/gate_lock/file_wire_lock.h"
#include "storage/gate_lock/locked_file.h"
#include "storage/keys/key_ring.h"
#include "storage/sqlcipher/clear_file.h"
#include "storage/sqlcipher/erase.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {
namespace {

namespace fs = std::filesystem;

constexpr const char* control_key = "control";
constexpr int init_byte = 2;  // of gate.lock: held by whoever makes the store
static_assert(init_byte != erase_byte);

struct Places {
  explicit Places(fs::path place) : folder(std::move(place)) {}
  fs::path folder;
  fs::path store_file = folder / "store.json";
  fs::path init_file = folder / "init.json";
  fs::path control = folder / "control.db";
  fs::path vaults = folder / "vaults";
  fs::path gate_lock = folder / "gate.lock";
  fs::path wire_lock = folder / "wire.lock";
  [[nodiscard]] fs::path vault(const std::string& name) const { return vaults / (name + ".db"); }
};

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_below(const fs::path& inner, const fs::path& outer) {
  const auto mismatch = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return mismatch.first == outer.end();
}

Result<fs::path> resolved(const fs::path& path) {
  std::error_code error;
  fs::path found = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return fail(Code::io_error, "a path cannot be resolved: " + error.message());
  if (!found.has_filename()) found = found.parent_path();
  return found;
}

/// Takes back everything that making a store puts into its folder and its key ring, but for gate.lock,
/// which is held. Best effort: what stays is named by init.json and cleared away by the next `init`.
bool clear_half_made(const Places& places, const ClearFile& intent) {
  bool cleared = true;
  std::error_code error;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(places.control.native() + suffix, error);
    cleared = cleared && !error;
  }
  fs::remove_all(places.vaults, error);
  cleared = cleared && !error;
  const auto ring = keys::KeyRing::remove_store(intent.key_ring, intent.store_id);
  cleared = cleared && (ring || ring.error().code == Code::key_ring_missing);
  if (cleared) fs::remove(places.init_file, error);
  return cleared && !error;
}

tl::unexpected<Error> exists_already() {
  return fail(Code::store_exists, "there is a store in this folder already",
              "use it, or name another folder with --store");
}

/// After it the folder holds no store and no part of one.
Result<void> make_way(const Places& places) {
  if (there(places.store_file)) return exists_already();
  MEISAI_ASSIGN(const std::optional<ClearFile> half_made, read_clear_file(places.init_file));
  if (half_made) {
    if (!clear_half_made(places, *half_made))
      return fail(Code::io_error, "what an interrupted init left behind cannot be removed",
                  "check the access rights of the folder");
    return {};
  }
  if (there(places.control) || there(places.vaults))
    return fail(Code::store_exists, "the folder holds databases of a store whose store.json is missing",
                "restore store.json from a backup, or name another folder with --store");
  return {};
}

Result<void> build(const Places& places, const ClearFile& clear, const NewStore& store, KeyProvider& provider,
                   Entropy& entropy) {
  MEISAI_TRY(make_folder(places.vaults));
  StoreSettings settings{
      .store_id = clear.store_id, .mode = store.mode, .simulated = store.simulated, .created_at = store.now};
  MEISAI_ASSIGN(settings.vault, random_name(entropy));
  MEISAI_ASSIGN(keys::OpenRing ring, keys::KeyRing::create_store(clear.key_ring, clear.store_id, provider, entropy));
  {
    MEISAI_TRY(ring.add_database_key(token_key_name(settings.vault), entropy));
    MEISAI_ASSIGN(const Secret key, ring.add_database_key(vault_key_name(settings.vault), entropy));
    MEISAI_ASSIGN(Database vault, Database::create(places.vault(settings.vault), key));
    MEISAI_TRY(initialize_vault(vault, entropy));
  }
  {
    MEISAI_ASSIGN(const Secret key, ring.add_database_key(control_key, entropy));
    MEISAI_ASSIGN(Database control, Database::create(places.control, key));
    MEISAI_TRY(initialize_control(control, settings));
  }
  return flush_folder(places.folder);
}

Result<void> create_in(const Places& places, const ClearFile& clear, const NewStore& store, KeyProvider& provider,
                       Entropy& entropy) {
  MEISAI_ASSIGN(const auto lock, gate_lock::LockedFile::open(places.gate_lock));
  MEISAI_ASSIGN(const bool ours, lock.try_lock(gate_lock::LockKind::exclusive, init_byte));
  if (!ours) return fail(Code::store_busy, "another init is making a store here", "try again", Retry::later);
  MEISAI_TRY(make_way(places));
  MEISAI_TRY(write_clear_file(places.init_file, clear));
  auto made = build(places, clear, store, provider, entropy);
  if (made) made = write_clear_file(places.store_file, clear);
  if (!made) {
    clear_half_made(places, clear);
    return made;
  }
  std::error_code ignored;  // one that stays is removed by the next open
  fs::remove(places.init_file, ignored);
  return {};
}

}  // namespace

Result<void> create_store_folder(const fs::path& folder, const NewStore& store, KeyProvider& provider,
                                 Entropy& entropy) {
  MEISAI_ASSIGN(const fs::path place, resolved(folder));
  ClearFile clear;
  MEISAI_ASSIGN(clear.key_ring, resolved(store.key_ring));
  if (is_below(clear.key_ring, place))
    return fail(Code::invalid_argument, "the key ring would lie inside the store, and in its backups",
                "name a place outside of the store's folder with --keyring");
  MEISAI_ASSIGN(clear.store_id, random_name(entropy));
  MEISAI_ASSIGN(const bool new_folder, make_folder(place));
  const Places places(place);
  const bool new_lock = !there(places.gate_lock);
  auto made = create_in(places, clear, store, provider, entropy);
  if (made || there(places.init_file) || there(places.store_file)) return made;
  std::error_code ignored;
  if (new_lock) fs::remove(places.gate_lock, ignored);
  if (new_folder) fs::remove(place, ignored);
  return made;
}

Result<bool> is_below_folder(const fs::path& path, const fs::path& folder) {
  MEISAI_ASSIGN(const fs::path inner, resolved(path));
  MEISAI_ASSIGN(const fs::path outer, resolved(folder));
  return is_below(inner, outer);
}

Result<fs::path> key_ring_of(const fs::path& folder) {
  MEISAI_ASSIGN(const auto clear, read_clear_file(Places(folder).store_file));
  if (!clear) return fail(Code::store_missing, "there is no store in this folder", "make one with `meisai init`");
  return clear->key_ring;
}

Result<std::unique_ptr<StoreFolder>> StoreFolder::open(const fs::path& folder, KeyProvider& provider) {
  MEISAI_ASSIGN(const fs::path place, resolved(folder));
  const Places places(place);
  MEISAI_ASSIGN(const auto clear, read_clear_file(places.store_file));
  if (!clear) return fail(Code::store_missing, "there is no store in this folder", "make one with `meisai init`");
  MEISAI_ASSIGN(keys::OpenRing ring, keys::KeyRing::open_store(clear->key_ring, clear->store_id, provider));
  MEISAI_ASSIGN(const Secret key, ring.database_key(control_key));
  auto control = Database::open(places.control, key, {.key_is_authentic = true});
  if (!control && control.error().code == Code::store_missing)
    return fail(Code::store_damaged, "the store's control database is gone", "restore the store from a backup");
  if (!control) return tl::unexpected(std::move(control).error());

  std::unique_ptr<StoreFolder> store(new StoreFolder);
  store->folder_ = place;
  MEISAI_ASSIGN(store->settings_, load_settings(*control));
  if (store->settings_.store_id != clear->store_id)
    return fail(Code::store_damaged, "the control database belongs to another store",
                "restore the store from a backup");
  store->control_ = make_control(std::move(*control), store->settings_);
  MEISAI_ASSIGN(store->gate_lock_, open_file_gate_lock(places.gate_lock));
  MEISAI_ASSIGN(store->wire_lock_, open_file_wire_lock(places.wire_lock));
  store->home_ = std::make_shared<VaultHome>(places.vaults, places.gate_lock, std::move(ring), *store->control_);
  std::error_code ignored;
  fs::remove(places.init_file, ignored);  // a crash right after the store was made
  return store;
}

Result<std::unique_ptr<Store>> StoreFolder::open_vault() {
  MEISAI_TRY(home_->open());
  return make_store(home_);
}

}  // namespace meisai::sqlcipher
