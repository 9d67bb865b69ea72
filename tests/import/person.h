// SPDX-License-Identifier: Apache-2.0
//
// A person with a ledger, as the engine tests use one: imports bytes under a file name and asks questions.
// The ledger is a memory store, or an encrypted one in a temporary folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "meisai/engine.h"

namespace meisai::test {

/// Bytes as a document.
class TextSource final : public ByteSource {
 public:
  TextSource(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {}
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer) override;
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

 private:
  std::string name_;
  std::string bytes_;
  std::size_t at_ = 0;
};

class Person {
 public:
  Person();  ///< an empty memory ledger at 2026-11-01

  Result<ImportReport> import(const std::string& name, const std::string& bytes,
                              std::optional<std::string> card = std::nullopt);
  /// Imports and requires success.
  ImportReport must_import(const std::string& name, const std::string& bytes,
                           std::optional<std::string> card = std::nullopt);
  std::vector<Transaction> transactions(const TransactionFilter& filter = {});
  std::vector<Statement> statements();

  /// What the ledger says, without ids and history: one sorted line a transaction and statement.
  std::string ledger_text();

  Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace meisai::test
