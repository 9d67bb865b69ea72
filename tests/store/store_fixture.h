// SPDX-License-Identifier: Apache-2.0
//
// The worlds in which the store contract is tested: everything in memory, and an encrypted folder. Each has
// the real gate before it, so that a permit in a test is a permit.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/gate/gate.h"
#include "meisai/ports/consent_store.h"
#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/store.h"
#include "meisai/ports/system.h"
#include "storage/keys/key_ring.h"
#include "storage/sqlcipher/database.h"
#include "storage/sqlcipher/store_folder.h"

namespace meisai::test {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
Code code_of(const Result<T>& result) {
  if (result) FAIL("expected a failure");
  return result.error().code;
}

LocalDate day(int year, unsigned month, unsigned day_of_month);
Instant noon();
AuditDraft entry(std::string operation = "import");
Fingerprint print(std::uint32_t facts, std::uint32_t occurrence = 1);
StoredRow row(CardKey card, LocalDate date, std::uint32_t facts, std::int64_t amount = 1000);
StoredRow undated_row(CardKey card, StatementKey statement, std::uint32_t facts, std::int64_t amount = 1000);
/// With every field filled, but for cards.
StatementRow sample_statement();
CardRow card_of(const std::string& issuer, const std::string& name = "MASTER");

/// A store behind a gate.
class World {
 public:
  virtual ~World() = default;
  Store& store() { return *store_; }
  ConsentStore& consents() { return *consents_; }
  Control& control() { return *control_; }
  GateLock& lock() { return *lock_; }
  Gate& gate() { return *gate_; }
  ScriptedClock& clock() { return clock_; }

  template <class P>
  Permit<P> permit(PermitScope scope = {}) {
    return must(gate_->ask<P>(scope));
  }
  std::unique_ptr<LedgerView> view(PermitScope scope = {});
  std::unique_ptr<ReleaseView> release(PermitScope scope = {});
  /// One document, one window, committed.
  void write(const std::function<void(LedgerWrite&)>& fill, PermitScope scope = {});
  /// The same as a sync of the connection does it.
  void write_of(const std::string& connection, const std::function<void(LedgerWrite&)>& fill);
  /// A connection that stands on a consent `consent-<id>` for a year.
  void connect(const std::string& id, const std::string& issuer = "jcb_card");
  /// Ends that consent.
  void end_consent(const std::string& id, HeldData held);
  /// A committed card of this issuer.
  CardKey card(const std::string& issuer = "jcb_card");
  std::vector<StoredRow> rows(const TransactionQuery& query = {});
  std::vector<std::string> findings();
  /// Opens a cutoff for everything.
  void cut_off();

 protected:
  ScriptedClock clock_{noon()};
  Control* control_ = nullptr;
  GateLock* lock_ = nullptr;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ConsentStore> consents_;
};

class MemoryWorld final : public World {
 public:
  MemoryWorld();
  static constexpr bool durable = false;

 private:
  std::unique_ptr<Control> owned_control_;
  std::unique_ptr<GateLock> owned_lock_;
};

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An encrypted store in a folder of its own.
class FolderWorld final : public World {
 public:
  FolderWorld();
  ~FolderWorld() override;
  static constexpr bool durable = true;

  [[nodiscard]] std::filesystem::path folder() const { return temporary_.path() / "store"; }
  [[nodiscard]] std::filesystem::path key_ring() const { return temporary_.path() / "keys" / "keyring"; }
  [[nodiscard]] std::filesystem::path vault_file() const;
  [[nodiscard]] std::unique_ptr<KeyProvider> provider(char fill = 'k') const;
  void close();
  Result<void> try_open();
  void open() { must(try_open()); }
  [[nodiscard]] const sqlcipher::StoreFolder& open_folder() const { return *folder_; }
  /// A key of the store from the key ring.
  [[nodiscard]] Secret key(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> key_names() const;
  /// As control names it now.
  [[nodiscard]] std::string vault_name() const;
  /// The vault's file, past the store: for tests that look at or damage what is inside.
  sqlcipher::Database raw_vault() const;
  sqlcipher::Database raw_control() const;

 private:
  [[nodiscard]] keys::OpenRing ring() const;
  TemporaryFolder temporary_;
  SeededEntropy entropy_{7};
  std::unique_ptr<sqlcipher::StoreFolder> folder_;
};

}  // namespace meisai::test
