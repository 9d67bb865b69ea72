// SPDX-License-Identifier: Apache-2.0
//
// Says of the vault of a store that a newer program wrote it, as a downgrade meets it. `meisai` has no
// such verb, so this test program goes around the doors with the store's own key.
//
//   schema_editor STORE KEY_FILE VERSION
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "meisai/error.h"
#include "storage/keys/key_providers.h"
#include "storage/keys/key_ring.h"
#include "storage/sqlcipher/database.h"
#include "storage/sqlcipher/store_folder.h"

namespace {

using namespace meisai;

Result<void> set_version(const std::filesystem::path& file, const Secret& key, std::int32_t version) {
  MEISAI_ASSIGN(auto database, sqlcipher::Database::open(file, key));
  return database.set_user_version(version);
}

Result<void> edit(const std::filesystem::path& folder, const std::filesystem::path& key_file, std::int32_t version) {
  keys::KeyFileProvider provider(key_file);
  std::string vault, store_id;
  {
    MEISAI_ASSIGN(const auto store, sqlcipher::StoreFolder::open(folder, provider));
    vault = store->settings().vault;
    store_id = store->settings().store_id;
  }
  MEISAI_ASSIGN(const auto key_ring, sqlcipher::key_ring_of(folder));
  MEISAI_ASSIGN(const auto ring, keys::KeyRing::open_store(key_ring, store_id, provider));
  MEISAI_ASSIGN(const Secret vault_key, ring.database_key("vault:" + vault));
  return set_version(folder / "vaults" / (vault + ".db"), vault_key, version);
}

}  // namespace

int main(int argc, char** argv) {
  std::int32_t version = 0;
  if (argc != 4 || std::from_chars(argv[3], argv[3] + std::strlen(argv[3]), version).ec != std::errc{}) {
    std::fputs("usage: schema_editor STORE KEY_FILE VERSION\n", stderr);
    return 2;
  }
  const auto edited = edit(argv[1], argv[2], version);
  if (edited) return 0;
  std::fprintf(stderr, "schema_editor: %s\n", edited.error().what.c_str());
  return 1;
}
