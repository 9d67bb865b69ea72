// SPDX-License-Identifier: Apache-2.0
//
// Changes one audit entry in place, as somebody who holds the key could. `meisai` has no such verb, so this
// test program goes around the doors: key ring, vault key, SQL. scripts/demo and the tests run it and expect
// `meisai audit verify` to notice.
//
//   audit_editor STORE KEY_FILE
#include <cstdio>
#include <filesystem>
#include <string>

#include "meisai/error.h"
#include "storage/keys/key_providers.h"
#include "storage/keys/key_ring.h"
#include "storage/sqlcipher/database.h"
#include "storage/sqlcipher/store_folder.h"

namespace {

using namespace meisai;

/// Edits the newest import's entry and returns its number in the vault's chain.
Result<std::int64_t> edit(const std::filesystem::path& folder, const std::filesystem::path& key_file) {
  keys::KeyFileProvider provider(key_file);
  MEISAI_ASSIGN(const auto store, sqlcipher::StoreFolder::open(folder, provider));
  const std::string& vault = store->settings().vault;
  MEISAI_ASSIGN(const auto key_ring, sqlcipher::key_ring_of(folder));
  MEISAI_ASSIGN(const auto ring, keys::KeyRing::open_store(key_ring, store->settings().store_id, provider));
  MEISAI_ASSIGN(const Secret key, ring.database_key("vault:" + vault));
  MEISAI_ASSIGN(auto database, sqlcipher::Database::open(folder / "vaults" / (vault + ".db"), key));
  MEISAI_ASSIGN(const std::int64_t seq,
                database.query_int64("SELECT COALESCE(MAX(seq), 0) FROM audit WHERE operation = 'import'"));
  if (seq == 0) return fail(Code::not_found, "no import has an entry yet");
  MEISAI_TRY(database.prepared("UPDATE audit SET object = object || ' (edited)' WHERE seq = ?").bind_all(seq).run());
  return seq;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: audit_editor STORE KEY_FILE\n", stderr);
    return 2;
  }
  const auto edited = edit(argv[1], argv[2]);
  if (!edited) {
    std::fprintf(stderr, "audit_editor: %s: %s\n", std::string(name_of(edited.error().code)).c_str(),
                 edited.error().what.c_str());
    return 1;
  }
  std::printf("entry %lld of the vault's chain now says something else\n", static_cast<long long>(*edited));
  return 0;
}
