// SPDX-License-Identifier: Apache-2.0
//
// The key ring: one small file outside the stores (and outside their backups) that holds every key of every
// store in wrapped form. Each store has a random root key, wrapped by the key-encryption key of a provider
// in one or more slots; the root key wraps one random key per database. Destroying an entry here makes that
// database unreadable for good: that is how a subject is erased.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/ports/entropy.h"
#include "meisai/ports/key_provider.h"
#include "meisai/secret.h"

namespace meisai::keys {

/// One store's part of the key ring, unlocked. Every call reads the file again, so several processes may
/// work on one key ring. Move-only; the root key is wiped with it.
///
/// Errors of every call: `key_ring_missing` (the file or the store's entry is gone or unreadable),
/// `key_file_unsafe` (others than the owner have access), `store_too_new` (written by a newer version),
/// `store_busy`, `disk_full`, `io_error`. A failed change leaves the file as it was.
class OpenRing {
 public:
  /// The 32-byte key of a database, authenticated: if the file does not open with it, the file is damaged.
  /// `not_found` for an unknown or destroyed name, `store_damaged` when the entry itself is damaged.
  [[nodiscard]] Result<Secret> database_key(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> database_names() const;

  /// Makes a random key for a new database ("control", "vault:<name>") and returns it when it is safely
  /// stored. `invalid_argument` when the name is taken: a key is never replaced.
  [[nodiscard]] Result<Secret> add_database_key(std::string_view name, Entropy& entropy);

  /// Forgets a key for good and overwrites its wrapped form. `not_found` when there is none.
  [[nodiscard]] Result<void> destroy_database_key(std::string_view name);

  /// Lets one more provider open this store.
  [[nodiscard]] Result<void> add_slot(KeyProvider& provider, Entropy& entropy);

 private:
  friend class KeyRing;
  OpenRing(std::filesystem::path path, std::string store_id, Secret root)
      : path_(std::move(path)), store_id_(std::move(store_id)), root_(std::move(root)) {}

  std::filesystem::path path_;
  std::string store_id_;
  Secret root_;
};

class KeyRing {
 public:
  /// Adds a store to the key ring file, which is made (0600, its folder too) when there is none.
  /// `store_exists` when the file has an entry for this store already.
  [[nodiscard]] static Result<OpenRing> create_store(const std::filesystem::path& path, const std::string& store_id,
                                                     KeyProvider& provider, Entropy& entropy);

  /// Unlocks a store. `wrong_key` when no slot opens with the provider's key; `key_ring_missing` when the
  /// file or the store's entry is not there.
  [[nodiscard]] static Result<OpenRing> open_store(const std::filesystem::path& path, const std::string& store_id,
                                                   KeyProvider& provider);

  /// Destroys a store's whole entry; its databases are unreadable from then on. Nothing happens when there
  /// is no entry.
  [[nodiscard]] static Result<void> remove_store(const std::filesystem::path& path, const std::string& store_id);
};

}  // namespace meisai::keys
