// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/vault_home.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include "storage/gate_lock/locked_file.h"
#include "storage/sqlcipher/clear_file.h"
#include "storage/sqlcipher/erase.h"

namespace meisai::sqlcipher {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view vault_prefix = "vault:";
constexpr std::string_view token_prefix = "tokens:";
constexpr std::size_t name_bytes = 12;

/// The vault that a file of the vaults' folder belongs to; empty for a file that is none of ours.
std::string vault_of(const fs::path& file) {
  const std::string text = file.filename().string();
  const std::string name = text.substr(0, text.find('.'));
  const bool ours = name.size() == 2 * name_bytes && name.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!ours) return {};
  constexpr std::array<std::string_view, 5> endings = {".db", ".db-wal", ".db-shm", ".db-journal", ".import"};
  const std::string_view ending = std::string_view(text).substr(name.size());
  return std::find(endings.begin(), endings.end(), ending) == endings.end() ? std::string() : name;
}

}  // namespace

std::string vault_key_name(const std::string& vault) { return std::string(vault_prefix) + vault; }
std::string token_key_name(const std::string& vault) { return std::string(token_prefix) + vault; }

Result<std::string> random_name(Entropy& entropy) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::byte, name_bytes> random{};
  MEISAI_TRY(entropy.fill(random));
  std::string name;
  for (const std::byte byte : random) {
    name += digits[std::to_integer<std::size_t>(byte) >> 4U];
    name += digits[std::to_integer<std::size_t>(byte) & 15U];
  }
  return name;
}

Result<void> VaultHome::open() {
  MEISAI_ASSIGN(std::string name, control_.vault_name());
  auto key = database_key(name);
  if (!key && key.error().code == Code::store_rolled_back) {
    // An erasure of another process may have come in between.
    MEISAI_ASSIGN(name, control_.vault_name());
    key = database_key(name);
  }
  if (!key) return tl::unexpected(std::move(key).error());
  MEISAI_ASSIGN(Secret tokens, token_key(name));
  MEISAI_ASSIGN(
      auto vault,
      Vault::open({.file = file_of(name), .name = name, .key = std::move(*key), .token_key = std::move(tokens)},
                  control_));
  {
    const std::lock_guard guard(mutex_);
    vault_ = std::move(vault);
  }
  // Only now: control and vault have proved to be each other's, so that no old control gets a new vault removed.
  clear_leftovers();
  return {};
}

Result<std::shared_ptr<Vault>> VaultHome::current() {
  std::shared_ptr<Vault> vault;
  {
    const std::lock_guard guard(mutex_);
    vault = vault_;
  }
  MEISAI_TRY(vault->check_named());
  return vault;
}

Result<Secret> VaultHome::database_key(const std::string& name) const {
  auto key = ring_.database_key(vault_key_name(name));
  if (!key && key.error().code == Code::not_found)
    return fail(Code::store_rolled_back, "the key of the ledger that control.db names is not in the key ring",
                "an older copy of control.db or of the key ring was put back; put the newest files in their place");
  return key;
}

Result<Secret> VaultHome::token_key(const std::string& name) {
  for (;;) {
    auto key = ring_.database_key(token_key_name(name));
    if (key || key.error().code != Code::not_found) return key;
    // A store of format 1 has none yet.
    auto made = ring_.add_database_key(token_key_name(name), entropy_);
    if (made || made.error().code != Code::invalid_argument) return made;
    // Another process was faster: its key is there now.
  }
}

void VaultHome::clear_leftovers() {
  // Best effort: who holds the lock is erasing just now, and what stays is cleared by the next open.
  const auto lock = gate_lock::LockedFile::open(lock_file_);
  if (!lock) return;
  const auto ours = lock->try_lock(gate_lock::LockKind::exclusive, erase_byte);
  if (!ours || !*ours) return;
  const auto name = control_.vault_name();
  if (name) (void)forget_others(*name);
}

Result<void> VaultHome::forget_others(const std::string& name) {
  MEISAI_ASSIGN(const auto known, ring_.database_names());
  for (const std::string& each : known) {
    const bool of_vault = each.starts_with(vault_prefix) || each.starts_with(token_prefix);
    if (of_vault && each != vault_key_name(name) && each != token_key_name(name))
      MEISAI_TRY(ring_.destroy_database_key(each));
  }
  std::error_code error;
  bool removed = false;
  for (fs::directory_iterator file(folder_, error), end; !error && file != end; file.increment(error)) {
    const std::string vault = vault_of(file->path());
    if (vault.empty() || vault == name) continue;
    fs::remove(file->path(), error);
    removed = true;
  }
  if (error) return fail(Code::io_error, "the file of an erased ledger cannot be removed: " + error.message());
  return removed ? flush_folder(folder_) : Result<void>{};
}

}  // namespace meisai::sqlcipher
