// SPDX-License-Identifier: Apache-2.0
//
// An owner's turn: the exclusive lock on its documents, the database connection that writes, and the raw pages
// staged so far. Each owner has a turn of its own and tags its pages, so that none discards another's. Staging
// and its window share it, so either may end first.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/gate_lock/locked_file.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {

class ImportTurn {
 public:
  ImportTurn(std::shared_ptr<Vault> vault, std::string owner, gate_lock::LockedFile lock, Lease lease)
      : vault_(std::move(vault)), owner_(std::move(owner)), lock_(std::move(lock)), lease_(std::move(lease)) {}
  ImportTurn(const ImportTurn&) = delete;
  ImportTurn& operator=(const ImportTurn&) = delete;
  ~ImportTurn();

  [[nodiscard]] Vault& vault() const noexcept { return *vault_; }
  [[nodiscard]] Database& database() const noexcept { return *lease_; }
  /// The connection whose turn it is; empty for the subject's documents.
  [[nodiscard]] const std::string& owner() const noexcept { return owner_; }

  [[nodiscard]] Result<void> put(std::string_view encoded_page);
  [[nodiscard]] Result<std::string> page(std::size_t index);
  [[nodiscard]] std::size_t page_count() const noexcept { return pages_.size() + waiting_.size(); }

  [[nodiscard]] Result<void> next_document();
  [[nodiscard]] Result<DocumentRow> open_stored(DocumentKey document);
  [[nodiscard]] Result<void> begin_window();
  /// Gives the staged pages to `document`, inside the window's transaction.
  [[nodiscard]] Result<void> adopt_pages(DocumentKey document);
  void end_window(bool committed);
  [[nodiscard]] Result<void> discard_staged();

 private:
  [[nodiscard]] Result<void> synchronous(Synchronous level);
  [[nodiscard]] Result<bool> has_staged();
  [[nodiscard]] Result<void> write_waiting();
  [[nodiscard]] Result<std::int64_t> insert_page(const std::string& compressed);

  std::shared_ptr<Vault> vault_;
  std::string owner_;
  gate_lock::LockedFile lock_;
  Lease lease_;
  Synchronous level_ = Synchronous::full;
  bool window_open_ = false;
  std::vector<std::int64_t> pages_;   // numbers of the pages in raw_page, in order
  std::vector<std::string> waiting_;  // compressed; put while a window was open
  std::size_t adopted_waiting_ = 0;   // of these, written by the window in progress
  std::set<DocumentKey> renewed_;     // documents whose pages of earlier imports are gone
  std::set<DocumentKey> renewing_;    // of these, by the window in progress
};

/// Begins the window's transaction.
[[nodiscard]] Result<std::unique_ptr<LedgerWrite>> begin_write(std::shared_ptr<ImportTurn> turn);

/// zstd, level 1, and back.
[[nodiscard]] Result<std::string> compress_page(std::string_view page);
[[nodiscard]] Result<std::string> decompress_page(std::span<const std::byte> blob);

}  // namespace meisai::sqlcipher
